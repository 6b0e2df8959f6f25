# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The traffic dials of a Multi-Region Access Point: which Regions are in service."""

from __future__ import annotations

import time
import typing as t

from .._core.aws import AnsibleAWSModule, Aws, ClientError
from .._core.reconcile import Plan, Resource, wait_until
from .._core.shapes import KNOWN_AFTER_APPLY
from .._rules.names import check_mrap_arn
from . import plan as planning
from .api import RoutesApi, status_of

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

# Seconds between two attempts, or two reads, at first.
_PAUSE = 0.5

State = t.Optional[planning.Routes]


class Changes:
    """What the step of a plan calls."""

    def __init__(
        self, api: RoutesApi, desired: planning.Desired, timeout: float, sleep: t.Callable[[float], None] = time.sleep
    ) -> None:
        self._api = api
        self._desired = desired
        self._timeout = timeout
        self._sleep = sleep

    def submit_routes(self, dials: planning.Routes) -> None:
        """Of two changes at once AWS takes the first: planned again for what that one left."""
        refused = False

        def attempt() -> bool:
            nonlocal refused
            left = planning.changes(self._api.routes(), self._desired) if refused else dials
            try:
                if left:
                    self._api.submit(left)
            except ClientError as error:
                if status_of(error) != 409:
                    raise
                refused = True
                return False
            return True

        wait_until(
            f"The routes of {self._desired.alias}",
            attempt,
            bool,
            timeout=self._timeout,
            describe=lambda done: "somebody else is changing them, and AWS takes one change at a time",
            pause=_PAUSE,
            sleep=self._sleep,
        )


class Routes(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._unknown = module.check_mode and p["arn"] == KNOWN_AFTER_APPLY
        if not self._unknown:
            check_mrap_arn(p["arn"], "arn")
        self._desired = planning.desired(p["arn"], p["state"] == "present", p["out_of_service"], p["dials"])
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]
        self._routes = RoutesApi(aws, p["arn"]) if not self._unknown else None
        self.api = Changes(self._routes, self._desired, self._wait_timeout) if self._routes else None
        self._previous: State = None

    def observe(self) -> State:
        self._previous = self._routes.routes() if self._routes else None
        return self._previous

    def plan(self, observed: State) -> Plan:
        return planning.plan(observed, self._desired)

    def settle(self, observed: State, changed: bool) -> State:
        if self._routes is None or observed is None:
            return observed
        if not changed or not self._wait:
            return planning.wanted(observed, self._desired)
        return wait_until(
            f"The routes of {self._desired.alias}",
            self._routes.routes,
            lambda seen: not planning.changes(seen, self._desired),
            timeout=self._wait_timeout,
            describe=lambda seen: f"not in effect yet in {', '.join(sorted(planning.changes(seen, self._desired)))}",
            pause=_PAUSE,
        )

    def result(self, state: State) -> dict[str, t.Any]:
        routes = dict(sorted((state or {}).items()))
        return {
            "routes": routes,
            "previous": dict(sorted((self._previous or {}).items())),
            "in_service": [region for region, dial in routes.items() if dial],
            "out_of_service": [region for region, dial in routes.items() if not dial],
            "endpoint": self._routes.endpoint if self._routes else None,
        }
