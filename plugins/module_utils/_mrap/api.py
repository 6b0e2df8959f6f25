# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 Control calls about a Multi-Region Access Point, one a method."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from datetime import timedelta
from email.utils import parsedate_to_datetime

from .._core.aws import Aws, is_boto3_error_code
from .._rules.ownership import tags_of
from .._rules.policy_documents import Document
from .plan import Mrap
from .policy import Policies

# The control plane is in this Region only, and botocore does not send other Regions' calls there.
# Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
CONTROL_REGION = "us-west-2"

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Operation:
    """An asynchronous operation, as far as AWS has come with it."""

    status: str
    age: timedelta
    code: str = ""
    message: str = ""

    @property
    def succeeded(self) -> bool:
        # The API's is SUCCEEDED (terraform-provider-aws waits for it); the S3 User Guide writes SUCCESS. What is
        # neither, nor FAILED, goes on.
        return self.status.upper() in ("SUCCESS", "SUCCEEDED")

    @property
    def failed(self) -> bool:
        return self.status.upper() == "FAILED"

    @property
    def ended(self) -> bool:
        return self.succeeded or self.failed

    @property
    def reason(self) -> str:
        """Why it failed, as AWS reports it."""
        return f"{self.code}: {self.message}".rstrip(".: ") or "no reason given"


class MrapApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    @property
    def _control(self) -> t.Any:
        return self._aws.client("s3control", CONTROL_REGION)

    @property
    def _account(self) -> dict[str, str]:
        """The parameter that every call has."""
        return {"AccountId": self._aws.account_id}

    # Reads

    def mrap(self, name: str) -> Mrap | None:
        try:
            return _mrap(self._control.get_multi_region_access_point(**self._account, Name=name)["AccessPoint"])
        except is_boto3_error_code("NoSuchMultiRegionAccessPoint"):
            return None

    def mraps(self) -> list[Mrap]:
        """All of the account."""
        found: list[Mrap] = []
        following: Config = {}
        while True:  # botocore has no paginator for it
            page = self._control.list_multi_region_access_points(**self._account, **following)
            found += map(_mrap, page.get("AccessPoints", []))
            if not page.get("NextToken"):
                return found
            following = {"NextToken": page["NextToken"]}

    def policies(self, name: str) -> Policies:
        try:
            answer = self._control.get_multi_region_access_point_policy(**self._account, Name=name)
        except is_boto3_error_code("NoSuchMultiRegionAccessPoint"):
            return Policies()
        found = answer.get("Policy", {})
        return Policies(_document(found.get("Established")), _document(found.get("Proposed")))

    def operation(self, request_token: str) -> Operation:
        """How far it is; a failure of it comes with HTTP 200 and ErrorDetails."""
        try:
            describe = self._control.describe_multi_region_access_point_operation
            answer = describe(**self._account, RequestTokenARN=request_token)
        except is_boto3_error_code("NoSuchAsyncRequest"):  # just begun, and not everywhere known yet
            return Operation("NEW", timedelta(0))
        found = answer["AsyncOperation"]
        error = found.get("ResponseDetails", {}).get("ErrorDetails", {})
        # Its age by AWS's own clock: this machine's may be wrong.
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        age = now - found["CreationTime"]
        return Operation(found["RequestStatus"], age, error.get("Code", ""), error.get("Message", ""))

    def bucket_tags(self, region: str, bucket: str) -> dict[str, str]:
        s3 = self._aws.client("s3", region)
        try:
            tags = s3.get_bucket_tagging(Bucket=bucket, ExpectedBucketOwner=self._aws.account_id)["TagSet"]
        except is_boto3_error_code(["NoSuchTagSet", "NoSuchBucket"]):
            return {}
        return tags_of(tags)

    # Changes: each begins an asynchronous operation and returns the token to ask after it with.

    def create(self, client_token: str, name: str, buckets: list[str]) -> str:
        public = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        details = {
            "Name": name,
            "PublicAccessBlock": dict.fromkeys(public, True),
            "Regions": [{"Bucket": bucket} for bucket in buckets],
        }
        create = self._control.create_multi_region_access_point
        return str(create(**self._account, ClientToken=client_token, Details=details)["RequestTokenARN"])

    def delete(self, client_token: str, name: str) -> str:
        delete = self._control.delete_multi_region_access_point
        return str(delete(**self._account, ClientToken=client_token, Details={"Name": name})["RequestTokenARN"])

    def put_policy(self, client_token: str, name: str, policy: Document) -> str:
        details = {"Name": name, "Policy": json.dumps(policy, separators=(",", ":"))}
        put = self._control.put_multi_region_access_point_policy
        return str(put(**self._account, ClientToken=client_token, Details=details)["RequestTokenARN"])


def _mrap(found: Config) -> Mrap:
    return Mrap(
        name=found["Name"],
        alias=found.get("Alias") or None,
        status=found["Status"],
        created_at=found["CreatedAt"].isoformat(),
        regions={region["Region"]: region["Bucket"] for region in found.get("Regions", [])},
    )


def _document(found: Config | None) -> Document | None:
    text = (found or {}).get("Policy")
    return json.loads(text) if text else None
