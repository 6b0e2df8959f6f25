# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The IAM calls about a role and its managed policies, one a method.

IAM is eventually consistent: what was just made may not be seen by the next call, be it a read or a change. Source: IAM
User Guide, "Changes that I make are not always immediately visible".
"""

from __future__ import annotations

import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.reconcile import wait_until
from .._core.retry import retry
from .._rules.ownership import tag_list, tags_of
from .documents import Statement, text
from .facts import Policy, Role

ALREADY_THERE = "EntityAlreadyExists"
_MISSING = "NoSuchEntity"
# Another change of the same role or policy is under way.
_BUSY = ("ConcurrentModification", "EntityTemporarilyUnmodifiable")


class ServiceRoleApi:
    """Waits for *wait_timeout* seconds at most: until IAM sees what was just made, or what was just taken away."""

    def __init__(self, aws: Aws, wait_timeout: float) -> None:
        self._iam = aws.client("iam", GLOBAL_REGION)
        self._wait_timeout = wait_timeout

    # Reads

    def role(self, name: str) -> Role | None:
        """With all that is attached to it."""
        try:
            found = self._iam.get_role(RoleName=name)["Role"]
        except is_boto3_error_code(_MISSING):
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
        """With the document of its default version; read again while IAM shows the policy and not yet the version."""

        def read() -> Policy | None:
            try:
                found = self._iam.get_policy(PolicyArn=arn)["Policy"]
            except is_boto3_error_code(_MISSING):
                return None
            version = self._iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])
            uses = found.get("AttachmentCount", 0) + found.get("PermissionsBoundaryUsageCount", 0)
            return Policy(arn, version["PolicyVersion"]["Document"], tags_of(found.get("Tags", [])), uses=uses)

        return retry(f"The policy {arn}", read, [_MISSING], timeout=self._wait_timeout)

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
        except is_boto3_error_code(_MISSING):
            return []

    # Changes of the role

    def create_role(
        self, role: str, trust: Statement, description: str, permissions_boundary: str, tags: dict[str, str]
    ) -> None:
        more = {"Description": description, "PermissionsBoundary": permissions_boundary}
        try:
            self._iam.create_role(
                RoleName=role,
                AssumeRolePolicyDocument=text(trust),
                Tags=tag_list(tags),
                **{option: value for option, value in more.items() if value},
            )
        except is_boto3_error_code(ALREADY_THERE):
            self._until_seen(f"The role {role}", lambda: self.role(role))
            raise

    def set_trust(self, role: str, trust: Statement) -> None:
        self._soon(f"The role {role}", self._iam.update_assume_role_policy, RoleName=role, PolicyDocument=text(trust))

    def set_boundary(self, role: str, policy_arn: str) -> None:
        put = self._iam.put_role_permissions_boundary
        self._soon(f"The role {role}", put, RoleName=role, PermissionsBoundary=policy_arn)

    def delete_boundary(self, role: str) -> None:
        try:
            self._iam.delete_role_permissions_boundary(RoleName=role)
        except is_boto3_error_code(_MISSING):
            return

    def set_description(self, role: str, description: str) -> None:
        self._soon(f"The role {role}", self._iam.update_role, RoleName=role, Description=description)

    def tag_role(self, role: str, tags: dict[str, str]) -> None:
        self._soon(f"The role {role}", self._iam.tag_role, RoleName=role, Tags=tag_list(tags))

    def attach(self, role: str, arn: str) -> None:
        self._soon(f"The policy {arn} of the role {role}", self._iam.attach_role_policy, RoleName=role, PolicyArn=arn)

    def detach(self, role: str, arn: str) -> None:
        self._gone(f"The policy {arn} of the role {role}", self._iam.detach_role_policy, RoleName=role, PolicyArn=arn)

    def delete_inline_policy(self, role: str, name: str) -> None:
        self._gone(f"The role {role}", self._iam.delete_role_policy, RoleName=role, PolicyName=name)

    def delete_role(self, role: str) -> None:
        self._gone(f"The role {role}", self._iam.delete_role, RoleName=role)

    # Changes of a policy

    def create_policy(self, arn: str, description: str, document: Statement, tags: dict[str, str]) -> None:
        name = arn.rpartition("/")[2]
        more = {"Description": description} if description else {}
        try:
            self._iam.create_policy(PolicyName=name, PolicyDocument=text(document), Tags=tag_list(tags), **more)
        except is_boto3_error_code(ALREADY_THERE):
            self._until_seen(f"The policy {name}", lambda: self.policy(arn))
            raise

    def create_version(self, arn: str, document: Statement) -> None:
        """In effect at once: of two calls, a run could be killed after the first."""
        create = self._iam.create_policy_version
        self._soon(f"The policy {arn}", create, PolicyArn=arn, PolicyDocument=text(document), SetAsDefault=True)

    def delete_version(self, arn: str, version: str) -> None:
        self._gone(f"The policy {arn}", self._iam.delete_policy_version, PolicyArn=arn, VersionId=version)

    def tag_policy(self, arn: str, tags: dict[str, str]) -> None:
        self._soon(f"The policy {arn}", self._iam.tag_policy, PolicyArn=arn, Tags=tag_list(tags))

    def delete_policy(self, arn: str) -> None:
        self._gone(f"The policy {arn}", self._iam.delete_policy, PolicyArn=arn)

    # How they are made

    def _soon(self, what: str, call: t.Callable[..., object], **arguments: t.Any) -> None:
        """Call again while IAM does not see what was just made."""
        retry(what, lambda: call(**arguments), [_MISSING, *_BUSY], timeout=self._wait_timeout)

    def _gone(self, what: str, call: t.Callable[..., object], **arguments: t.Any) -> None:
        """Call again while IAM still sees in the way what was just taken away; what is gone already is no failure."""
        try:
            retry(what, lambda: call(**arguments), ["DeleteConflict", *_BUSY], timeout=self._wait_timeout)
        except is_boto3_error_code(_MISSING):
            return

    def _until_seen(self, what: str, read: t.Callable[[], object]) -> None:
        """IAM says that it is there already: of a run that was killed, or by others. Then it is planned again."""
        wait_until(
            what,
            read,
            lambda found: found is not None,
            timeout=self._wait_timeout,
            describe=lambda found: "IAM says that it exists, and does not show it; it may have another path",
            pause=0.25,
        )
