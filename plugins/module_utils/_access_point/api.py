# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 Control calls about a Multi-Region Access Point, one a method."""

from __future__ import annotations

import hashlib
import typing as t
from datetime import UTC, datetime, timedelta

from ansible_collections.multiregion.edge.plugins.module_utils._aws import Aws, is_boto3_error_code

# The control plane is in this Region only, and botocore does not send other Regions' calls there.
# Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
CONTROL_REGION = "us-west-2"

Config = dict[str, t.Any]

# More than two clocks differ by.
_OLD = timedelta(minutes=15)


class AccessPointApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.request_token: str | None = None

    @property
    def _control(self) -> t.Any:
        return self._aws.client("s3control", CONTROL_REGION)

    def access_point(self, name: str) -> Config | None:
        try:
            answer = self._control.get_multi_region_access_point(AccountId=self._aws.account_id, Name=name)
        except is_boto3_error_code("NoSuchMultiRegionAccessPoint"):
            return None
        return answer["AccessPoint"]

    def names(self) -> list[str]:
        """Of all access points in the account; AWS gives them in one answer, up to the quota of 100."""
        answer = self._control.list_multi_region_access_points(AccountId=self._aws.account_id)
        return [item["Name"] for item in answer.get("AccessPoints", [])]

    def operation(self, request_token: str) -> Config:
        """The asynchronous operation; its failure comes with HTTP 200 and ErrorDetails."""
        return self._control.describe_multi_region_access_point_operation(
            AccountId=self._aws.account_id, RequestTokenARN=request_token
        )["AsyncOperation"]

    def create_access_point(self, name: str, buckets: list[str], client_token: str) -> None:
        """Joins the operation of a run that was killed. One that has ended long ago gets one fresh successor:
        the same token would be answered by the old operation for ever, of a failure or of one since deleted."""
        started = datetime.now(UTC)
        self.request_token = self._create(name, buckets, client_token)
        operation = self.operation(self.request_token)
        ended = operation["RequestStatus"].upper() not in ("NEW", "IN_PROGRESS", "INPROGRESS")
        if ended and started - operation["CreationTime"] > _OLD:
            successor = hashlib.sha256(f"{client_token}\n{self.request_token}".encode()).hexdigest()
            self.request_token = self._create(name, buckets, successor)

    def _create(self, name: str, buckets: list[str], client_token: str) -> str:
        request_token: str = self._control.create_multi_region_access_point(
            AccountId=self._aws.account_id,
            ClientToken=client_token,
            Details={
                "Name": name,
                "PublicAccessBlock": {
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                },
                "Regions": [{"Bucket": bucket} for bucket in buckets],
            },
        )["RequestTokenARN"]
        return request_token
