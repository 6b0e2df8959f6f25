# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A key value store."""

from __future__ import annotations

import typing as t

from .._cloudfront.api import STALE
from .._cloudfront.checks import check_comment
from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.cloudfront import check_cloudfront_name
from .._rules.ownership import as_tags, with_mark
from . import store_plan as planning
from .api import StoreApi

STORE_ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "comment": {"type": "str", "default": ""},
    "tags": {"type": "dict"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait_timeout": {"type": "int", "default": 300},
}

State = t.Optional[planning.Store]


class KeyValueStore(Resource[State]):
    # Another process changed, deleted or created it.
    stale_codes = (*STALE, "EntityNotFound", "EntityAlreadyExists")

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        check_cloudfront_name(p["name"])
        self.operations = StoreApi(aws)
        self._name: str = p["name"]
        self._comment = with_mark(p["comment"])
        check_comment(self._comment)
        self._tags = None if p["tags"] is None else as_tags(p["tags"])
        self._present: bool = p["state"] == "present"
        self._wait_timeout: int = p["wait_timeout"]

    def observe(self) -> State:
        found = planning.from_api(self.operations.store(self._name))
        if found is not None and self._present and self._tags is not None:
            found["tags"] = self.operations.tags(found["arn"])
        return found

    def plan(self, observed: State) -> Plan:
        if not self._present:
            return planning.plan_removal(self.operations, observed, self._name)
        return planning.plan_store(self.operations, observed, self._name, self._comment, self._tags)

    def settle(self, observed: State, changed: bool) -> State:
        """A store can be associated with a function from READY on."""
        if not self._present or (not changed and observed is not None and observed["status"] == "READY"):
            return observed if self._present else None
        return wait_until(
            f"The key value store {self._name}",
            self._probe,
            lambda seen: seen is not None and seen["status"] == "READY",
            timeout=self._wait_timeout,
            describe=lambda seen: f"status {seen['status'] if seen else 'unknown'}",
        )

    def _probe(self) -> State:
        seen = self.observe()
        if seen is not None and "FAIL" in seen["status"].upper():
            raise EdgeError(f"CloudFront could not make the key value store {self._name}: status {seen['status']}.")
        return seen

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        return {"key_value_store": outcome.plan.after if outcome.settled is None else outcome.settled}
