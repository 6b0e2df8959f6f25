# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Lambda, IAM, CloudFront and CloudWatch Logs calls that read the origin request function, one a method."""

from __future__ import annotations

import functools
import typing as t

from .._cloudfront.listing import associations
from .._core.aws import (
    BY_ORGANIZATION,
    GLOBAL_REGION,
    Aws,
    is_boto3_error_code,
)
from .._core.errors import error_message
from .._core.parallel import in_parallel
from . import log_groups

Config = dict[str, t.Any]

_DENIED: Config = {}


class EdgeLambdaApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        # Lambda@Edge replicates from this Region only.
        self._lambda = aws.client("lambda", GLOBAL_REGION)
        self._revision = ""

    def function(self, name: str) -> Config | None:
        """The configuration of $LATEST."""
        try:
            found = self._lambda.get_function_configuration(FunctionName=name)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None
        self._revision = found["RevisionId"]
        return found

    def versions(self, name: str) -> list[Config]:
        """The numbered versions, oldest first. A list has no states: see Operations.await_version."""
        pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        found = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
        return sorted(found, key=lambda version: int(version["Version"]))

    def tags(self, arn: str) -> dict[str, str]:
        return self._lambda.list_tags(Resource=arn).get("Tags", {})

    def trust_policy(self, role_arn: str) -> Config | None:
        """The role's; None if there is no such role, which may also be too new to be seen."""
        try:
            role = self._aws.client("iam", GLOBAL_REGION).get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        except is_boto3_error_code("NoSuchEntity"):
            return None
        return role["AssumeRolePolicyDocument"]

    def associations(self, arn: str) -> dict[str, list[str]]:
        """The ids of the account's distributions that associate the function, by version."""
        found = associations(self._aws.client("cloudfront", GLOBAL_REGION), "LambdaFunctionARN")
        prefix = f"{arn}:"
        return {each.removeprefix(prefix): ids for each, ids in found.items() if each.startswith(prefix)}

    def concurrency(self, region: str) -> int:
        """How many functions without a reserved concurrency may run at once in *region*."""
        limits = self._aws.client("lambda", region, fail_fast=True).get_account_settings()["AccountLimit"]
        return int(limits["UnreservedConcurrentExecutions"])

    def log_group(self, region: str, log_group: str) -> Config | None:
        pages = self._aws.client("logs", region).get_paginator("describe_log_groups")
        groups = (group for page in pages.paginate(logGroupNamePrefix=log_group) for group in page["logGroups"])
        return next((group for group in groups if group["logGroupName"] == log_group), None)

    def log_groups_by_region(self, log_group: str) -> tuple[log_groups.LogGroups, tuple[str, ...]]:
        """In all Regions, but not in those, returned besides, that an organization denies: log groups are not vital."""
        reads = {region: functools.partial(self._unless_denied, region, log_group) for region in log_groups.REGIONS}
        found = in_parallel(reads)
        denied = tuple(sorted(region for region, group in found.items() if group is _DENIED))
        return {region: group for region, group in found.items() if region not in denied}, denied

    def _unless_denied(self, region: str, log_group: str) -> Config | None:
        try:
            return self.log_group(region, log_group)
        except is_boto3_error_code("AccessDeniedException") as error:
            if BY_ORGANIZATION not in error_message(error):
                raise
            return _DENIED
