"""Users and Lambda sessions have the rights of their policies, and no others."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from localaws.local_aws import Credentials, LocalAws, LocalAwsError
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import KEY, PATH, allow
from localaws.tests.emulator.wire import Wire, code_of


def test_a_lambda_session_has_the_rights_of_its_role(
    local_aws: LocalAws, deployment: Deployment, edge: Credentials, mrap: Wire
) -> None:
    identity = local_aws.client("sts", credentials=edge).get_caller_identity()
    assert edge.access_key_id.startswith("ASIA")
    assert identity["Arn"].endswith(f":assumed-role/{deployment.lambda_role_name}/ref-origin-request")
    s3 = local_aws.client("s3", credentials=edge)
    assert s3.get_object(Bucket=deployment.mrap_arn, Key=KEY)["Body"].read() == b"us-east-1"
    refused = code_of(lambda: s3.put_object(Bucket=deployment.mrap_arn, Key="new", Body=b"1"))
    assert refused == ("AccessDenied", 403)
    iam = local_aws.client("iam")
    name = deployment.lambda_role_name
    policy = iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=name, PolicyName=name)
    try:
        assert mrap.get(PATH).status == 403
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert mrap.get(PATH).status == 200


@pytest.mark.parametrize("service", ["lambda", "edgelambda"])
def test_a_lambda_session_needs_both_services_trusted(
    local_aws: LocalAws, deployment: Deployment, service: str
) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = local_aws.client("iam").create_role(RoleName=f"only-{service}", AssumeRolePolicyDocument=document)["Role"]
    missing = {"lambda": "edgelambda", "edgelambda": "lambda"}[service]
    with pytest.raises(LocalAwsError, match=rf"does not let {missing}\.amazonaws\.com call sts:AssumeRole"):
        local_aws.lambda_session(role["Arn"], deployment.lambda_version_arn)


def test_a_lambda_session_needs_the_role(local_aws: LocalAws, deployment: Deployment) -> None:
    with pytest.raises(LocalAwsError, match="does not exist"):
        local_aws.lambda_session(f"arn:aws:iam::{local_aws.account_id}:role/missing", deployment.lambda_version_arn)


def test_a_user_has_the_permissions_of_the_policy(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-east-1"]
    s3 = local_aws.client(
        "s3", credentials=local_aws.create_user("reader", allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    )
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"us-east-1"
    assert code_of(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"1")) == ("AccessDenied", 403)
