# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The IAM calls that read a role and its managed policies, one a method.

IAM is eventually consistent: what was just made may not be seen by the next call, be it a read or a change. Source: IAM
User Guide, "Changes that I make are not always immediately visible".
"""

from __future__ import annotations

import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._rules.ownership import tags_of
from .model import Policy, Role

MISSING = "NoSuchEntity"


class ServiceRoleApi:
    def __init__(self, aws: Aws) -> None:
        self._iam = aws.client("iam", GLOBAL_REGION)

    def role(self, name: str) -> Role | None:
        """With all that is attached to it."""
        try:
            found = self._iam.get_role(RoleName=name)["Role"]
        except is_boto3_error_code(MISSING):
            return None
        return Role(
            arn=found["Arn"],
            trust=found["AssumeRolePolicyDocument"],
            description=found.get("Description", ""),
            permissions_boundary=found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            tags=tags_of(found.get("Tags", [])),
            attached={
                each["PolicyArn"]: each["PolicyName"]
                for each in self._all("list_attached_role_policies", "AttachedPolicies", RoleName=name)
            },
        )

    def inline_policies(self, role: str) -> list[str]:
        return self._all("list_role_policies", "PolicyNames", RoleName=role)

    def instance_profiles(self, role: str) -> list[str]:
        found = self._all("list_instance_profiles_for_role", "InstanceProfiles", RoleName=role)
        return [each["InstanceProfileName"] for each in found]

    def policy(self, arn: str) -> Policy | None:
        """With the document of its default version. NoSuchEntity while IAM shows the policy and not yet the version."""
        try:
            found = self._iam.get_policy(PolicyArn=arn)["Policy"]
        except is_boto3_error_code(MISSING):
            return None
        version = self._iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])
        uses = found.get("AttachmentCount", 0) + found.get("PermissionsBoundaryUsageCount", 0)
        return Policy(arn, version["PolicyVersion"]["Document"], tags_of(found.get("Tags", [])), uses=uses)

    def versions(self, arn: str) -> list[str]:
        """All but the default one, oldest first."""
        found = self._all("list_policy_versions", "Versions", PolicyArn=arn)
        others = [each["VersionId"] for each in found if not each["IsDefaultVersion"]]
        return sorted(others, key=lambda version: int(version.removeprefix("v")))

    def _all(self, operation: str, member: str, **arguments: str) -> list[t.Any]:
        """Of a role or policy that is there: none, where this read does not see it yet, or any more."""
        try:
            pages = self._iam.get_paginator(operation).paginate(**arguments)
            return [each for page in pages for each in page[member]]
        except is_boto3_error_code(MISSING):
            return []
