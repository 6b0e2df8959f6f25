"""The rights of the CloudFront service by resource policies, for origin access control."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth

from localaws.edge.messages import Refusal
from localaws.edge.origin.sessions import CloudFrontSessions
from localaws.local_aws import Credentials, LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import KEY
from localaws.tests.emulator.wire import Wire, code_of
from localaws.viewer import get

REGION = "us-east-1"
DENIED = ("AccessDenied", 403)


@pytest.fixture(scope="module")
def arn(local_aws: LocalAws, deployment: Deployment) -> str:
    return f"arn:aws:cloudfront::{local_aws.account_id}:distribution/{deployment.distribution_id}"


@pytest.fixture(scope="module")
def keys(local_aws: LocalAws, arn: str) -> Credentials:
    found = CloudFrontSessions(local_aws.url).credentials(arn)
    return Credentials(found.access_key, found.secret_key, found.token)


@pytest.fixture
def bucket(local_aws: LocalAws, deployment: Deployment) -> Iterator[str]:
    yield deployment.buckets[REGION]
    local_aws.client("s3", REGION).delete_bucket_policy(Bucket=deployment.buckets[REGION])


def statement(action: str, resource: str, source_arn: str | None, principal: Any = None) -> dict[str, Any]:
    condition = {"Condition": {"StringEquals": {"aws:SourceArn": source_arn}}} if source_arn else {}
    who = principal or {"Service": "cloudfront.amazonaws.com"}
    return {"Effect": "Allow", "Principal": who, "Action": action, "Resource": resource, **condition}


def put_policy(local_aws: LocalAws, bucket: str, *statements: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    local_aws.client("s3", REGION).put_bucket_policy(Bucket=bucket, Policy=policy)


def test_only_the_named_distribution_may_read(local_aws: LocalAws, keys: Credentials, bucket: str, arn: str) -> None:
    s3, objects = local_aws.client("s3", REGION, keys), f"arn:aws:s3:::{bucket}/*"

    def read() -> Any:
        return s3.get_object(Bucket=bucket, Key=KEY)

    assert code_of(read) == DENIED  # no policy
    for refused in (
        statement("s3:GetObject", objects, f"{arn}X"),
        statement("s3:GetObject", objects, arn, {"Service": "s3.amazonaws.com"}),
        # CloudFront is not a principal of the account.
        statement("s3:GetObject", objects, None, {"AWS": f"arn:aws:iam::{local_aws.account_id}:root"}),
        statement("s3:PutObject", objects, arn),
    ):
        put_policy(local_aws, bucket, refused)
        assert code_of(read) == DENIED
    put_policy(local_aws, bucket, statement("s3:GetObject", objects, arn))
    assert read()["Body"].read() == REGION.encode()
    assert code_of(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"1")) == DENIED
    denial = {**statement("s3:*", objects, None, "*"), "Effect": "Deny"}
    put_policy(local_aws, bucket, statement("s3:GetObject", objects, arn), denial)
    assert code_of(read) == DENIED


def test_a_missing_key_is_404_for_a_distribution_that_may_list(
    local_aws: LocalAws, keys: Credentials, bucket: str, arn: str
) -> None:
    s3 = local_aws.client("s3", REGION, keys)
    reads = statement("s3:GetObject", f"arn:aws:s3:::{bucket}/*", arn)
    put_policy(local_aws, bucket, reads)
    assert code_of(lambda: s3.get_object(Bucket=bucket, Key="none")) == DENIED
    put_policy(local_aws, bucket, reads, statement("s3:ListBucket", f"arn:aws:s3:::{bucket}", arn))
    assert code_of(lambda: s3.get_object(Bucket=bucket, Key="none")) == ("NoSuchKey", 404)


def test_through_an_mrap_both_policies_must_allow(
    local_aws: LocalAws, deployment: Deployment, keys: Credentials, arn: str
) -> None:
    s3, control = local_aws.client("s3", REGION, keys), local_aws.client("s3control", "us-west-2")

    def read() -> Any:
        return s3.get_object(Bucket=deployment.mrap_arn, Key=KEY)

    put_policy(
        local_aws,
        deployment.buckets[REGION],
        statement("s3:GetObject", f"arn:aws:s3:::{deployment.buckets[REGION]}/*", arn),
    )
    assert code_of(read) == DENIED
    allowed = statement("s3:GetObject", f"{deployment.mrap_arn}/object/*", arn)
    control.put_multi_region_access_point_policy(
        AccountId=local_aws.account_id,
        Details={
            "Name": deployment.mrap_name,
            "Policy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        },
    )
    assert read()["Body"].read() == REGION.encode()
    local_aws.client("s3", REGION).delete_bucket_policy(Bucket=deployment.buckets[REGION])
    assert code_of(read) == DENIED


def test_the_buckets_host_name_requires_a_signature(
    local_aws: LocalAws, keys: Credentials, bucket: str, arn: str
) -> None:
    host = f"{bucket}.s3.{REGION}.amazonaws.com"
    put_policy(local_aws, bucket, statement("s3:GetObject", f"arn:aws:s3:::{bucket}/*", arn))
    wire = Wire(local_aws, host, keys)
    assert wire.get("/docs/a%20b%2Bc.txt", S3SigV4Auth).status == 200
    assert wire.get("/docs/a%20b%2Bc.txt", S3SigV4Auth, added={"x-amz-date": "20200101T000000Z"}).status == 403
    assert get(local_aws.url, "/docs/a%20b%2Bc.txt", Host=host).status == 403


def test_there_are_no_credentials_without_a_distribution(local_aws: LocalAws, arn: str) -> None:
    for wrong in (f"{arn}X", "arn:aws:s3:::bucket"):
        with pytest.raises(Refusal, match="does not exist"):
            CloudFrontSessions(local_aws.url).credentials(wrong)
