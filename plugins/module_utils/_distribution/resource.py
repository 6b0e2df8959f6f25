# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A CloudFront distribution, found by its tag."""

from __future__ import annotations

import dataclasses
import typing as t

from .._cloudfront.api import STALE
from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.ownership import OWNER_TAG, as_tags
from . import merge
from . import plan as planning
from .api import aliases_of
from .info import describe, read
from .operations import Operations
from .references import References, named_by

# Members of DistributionConfig that have an option of their own; `config` takes all others.
_MEMBERS: dict[str, t.Any] = {
    "aliases": {"type": "list", "elements": "str"},
    "cache_behaviors": {"type": "list", "elements": "dict"},
    "comment": {"type": "str"},
    "custom_error_responses": {"type": "list", "elements": "dict"},
    "default_cache_behavior": {"type": "dict"},
    "default_root_object": {"type": "str"},
    "enabled": {"type": "bool"},
    "http_version": {"type": "str"},
    "is_ipv6_enabled": {"type": "bool"},
    "logging": {"type": "dict"},
    "origin_groups": {"type": "list", "elements": "dict"},
    "origins": {"type": "list", "elements": "dict"},
    "price_class": {"type": "str"},
    "restrictions": {"type": "dict"},
    "viewer_certificate": {"type": "dict"},
    "web_acl_id": {"type": "str"},
}
ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **_MEMBERS,
    "config": {"type": "dict", "default": {}},
    "purge_origins": {"type": "bool", "default": True},
    "mrap_origin_shape": {"type": "str", "choices": list(merge.SHAPES), "default": "auto"},
    "tags": {"type": "dict", "default": {}},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}


@dataclasses.dataclass(frozen=True)
class State:
    """``live``: the distribution, if there is one."""

    live: planning.Observed | None
    references: References = dataclasses.field(default_factory=References)

    @property
    def is_deployed(self) -> bool:
        return self.live is not None and self.live.facts["status"] == "Deployed"


class Distribution(Resource[State]):
    # Another process changed, enabled, deleted or created it.
    stale_codes = (*STALE, "DistributionNotDisabled", "DistributionAlreadyExists", "NoSuchDistribution")

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self.operations = Operations(aws, p["wait_timeout"])
        self._name: str = p["name"]
        self._wait_timeout: int = p["wait_timeout"]
        given = {key: p[key] for key in _MEMBERS if p[key] is not None}
        self._desired = planning.Desired(
            self._name,
            {**p["config"], **given},
            as_tags(p["tags"]),
            purge_origins=p["purge_origins"],
            mrap_origin_shape=p["mrap_origin_shape"],
            absent=p["state"] == "absent",
            wait=p["wait"],
        )

    def observe(self) -> State:
        summaries = self.operations.summaries()
        distribution_id = self.operations.find(OWNER_TAG, self._name, summaries)
        live = read(self.operations, distribution_id) if distribution_id else None
        if self._desired.absent:
            return State(live)
        _live, after = planning.wanted_config(live, self._desired, self.operations.config_shape)
        others = aliases_of(summaries, but=live.facts["id"] if live else None)
        return State(live, References(self.operations.look_up(named_by(after)), others))

    def plan(self, observed: State) -> Plan:
        return planning.plan(
            self.operations, observed.live, self._desired, self.operations.config_shape, observed.references
        )

    def settle(self, observed: State, changed: bool) -> State:
        seen = self.observe() if changed else observed
        if self._desired.absent or not self._desired.wait or seen.is_deployed:
            return seen
        return wait_until(
            f"The distribution of {self._name}",
            lambda: self._again(seen),
            lambda state: state.is_deployed,
            timeout=self._wait_timeout,
            describe=lambda state: f"status {state.live.facts['status'] if state.live else 'unknown'}",
        )

    def _again(self, seen: State) -> State:
        if seen.live is None:
            return self.observe()
        return State(read(self.operations, seen.live.facts["id"]))

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        live, after = outcome.latest.live, outcome.plan.after
        if self._desired.absent and (live is None or (outcome.settled is None and after is None)):
            return {"distribution": None}
        return {"distribution": {**describe(live), **({} if outcome.settled else _predicted(after))}}


def _predicted(after: dict[str, t.Any]) -> dict[str, t.Any]:
    """What the plan's *after* has of what describe() returns."""
    origins = after["origins"].values()
    return {
        "aliases": after.get("aliases", []),
        "origin_domain_names": [origin["domain_name"] for origin in origins],
    }
