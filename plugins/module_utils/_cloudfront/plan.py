# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""The steps to a resource of CloudFront that has a name: its live configuration, overlaid by the desired one. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step
from .._core.shapes import normalize, overlay, to_api, validate
from .._rules.ownership import MARK, assert_managed
from .checks import without_idle_lists
from .kind import Config, Kind, Live, named, same
from .unknown import would_be_lost

if t.TYPE_CHECKING:
    from .api import ConfigApi

# The existing resources with other names that may be used instead of a new one.
ADOPT = ("equal", "managed", "never")


@dataclasses.dataclass(frozen=True)
class Desired:
    """``config``: members in snake case with their values; None removes one, what it does not name is left alone."""

    name: str
    config: Config
    adopt: str = "equal"
    absent: bool = False


def plan(operations: ConfigApi, kind: Kind, observed: t.Sequence[Live], desired: Desired, shape: t.Any) -> Plan:
    """*observed*: all of the kind. *shape*: botocore's of their configuration."""
    existing = named(observed, desired.name)
    what = f"the {kind.noun} {desired.name}"
    if desired.absent:
        if existing is None:
            return Plan(None, None)
        _assert_managed(kind, existing, what)
        return Plan(described(existing), None, (Step(operations.delete, {"config_id": existing.id}, f"Delete {what}"),))
    config = wanted(kind, existing, desired, shape)
    if existing is None:
        if adopted(kind, observed, desired, shape):
            return Plan(None, None)
        step = Step(operations.create, {"config": to_api(shape, config)}, f"Create {what}")
        return Plan(None, {"id": KNOWN_AFTER_APPLY, **config}, (step,))
    if same(existing.config, config) or (
        not _has_mark(kind, existing) and _has_the_same_effect(kind, existing, config)
    ):
        return Plan(described(existing), described(existing))
    _assert_managed(kind, existing, what)
    if existing.unknown:
        raise EdgeError(would_be_lost(_capital(what), ", ".join(existing.unknown)))
    changed = sorted(key for key in {*config, *existing.config} if not same(existing.config.get(key), config.get(key)))
    arguments = {"config_id": existing.id, "config": to_api(shape, config)}
    return Plan(
        described(existing),
        {"id": existing.id, **config},
        (Step(operations.update, arguments, f"Update {what}: {', '.join(changed)}"),),
    )


def wanted(kind: Kind, existing: Live | None, desired: Desired, shape: t.Any) -> Config:
    """The whole configuration that there is to be. Raises EdgeError for one that CloudFront would refuse."""
    given = without_idle_lists(normalize(shape, {**desired.config, "name": desired.name}))
    config = kind.complete(overlay(existing.config if existing else {}, given))
    if not existing and not re.fullmatch(kind.names, desired.name):
        raise EdgeError(f"name: {desired.name!r} cannot be the name of {_a(kind.noun)}; it must match {kind.names}.")
    validate(to_api(shape, config), shape)
    kind.check(config)
    return config


def adopted(kind: Kind, observed: t.Iterable[Live], desired: Desired, shape: t.Any) -> Live | None:
    """One under another name that has the same effect: AWS's own first, then a managed one, then any other."""
    if desired.adopt == "never" or desired.absent or named(observed, desired.name):
        return None
    config = wanted(kind, None, desired, shape)
    alike = [live for live in observed if _has_the_same_effect(kind, live, config)]
    if desired.adopt == "managed":
        alike = [live for live in alike if live.managed]
    return min(alike, key=lambda live: (not live.managed, not _has_mark(kind, live), live.id), default=None)


def described(live: Live) -> Config:
    return {"id": live.id, **live.config}


def _has_mark(kind: Kind, live: Live) -> bool:
    return MARK in live.config.get(kind.mark, "")


def _assert_managed(kind: Kind, live: Live, what: str) -> None:
    if live.managed:
        raise EdgeError(f"{_capital(what)} is AWS's own and cannot be changed: choose another name.")
    assert_managed(_capital(what), live.config.get(kind.mark))


def _has_the_same_effect(kind: Kind, live: Live, config: Config) -> bool:
    """To a request, to which names and comments make no difference."""
    apart = ("name", kind.mark)
    one, other = ({key: each[key] for key in each if key not in apart} for each in (live.config, config))
    return same(one, other)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
