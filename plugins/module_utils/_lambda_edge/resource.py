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

from .._core.aws import (
    GLOBAL_REGION,
    AnsibleAWSModule,
    Aws,
    ClientError,
    explain,
    is_boto3_error_code,
)
from .._core.parallel import in_parallel
from .._core.reconcile import Plan, Resource
from .._core.shapes import KNOWN_AFTER_APPLY
from . import log_groups, options
from . import plan as planning
from .api import (
    ChangedMeanwhile,
    EdgeLambdaApi,
    is_other_code,
)

# ResourceNotFoundException: the function, or a log group of it, was deleted meanwhile.
_STALE = ("PreconditionFailedException", "ResourceNotFoundException")


def edge_function(module: AnsibleAWSModule, aws: Aws) -> Resource[t.Any]:
    options.check_name(module.params["name"], aws.default_region)
    return Absent(module, aws) if module.params["state"] == "absent" else Present(module, aws)


def log_group_reads(api: EdgeLambdaApi, name: str) -> dict[str, t.Callable[[], t.Any]]:
    return {
        region: functools.partial(api.log_group, region, log_groups.log_group(name)) for region in log_groups.REGIONS
    }


class Present(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = options.desired(module.params)
        self._account_id = aws.account_id
        options.check_account(self._desired.role_arn, self._account_id)
        self.api = EdgeLambdaApi(aws, module.params["wait_timeout"])
        self._warn = module.warn
        self._role_is_checked = False
        self._observed = planning.Observed(None)

    def observe(self) -> planning.Observed:
        self._check_role()
        latest = self.api.function(self._desired.name)
        logs = in_parallel(log_group_reads(self.api, self._desired.name) if self._desired.log_retention else {})
        observed = planning.Observed(latest, log_groups=logs)
        if latest is not None:
            versions = tuple(self.api.versions(self._desired.name))
            tags = self.api.tags(latest["FunctionArn"])
            observed = dataclasses.replace(observed, versions=versions, tags=tags)
            if planning.superseded(observed, self._desired):
                associations = self.api.associations(latest["FunctionArn"])
                observed = dataclasses.replace(observed, associations=associations)
        self._observed = observed
        return observed

    def _check_role(self) -> None:
        """A role that is not there yet is Lambda's to wait for."""
        if self._role_is_checked or self._desired.role_arn == KNOWN_AFTER_APPLY:
            return
        self._role_is_checked = True
        try:
            trust = self.api.trust_policy(self._desired.role_arn)
        except is_boto3_error_code("AccessDenied") as error:
            self._warn(f"Whether Lambda@Edge may assume {self._desired.role_arn} was not checked: {explain(error)}")
            return
        if trust is not None:
            options.check_trust(self._desired.role_arn, trust)

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(observed, self._desired)

    def is_stale(self, error: BaseException | None) -> bool:
        code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
        return code in _STALE or is_other_code(error) or isinstance(error, ChangedMeanwhile)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        """CloudFront refuses to associate a version that is not active yet, also one of a run that was killed."""
        state = self.observe() if changed else observed
        version = planning.published(state, self._desired)
        if version and version.get("State") == "Pending":
            self.api.await_version(self._desired.name, version["Version"])
        return state

    def result(self, state: t.Any) -> dict[str, t.Any]:
        # In check mode the state is the plan's; but a version that is there already is known.
        version = planning.published(state if isinstance(state, planning.Observed) else self._observed, self._desired)
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
            "replicated_versions": self.api.replicated,
        }


class Absent(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self.api = EdgeLambdaApi(aws, module.params["wait_timeout"])
        self._name: str = module.params["name"]

    def observe(self) -> planning.Observed:
        latest = self.api.function(self._name)
        if latest is None:
            return planning.Observed(None)
        planning.refuse_unmarked(self._name, latest)
        associations = self.api.associations(latest["FunctionArn"])
        return planning.Observed(
            latest,
            associations=associations,
            log_groups={} if associations else in_parallel(log_group_reads(self.api, self._name)),
        )

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan_absent(observed, self._name)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        return observed

    def result(self, state: t.Any) -> dict[str, t.Any]:
        pending = None
        if self.api.replicated:
            pending = (
                f"AWS still replicates version {', '.join(self.api.replicated)} of the Lambda function {self._name}, "
                "so it is there yet. AWS removes the replicas by itself, usually within hours: run this again then."
            )
        return {
            "function": {},
            "replicated_versions": self.api.replicated,
            "pending": pending is not None,
            "pending_reason": pending,
        }
