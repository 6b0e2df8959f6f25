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
from .._core.reconcile import Plan, Resource, run
from .._core.shapes import snake
from .._rules.ownership import MARK, marked
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
        self.api = ConfigApi(aws, kind)
        self._kind = kind
        self.stale_codes = (*STALE, kind.exists, kind.unknown)
        config = {**p["config"], **{member: p[member] for member in members if p[member] is not None}}
        # What is no text is refused with the rest of the configuration.
        if kind.mark in config and not isinstance(config[kind.mark], (dict, list)):
            comment = str(config[kind.mark] or "")
            config[kind.mark] = comment if MARK in comment else marked(comment)
        self._desired = planning.Desired(p["name"], config, p["adopt"], p["state"] == "absent")

    def observe(self) -> list[Live]:
        """All that there are; ours is read by itself, for its ETag."""
        listed = self.api.all()
        ours = named(listed, self._desired.name)
        if ours is None or ours.managed:
            return listed
        others = [live for live in listed if live.id != ours.id]
        try:
            return [self.api.read(ours.id), *others]
        except is_boto3_error_code(self._kind.unknown):  # deleted since it was listed
            return others

    def plan(self, observed: list[Live]) -> Plan:
        return planning.plan(self._kind, observed, self._desired, self.api.shape)

    def settle(self, observed: list[Live], changed: bool) -> list[Live]:
        if not changed:
            return observed
        return [self.api.written] if self.api.written else []

    def result(self, state: t.Any) -> dict[str, t.Any]:
        return {snake(self._kind.entity): self._described(state)}

    def _described(self, state: t.Any) -> Arguments | None:
        """*state*: those that there are, or in check mode what there will be."""
        if self._desired.absent or state is None:
            return None
        if isinstance(state, dict):
            return {**state, "managed": False, "adopted": False}
        named_so = named(state, self._desired.name)
        found = named_so or planning.adopted(self._kind, state, self._desired, self.api.shape)
        if found is None:
            return None
        is_ours = named_so is not None and MARK in found.config.get(self._kind.mark, "")
        return {**planning.described(found), "managed": found.managed, "adopted": not is_ours}


def run_named(kind: Kind, members: Arguments, module: AnsibleAWSModule) -> None:
    run(module, functools.partial(Named, kind, list(members)))
