"""The request log distinguishes changes from reads, and has no secrets."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.crt.auth import CrtS3SigV4AsymQueryAuth

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import PATH
from localaws.tests.emulator.wire import Wire


def test_the_log_distinguishes_changes_from_reads(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-east-1"]
    s3, iam, sts = local_aws.client("s3"), local_aws.client("iam"), local_aws.client("sts")
    ssm, cloudfront = local_aws.client("ssm"), local_aws.client("cloudfront")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    steps: list[tuple[Callable[[], Any], str, bool]] = [
        (lambda: s3.put_object(Bucket=bucket, Key="log", Body=b"secret-body"), "s3", True),
        (lambda: s3.get_object(Bucket=bucket, Key="log"), "s3", False),
        (lambda: s3.head_object(Bucket=bucket, Key="log"), "s3", False),
        (lambda: s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "log"}]}), "s3", True),
        (lambda: iam.create_role(RoleName="log", AssumeRolePolicyDocument=trust), "iam", True),
        (lambda: iam.get_role(RoleName="log"), "iam", False),
        (lambda: iam.list_roles(), "iam", False),
        (lambda: sts.get_caller_identity(), "sts", False),
        (lambda: ssm.put_parameter(Name="log", Value="secret-body", Type="String"), "ssm", True),
        (lambda: ssm.get_parameter(Name="log"), "ssm", False),
        (lambda: cloudfront.list_distributions(), "cloudfront", False),
        (
            lambda: cloudfront.create_invalidation(
                DistributionId=deployment.distribution_id,
                InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "log"},
            ),
            "cloudfront",
            True,
        ),
    ]
    for call, service, mutating in steps:
        before = len(local_aws.requests())
        call()
        entries = local_aws.requests(after=before)
        assert [(entry["service"], entry["mutating"]) for entry in entries] == [(service, mutating)]
        assert entries[0]["sequence"] == before + 1
        assert (entries[0]["access_key_id"], entries[0]["status"] < 300) == ("test", True)
    operations = {entry["operation"] for entry in local_aws.requests()}
    assert {"CreateRole", "GetCallerIdentity", "PutParameter", f"PUT /{bucket}/log"} <= operations


def test_the_log_has_no_bodies_and_no_signatures(local_aws: LocalAws, deployment: Deployment, mrap: Wire) -> None:
    before = len(local_aws.requests())
    local_aws.client("ssm").put_parameter(Name="hidden", Value="secret-body", Type="String")
    assert mrap.get(PATH, auth=CrtS3SigV4AsymQueryAuth).status == 200
    signed, presigned = local_aws.requests(after=before)
    assert "X-Amz-Credential" in presigned["query"]
    for name in ("secret-body", "Signature", "Security-Token"):
        assert name not in json.dumps([signed, presigned])
