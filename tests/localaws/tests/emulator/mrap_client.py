"""Buckets, and a client of S3 Control for the Multi-Region Access Points over them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from localaws.local_aws import Credentials, LocalAws

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
_DEADLINE_SECONDS = 10.0


def make_buckets(local_aws: LocalAws, prefix: str, regions: tuple[str, ...] = REGIONS) -> dict[str, str]:
    """The buckets' names by Region."""
    for region in regions:
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        local_aws.client("s3", region).create_bucket(Bucket=f"{prefix}-{region}", **location)
    return {region: f"{prefix}-{region}" for region in regions}


def until(probe: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while (found := probe()) != wanted:
        assert time.monotonic() < deadline, f"{found!r} instead of {wanted!r}"
        time.sleep(0.02)


class MrapClient:
    def __init__(self, local_aws: LocalAws, credentials: Credentials | None = None) -> None:
        self.account_id = local_aws.account_id
        self._of = {region: local_aws.client("s3control", region, credentials) for region in ("us-west-2", *REGIONS)}
        self.s3control = self._of["us-west-2"]

    def create(self, name: str, *buckets: str, token: str | None = None, **details: Any) -> str:
        """The ARN of the operation."""
        regions = [{"Bucket": bucket} for bucket in buckets]
        return self._submit("create_multi_region_access_point", token, {"Name": name, "Regions": regions, **details})

    def delete(self, name: str, token: str | None = None) -> str:
        return self._submit("delete_multi_region_access_point", token, {"Name": name})

    def put_policy(self, name: str, policy: str, token: str | None = None) -> str:
        return self._submit("put_multi_region_access_point_policy", token, {"Name": name, "Policy": policy})

    def _submit(self, method: str, token: str | None, details: dict[str, Any]) -> str:
        request = getattr(self.s3control, method)
        answer = request(AccountId=self.account_id, ClientToken=token or uuid.uuid4().hex, Details=details)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        return str(answer["RequestTokenARN"])

    def operation(self, arn: str) -> dict[str, Any]:
        describe = self.s3control.describe_multi_region_access_point_operation
        found: dict[str, Any] = describe(AccountId=self.account_id, RequestTokenARN=arn)["AsyncOperation"]
        return found

    def outcome(self, arn: str) -> str:
        """The status of the operation, or the error code of a failed one."""
        found = self.operation(arn)
        failed = found["RequestStatus"] == "FAILED"
        return str(found["ResponseDetails"]["ErrorDetails"]["Code"] if failed else found["RequestStatus"])

    def get(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.s3control.get_multi_region_access_point(AccountId=self.account_id, Name=name)
        return dict(found["AccessPoint"])

    def names(self) -> set[str]:
        found = self.s3control.list_multi_region_access_points(AccountId=self.account_id)["AccessPoints"]
        return {mrap["Name"] for mrap in found}

    def arn(self, name: str) -> str:
        return f"arn:aws:s3::{self.account_id}:accesspoint/{self.get(name)['Alias']}"

    def policy(self, name: str) -> dict[str, str]:
        """The Established and the Proposed policy."""
        found = self.s3control.get_multi_region_access_point_policy(AccountId=self.account_id, Name=name)["Policy"]
        return {state: found[state]["Policy"] for state in found}

    def routes(self, arn: str, region: str = "us-west-2") -> dict[str, int]:
        """The dials by Region, from the endpoint in *region*."""
        found = self._of[region].get_multi_region_access_point_routes(AccountId=self.account_id, Mrap=arn)
        return {route["Region"]: route["TrafficDialPercentage"] for route in found["Routes"]}

    def submit_routes(self, arn: str, *updates: dict[str, Any], region: str = "us-west-2") -> None:
        submit = self._of[region].submit_multi_region_access_point_routes
        submit(AccountId=self.account_id, Mrap=arn, RouteUpdates=list(updates))

    def dial(self, arn: str, **percentages: int) -> None:
        """Set the dials by Region, with underscores."""
        updates = [
            {"Region": region.replace("_", "-"), "TrafficDialPercentage": percentage}
            for region, percentage in percentages.items()
        ]
        self.submit_routes(arn, *updates)
