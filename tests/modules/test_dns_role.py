"""The role `dns` against local AWS: certificate, host names, the records that share requests, and their end."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.hosted_zones import Zone, alias_of, modules_of
from modules.role_runner import run_role
from modules.runner import SITE, Modules

OURS, THEIRS = "d111.cloudfront.net", "d222.cloudfront.net"
BUCKETS = {"eu-north-1": "shop-eu", "us-east-1": "shop-us"}


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


def run(modules: Modules, directory: Path, entry: str, check: bool = False, **variables: Any) -> tuple[int, str]:
    """The role's entry point; what it said is in one line."""
    given = {f"dns_{name}": value for name, value in variables.items()}
    status, said = run_role(modules, directory, "dns", given, tasks_from=entry, check=check)
    return status, " ".join(said.split())


def changed(said: str) -> int:
    found = re.search(r"localhost : ok=\d+ changed=(\d+)", said)
    assert found, said
    return int(found[1])


def shares(zone: Zone) -> dict[str, int]:
    return {
        record["ResourceRecords"][0]["Value"].strip('"'): record["Weight"]
        for record in zone.records()
        if record["Type"] == "TXT"
    }


def test_a_certificate_is_validated_and_kept(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {"site": SITE, "zone": zone.name, "aliases": [zone.name, f"www.{zone.name}"]}
    status, said = run(modules, tmp_path, "certificate", check=True, **given)
    assert status == 0, said
    status, said = run(modules, tmp_path, "certificate", **given)
    assert status == 0, said
    assert "still to be validated" not in said or "1 of 2" in said
    assert [record["Type"] for record in zone.records()] == ["CNAME", "CNAME"]
    status, said = run(modules, tmp_path, "certificate", **given)
    assert (status, changed(said)) == (0, 0), said
    status, said = run(modules, tmp_path, "certificate_absent", **given)
    assert (status, changed(said)) == (0, 1), said
    assert len(zone.records()) == 2


def test_without_a_zone_the_records_are_told(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {"site": SITE, "aliases": [zone.name], "wait_timeout": 0}
    status, said = run(modules, tmp_path, "certificate", **given)
    assert status != 0
    found = re.search(rf"DNS has this record: (_\w+\.{zone.name}\.) CNAME (_\S+)\. Create it", said)
    assert found and "run it again to keep waiting" in said, said
    zone.change("CREATE", found[1].partition(".")[0], "CNAME", found[2])
    status, said = run(modules, tmp_path, "certificate", **given)
    assert (status, changed(said)) == (0, 0), said
    status, said = run(modules, tmp_path, "main", distribution_domain_name=OURS, **given)
    assert status == 0 and f"{zone.name} needs a record that points to {OURS}: create a CNAME" in said


def test_names_lead_to_the_distribution(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {
        "zone": zone.name,
        "aliases": [f"www.{zone.name}", zone.name],
        "distribution_domain_name": OURS,
        "wait": False,
    }
    zone.change("CREATE", "www", "A", AliasTarget=alias_of(THEIRS))
    for check in (True, False):
        status, said = run(modules, tmp_path, "main", check=check, **given)
        assert status != 0 and f"has a record A to {THEIRS}, not to {OURS}: it is left alone" in said
        assert "Move an alternate domain name to a different distribution" in said and "dns_take_over" in said
    assert len(zone.records()) == 1
    status, said = run(modules, tmp_path, "main", take_over=True, **given)
    assert (status, changed(said)) == (0, 1), said
    assert {(record["Type"], record["AliasTarget"]["DNSName"]) for record in zone.records()} == {
        (kind, f"{OURS}.") for kind in ("A", "AAAA", "HTTPS")
    }
    assert len(zone.records()) == 6
    status, said = run(modules, tmp_path, "main", **given)
    assert (status, changed(said)) == (0, 0), said
    status, said = run(modules, tmp_path, "absent", **given)
    assert (status, changed(said), zone.records()) == (0, 1, []), said


def test_requests_are_shared_by_weight(modules: Modules, local_aws: LocalAws, zone: Zone, tmp_path: Path) -> None:
    given = {"zone": zone.name, "record_name": f"bucket.{zone.name}", "buckets": BUCKETS, "wait": False}
    status, said = run(modules, tmp_path, "records", **given)
    assert (status, changed(said), shares(zone)) == (0, 1, {"shop-eu": 100, "shop-us": 100}), said
    assert {record["TTL"] for record in zone.records()} == {10}
    status, said = run(modules, tmp_path, "records", **given)
    assert (status, changed(said)) == (0, 0), said
    check = local_aws.client("route53").create_health_check(
        CallerReference=zone.name,
        HealthCheckConfig={"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "us"}},
    )["HealthCheck"]["Id"]
    dialled = {"out_of_service": ["eu-north-1"], "weights": {"us-east-1": 50}, "health_checks": {"us-east-1": check}}
    status, said = run(modules, tmp_path, "records", **given, **dialled)
    assert (status, shares(zone)) == (0, {"shop-eu": 0, "shop-us": 50}), said
    assert [record.get("HealthCheckId") for record in zone.records()] == [None, check]
    for unfit in (list(BUCKETS), ["eu-west-1"]):
        status, said = run(modules, tmp_path, "records", **given, out_of_service=unfit)
        assert status != 0 and "leave one with a weight above 0" in said, said
    status, said = run(modules, tmp_path, "records", **{**given, "buckets": {"us-east-1": "shop-us"}})
    assert (status, shares(zone)) == (0, {"shop-us": 50}), said  # as it was
    status, said = run(modules, tmp_path, "absent", **given)
    assert (status, zone.records()) == (0, []), said
