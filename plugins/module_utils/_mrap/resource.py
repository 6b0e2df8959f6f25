# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A Multi-Region Access Point: created, given a policy or deleted, and waited for."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.parallel import in_parallel
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._rules.cloudfront import check_distribution_arns
from . import plan as planning
from .api import MrapApi
from .operations import Operations
from .policy import Policies, check_document

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "buckets": {"type": "list", "elements": "str"},
    "site": {"type": "str"},
    "allow_replacement": {"type": "bool", "default": False},
    "policy": {"type": "dict"},
    "distribution_arns": {"type": "list", "elements": "str"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
REQUIRED_IF = [("state", "present", ("buckets",))]
MUTUALLY_EXCLUSIVE = [("policy", "distribution_arns")]


class MultiRegionAccessPoint(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        arns: list[str] | None = p["distribution_arns"]
        check_distribution_arns("distribution_arns", arns or (), module.check_mode)
        desired = planning.Desired(
            account_id="",
            name=p["name"],
            buckets=tuple(p["buckets"] or ()),
            present=p["state"] == "present",
            site=p["site"],
            allow_replacement=p["allow_replacement"],
            policy=p["policy"],
            distribution_arns=None if arns is None else tuple(arns),
            wait=p["wait"],
        )
        planning.check(desired)
        if desired.policy is not None:
            check_document(desired.policy)
        self._reads = MrapApi(aws)
        self._desired = dataclasses.replace(desired, account_id=aws.account_id)
        self.operations = Operations(self._reads, aws.account_id, desired.name, p["wait_timeout"])

    def observe(self) -> planning.Observed:
        name, site = self._desired.name, self._desired.site
        reads: dict[str, t.Callable[[], t.Any]] = {name: functools.partial(self._reads.mrap, name)}
        if site is not None:
            reads[f"the MRAPs of {site}"] = functools.partial(self._others_of, site)
        live, *others = in_parallel(reads).values()
        return planning.Observed(live, self._policies(live), tuple(*others), self._tags(live))

    def _others_of(self, site: str) -> list[planning.Mrap]:
        found = sorted(self._reads.mraps(), key=lambda other: other.name)
        return [other for other in found if planning.is_of_site(other.name, site) and other.name != self._desired.name]

    def _policies(self, live: planning.Mrap | None) -> Policies:
        asked = live is not None and live.serves and self._desired.present and self._desired.manages_policy
        return self._reads.policies(self._desired.name) if asked else Policies()

    def _tags(self, live: planning.Mrap | None) -> dict[str, dict[str, str]]:
        """What shows whose it is, since an MRAP itself cannot be tagged."""
        if live is None or self._desired.present or self._desired.site is None:
            return {}
        members = live.regions.items()
        return in_parallel(
            {bucket: functools.partial(self._reads.bucket_tags, region, bucket) for region, bucket in members}
        )

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        desired = self._desired
        if not desired.wait:
            return self.observe() if changed else observed
        if not desired.present:
            if observed.mrap is not None:
                self.operations.until_gone()
            return dataclasses.replace(observed, mrap=None)
        policies, live = observed.policies, observed.mrap
        if desired.distribution_arns and (live is None or not live.serves):  # its policy has the ARN of what is created
            live = self.operations.until_serving()
        wanted = desired.policy_for(live, policies)
        if wanted is not None and not policies.has(wanted):
            policies = self.operations.until_established(wanted)
        if changed or live is None or not live.serves:
            live = self.operations.until_serving()
        return dataclasses.replace(observed, mrap=live, policies=policies)

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        others = [other.facts(self._desired.account_id) for other in outcome.latest.others]
        return {"multi_region_access_point": self._facts(outcome), "others": others}

    def _facts(self, outcome: Outcome[planning.Observed]) -> planning.Facts | None:
        if outcome.settled is None:
            return outcome.plan.after["multi_region_access_point"] if outcome.plan.after else None
        if outcome.settled.mrap is not None:
            return outcome.settled.mrap.facts(self._desired.account_id)
        return self._desired.starting() if self._desired.present else None
