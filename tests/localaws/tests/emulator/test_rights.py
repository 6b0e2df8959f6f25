"""The dependent actions of requests in IAM policies."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.mesh import allow
from localaws.tests.emulator.wire import code_of

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
TAGS = [{"Key": "a", "Value": "b"}]


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_a_simulation_is_authorised_on_its_principal(local_aws: LocalAws, deployment: Deployment) -> None:
    role, other = deployment.lambda_role_arn, f"{deployment.lambda_role_arn}-other"
    allowed = local_aws.create_user("simulates", policy(allow(["iam:SimulatePrincipalPolicy"], [role])))
    iam = local_aws.client("iam", credentials=allowed)
    asked = {"ActionNames": ["s3:PutObject"], "ResourceArns": ["arn:aws:s3:::none/*"]}
    (result,) = iam.simulate_principal_policy(PolicySourceArn=role, **asked)["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    refused = code_of(lambda: iam.simulate_principal_policy(PolicySourceArn=other, **asked))
    assert refused == ("AccessDenied", 403)


@pytest.mark.parametrize("kind", ["role", "policy"])
def test_tags_at_creation_need_a_further_right(local_aws: LocalAws, kind: str) -> None:
    create, arn = f"iam:Create{kind.title()}", f"arn:aws:iam::{local_aws.account_id}:{kind}/made-{kind}"

    def make(name: str, *actions: str) -> None:
        iam = local_aws.client("iam", credentials=local_aws.create_user(name, policy(allow([create, *actions], [arn]))))
        if kind == "role":
            iam.create_role(RoleName="made-role", AssumeRolePolicyDocument=TRUST, Tags=TAGS)
        else:
            document = json.dumps(policy(allow(["s3:GetObject"], ["*"])))
            iam.create_policy(PolicyName="made-policy", PolicyDocument=document, Tags=TAGS)

    assert code_of(lambda: make(f"untagging-{kind}")) == ("AccessDenied", 403)
    make(f"tagging-{kind}", f"iam:Tag{kind.title()}")


def test_a_function_is_made_with_the_rights_to_its_role_and_its_tags(
    local_aws: LocalAws, deployment: Deployment
) -> None:
    function, role = f"arn:aws:lambda:us-east-1:{local_aws.account_id}:function:made", deployment.lambda_role_arn
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("handler.py", "def handler(event, context):\n    return event\n")
    code = {"ZipFile": archive.getvalue()}
    made = {"FunctionName": "made", "Runtime": "python3.12", "Handler": "handler.handler", "Role": role, "Code": code}
    on_function = allow(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"], [function])
    tagging = allow(["lambda:TagResource"], [function])
    passing = {
        **allow(["iam:PassRole"], [role]),
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }
    without_role, without_tags, with_both = (
        local_aws.client("lambda", credentials=local_aws.create_user(f"functions-{number}", policy(on_function, *more)))
        for number, more in enumerate(([tagging], [passing], [tagging, passing]))
    )
    for refused in (without_role, without_tags):
        call = refused.create_function
        assert code_of(lambda call=call: call(**made, Tags={"a": "b"})) == ("AccessDeniedException", 403)  # type: ignore[misc]
    with_both.create_function(**made, Tags={"a": "b"})
    without_role.update_function_configuration(FunctionName="made", Timeout=5)
    change = without_role.update_function_configuration
    assert code_of(lambda: change(FunctionName="made", Role=role)) == ("AccessDeniedException", 403)
    with_both.update_function_configuration(FunctionName="made", Role=role)


def test_a_distribution_with_tags_and_a_function_at_the_edge(local_aws: LocalAws, deployment: Deployment) -> None:
    found = local_aws.client("cloudfront").get_distribution_config(Id=deployment.distribution_id)["DistributionConfig"]
    item = {"EventType": "origin-request", "LambdaFunctionARN": deployment.lambda_version_arn, "IncludeBody": False}
    behaviour = {**found["DefaultCacheBehavior"], "LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]}}
    config = {**found, "CallerReference": "rights", "DefaultCacheBehavior": behaviour}
    distributions = f"arn:aws:cloudfront::{local_aws.account_id}:distribution/*"
    rights = {
        "cloudfront:CreateDistribution": "*",
        "cloudfront:TagResource": distributions,
        "lambda:GetFunction": deployment.lambda_version_arn,
        "lambda:EnableReplication*": deployment.lambda_version_arn,
        "iam:CreateServiceLinkedRole": f"arn:aws:iam::{local_aws.account_id}:role/aws-service-role/*",
    }

    def create(missing: str | None = None) -> None:
        statements = [allow([action], [arn]) for action, arn in rights.items() if action != missing]
        name = f"distributes-{str(missing).partition(':')[2].rstrip('*')}"
        cloudfront = local_aws.client("cloudfront", credentials=local_aws.create_user(name, policy(*statements)))
        cloudfront.create_distribution_with_tags(
            DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": TAGS}}
        )

    for action in rights:
        assert code_of(lambda action=action: create(action)) == ("AccessDenied", 403)  # type: ignore[misc]
    create()
