"""What AWS refuses in a new account, or for a resource that was made a moment ago."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import allow
from localaws.tests.emulator.test_certificates import request, validate
from localaws.tests.emulator.test_distribution_references import at_the_edge, create, role, version
from localaws.tests.emulator.wire import code_of

HOUR = 3600.0


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def test_lists_of_lambda_have_no_states(local_aws: LocalAws, deployment: Deployment) -> None:
    client = local_aws.client("lambda")
    name = deployment.lambda_version_arn.split(":")[6]
    versions = client.list_versions_by_function(FunctionName=name)["Versions"]
    listed = [*client.list_functions()["Functions"], *versions]
    assert len(versions) > 1
    for config in listed:
        assert config["RevisionId"]
        assert not {"State", "LastUpdateStatus"} & set(config)
    assert client.get_function_configuration(FunctionName=name, Qualifier="1")["State"] == "Active"


def test_a_new_lambda_version_is_pending(local_aws: LocalAws, deployment: Deployment) -> None:
    local_aws.behave(lambda_version_seconds=HOUR)
    client = local_aws.client("lambda")
    arn = version(local_aws, role(local_aws, "lambda", "edgelambda"))
    name = arn.split(":")[6]
    assert client.get_function_configuration(FunctionName=name, Qualifier="1")["State"] == "Pending"
    assert client.get_function(FunctionName=name, Qualifier="1")["Configuration"]["State"] == "Pending"
    assert client.publish_version(FunctionName=name)["State"] == "Pending", "the same version again"
    refused = code_of(lambda: create(local_aws, deployment, at_the_edge(arn)))
    assert refused == ("InvalidLambdaFunctionAssociation", 400)
    local_aws.behave()
    waiter = client.get_waiter("published_version_active")
    waiter.wait(FunctionName=name, Qualifier="1", WaiterConfig={"Delay": 1})
    create(local_aws, deployment, at_the_edge(arn))


def viewer_certificate(arn: str) -> dict[str, Any]:
    certificate = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    return {"ViewerCertificate": certificate}


def test_cloudfront_does_not_know_a_new_certificate(local_aws: LocalAws, deployment: Deployment) -> None:
    local_aws.behave(certificate_propagation_seconds=HOUR)
    name = "propagation.example"
    zone = local_aws.client("route53").create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
    arn = request(local_aws, name)
    validate(local_aws, {"name": name, "id": zone}, arn)
    assert local_aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    refused = code_of(lambda: create(local_aws, deployment, **viewer_certificate(arn)))
    assert refused == ("InvalidViewerCertificate", 400)
    local_aws.behave()
    create(local_aws, deployment, **viewer_certificate(arn))


def test_cloudfront_does_not_know_a_new_web_acl(local_aws: LocalAws, deployment: Deployment) -> None:
    local_aws.behave(web_acl_propagation_seconds=HOUR)
    acl: dict[str, Any] = {"WebACLId": f"arn:aws:wafv2:us-east-1:{local_aws.account_id}:global/webacl/new/{'1' * 8}"}
    assert code_of(lambda: create(local_aws, deployment, **acl)) == ("InvalidWebACLId", 400)
    local_aws.behave()
    create(local_aws, deployment, **acl)


def test_an_unverified_account_gets_no_distribution(local_aws: LocalAws, deployment: Deployment) -> None:
    local_aws.behave(account_unverified=True)
    assert code_of(lambda: create(local_aws, deployment)) == ("AccessDenied", 403)
    local_aws.behave()
    create(local_aws, deployment)


def test_the_concurrency_of_lambda_needs_a_right(local_aws: LocalAws) -> None:
    local_aws.behave(lambda_concurrency=10)
    reader = local_aws.create_user("concurrency", allow("lambda:GetAccountSettings", "*"))
    limits = local_aws.client("lambda", "eu-west-1", reader).get_account_settings()["AccountLimit"]
    assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (10, 10)
    other = local_aws.create_user("no-concurrency", allow("lambda:ListFunctions", "*"))
    refused = code_of(local_aws.client("lambda", credentials=other).get_account_settings)
    assert refused == ("AccessDeniedException", 403)


def test_a_service_control_policy_denies_a_region(local_aws: LocalAws) -> None:
    local_aws.behave(denied_regions="sa-east-1, eu-west-1")
    for service in ("logs", "lambda"):
        call = "describe_log_groups" if service == "logs" else "list_functions"
        refused = code_of(getattr(local_aws.client(service, "eu-west-1"), call))
        assert refused == ("AccessDeniedException", 403)
        getattr(local_aws.client(service, "eu-north-1"), call)()
    local_aws.client("s3", "eu-west-1").list_buckets()


def test_the_key_value_store_refuses_sessions_of_the_global_endpoint(
    local_aws: LocalAws, deployment: Deployment, edge: Credentials
) -> None:
    local_aws.behave(sessions_of_the_global_endpoint=True)
    session = local_aws.client("cloudfront-keyvaluestore", credentials=edge)
    refused = code_of(lambda: session.describe_key_value_store(KvsARN=deployment.kvs_arn))
    assert refused == ("AccessDeniedException", 403)
    local_aws.client("cloudfront-keyvaluestore").describe_key_value_store(KvsARN=deployment.kvs_arn)
