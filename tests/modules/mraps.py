"""Multi-Region Access Points over the site's buckets, created and read by the modules."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from localaws.local_aws import LocalAws
from modules.runner import SITE, Modules

# eu-north-1 is enabled by default; af-south-1 is an opt-in Region.
REGIONS = ["eu-north-1", "us-east-1", "af-south-1"]
CREATE = ["POST /v20180820/async-requests/mrap/create"]
PUT_POLICY = ["POST /v20180820/async-requests/mrap/put-policy"]
DELETE = ["POST /v20180820/async-requests/mrap/delete"]
INFO = "s3_multi_region_access_point_info"
_numbers = itertools.count(1)


def make_buckets(local_aws: LocalAws, regions: Sequence[str] = REGIONS) -> dict[str, str]:
    names = {region: f"{SITE}-{local_aws.account_id}-{region}-an" for region in regions}
    for region, name in names.items():
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        local_aws.client("s3", region).create_bucket(Bucket=name, BucketNamespace="account-regional", **location)
    return names


class Mraps:
    """One MRAP for each test."""

    def __init__(self, modules: Modules, buckets: dict[str, str]) -> None:
        self.modules = modules
        self.local_aws = modules.local_aws
        self.buckets = buckets
        self.name = f"{SITE}-{next(_numbers):08x}"
        self.control = self.local_aws.client("s3control", "us-west-2")

    def run(
        self, modules: Modules | None = None, check: bool = False, diff: bool = False, **options: Any
    ) -> dict[str, Any]:
        options = {"name": self.name, "buckets": list(self.buckets.values()), **options}
        given = {key: value for key, value in options.items() if value is not None}
        return (modules or self.modules).run("s3_multi_region_access_point", check=check, diff=diff, **given)

    def delete(self, **options: Any) -> dict[str, Any]:
        return self.run(state="absent", buckets=None, **options)

    def info(self, modules: Modules | None = None) -> dict[str, Any]:
        return (modules or self.modules).run(INFO, name=self.name)

    def status(self) -> str:
        seen = self.control.get_multi_region_access_point(AccountId=self.local_aws.account_id, Name=self.name)
        return str(seen["AccessPoint"]["Status"])

    def alias(self) -> str:
        seen = self.control.get_multi_region_access_point(AccountId=self.local_aws.account_id, Name=self.name)
        return str(seen["AccessPoint"]["Alias"])

    def policy(self, action: str) -> dict[str, Any]:
        arn = f"arn:aws:s3::{self.local_aws.account_id}:accesspoint/{self.alias()}"
        principal = {"AWS": self.local_aws.account_id}
        statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": f"{arn}/object/*"}
        return {"Version": "2012-10-17", "Statement": [statement]}
