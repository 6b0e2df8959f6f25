"""Refusals before authorisation."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.crt.auth import CrtS3SigV4AsymQueryAuth, CrtSigV4AsymAuth

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import KEY, PATH, allow
from localaws.tests.emulator.wire import Wire, code_of


def test_an_mrap_requires_sigv4a(mrap: Wire) -> None:
    assert mrap.get(PATH).status == 200
    assert mrap.get(PATH, auth=CrtS3SigV4AsymQueryAuth).status == 200
    for auth in (S3SigV4Auth, S3SigV4QueryAuth, None):
        answer = mrap.get(PATH, auth=auth)
        assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)
        assert answer.region is None  # no bucket was reached


def test_the_signature_is_verified(local_aws: LocalAws, deployment: Deployment, edge: Credentials) -> None:
    wrong = Credentials(edge.access_key_id, "wrong", edge.session_token)
    assert Wire(local_aws, deployment.mrap_host, wrong).get(PATH).status == 403


def test_every_amazon_header_must_be_signed(mrap: Wire) -> None:
    assert mrap.get(PATH, signed={"x-amz-cf-id": "one"}).status == 200
    refused = mrap.get(PATH, added={"x-amz-cf-id": "one"})
    assert refused.status == 403
    assert b"There were headers present in the request which were not signed" in refused.body
    assert b"<HeadersNotSigned>x-amz-cf-id</HeadersNotSigned>" in refused.body
    assert mrap.get(PATH, auth=CrtS3SigV4AsymQueryAuth, added={"x-amz-cf-id": "one"}).status == 403


def test_a_signed_request_needs_the_hash_of_its_body(
    local_aws: LocalAws, deployment: Deployment, mrap: Wire, edge: Credentials
) -> None:
    refused = mrap.get(PATH, auth=CrtSigV4AsymAuth)
    assert (refused.status, b"x-amz-content-sha256" in refused.body) == (403, True)
    bucket = Wire(local_aws, f"127.0.0.1:{local_aws.port}", edge)
    path = f"/{deployment.buckets['us-east-1']}{PATH}"
    assert bucket.get(path, auth=S3SigV4Auth).status == 200
    refused = bucket.get(path, auth=SigV4Auth)
    assert (refused.status, b"x-amz-content-sha256" in refused.body) == (403, True)


def test_the_expected_bucket_owner_is_compared(local_aws: LocalAws, deployment: Deployment) -> None:
    s3, bucket = local_aws.client("s3"), deployment.buckets["us-east-1"]
    s3.get_object(Bucket=bucket, Key=KEY, ExpectedBucketOwner=local_aws.account_id)
    refused = code_of(lambda: s3.get_object(Bucket=bucket, Key=KEY, ExpectedBucketOwner="999999999999"))
    assert refused == ("AccessDenied", 403)


def test_the_length_of_a_key(local_aws: LocalAws, deployment: Deployment) -> None:
    s3, bucket = local_aws.client("s3"), deployment.buckets["us-east-1"]
    s3.put_object(Bucket=bucket, Key="é" * 512)
    assert code_of(lambda: s3.put_object(Bucket=bucket, Key="é" * 512 + "x")) == ("KeyTooLongError", 400)
    s3.delete_object(Bucket=bucket, Key="é" * 512)


def test_the_limits_of_the_key_value_store(local_aws: LocalAws, deployment: Deployment) -> None:
    kvs, arn = local_aws.client("cloudfront-keyvaluestore"), deployment.kvs_arn

    def update(**change: Any) -> None:
        etag = kvs.describe_key_value_store(KvsARN=arn)["ETag"]
        kvs.update_keys(KvsARN=arn, IfMatch=etag, **change)

    def pairs(count: int, key: str = "k", value: str = "v") -> list[dict[str, str]]:
        return [{"Key": f"{number}{key}", "Value": value} for number in range(count)]

    update(Puts=pairs(50))
    update(Puts=[{"Key": "k" * 512, "Value": "v" * 1024}])
    too_many = {"Puts": pairs(25), "Deletes": [{"Key": pair["Key"]} for pair in pairs(26)]}
    for change in (
        too_many,
        {"Puts": pairs(1, key="k" * 512)},
        {"Puts": pairs(1, value="é" * 513)},
        {"Deletes": [{"Key": "k" * 513}]},
    ):
        assert code_of(lambda change=change: update(**change)) == ("ValidationException", 400)  # type: ignore[misc]


def test_the_size_of_a_cloudfront_function(local_aws: LocalAws) -> None:
    cloudfront = local_aws.client("cloudfront")
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    code = b"function handler(event) { return event.request; }".ljust(10_240)
    etag = cloudfront.create_function(Name="size", FunctionConfig=config, FunctionCode=code)["ETag"]
    for call in (
        lambda: cloudfront.create_function(Name="size2", FunctionConfig=config, FunctionCode=code + b" "),
        lambda: cloudfront.update_function(Name="size", IfMatch=etag, FunctionConfig=config, FunctionCode=code + b" "),
    ):
        assert code_of(call) == ("FunctionSizeLimitExceeded", 413)


def test_references_of_a_distribution_must_exist(local_aws: LocalAws, deployment: Deployment) -> None:
    cloudfront = local_aws.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=deployment.distribution_id)

    def with_default(**change: Any) -> dict[str, Any]:
        config: dict[str, Any] = found["DistributionConfig"]
        return {**config, "DefaultCacheBehavior": {**config["DefaultCacheBehavior"], **change}}

    def edge_function(arn: str) -> dict[str, Any]:
        item = {"EventType": "origin-request", "LambdaFunctionARN": arn, "IncludeBody": False}
        return {"LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]}}

    version = deployment.lambda_version_arn
    unqualified = version.rpartition(":")[0]
    for change, wanted in (
        ({"TargetOriginId": "none"}, ("NoSuchOrigin", 404)),
        (edge_function(unqualified), ("InvalidLambdaFunctionAssociation", 400)),
        (edge_function(f"{unqualified}:$LATEST"), ("InvalidLambdaFunctionAssociation", 400)),
    ):
        config = with_default(**change)

        def update(config: dict[str, Any] = config) -> None:
            cloudfront.update_distribution(
                Id=deployment.distribution_id, IfMatch=found["ETag"], DistributionConfig=config
            )

        def create(config: dict[str, Any] = config) -> None:
            cloudfront.create_distribution(DistributionConfig={**config, "CallerReference": "other"})

        assert code_of(update) == wanted
        assert code_of(create) == wanted
    config = with_default(TargetOriginId="group", **edge_function(version))
    first = config["Origins"]["Items"][0]
    group = {
        "Id": "group",
        "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
        "Members": {"Quantity": 2, "Items": [{"OriginId": first["Id"]}, {"OriginId": "second"}]},
    }
    config["OriginGroups"] = {"Quantity": 1, "Items": [group]}
    config["CallerReference"] = "group"
    assert code_of(lambda: cloudfront.create_distribution(DistributionConfig=config)) == ("NoSuchOrigin", 404)
    config["Origins"] = {"Quantity": 2, "Items": [first, {**first, "Id": "second"}]}
    cloudfront.create_distribution(DistributionConfig=config)


def test_an_origin_access_control_may_sign_with_sigv4a(local_aws: LocalAws) -> None:
    config = {
        "Name": "mrap",
        "SigningProtocol": "sigv4a",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    created = local_aws.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)
    assert created["OriginAccessControl"]["OriginAccessControlConfig"]["SigningProtocol"] == "sigv4a"


def test_requests_count_as_sent_over_tls(local_aws: LocalAws) -> None:
    s3, bucket = local_aws.client("s3"), "tls-only"
    s3.create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    user = local_aws.create_user("writer", allow("s3:*", "*"))
    local_aws.client("s3", credentials=user).put_object(Bucket=bucket, Key="k", Body=b"1")
