# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a key value store, and away from one. Pure."""

from __future__ import annotations

import typing as t

from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step
from .._rules.ownership import MARK, OWNER_TAG, assert_managed

if t.TYPE_CHECKING:
    from .api import StoreApi

# name, arn, id, status, comment; tags where they are asked for
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


def facts(live: dict[str, t.Any]) -> Store:
    found = from_api(live) or {}
    return {**found, "managed": MARK in found.get("comment", "")}


def plan_store(
    operations: StoreApi, observed: Store | None, name: str, comment: str, tags: t.Mapping[str, str] | None = None
) -> Plan:
    """Tags that are not named stay. So does the site's name in the collection's tag: sites that share a store would
    take it from each other with every run."""
    managed = {} if tags is None else {"tags": dict(tags)}
    if observed is None:
        arguments = {"name": name, "comment": comment, "tags": dict(tags or {})}
        unknown = {"arn": KNOWN_AFTER_APPLY, "id": KNOWN_AFTER_APPLY, "status": "PROVISIONING"}
        step = Step(operations.create_store, arguments, f"Create the key value store {name}")
        return Plan(None, {"name": name, "comment": comment, **unknown, **managed}, (step,))
    assert_managed(f"The key value store {name}", observed["comment"])
    steps = []
    if observed["comment"] != comment:
        arguments = {"name": name, "comment": comment}
        steps.append(Step(operations.update_store, arguments, f"Set the comment of the key value store {name}"))
    live = observed.get("tags", {})
    wanted = {**(tags or {}), **{key: live[key] for key in (OWNER_TAG,) if key in live}}
    missing = {key: value for key, value in wanted.items() if live.get(key) != value}
    if missing:
        arguments = {"arn": observed["arn"], "tags": missing}
        steps.append(Step(operations.put_tags, arguments, f"Tag the key value store {name}"))
    after = {**observed, "comment": comment, **({"tags": {**live, **missing}} if managed else {})}
    return Plan(observed, after, tuple(steps))


def plan_removal(operations: StoreApi, observed: Store | None, name: str) -> Plan:
    if observed is None:
        return Plan(None, None)
    assert_managed(f"The key value store {name}", observed["comment"])
    arguments = {"name": name, "arn": observed["arn"]}
    return Plan(observed, None, (Step(operations.delete_store, arguments, f"Delete the key value store {name}"),))
