# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Lambda@Edge function: its package, its published version and its logs; or none of them."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._core.aws import GLOBAL_REGION, AnsibleAWSModule, Aws, BotoCoreError, ClientError, is_boto3_error_code
from .._core.errors import error_code, explain
from .._core.parallel import in_parallel
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from . import log_groups, options
from . import plan as planning
from .api import EdgeLambdaApi
from .operations import (
    ChangedByOthers,
    Operations,
    is_other_code,
)

# ResourceNotFoundException: the function, or a log group of it, was deleted.
_STALE = ("PreconditionFailedException", "ResourceNotFoundException")


def edge_function(module: AnsibleAWSModule, aws: Aws) -> Resource[t.Any]:
    options.check_name(module.params["name"], aws.default_region)
    return Absent(module, aws) if module.params["state"] == "absent" else Present(module, aws)


def _with_log_groups(observed: planning.Observed, api: EdgeLambdaApi, name: str) -> planning.Observed:
    groups, denied = api.log_groups_by_region(log_groups.log_group(name))
    return dataclasses.replace(observed, log_groups=groups, denied_logs=denied)


class Present(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = options.desired(module.params)
        self._account_id = aws.account_id
        options.check_account(self._desired.role_arn, self._account_id)
        self.operations = Operations(aws, module.params["wait_timeout"])
        self._warn = module.warn

    def observe(self) -> planning.Observed:
        self._check_role()
        observed = self.observe_again()
        return dataclasses.replace(observed, concurrency=self._concurrency(observed))

    def observe_again(self) -> planning.Observed:
        latest = self.operations.function(self._desired.name)
        observed = planning.Observed(latest)
        if self._desired.log_retention:
            observed = _with_log_groups(observed, self.operations, self._desired.name)
        if latest is not None:
            versions = tuple(self.operations.versions(self._desired.name))
            tags = self.operations.tags(latest["FunctionArn"])
            observed = dataclasses.replace(observed, versions=versions, tags=tags)
            if planning.superseded(observed, self._desired):
                associations = self.operations.associations(latest["FunctionArn"])
                observed = dataclasses.replace(observed, associations=associations)
        return observed

    def _check_role(self) -> None:
        """A role that is not there yet is Lambda's to wait for."""
        if self._desired.role_arn == KNOWN_AFTER_APPLY:
            return
        try:
            trust = self.operations.trust_policy(self._desired.role_arn)
        except is_boto3_error_code("AccessDenied") as error:
            self._warn(f"Whether Lambda@Edge may assume {self._desired.role_arn} was not checked: {explain(error)}")
            return
        if trust is not None:
            options.check_trust(self._desired.role_arn, trust)

    def _concurrency(self, observed: planning.Observed) -> dict[str, int]:
        """Of us-east-1. A run that publishes a version reads the other Regions too, if it manages their logs anyway."""
        everywhere = observed.log_groups and planning.published(observed, self._desired) is None
        regions = {GLOBAL_REGION, *(observed.log_groups if everywhere else ())}
        found = in_parallel({region: functools.partial(self._concurrency_of, region) for region in regions})
        return {region: most for region, most in found.items() if most is not None}

    def _concurrency_of(self, region: str) -> int | None:
        """None where it cannot be read: it is for a warning only."""
        try:
            return self.operations.concurrency(region)
        except (ClientError, BotoCoreError) as error:
            if region == GLOBAL_REGION:
                self._warn(f"How many Lambda functions may run at once was not checked: {explain(error)}")
            return None

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def is_stale(self, error: BaseException | None) -> bool:
        return error_code(error) in _STALE or is_other_code(error) or isinstance(error, ChangedByOthers)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        """CloudFront refuses to associate a version that is not active yet, also one of a run that was killed.

        Always asked for: a list of versions does not have their states.
        """
        state = self.observe_again() if changed else observed
        version = planning.published(state, self._desired)
        if version:
            self.operations.await_version(self._desired.name, version["Version"])
        return state

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        # In check mode, a version that exists already is known.
        version = planning.published(outcome.latest, self._desired)
        number = version["Version"] if version else KNOWN_AFTER_APPLY
        arn = f"arn:aws:lambda:{GLOBAL_REGION}:{self._account_id}:function:{self._desired.name}"
        return {
            "function": {
                "name": self._desired.name,
                "arn": arn,
                "version": number,
                "qualified_arn": f"{arn}:{number}" if version else KNOWN_AFTER_APPLY,
                "package_sha256": self._desired.identity,
            },
            "replicated_versions": self.operations.replicated,
        }


class Absent(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self.operations = Operations(aws, module.params["wait_timeout"])
        self._name: str = module.params["name"]

    def observe(self) -> planning.Observed:
        latest = self.operations.function(self._name)
        if latest is None:
            return planning.Observed(None)
        planning.assert_managed(self._name, latest)
        observed = planning.Observed(latest, associations=self.operations.associations(latest["FunctionArn"]))
        return observed if observed.associations else _with_log_groups(observed, self.operations, self._name)

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan_absent(self.operations, observed, self._name)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        return observed

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        pending = None
        if self.operations.replicated:
            versions = ", ".join(self.operations.replicated)
            pending = (
                f"AWS still replicates version {versions} of the Lambda function {self._name}, so it is not deleted "
                "yet. AWS removes the replicas by itself, usually within hours: run this again then."
            )
        return {
            "function": {},
            "replicated_versions": self.operations.replicated,
            "pending": pending is not None,
            "pending_reason": pending,
        }
