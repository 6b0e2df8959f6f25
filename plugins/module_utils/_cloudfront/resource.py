# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""A resource of CloudFront that has a name, of any kind: an origin access control, or a policy."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import STALE, ConfigApi
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.kind import Kind, Live, named
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import MARK, marked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, run
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY, snake

Arguments = dict[str, t.Any]

# CloudFront takes 128 characters as a name of any of them, and no blanks in that of an origin access control.
_LONGEST_NAME = 64


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
        if not 1 <= len(p["name"]) <= _LONGEST_NAME:
            raise EdgeError(f"name: {p['name']!r} must have 1 to {_LONGEST_NAME} characters.")
        self.api = ConfigApi(aws, kind)
        self._kind = kind
        given = {member: p[member] for member in members if p[member] is not None}
        comment = given.get(kind.mark) or p["config"].get(kind.mark) or ""
        config = {**p["config"], **given, kind.mark: marked(comment) if MARK not in comment else comment}
        self._desired = planning.Desired(p["name"], config, p["adopt"], p["state"] == "absent")

    def observe(self) -> list[Live]:
        """All that there are; ours is read by itself, for its ETag."""
        listed = self.api.all()
        ours = named(listed, self._desired.name)
        return [self.api.read(live.id) if ours and live.id == ours.id else live for live in listed]

    def plan(self, observed: list[Live]) -> Plan:
        return planning.plan(self._kind, observed, self._desired, self.api.shape)

    def is_stale(self, error: BaseException | None) -> bool:
        codes = [*STALE, self._kind.exists, self._kind.unknown]
        return isinstance(error, is_boto3_error_code(codes, error))

    def result(self, state: t.Any) -> dict[str, t.Any]:
        return {snake(self._kind.entity): self._described(state)}

    def _described(self, state: t.Any) -> Arguments | None:
        """*state*: all that there are, or in check mode what there will be."""
        if self._desired.absent:
            return None
        if not isinstance(state, list):
            return {"id": KNOWN_AFTER_APPLY, **(state or {}), "managed": False, "adopted": False}
        ours = named(state, self._desired.name)
        found = ours or planning.adopted(self._kind, state, self._desired, self.api.shape)
        if found is None:
            return None
        is_adopted = MARK not in found.config.get(self._kind.mark, "") or ours is None
        return {"id": found.id, **found.config, "managed": found.managed, "adopted": is_adopted}


def run_named(kind: Kind, members: Arguments, module: AnsibleAWSModule) -> None:
    run(module, functools.partial(Named, kind, list(members)))
