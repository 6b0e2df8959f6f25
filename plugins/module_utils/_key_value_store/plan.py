# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Changes of keys in batches within CloudFront's limits. Pure."""

from __future__ import annotations

import itertools
import math
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step

if t.TYPE_CHECKING:
    from .api import KeysApi

# Source: CloudFront Developer Guide, "Quotas on key value stores". A page of ListKeys has as many keys as a batch.
MAX_KEY_BYTES = 512
MAX_VALUE_BYTES = 1024
MAX_STORE_BYTES = 5 * 1024 * 1024
MAX_BATCH_KEYS = 50
MAX_BATCH_BYTES = 3 * 1024 * 1024

# US dollars a call of the KeyValueStore service, reads and writes alike. The control plane is free.
PRICE_OF_A_CALL = 0.001

_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Values = t.Mapping[str, str]


class Contents(t.NamedTuple):
    """How much a store holds, as CloudFront counts it: the bytes are those of names and values."""

    items: int
    size: int


EMPTY = Contents(0, 0)


def check_site(site: str) -> None:
    if not _SITE.fullmatch(site):
        raise EdgeError(f"site: {site!r} must be letters, digits, hyphens and underscores: keys begin with it.")


def prefers_get_key(keys: t.Collection[str], contents: Contents) -> bool:
    """Whether one GetKey a key is fewer calls than ListKeys' pages. A store that holds nothing has none."""
    return len(keys) <= math.ceil(contents.items / MAX_BATCH_KEYS)


class Batch(t.NamedTuple):
    puts: dict[str, str]
    deletes: list[str]


def check_key(key: str, value: str, where: str) -> None:
    """Raise EdgeError for what CloudFront would refuse; *where* is the option, or the file and the line."""
    size = _size(key, where)
    if not 0 < size <= MAX_KEY_BYTES:
        raise EdgeError(f"{where}: {key[:80]!r} has {size} bytes; a key has 1 to {MAX_KEY_BYTES}.")
    size = _size(value, where)
    if size > MAX_VALUE_BYTES:
        raise EdgeError(f"{where}: the value of {key!r} has {size} bytes; a value has at most {MAX_VALUE_BYTES}.")


def _size(text: str, where: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise EdgeError(
            f"{where}: {text[:80]!r} contains an unpaired surrogate, which UTF-8 cannot encode: remove it."
        ) from error


def plan_keys(
    operations: KeysApi, observed: Values, desired: Values, absent: t.Iterable[str], arn: str, store: str
) -> Plan:
    """The keys that differ, and nothing else."""
    puts, deletes = changes(observed, desired, absent)
    steps = (
        Step(operations.update_keys, {"arn": arn, "puts": batch.puts, "deletes": batch.deletes}, sentence(batch, store))
        for batch in batches(puts, deletes)
    )
    return Plan({key: observed[key] for key in [*puts, *deletes] if key in observed}, puts, tuple(steps))


def changes(observed: Values, desired: Values, absent: t.Iterable[str]) -> tuple[dict[str, str], list[str]]:
    puts = {key: value for key, value in sorted(desired.items()) if observed.get(key) != value}
    return puts, sorted({key for key in absent if key in observed})


def batches(
    puts: Values, deletes: t.Sequence[str], opening: t.Sequence[str] = (), closing: Values | None = None
) -> list[Batch]:
    """What is new is put before what is gone is deleted.

    *closing* is put by the last one. Where there are several, the first one deletes *opening*: it does not
    hold while they are under way.
    """
    work: list[tuple[str, str | None]] = [*puts.items(), *((key, None) for key in deletes)]
    work += (closing or {}).items()
    found = _cut(work)
    return found if len(found) < 2 else _cut([*((key, None) for key in opening), *work])


def _cut(work: t.Iterable[tuple[str, str | None]]) -> list[Batch]:
    found: list[Batch] = []
    count = size = 0
    for key, value in work:
        item = len(key.encode()) + len((value or "").encode())
        if not found or count == MAX_BATCH_KEYS or size + item > MAX_BATCH_BYTES:
            found.append(Batch({}, []))
            count = size = 0
        if value is None:
            found[-1].deletes.append(key)
        else:
            found[-1].puts[key] = value
        count, size = count + 1, size + item
    return found


def chain(contents: Contents, observed: Values, made: t.Iterable[Batch]) -> list[Contents]:
    """What the store holds after each batch. *observed* has all of their keys that are there."""
    live = {key: len(value.encode()) for key, value in observed.items()}
    items, size = contents
    found = []
    for batch in made:
        for key, value in batch.puts.items():
            new = len(value.encode())
            size += new - live[key] if key in live else len(key.encode()) + new
            items += key not in live
            live[key] = new
        for key in batch.deletes:
            if key in live:
                size -= len(key.encode()) + live.pop(key)
                items -= 1
        found.append(Contents(items, size))
    return found


def sentence(batch: Batch, store: str) -> str:
    put = f"Put {count(batch.puts)} into {store}: {names(batch.puts)}"
    delete = f"Delete {count(batch.deletes)} from {store}: {names(batch.deletes)}"
    return "; ".join(text for text, keys in ((put, batch.puts), (delete, batch.deletes)) if keys)


def count(items: t.Sized) -> str:
    return "1 key" if len(items) == 1 else f"{len(items)} keys"


def names(items: t.Iterable[str]) -> str:
    first = list(itertools.islice(items, 4))
    return ", ".join(first[:3]) + (", ..." if len(first) > 3 else "")
