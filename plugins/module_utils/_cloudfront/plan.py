# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""The steps to a resource of CloudFront that has a name: its live configuration with ours laid over it. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.kind import Config, Kind, Live, named
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import MARK, refuse_unmarked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import (
    equal,
    normal,
    overlay,
    to_api,
    validate,
    without_nulls,
)

# Which one that is there already, under another name, is as good as one of our own.
ADOPT = ("equal", "managed", "never")


@dataclasses.dataclass(frozen=True)
class Desired:
    """``config``: members in snake case with their values; None removes one, what it does not name is left alone."""

    name: str
    config: Config
    adopt: str = "equal"
    absent: bool = False


def plan(kind: Kind, observed: t.Sequence[Live], desired: Desired, shape: t.Any) -> Plan:
    """*observed*: all of the kind. *shape*: botocore's of their configuration."""
    wanted = normal(shape, {**desired.config, "name": desired.name})
    ours = named(observed, desired.name)
    what = f"the {kind.noun} {desired.name}"
    if desired.absent:
        if ours is None:
            return Plan(None, None)
        refuse_unmarked(_capital(what), ours.config.get(kind.mark))
        return Plan(ours.config, None, (Step("delete", {"config_id": ours.id}, f"Delete {what}"),))
    if ours is None:
        config = without_nulls(overlay(dict(kind.defaults), wanted))
        validate(to_api(shape, config), shape)
        if adopted(kind, observed, desired, shape):
            return Plan(None, None)
        return Plan(None, config, (Step("create", {"config": to_api(shape, config)}, f"Create {what}"),))
    config = overlay(ours.config, wanted)
    validate(to_api(shape, config), shape)
    if equal(ours.config, config) or _same(kind, ours.config, config):
        return Plan(ours.config, ours.config)
    refuse_unmarked(_capital(what), ours.config.get(kind.mark))
    members = {*config, *ours.config}
    changed = ", ".join(sorted(key for key in members if not equal(ours.config.get(key), config.get(key))))
    arguments = {"config_id": ours.id, "config": to_api(shape, config)}
    return Plan(ours.config, config, (Step("update", arguments, f"Update {what}: {changed}"),))


def adopted(kind: Kind, observed: t.Iterable[Live], desired: Desired, shape: t.Any) -> Live | None:
    """One under another name that says the same: AWS's own first, then one with our mark, then any other."""
    if desired.adopt == "never" or desired.absent or named(observed, desired.name):
        return None
    config = without_nulls(overlay(dict(kind.defaults), normal(shape, desired.config)))
    same = [live for live in observed if _says_the_same(kind, live.config, config)]
    if desired.adopt == "managed":
        same = [live for live in same if live.managed]
    best = sorted(same, key=lambda live: (not live.managed, MARK not in live.config.get(kind.mark, ""), live.id))
    return best[0] if best else None


def _same(kind: Kind, live: Config, config: Config) -> bool:
    """Somebody else's, under our name, that says what we want, is used and left as it is."""
    return MARK not in live.get(kind.mark, "") and _says_the_same(kind, live, config)


def _says_the_same(kind: Kind, one: Config, other: Config) -> bool:
    return equal(_said(kind, one), _said(kind, other))


def _said(kind: Kind, config: Config) -> Config:
    """What makes a difference to a request: without names, and with the empty parts that AWS may leave out."""
    return {key: value for key, value in config.items() if key not in ("name", kind.mark) and value not in ({}, [])}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
