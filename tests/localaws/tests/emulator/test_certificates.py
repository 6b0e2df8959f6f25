"""ACM issues a certificate once its records can be looked up, and keeps one that is in use."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

import pytest

from localaws.fixture import Deployment
from localaws.local import LocalCloud
from localaws.tests.emulator.wire import code_of

_numbers = itertools.count()


@pytest.fixture
def zone(cloud: LocalCloud) -> dict[str, str]:
    name = f"zone{next(_numbers)}.example"
    made = cloud.client("route53").create_hosted_zone(Name=name, CallerReference=name)
    return {"name": name, "id": made["HostedZone"]["Id"]}


@pytest.fixture(autouse=True)
def usual_behaviour(cloud: LocalCloud) -> Any:
    yield
    cloud.behave()


def request(cloud: LocalCloud, *names: str, **options: Any) -> str:
    acm = cloud.client("acm")
    others = {"SubjectAlternativeNames": list(names)} if len(names) > 1 else {}
    arn: str = acm.request_certificate(DomainName=names[0], ValidationMethod="DNS", **others, **options)[
        "CertificateArn"
    ]
    return arn


def describe(cloud: LocalCloud, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = cloud.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return found


def validate(cloud: LocalCloud, zone: dict[str, str], arn: str, **change: str) -> None:
    records = {
        option["ResourceRecord"]["Name"]: option["ResourceRecord"] | change
        for option in describe(cloud, arn)["DomainValidationOptions"]
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
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone["id"], ChangeBatch={"Changes": changes})


def test_it_is_issued_once_every_name_can_be_validated(cloud: LocalCloud, zone: dict[str, str]) -> None:
    name = zone["name"]
    arn = request(cloud, name, f"*.{name}", f"www.{name}")
    found = describe(cloud, arn)
    assert found["Status"] == "PENDING_VALIDATION" and "IssuedAt" not in found
    assert found["SubjectAlternativeNames"] == [name, f"*.{name}", f"www.{name}"]
    own, wildcard, www = [option["ResourceRecord"] for option in found["DomainValidationOptions"]]
    assert own == wildcard != www
    validate(cloud, zone, arn, Value="_other.acm-validations.aws")
    assert describe(cloud, arn)["Status"] == "PENDING_VALIDATION"
    validate(cloud, zone, arn)
    found = describe(cloud, arn)
    assert found["Status"] == "ISSUED"
    assert {option["ValidationStatus"] for option in found["DomainValidationOptions"]} == {"SUCCESS"}
    (summary,) = [
        item
        for item in cloud.client("acm").list_certificates()["CertificateSummaryList"]
        if item["CertificateArn"] == arn
    ]
    assert summary["SubjectAlternativeNameSummaries"] == found["SubjectAlternativeNames"]
    # Another one for the name needs no other record.
    assert describe(cloud, request(cloud, f"www.{name}"))["Status"] == "ISSUED"


def test_it_takes_its_time(cloud: LocalCloud, zone: dict[str, str]) -> None:
    cloud.behave(certificate_records_seconds=3600.0, certificate_seconds=3600.0)
    arn = request(cloud, zone["name"])
    assert "ResourceRecord" not in describe(cloud, arn)["DomainValidationOptions"][0]
    cloud.behave(certificate_seconds=3600.0)
    validate(cloud, zone, arn)
    assert describe(cloud, arn)["Status"] == "PENDING_VALIDATION"
    cloud.behave()
    assert describe(cloud, arn)["Status"] == "ISSUED"


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [("CAA_ERROR", "FAILED", "CAA_ERROR"), ("VALIDATION_TIMED_OUT", "VALIDATION_TIMED_OUT", None)],
)
def test_it_can_fail(cloud: LocalCloud, zone: dict[str, str], failure: str, status: str, reason: str | None) -> None:
    cloud.behave(certificate_failure=failure)
    found = describe(cloud, request(cloud, zone["name"]))
    assert (found["Status"], found.get("FailureReason")) == (status, reason)


def test_a_token_is_answered_with_the_same_certificate(cloud: LocalCloud, zone: dict[str, str]) -> None:
    arn = request(cloud, zone["name"], IdempotencyToken="a1")
    assert request(cloud, zone["name"], IdempotencyToken="a1") == arn
    assert request(cloud, zone["name"], IdempotencyToken="a2") != arn
    assert request(cloud, f"www.{zone['name']}", IdempotencyToken="a1") != arn
    cloud.client("acm").delete_certificate(CertificateArn=arn)
    assert request(cloud, zone["name"], IdempotencyToken="a1") != arn


def test_what_it_refuses(cloud: LocalCloud) -> None:
    names = [f"h{number}.example.com" for number in range(11)]
    assert code_of(lambda: request(cloud, *names)) == ("LimitExceededException", 400)
    assert code_of(lambda: request(cloud, "a_b.example.com")) == ("InvalidDomainValidationOptionsException", 400)


def test_one_in_use_stays(cloud: LocalCloud, deployment: Deployment, zone: dict[str, str]) -> None:
    arn = request(cloud, zone["name"])
    validate(cloud, zone, arn)
    cloudfront = cloud.client("cloudfront")
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
    assert describe(cloud, arn)["InUseBy"] == [made["Distribution"]["ARN"]]
    delete = cloud.client("acm").delete_certificate
    assert code_of(lambda: delete(CertificateArn=arn)) == ("ResourceInUseException", 400)
    cloudfront.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"])
    delete(CertificateArn=arn)
