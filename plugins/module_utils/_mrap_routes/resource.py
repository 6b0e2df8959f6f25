# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The traffic dials of a Multi-Region Access Point: which Regions are in service."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.names import check_mrap_arn
from . import plan as planning
from .api import RoutesApi
from .operations import PAUSE, Operations

ARGUMENTS: dict[str, t.Any] = {
    "arn": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "out_of_service": {"type": "list", "elements": "str"},
    "dials": {"type": "dict"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
}
MUTUALLY_EXCLUSIVE = [("out_of_service", "dials")]
REQUIRED_IF = [("state", "present", ("out_of_service", "dials"), True)]


State = t.Optional[planning.Routes]


class Routes(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._unknown = module.check_mode and p["arn"] == KNOWN_AFTER_APPLY
        if not self._unknown:
            check_mrap_arn(p["arn"], "arn")
        self._desired = planning.desired(p["arn"], p["state"] == "present", p["out_of_service"], p["dials"])
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]
        self._api = RoutesApi(aws, p["arn"])
        self.operations = Operations(self._api, self._desired, self._wait_timeout)

    def observe(self) -> State:
        return None if self._unknown else self._api.routes()

    def plan(self, observed: State) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: State, changed: bool) -> State:
        if observed is None:
            return None
        if not changed or not self._wait:
            return planning.wanted(observed, self._desired)
        return wait_until(
            f"The routes of {self._desired.alias}",
            self._api.routes,
            lambda seen: not planning.changes(seen, self._desired),
            timeout=self._wait_timeout,
            describe=lambda seen: f"not in effect yet in {', '.join(sorted(planning.changes(seen, self._desired)))}",
            pause=PAUSE,
        )

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        predicted = outcome.plan.after if outcome.plan.steps else {}
        routes = dict(sorted((predicted if outcome.settled is None else outcome.settled).items()))
        return {
            "routes": routes,
            "previous": dict(sorted((outcome.observed or {}).items())),
            "in_service": [region for region, dial in routes.items() if dial],
            "out_of_service": [region for region, dial in routes.items() if not dial],
            "endpoint": self._api.endpoint,
        }
