"""Which rights the calls of AWS's services need: one row for each operation, in a table for each service.

The Service Authorization Reference has the actions, resource types and condition keys there are. It does not say
which ARN and which values a call carries: this is in the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.emulator.core.errors import Refused
from localaws.emulator.iam.calls import Call


@dataclass(frozen=True)
class Right:
    """*keys* are condition keys. *refusal*: the error if the right is missing, instead of AccessDenied."""

    action: str
    resource: str = "*"
    keys: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refused | None = None


Row = Callable[[Call], Iterable[Right]]
Table = dict[str, Row]
Keys = Callable[[Call], Mapping[str, Any]]


def on(action: str, resource: str = "*", keys: Keys | None = None) -> Row:
    """A call that needs this action. *resource* is filled in with the call's parameters."""

    def needed(call: Call) -> list[Right]:
        values = {**_tags(call), **(keys(call) if keys else {})}
        return [Right(action, resource.format_map(call.parameters), values)]

    return needed


def tagging(row: Row, *more: Row) -> Row:
    """The row, and *more* if the call sets tags."""
    return lambda call: [right for each in (row, *(more if call.tags else ())) for right in each(call)]


def together(*rows: Row) -> Row:
    return lambda call: [right for row in rows for right in row(call)]


def _tags(call: Call) -> dict[str, Any]:
    """IAM User Guide, "Controlling access during AWS requests"."""
    if not call.tags:
        return {}
    return {"aws:TagKeys": list(call.tags), **{f"aws:RequestTag/{key}": value for key, value in call.tags.items()}}


def each(actions: Iterable[str], service: str, resource: str) -> Iterator[tuple[str, Row]]:
    """Rows of operations that are called as their actions, and are about one resource."""
    return ((name, on(f"{service}:{name}", resource)) for name in actions)
