# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about a Lambda@Edge function call: each is made when Lambda is ready for it, and waited for."""

from __future__ import annotations

import re
import typing as t

from .._core.aws import Aws, ClientError, is_boto3_error_code
from .._core.errors import EdgeError, error_message
from .._core.waiting import retry, wait_until
from .api import Config, EdgeLambdaApi
from .plan import MANAGED

T = t.TypeVar("T")

# ResourceConflictException: an update is in progress, or the function is not active yet.
_SETTLING = ("InvalidParameterValueException", "ResourceConflictException")

# Until IAM has spread a new role, which takes up to two minutes. The code has many other meanings.
_NOT_ASSUMED = "cannot be assumed by Lambda"

# "Lambda was unable to delete arn:...:function:NAME:N because it is a replicated function.", known from many reports.
_REPLICATED = re.compile(r"unable to delete \S*?:(\d+) because it is a replicated function")
_OTHER_CODE = "is different from current CodeSHA256"


class ChangedByOthers(Exception):
    """Another process changed the function between two writes of this run."""


class Operations(EdgeLambdaApi):
    """Each change is for the revision that was observed, or that this run's previous change made."""

    def __init__(self, aws: Aws, wait_timeout: float) -> None:
        super().__init__(aws)
        self._timeout = wait_timeout
        # The versions that Lambda did not delete since it still replicates them.
        self.replicated: list[str] = []

    def await_version(self, name: str, version: str) -> None:
        self._await_active(f"Version {version} of the Lambda function {name}", name, Qualifier=version)

    def create_function(self, name: str, package: bytes, configuration: Config, tags: dict[str, str]) -> None:
        def create() -> Config:
            try:
                return self._lambda.create_function(
                    FunctionName=name,
                    Code={"ZipFile": package},
                    PackageType="Zip",
                    Publish=False,
                    Tags=tags,
                    **configuration,
                )
            except is_boto3_error_code("ResourceConflictException"):
                return configuration  # it exists: the answer to an earlier attempt of this very call was lost

        self._settle(name, self._retry_while_settling(name, create))

    def update_code(self, name: str, package: bytes) -> None:
        update = self._lambda.update_function_code
        self._update(name, lambda: update(FunctionName=name, ZipFile=package, RevisionId=self._revision))

    def update_configuration(self, name: str, configuration: Config) -> None:
        update = self._lambda.update_function_configuration
        self._update(name, lambda: update(FunctionName=name, RevisionId=self._revision, **configuration))

    def publish_version(self, name: str, code_sha256: str) -> None:
        publish = self._lambda.publish_version
        self._retry_while_settling(
            name, lambda: publish(FunctionName=name, CodeSha256=code_sha256, RevisionId=self._revision)
        )

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        self._lambda.tag_resource(Resource=arn, Tags=tags)

    def delete_version(self, name: str, version: str) -> None:
        try:
            self._delete(name, Qualifier=version)
        except is_boto3_error_code("ResourceConflictException"):
            return  # it was given an alias

    def delete_function(self, name: str) -> None:
        """With all its versions, or none."""
        self._retry_while_settling(name, lambda: self._delete(name))

    def create_log_group(self, region: str, log_group: str, tags: dict[str, str]) -> None:
        create = self._aws.client("logs", region).create_log_group
        try:
            self._retry_on_conflict(region, log_group, lambda: create(logGroupName=log_group, tags=tags))
        except is_boto3_error_code("ResourceAlreadyExistsException"):
            return  # the answer to an earlier attempt was lost, or the function has just run there

    def put_log_retention(self, region: str, log_group: str, days: int) -> None:
        put = self._aws.client("logs", region).put_retention_policy
        self._retry_on_conflict(region, log_group, lambda: put(logGroupName=log_group, retentionInDays=days))

    def delete_log_group(self, region: str, log_group: str) -> None:
        delete = self._aws.client("logs", region).delete_log_group
        try:
            self._retry_on_conflict(region, log_group, lambda: delete(logGroupName=log_group))
        except is_boto3_error_code("ResourceNotFoundException"):
            return

    def _update(self, name: str, call: t.Callable[[], Config]) -> None:
        self._settle(name, self._retry_while_settling(name, call))

    def _delete(self, name: str, **qualifier: str) -> None:
        try:
            self._lambda.delete_function(FunctionName=name, **qualifier)
        except is_boto3_error_code("ResourceNotFoundException"):
            return
        except is_boto3_error_code("InvalidParameterValueException") as error:
            replicated = _REPLICATED.search(error_message(error))
            if not replicated:
                raise
            if replicated[1] not in self.replicated:
                self.replicated.append(replicated[1])

    def _retry_while_settling(self, name: str, call: t.Callable[[], T]) -> T:
        """Call again while Lambda refuses for a reason that passes."""

        def attempt() -> T | ClientError:
            try:
                return call()
            except is_boto3_error_code("InvalidParameterValueException") as error:
                if _NOT_ASSUMED in error_message(error):
                    raise
                return error  # an answer, and no reason to ask again

        answer = retry(f"The Lambda function {name}", attempt, _SETTLING, timeout=self._timeout)
        if isinstance(answer, ClientError):
            raise answer
        return answer

    def _retry_on_conflict(self, region: str, log_group: str, call: t.Callable[[], t.Any]) -> None:
        """Call again while another change of the log group is under way."""
        retry(f"The log group {log_group} in {region}", call, ["OperationAbortedException"], timeout=self._timeout)

    def _settle(self, name: str, written: Config) -> None:
        """Wait until Lambda is done. The revision is another one then; it is accepted if all is as *written*."""
        seen = self._await_active(f"The Lambda function {name}", name)
        for member in (*MANAGED, "CodeSha256"):
            if member in written and seen.get(member) != written[member]:
                what = f"The {member} of the Lambda function {name} was changed by another process during this run."
                raise EdgeError(what) from ChangedByOthers(what)
        self._revision = seen["RevisionId"]

    def _await_active(self, what: str, name: str, **qualifier: str) -> Config:
        seen: Config = wait_until(
            what,
            lambda: self._lambda.get_function_configuration(FunctionName=name, **qualifier),
            lambda found: not {"Pending", "InProgress"} & _states(found),
            timeout=self._timeout,
            describe=lambda found: f"state {found.get('State')}, last update {found.get('LastUpdateStatus')}",
            pause=0.25,
        )
        if "Failed" in _states(seen):
            reason = seen.get("StateReason") or seen.get("LastUpdateStatusReason") or "AWS gives no reason"
            raise EdgeError(f"{what}: Lambda could not set it up: {reason}. Run it again, and see to the reason first.")
        return seen


def is_other_code(error: BaseException | None) -> bool:
    """Whether PublishVersion was refused since $LATEST has other code by now."""
    return _OTHER_CODE in error_message(error)


def _states(found: Config) -> set[str | None]:
    return {found.get("State"), found.get("LastUpdateStatus")}
