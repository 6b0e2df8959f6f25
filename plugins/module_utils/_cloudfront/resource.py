# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""A resource of CloudFront that has a name, of any kind: an origin access control, or a policy."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws, is_boto3_error_code
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource, run
from .._core.shapes import to_snake_case
from .._rules.ownership import MARK, with_mark
from . import plan as planning
from .api import STALE, ConfigApi
from .kind import Kind, Live, named

Arguments = dict[str, t.Any]


def arguments(members: Arguments) -> Arguments:
    """The argument spec of a module: the members of its kind that have an option of their own, and what all have."""
    return {
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **members,
        "config": {"type": "dict", "default": {}},
        "adopt": {"type": "str", "choices": list(planning.ADOPT), "default": "equal"},
    }


class Named(Resource[list[Live]]):
    def __init__(self, kind: Kind, members: t.Iterable[str], module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self.operations = ConfigApi(aws, kind)
        self._kind = kind
        self.stale_codes = (*STALE, kind.exists, kind.unknown)
        config = {**p["config"], **{member: p[member] for member in members if p[member] is not None}}
        # What is no text is refused with the rest of the configuration.
        if kind.mark in config and not isinstance(config[kind.mark], (dict, list)):
            comment = str(config[kind.mark] or "")
            config[kind.mark] = comment if MARK in comment else with_mark(comment)
        self._desired = planning.Desired(p["name"], config, p["adopt"], p["state"] == "absent")

    def observe(self) -> list[Live]:
        """All existing ones; the one with the desired name is read individually, for its ETag."""
        listed = self.operations.all()
        existing = named(listed, self._desired.name)
        if existing is None or existing.managed:
            return listed
        others = [live for live in listed if live.id != existing.id]
        try:
            return [self.operations.read(existing.id), *others]
        except is_boto3_error_code(self._kind.unknown):  # deleted since it was listed
            return others

    def plan(self, observed: list[Live]) -> Plan:
        return planning.plan(self.operations, self._kind, observed, self._desired, self.operations.shape)

    def settle(self, observed: list[Live], changed: bool) -> list[Live]:
        if not changed:
            return observed
        return [self.operations.written] if self.operations.written else []

    def result(self, outcome: Outcome[list[Live]]) -> dict[str, t.Any]:
        return {to_snake_case(self._kind.entity): self._described(outcome)}

    def _described(self, outcome: Outcome[list[Live]]) -> Arguments | None:
        if self._desired.absent:
            return None
        live = outcome.settled
        if live is None:
            return {**outcome.plan.after, "managed": False, "adopted": False}
        named_so = named(live, self._desired.name)
        found = named_so or planning.adopted(self._kind, live, self._desired, self.operations.shape)
        if found is None:
            return None
        is_managed = named_so is not None and MARK in found.config.get(self._kind.mark, "")
        return {**planning.described(found), "managed": found.managed, "adopted": not is_managed}


def run_named(kind: Kind, members: Arguments, module: AnsibleAWSModule) -> None:
    run(module, functools.partial(Named, kind, list(members)))
