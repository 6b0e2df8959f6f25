# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a key value store, and to the keys in it. Pure."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import refuse_unmarked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

# Source: CloudFront Developer Guide, "Quotas on key value stores".
MAX_KEY_BYTES = 512
MAX_VALUE_BYTES = 1024
MAX_STORE_BYTES = 5 * 1024 * 1024
MAX_BATCH_KEYS = 50
MAX_BATCH_BYTES = 3 * 1024 * 1024

# name, arn, id, status, comment
Store = dict[str, t.Any]


def from_api(live: dict[str, t.Any] | None) -> Store | None:
    if live is None:
        return None
    return {
        "name": live["Name"],
        "arn": live["ARN"],
        "id": live["Id"],
        "status": live["Status"],
        "comment": live.get("Comment", ""),
    }


def plan_store(observed: Store | None, name: str, comment: str) -> Plan:
    arguments = {"name": name, "comment": comment}
    if observed is None:
        after = {**arguments, "arn": KNOWN_AFTER_APPLY, "id": KNOWN_AFTER_APPLY, "status": "PROVISIONING"}
        return Plan(None, after, (Step("create_store", arguments, f"Create the key value store {name}"),))
    refuse_unmarked(f"The key value store {name}", observed["comment"])
    if observed["comment"] == comment:
        return Plan(observed, observed)
    step = Step("update_store", arguments, f"Set the comment of the key value store {name}")
    return Plan(observed, {**observed, "comment": comment}, (step,))


def check_keys(keys: t.Mapping[str, str]) -> None:
    """Raise EdgeError for the first key or value that CloudFront would refuse."""
    for key, value in keys.items():
        if not key or len(key.encode()) > MAX_KEY_BYTES:
            raise EdgeError(f"keys: {key[:80]!r} has {len(key.encode())} bytes; a key has 1 to {MAX_KEY_BYTES}.")
        if len(value.encode()) > MAX_VALUE_BYTES:
            raise EdgeError(
                f"keys: the value of {key!r} has {len(value.encode())} bytes; a value has at most {MAX_VALUE_BYTES}."
            )
    size = sum(len(key.encode()) + len(value.encode()) for key, value in keys.items())
    if size > MAX_STORE_BYTES:
        raise EdgeError(f"keys: {size} bytes in all; a key value store holds {MAX_STORE_BYTES}.")


def plan_keys(
    observed: t.Mapping[str, str], desired: t.Mapping[str, str], absent: t.Iterable[str], arn: str, store: str
) -> Plan:
    """Batches within CloudFront's limits; what is new is put before what is gone is deleted."""
    puts = {key: value for key, value in desired.items() if observed.get(key) != value}
    deletes = sorted({key for key in absent if key in observed})
    steps = [
        Step(
            "update_keys",
            {"arn": arn, "puts": batch, "deletes": []},
            f"Put {_count(batch)} into {store}: {_names(batch)}",
        )
        for batch in _batches(puts)
    ]
    for chunk in _chunks(deletes, MAX_BATCH_KEYS):
        arguments = {"arn": arn, "puts": {}, "deletes": chunk}
        steps.append(Step("update_keys", arguments, f"Delete {_count(chunk)} from {store}: {_names(chunk)}"))
    before = {key: observed[key] for key in [*desired, *deletes] if key in observed}
    after = dict(desired)
    return Plan(before, after, tuple(steps))


def _batches(puts: t.Mapping[str, str]) -> t.Iterator[dict[str, str]]:
    batch: dict[str, str] = {}
    size = 0
    for key, value in sorted(puts.items()):
        item = len(key.encode()) + len(value.encode())
        if batch and (len(batch) == MAX_BATCH_KEYS or size + item > MAX_BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[key] = value
        size += item
    if batch:
        yield batch


def _chunks(items: t.Sequence[str], size: int) -> t.Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _count(items: t.Sized) -> str:
    return "1 key" if len(items) == 1 else f"{len(items)} keys"


def _names(items: t.Iterable[str]) -> str:
    first = list(itertools.islice(items, 4))
    return ", ".join(first[:3]) + (", ..." if len(first) > 3 else "")
