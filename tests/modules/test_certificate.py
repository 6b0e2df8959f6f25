"""acm_certificate against local AWS, which issues a certificate when its records can be resolved."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._certificate.api import CertificateApi

from localaws.local_aws import LocalAws
from modules.hosted_zones import Zone, modules_of
from modules.runner import SITE, ModuleFailed, Modules


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


def run(modules: Modules, *names: str, check: bool = False, **options: Any) -> dict[str, Any]:
    given = {"site": SITE, "domain_name": names[0], "subject_alternative_names": list(names[1:]), **options}
    return modules.run("acm_certificate", check=check, **given)


def validate(modules: Modules, zone: Zone, certificate: dict[str, Any]) -> None:
    modules.run("route53_record_sets", zone=zone.name, records=certificate["validation_records"])


def test_it_is_requested_validated_unchanged_and_deleted(modules: Modules, local_aws: LocalAws, zone: Zone) -> None:
    names = (zone.name, f"*.{zone.name}", f"www.{zone.name}")
    predicted = run(modules, *names, check=True)
    assert predicted["mutating"] == [] and predicted["certificate"]["arn"] == "(known after apply)"
    local_aws.behave(certificate_records_seconds=1.5)
    requested = run(modules, *names, wait=False)
    assert requested["plan"] == predicted["plan"] == [f"Request a certificate for {', '.join(names)}"]
    found = requested["certificate"]
    assert (found["status"], len(requested["mutating"])) == ("PENDING_VALIDATION", 1)
    assert {(record["type"], record["name"].partition(".")[2]) for record in found["validation_records"]} == {
        ("CNAME", f"{zone.name}."),
        ("CNAME", f"www.{zone.name}."),
    }
    assert len(found["validation_records"]) == 2  # a name and its wildcard share a record
    assert run(modules, *names, wait=False)["mutating"] == []
    validate(modules, zone, found)
    issued = run(modules, *names)
    assert (issued["changed"], issued["certificate"]["status"]) == (False, "ISSUED")
    assert issued["certificate"]["arn"] == found["arn"]
    assert issued["certificate"]["tags"] == {"multiregion-edge": SITE}
    # Another order and spelling of the names makes no difference.
    again = run(modules, names[2], names[0].upper(), names[1])
    assert (again["mutating"], again["certificate"]["arn"]) == ([], found["arn"])

    tagged = run(modules, *names, tags={"team": 1})
    assert tagged["plan"] == [f"Tag the certificate {found['arn']}"]
    assert tagged["certificate"]["tags"] == {"multiregion-edge": SITE, "team": "1"}

    assert run(modules, *names, state="absent", check=True)["mutating"] == []
    gone = run(modules, *names, state="absent")
    assert gone["plan"] == [f"Delete the certificate {found['arn']}"] and gone["certificate"] is None
    assert run(modules, *names, state="absent")["mutating"] == []


def test_other_names_need_another_certificate(modules: Modules, zone: Zone) -> None:
    first = run(modules, zone.name, wait=False)["certificate"]
    second = run(modules, zone.name, f"www.{zone.name}", wait=False)
    assert second["certificate"]["arn"] != first["arn"]
    assert [other["arn"] for other in second["other_certificates"]] == [first["arn"]]
    assert run(modules, zone.name, state="absent")["plan"] == [f"Delete the certificate {first['arn']}"]
    assert run(modules, zone.name, f"www.{zone.name}", wait=False)["other_certificates"] == []


@pytest.mark.parametrize("tags", [[], [{"Key": "multiregion-edge", "Value": "corner-shop"}]])
def test_unmanaged_certificates_are_not_changed(
    modules: Modules, local_aws: LocalAws, zone: Zone, tags: list[dict[str, str]]
) -> None:
    acm = local_aws.client("acm")
    members = {"Tags": tags} if tags else {}
    other = acm.request_certificate(DomainName=zone.name, ValidationMethod="DNS", **members)["CertificateArn"]
    managed = run(modules, zone.name, wait=False)["certificate"]
    assert managed["arn"] != other
    run(modules, zone.name, state="absent")
    assert acm.describe_certificate(CertificateArn=other)["Certificate"]["CertificateArn"] == other


def test_a_certificate_in_use_is_kept_and_its_users_are_named(
    modules: Modules, local_aws: LocalAws, zone: Zone
) -> None:
    found = run(modules, zone.name, wait=False)["certificate"]
    validate(modules, zone, found)
    used_by = distribution(local_aws, found["arn"])
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"{found['arn']} is in use by {used_by}: give that another one first"):
            run(modules, zone.name, state="absent", check=check)


def distribution(local_aws: LocalAws, certificate_arn: str) -> str:
    config = {
        "CallerReference": certificate_arn,
        "Comment": "",
        "Enabled": False,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "o",
                    "DomainName": "origin.example",
                    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        "ViewerCertificate": {
            "ACMCertificateArn": certificate_arn,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }
    arn: str = local_aws.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["ARN"]
    return arn


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("CAA_ERROR", "CAA_ERROR, a CAA record of one of the names forbids it: allow amazon.com there. Fix that"),
        ("VALIDATION_TIMED_OUT", "VALIDATION_TIMED_OUT, its validation records were not found within 72 hours"),
        ("OTHER", "OTHER. Fix that and run it again"),
    ],
)
def test_a_failed_certificate_is_reported_with_the_reason_and_replaced(
    modules: Modules, local_aws: LocalAws, zone: Zone, failure: str, message: str
) -> None:
    local_aws.behave(certificate_failure=failure)
    with pytest.raises(ModuleFailed, match=message) as caught:
        run(modules, zone.name)
    assert caught.value.result["done"] == [f"Request a certificate for {zone.name}"]
    local_aws.behave()
    replaced = run(modules, zone.name, wait=False)
    request, delete = replaced["plan"]
    assert request == f"Request a certificate for {zone.name}" and delete.endswith(f", which is {failure}")
    validate(modules, zone, replaced["certificate"])
    assert run(modules, zone.name)["mutating"] == []


def test_the_deadline_error_has_the_pending_records(modules: Modules, zone: Zone, shown: list[str]) -> None:
    message = rf"1 of 1 names still to be validated: {zone.name}, by the CNAME _\w+.{zone.name}. with the value _"
    with pytest.raises(ModuleFailed, match=rf"not ready after 0 s \({message}.*run it again to keep waiting"):
        run(modules, zone.name, wait_timeout=0)
    assert f"1 of 1 names still to be validated: {zone.name}" in shown[0]


def test_a_concurrently_deleted_certificate_is_requested_again(
    modules: Modules, local_aws: LocalAws, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(modules, zone.name, wait=False)["certificate"]
    put_tags = CertificateApi.put_tags

    def too_late(api: CertificateApi, arn: str, tags: dict[str, str]) -> None:
        local_aws.client("acm").delete_certificate(CertificateArn=arn)
        put_tags(api, arn, tags)

    monkeypatch.setattr(CertificateApi, "put_tags", too_late)
    ended = run(modules, zone.name, wait=False, tags={"team": "web"})
    assert ended["certificate"]["arn"] != found["arn"]
    assert ended["certificate"]["tags"] == {"multiregion-edge": SITE, "team": "web"}


@pytest.mark.parametrize("survivors", [0, 1, 2])
def test_a_killed_run_is_completed_by_the_next(
    modules: Modules, local_aws: LocalAws, zone: Zone, survivors: int
) -> None:
    """The run has two changes: the request, and the deletion of the failed certificate."""
    local_aws.behave(certificate_failure="OTHER")
    with pytest.raises(ModuleFailed):
        run(modules, zone.name)
    local_aws.behave()
    local_aws.fault(survivors, of=modules.credentials)
    with pytest.raises(ModuleFailed):  # reads are refused too
        run(modules, zone.name, wait=False)
    local_aws.fault(None)
    ended = run(modules, zone.name, wait=False)
    assert ended["certificate"]["status"] == "PENDING_VALIDATION"
    assert run(modules, zone.name, wait=False)["mutating"] == []
    summaries = local_aws.client("acm").list_certificates()["CertificateSummaryList"]
    assert [item["CertificateArn"] for item in summaries if item["DomainName"] == zone.name] == [
        ended["certificate"]["arn"]
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["example"], "'example' is not a valid host name"),
        (["a_b.example.com"], "is not a valid host name"),
        (["www.*.example.com"], "is not a valid host name"),
        (["größe.example"], "write an international name as xn--"),
        ([f"{'a' * 60}.example.com"], "has 72 characters; ACM takes 64"),
        ([f"h{number}.example.com" for number in range(101)], "101 names"),
    ],
)
def test_invalid_names_are_refused_before_any_call(modules: Modules, names: list[str], message: str) -> None:
    before = len(modules.local_aws.requests())
    with pytest.raises(ModuleFailed, match=message):
        run(modules, *names)
    assert len(modules.local_aws.requests()) == before
