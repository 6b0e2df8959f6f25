"""ACM issues a certificate when its records can be resolved, and refuses to delete one in use."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.wire import code_of

_numbers = itertools.count()


@pytest.fixture
def zone(local_aws: LocalAws) -> dict[str, str]:
    name = f"zone{next(_numbers)}.example"
    made = local_aws.client("route53").create_hosted_zone(Name=name, CallerReference=name)
    return {"name": name, "id": made["HostedZone"]["Id"]}


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Any:
    yield
    local_aws.behave()


def request(local_aws: LocalAws, *names: str, **options: Any) -> str:
    acm = local_aws.client("acm")
    others = {"SubjectAlternativeNames": list(names)} if len(names) > 1 else {}
    arn: str = acm.request_certificate(DomainName=names[0], ValidationMethod="DNS", **others, **options)[
        "CertificateArn"
    ]
    return arn


def describe(local_aws: LocalAws, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = local_aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return found


def validate(local_aws: LocalAws, zone: dict[str, str], arn: str, **change: str) -> None:
    records = {
        option["ResourceRecord"]["Name"]: option["ResourceRecord"] | change
        for option in describe(local_aws, arn)["DomainValidationOptions"]
    }
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": record["Name"],
                "Type": "CNAME",
                "TTL": 60,
                "ResourceRecords": [{"Value": record["Value"]}],
            },
        }
        for record in records.values()
    ]
    local_aws.client("route53").change_resource_record_sets(HostedZoneId=zone["id"], ChangeBatch={"Changes": changes})


def test_it_is_issued_once_every_name_can_be_validated(local_aws: LocalAws, zone: dict[str, str]) -> None:
    name = zone["name"]
    arn = request(local_aws, name, f"*.{name}", f"www.{name}")
    found = describe(local_aws, arn)
    assert found["Status"] == "PENDING_VALIDATION" and "IssuedAt" not in found
    assert found["SubjectAlternativeNames"] == [name, f"*.{name}", f"www.{name}"]
    own, wildcard, www = [option["ResourceRecord"] for option in found["DomainValidationOptions"]]
    assert own == wildcard != www
    validate(local_aws, zone, arn, Value="_other.acm-validations.aws")
    assert describe(local_aws, arn)["Status"] == "PENDING_VALIDATION"
    validate(local_aws, zone, arn)
    found = describe(local_aws, arn)
    assert found["Status"] == "ISSUED"
    assert {option["ValidationStatus"] for option in found["DomainValidationOptions"]} == {"SUCCESS"}
    (summary,) = [
        item
        for item in local_aws.client("acm").list_certificates()["CertificateSummaryList"]
        if item["CertificateArn"] == arn
    ]
    assert summary["SubjectAlternativeNameSummaries"] == found["SubjectAlternativeNames"]
    # Another certificate for the name needs no other record.
    assert describe(local_aws, request(local_aws, f"www.{name}"))["Status"] == "ISSUED"


def test_it_takes_its_time(local_aws: LocalAws, zone: dict[str, str]) -> None:
    local_aws.behave(certificate_records_seconds=3600.0, certificate_seconds=3600.0)
    arn = request(local_aws, zone["name"])
    assert "ResourceRecord" not in describe(local_aws, arn)["DomainValidationOptions"][0]
    local_aws.behave(certificate_seconds=3600.0)
    validate(local_aws, zone, arn)
    assert describe(local_aws, arn)["Status"] == "PENDING_VALIDATION"
    local_aws.behave()
    assert describe(local_aws, arn)["Status"] == "ISSUED"


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [("CAA_ERROR", "FAILED", "CAA_ERROR"), ("VALIDATION_TIMED_OUT", "VALIDATION_TIMED_OUT", None)],
)
def test_it_can_fail(local_aws: LocalAws, zone: dict[str, str], failure: str, status: str, reason: str | None) -> None:
    local_aws.behave(certificate_failure=failure)
    found = describe(local_aws, request(local_aws, zone["name"]))
    assert (found["Status"], found.get("FailureReason")) == (status, reason)


def test_a_token_is_answered_with_the_same_certificate(local_aws: LocalAws, zone: dict[str, str]) -> None:
    arn = request(local_aws, zone["name"], IdempotencyToken="a1")
    assert request(local_aws, zone["name"], IdempotencyToken="a1") == arn
    assert request(local_aws, zone["name"], IdempotencyToken="a2") != arn
    assert request(local_aws, f"www.{zone['name']}", IdempotencyToken="a1") != arn
    local_aws.client("acm").delete_certificate(CertificateArn=arn)
    assert request(local_aws, zone["name"], IdempotencyToken="a1") != arn


def test_requests_that_acm_refuses(local_aws: LocalAws) -> None:
    names = [f"h{number}.example.com" for number in range(11)]
    assert code_of(lambda: request(local_aws, *names)) == ("LimitExceededException", 400)
    assert code_of(lambda: request(local_aws, "a_b.example.com")) == ("InvalidDomainValidationOptionsException", 400)


def test_a_certificate_in_use_stays(local_aws: LocalAws, deployment: Deployment, zone: dict[str, str]) -> None:
    arn = request(local_aws, zone["name"])
    validate(local_aws, zone, arn)
    cloudfront = local_aws.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=deployment.distribution_id)["DistributionConfig"]
    config |= {
        "CallerReference": arn,
        "Enabled": False,
        "ViewerCertificate": {
            "ACMCertificateArn": arn,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }
    made = cloudfront.create_distribution(DistributionConfig=config)
    assert describe(local_aws, arn)["InUseBy"] == [made["Distribution"]["ARN"]]
    delete = local_aws.client("acm").delete_certificate
    assert code_of(lambda: delete(CertificateArn=arn)) == ("ResourceInUseException", 400)
    cloudfront.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"])
    delete(CertificateArn=arn)
