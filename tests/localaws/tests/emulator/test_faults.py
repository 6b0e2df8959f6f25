"""Faults: refusals after a number of changes."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import KEY
from localaws.tests.emulator.wire import code_of


def test_a_fault_starts_after_a_number_of_changes(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-west-2"]
    s3 = local_aws.client("s3", "us-west-2")
    calls: list[Callable[[], Any]] = [
        lambda: s3.get_object(Bucket=bucket, Key=KEY),
        lambda: local_aws.client("iam").list_users(),
        lambda: local_aws.client("ssm").describe_parameters(),
        lambda: local_aws.client("cloudfront").list_functions(),
        lambda: local_aws.client("lambda").list_functions(),
        lambda: local_aws.client("s3control", "us-west-2").list_multi_region_access_points(
            AccountId=local_aws.account_id
        ),
        lambda: local_aws.client("cloudfront-keyvaluestore").list_keys(KvsARN=deployment.kvs_arn),
    ]
    local_aws.fault(2)
    try:
        s3.get_object(Bucket=bucket, Key=KEY)  # a read does not count
        s3.put_object(Bucket=bucket, Key="fault-1", Body=b"1")
        code_of(lambda: s3.put_object(Bucket="no-such-bucket-here", Key="k", Body=b"1"))  # nor does a refused change
        s3.put_object(Bucket=bucket, Key="fault-2", Body=b"1")
        begun = time.monotonic()
        for call in calls:
            assert code_of(call) == ("LocalFault", 400)
        assert time.monotonic() - begun < 10  # not retried
    finally:
        local_aws.fault(None)
    s3.put_object(Bucket=bucket, Key="fault-3", Body=b"1")


def test_a_fault_may_be_for_one_user(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-west-2"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    user = local_aws.create_user("cut-off", everything)
    theirs, others = local_aws.client("s3", "us-west-2", user), local_aws.client("s3", "us-west-2")
    local_aws.fault(1, user)
    try:
        others.put_object(Bucket=bucket, Key="others-1", Body=b"1")
        theirs.put_object(Bucket=bucket, Key="theirs-1", Body=b"1")
        assert code_of(lambda: theirs.get_object(Bucket=bucket, Key="theirs-1")) == ("LocalFault", 400)
        others.put_object(Bucket=bucket, Key="others-2", Body=b"1")
    finally:
        local_aws.fault(None)


def test_parallel_changes_do_not_exceed_the_number(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["sa-east-1"]
    s3 = local_aws.client("s3", "sa-east-1")

    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key=f"parallel-{number}", Body=b"1")
        except ClientError:
            return False
        return True

    local_aws.fault(3)
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(put, range(20))) == 3
    finally:
        local_aws.fault(None)
