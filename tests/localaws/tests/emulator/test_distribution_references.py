"""Refusals of CloudFront and Lambda for the resources that a request refers to."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import io
import itertools
import json
import zipfile
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.wire import code_of

_references = itertools.count()
UNFIT = ("InvalidLambdaFunctionAssociation", 400)


def create(local_aws: LocalAws, deployment: Deployment, behaviour: dict[str, Any] | None = None, **change: Any) -> str:
    """The id of a distribution like the deployed one, with these changes."""
    cloudfront = local_aws.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=deployment.distribution_id)["DistributionConfig"]
    config = {**copy.deepcopy(found), "CallerReference": f"strict-{next(_references)}", **change}
    config["DefaultCacheBehavior"] |= behaviour or {}
    made: str = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


@pytest.mark.parametrize("policy", ["Cache", "OriginRequest", "ResponseHeaders"])
def test_the_policies_of_a_behavior_must_exist(local_aws: LocalAws, deployment: Deployment, policy: str) -> None:
    behaviour = {f"{policy}PolicyId": "11111111-2222-3333-4444-555555555555"}
    assert code_of(lambda: create(local_aws, deployment, behaviour)) == (f"NoSuch{policy}Policy", 404)


def test_an_alias_needs_a_certificate(local_aws: LocalAws, deployment: Deployment) -> None:
    aliases = {"Quantity": 1, "Items": ["www.example.com"]}
    assert code_of(lambda: create(local_aws, deployment, Aliases=aliases)) == ("InvalidViewerCertificate", 400)
    certificate = {
        "ACMCertificateArn": f"arn:aws:acm:us-east-1:{local_aws.account_id}:certificate/1",
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    create(local_aws, deployment, Aliases=aliases, ViewerCertificate=certificate)


def test_a_caller_reference_is_used_once_and_stays(local_aws: LocalAws, deployment: Deployment) -> None:
    made = create(local_aws, deployment)
    cloudfront = local_aws.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=made)
    config, etag = found["DistributionConfig"], found["ETag"]
    assert code_of(lambda: cloudfront.create_distribution(DistributionConfig=config)) == (
        "DistributionAlreadyExists",
        409,
    )
    other = {**config, "CallerReference": "other"}
    refused = code_of(lambda: cloudfront.update_distribution(Id=made, IfMatch=etag, DistributionConfig=other))
    assert refused == ("IllegalUpdate", 400)
    cloudfront.update_distribution(Id=made, IfMatch=etag, DistributionConfig={**config, "Comment": "new"})


def test_a_function_is_associated_once_it_is_published(local_aws: LocalAws, deployment: Deployment) -> None:
    cloudfront = local_aws.client("cloudfront")
    made = cloudfront.create_function(
        Name="unpublished",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]

    def associate(arn: str = arn) -> None:
        items = [{"FunctionARN": arn, "EventType": "viewer-request"}]
        create(local_aws, deployment, {"FunctionAssociations": {"Quantity": 1, "Items": items}})

    assert code_of(associate) == code_of(lambda: associate(f"{arn}-none")) == ("InvalidFunctionAssociation", 400)
    cloudfront.publish_function(Name="unpublished", IfMatch=made["ETag"])
    associate()


def role(local_aws: LocalAws, *services: str) -> str:
    """The ARN of a role that the services may assume."""
    principals = [f"{service}.amazonaws.com" for service in services]
    trust = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
    arn: str = local_aws.client("iam").create_role(
        RoleName=f"strict-{next(_references)}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    return arn


def version(local_aws: LocalAws, role_arn: str, **configuration: Any) -> str:
    """The ARN of a version of a new Lambda function."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("handler.py", "def handler(event, context):\n    return event\n")
    functions, name = local_aws.client("lambda"), f"strict-{next(_references)}"
    package = {"Runtime": "python3.13", "Handler": "handler.handler", "Code": {"ZipFile": archive.getvalue()}}
    functions.create_function(FunctionName=name, Role=role_arn, **package, **configuration)
    arn: str = functions.publish_version(FunctionName=name)["FunctionArn"]
    return arn


def at_the_edge(arn: str, event: str = "origin-request") -> dict[str, Any]:
    item = {"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": False}
    return {"LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]}}


def test_lambda_versions_that_cloudfront_refuses(local_aws: LocalAws, deployment: Deployment) -> None:
    both = deployment.lambda_role_arn
    unfit = [
        at_the_edge(f"{deployment.lambda_version_arn}00"),
        at_the_edge(version(local_aws, both, Environment={"Variables": {"A": "b"}})),
        at_the_edge(version(local_aws, both, Architectures=["arm64"])),
        at_the_edge(version(local_aws, both, Timeout=31)),
        at_the_edge(version(local_aws, both, Timeout=6), "viewer-request"),
        at_the_edge(version(local_aws, role(local_aws, "lambda"))),
    ]
    for behaviour in unfit:
        assert code_of(lambda behaviour=behaviour: create(local_aws, deployment, behaviour)) == UNFIT  # type: ignore[misc]
    create(local_aws, deployment, at_the_edge(version(local_aws, role(local_aws, "lambda", "edgelambda"), Timeout=30)))


def test_lambda_must_be_able_to_assume_the_role(local_aws: LocalAws) -> None:
    refused = code_of(lambda: version(local_aws, role(local_aws, "s3")))
    assert refused == ("InvalidParameterValueException", 400)
