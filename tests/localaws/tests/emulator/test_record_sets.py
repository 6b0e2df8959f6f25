"""Route 53 refuses invalid batches, and then changes nothing."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.wire import code_of

ZONE = "strict.example"
REFUSED = ("InvalidChangeBatch", 400)
CLOUDFRONT = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net", "EvaluateTargetHealth": False}


@pytest.fixture(scope="module")
def zone(local_aws: LocalAws) -> str:
    made = local_aws.client("route53").create_hosted_zone(Name=ZONE, CallerReference=ZONE)
    found: str = made["HostedZone"]["Id"]
    return found


def record(name: str, kind: str, *values: str, **members: Any) -> dict[str, Any]:
    pointing = {"TTL": 10, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Name": f"{name}.{ZONE}", "Type": kind, **pointing, **members}


def change(local_aws: LocalAws, zone: str, *records: dict[str, Any], action: str = "CREATE") -> None:
    changes = [{"Action": action, "ResourceRecordSet": each} for each in records]
    local_aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


@pytest.mark.parametrize(
    "unfit",
    [
        record("a", "TXT", "no quotation marks"),
        record("a", "TXT", f'"{"x" * 256}"'),
        record("a", "A", "::1"),
        record("a", "A"),
        record("a", "TXT", '"x"') | {"Name": "a.other.example"},
        record("a", "TXT", '"x"', SetIdentifier="one"),
        record("a", "TXT", '"x"', Weight=1),
        record("a", "TXT", '"x"', SetIdentifier="one", Weight=256),
        record("a", "TXT", '"x"', HealthCheckId="11111111-2222-3333-4444-555555555555"),
        record("a", "TXT", AliasTarget=CLOUDFRONT),
        record("a", "A", AliasTarget=CLOUDFRONT | {"EvaluateTargetHealth": True}),
        record("a", "A", "192.0.2.1", AliasTarget=CLOUDFRONT),
    ],
)
def test_invalid_record_sets_are_refused(local_aws: LocalAws, zone: str, unfit: dict[str, Any]) -> None:
    assert code_of(lambda: change(local_aws, zone, record("beside", "TXT", '"x"'), unfit)) in (
        REFUSED,
        ("InvalidInput", 400),
    )
    change(local_aws, zone, record("beside", "TXT", '"x"'))  # it was not created either
    change(local_aws, zone, record("beside", "TXT", '"x"'), action="DELETE")


@pytest.mark.parametrize("kind", ["A", "AAAA", "HTTPS"])
def test_an_alias_of_a_distribution(local_aws: LocalAws, zone: str, kind: str) -> None:
    change(local_aws, zone, record("alias", kind, AliasTarget=CLOUDFRONT))


def test_conflicting_record_sets_are_refused(local_aws: LocalAws, zone: str) -> None:
    weighted = record("w", "TXT", '"x"', SetIdentifier="one", Weight=1)
    change(local_aws, zone, weighted, record("c", "CNAME", "d1.cloudfront.net"))
    for other in (record("w", "TXT", '"y"'), record("c", "A", "192.0.2.1"), record("w", "CNAME", "d1.cloudfront.net")):
        assert code_of(lambda other=other: change(local_aws, zone, other)) == REFUSED  # type: ignore[misc]
    change(local_aws, zone, record("w", "TXT", '"y"', SetIdentifier="two", Weight=0))
    # One batch may replace the one by the other.
    changes = [
        {"Action": "DELETE", "ResourceRecordSet": record("c", "CNAME", "d1.cloudfront.net")},
        {"Action": "CREATE", "ResourceRecordSet": record("c", "A", AliasTarget=CLOUDFRONT)},
    ]
    local_aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def test_a_wildcard_is_returned_as_an_octal_escape(local_aws: LocalAws, zone: str) -> None:
    change(local_aws, zone, record("*", "A", AliasTarget=CLOUDFRONT))
    listed = local_aws.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert f"\\052.{ZONE}." in [each["Name"] for each in listed]
    change(local_aws, zone, record("\\052", "A", AliasTarget=CLOUDFRONT), action="DELETE")


def test_a_health_check_returns_its_configuration(local_aws: LocalAws) -> None:
    route53 = local_aws.client("route53")
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "eu"}, "Inverted": True}
    made = route53.create_health_check(CallerReference="inverted", HealthCheckConfig=config)["HealthCheck"]["Id"]
    assert route53.get_health_check(HealthCheckId=made)["HealthCheck"]["HealthCheckConfig"] == config
