# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A role that an AWS service assumes, with the managed policies that are its own; or none of them."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import typing as t

from .._core.aws import (
    AnsibleAWSModule,
    Aws,
    is_boto3_error_code,
)
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from . import options
from . import plan as planning
from .model import Group, Observed, Policy, Role, number_of, part
from .operations import ALREADY_THERE, Operations
from .policies import to_change as policies_to_change


class ServiceRole(Resource[Observed]):
    # Of a run that was killed, and not seen by the reads before.
    stale_codes = (ALREADY_THERE,)

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._absent: bool = p["state"] == "absent"
        self._desired = dataclasses.replace(options.desired(p), account_id=aws.account_id)
        self._wait_timeout: float = p["wait_timeout"]
        self.operations = Operations(aws, self._wait_timeout)

    def observe(self) -> Observed:
        reads: dict[str, t.Callable[[], t.Any]] = {"role": self._role}
        reads.update({f"policy {group.name}": functools.partial(self._group, group) for group in self._desired.groups})
        found = in_parallel(reads)
        role: Role | None = found.pop("role")
        policies: dict[str, Policy] = {name: policy for group in found.values() for name, policy in group.items()}
        # A part is missing before these: removed by hand.
        beyond = [
            name for name in (role.attached.values() if role else ()) if name not in policies and self._is_part(name)
        ]
        more = in_parallel({name: functools.partial(self._policy, name) for name in beyond})
        policies.update({name: policy for name, policy in more.items() if policy is not None})
        observed = Observed(role, policies)
        matter = policies_to_change(observed, {} if self._absent else self._desired.policies)
        versions = in_parallel(
            {name: functools.partial(self.operations.versions, policies[name].arn) for name in matter}
        )
        changing = {name: dataclasses.replace(policies[name], versions=tuple(each)) for name, each in versions.items()}
        return Observed(role, {**policies, **changing})

    def _role(self) -> Role | None:
        name = self._desired.name
        role = self.operations.role(name)
        if role is None or not self._absent:
            return role
        return dataclasses.replace(
            role,
            inline_policies=tuple(self.operations.inline_policies(name)),
            instance_profiles=tuple(self.operations.instance_profiles(name)),
        )

    def _group(self, group: Group) -> dict[str, Policy]:
        """Its policies: those that are wanted, and what an earlier run left after them. They are numbered in a row."""
        found: dict[str, Policy] = {}
        for number in itertools.count(1):
            name = part(group.name, number)
            policy = self._policy(name)
            if policy is not None:
                found[name] = policy
            elif number > len(group.documents):
                return found
        return found

    def _policy(self, name: str) -> Policy | None:
        return self.operations.policy(self._desired.arn("policy", name))

    def _is_part(self, name: str) -> bool:
        return any(number_of(group.name, name) for group in self._desired.groups)

    def plan(self, observed: Observed) -> Plan:
        plan = planning.plan_absent if self._absent else planning.plan
        return plan(self.operations, observed, self._desired)

    def settle(self, observed: Observed, changed: bool) -> Observed:
        """Wait until IAM shows the changes. A service may see them later: the caller that passes the role retries."""
        if not changed:
            return observed
        return wait_until(
            f"The role {self._desired.name}",
            self.observe,
            lambda seen: not self._not_seen(seen),
            timeout=self._wait_timeout,
            describe=self._not_seen,
            pause=0.25,
        )

    def is_stale(self, error: BaseException | None) -> bool:
        """Also where another run made a version, so that the policy has as many as IAM keeps: one of them gives way."""
        full = isinstance(error, is_boto3_error_code("LimitExceeded", error))
        return super().is_stale(error) or (full and getattr(error, "operation_name", "") == "CreatePolicyVersion")

    def _not_seen(self, seen: Observed) -> str:
        """What IAM shows of the past may be a state of which no plan can be made."""
        try:
            sentences = self.plan(seen).sentences
        except EdgeError as error:
            return str(error)
        return f"not seen yet: {sentences[0]}" if sentences else ""

    def result(self, outcome: Outcome[Observed]) -> dict[str, t.Any]:
        found = outcome.plan.after if outcome.settled is None else outcome.settled.described()
        if self._absent or not found:
            return {"role": {}, "policies": []}
        role = {key: value for key, value in found["role"].items() if key not in ("policies", "trust")}
        return {
            "role": {"name": self._desired.name, **role},
            "policies": [
                {"name": name, "arn": self._desired.arn("policy", name)} for name in sorted(self._desired.policies)
            ],
        }
