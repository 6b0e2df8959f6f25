"""cloudfront_distribution against local AWS: what it names was made a moment ago, or the account was."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.distributions import CREATE, UPDATE, Distributions, kinds
from modules.hosted_zones import Zone
from modules.lambda_edge_functions import Functions
from modules.runner import ModuleFailed

SECONDS = 1.5
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/new/11111111-2222-3333-4444-555555555555"


def issued(local_aws: LocalAws) -> str:
    """The ARN of a certificate that ACM has just issued."""
    zone, acm = Zone(local_aws), local_aws.client("acm")
    arn: str = acm.request_certificate(DomainName=zone.name, ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    zone.change("CREATE", record["Name"].partition(".")[0], "CNAME", record["Value"])
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    return arn


def with_certificate(arn: str) -> dict[str, Any]:
    return {"viewer_certificate": {"acm_certificate_arn": arn, "ssl_support_method": "sni-only"}}


@pytest.fixture
def functions(local_aws: LocalAws, tmp_path: Path) -> Functions:
    found = Functions(local_aws, tmp_path)
    found.clear()
    return found


def with_function(site: Distributions, arn: str) -> dict[str, Any]:
    association = {"event_type": "origin-request", "lambda_function_arn": arn}
    behavior = site.options()["default_cache_behavior"]
    return {"default_cache_behavior": {**behavior, "lambda_function_associations": [association]}}


def test_a_certificate_that_was_just_issued(site: Distributions, shown: list[str]) -> None:
    site.local_aws.behave(certificate_propagation_seconds=SECONDS)
    made = site.run(**with_certificate(issued(site.local_aws)))
    assert set(kinds(made)) == {CREATE} and len(kinds(made)) > 1
    assert "until CloudFront knows the certificate" in shown[0]
    changed = site.run(**with_certificate(issued(site.local_aws)))
    assert set(kinds(changed)) == {UPDATE} and len(kinds(changed)) > 1


def test_a_new_web_acl(site: Distributions, shown: list[str]) -> None:
    site.local_aws.behave(web_acl_propagation_seconds=SECONDS)
    site.run(web_acl_id=WEB_ACL)
    assert "until CloudFront knows the web ACL" in shown[0]
    assert site.config()["WebACLId"] == WEB_ACL


def test_a_lambda_version_that_was_just_published(site: Distributions, functions: Functions, shown: list[str]) -> None:
    arn = functions.run()["function"]["qualified_arn"]
    functions.client.update_function_configuration(FunctionName=arn.split(":")[6], Timeout=9)
    site.local_aws.behave(lambda_version_seconds=SECONDS)
    newer = functions.client.publish_version(FunctionName=arn.split(":")[6])["FunctionArn"]
    site.run(**with_function(site, newer))
    assert "until the version of the Lambda function is active" in shown[-1]


def test_a_role_that_was_just_changed(site: Distributions, functions: Functions, shown: list[str]) -> None:
    arn = functions.run()["function"]["qualified_arn"]
    functions.trust("lambda")
    site.local_aws.behave(iam_service_seconds=SECONDS)
    functions.trust("lambda", "edgelambda")
    site.run(**with_function(site, arn))
    assert "until CloudFront knows the role" in shown[-1]


def test_an_account_that_aws_has_not_verified(site: Distributions) -> None:
    site.local_aws.behave(account_unverified=True)
    with pytest.raises(ModuleFailed, match=r"must be verified.*Open a case with AWS Support") as failed:
        site.run()
    assert "Allow the call" not in str(failed.value)
    site.local_aws.behave()
    assert kinds(site.run()) == [CREATE]
