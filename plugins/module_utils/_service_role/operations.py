# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about a role and its managed policies call: each waits until IAM shows what the ones before it did."""

from __future__ import annotations

import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.waiting import retry, wait_until
from .._rules.ownership import tag_list
from .api import MISSING, ServiceRoleApi
from .documents import Statement, text
from .model import Policy

ALREADY_THERE = "EntityAlreadyExists"

# Another change of the same role or policy is in progress.
_BUSY = ("ConcurrentModification", "EntityTemporarilyUnmodifiable")


class Operations(ServiceRoleApi):
    """Waits for *wait_timeout* seconds at most: until IAM shows what was just changed."""

    def __init__(self, aws: Aws, wait_timeout: float) -> None:
        super().__init__(aws)
        self._wait_timeout = wait_timeout

    def policy(self, arn: str) -> Policy | None:
        """Read again while IAM shows the policy and not yet its version."""
        read = super().policy
        return retry(f"The policy {arn}", lambda: read(arn), [MISSING], timeout=self._wait_timeout)

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
        except is_boto3_error_code(MISSING):
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

    def _soon(self, what: str, call: t.Callable[..., object], **arguments: t.Any) -> None:
        """Call again while IAM does not see what was just made."""
        retry(what, lambda: call(**arguments), [MISSING, *_BUSY], timeout=self._wait_timeout)

    def _gone(self, what: str, call: t.Callable[..., object], **arguments: t.Any) -> None:
        """Call again while IAM still sees in the way what was just taken away; what is gone already is no failure."""
        try:
            retry(what, lambda: call(**arguments), ["DeleteConflict", *_BUSY], timeout=self._wait_timeout)
        except is_boto3_error_code(MISSING):
            return

    def _until_seen(self, what: str, read: t.Callable[[], object]) -> None:
        """IAM answers that it exists: from a run that was killed, or from others. Then it is planned again."""
        wait_until(
            what,
            read,
            lambda found: found is not None,
            timeout=self._wait_timeout,
            describe=lambda found: "IAM answers that it exists, and does not return it; it may have another path",
            pause=0.25,
        )
