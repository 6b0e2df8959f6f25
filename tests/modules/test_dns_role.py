"""The role `dns` against local AWS: certificate, alias records, weighted records, and their deletion."""

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

WANTED, THEIRS = "d111.cloudfront.net", "d222.cloudfront.net"
BUCKETS = {"eu-north-1": "shop-eu", "us-east-1": "shop-us"}


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


def run(modules: Modules, directory: Path, entry: str, check: bool = False, **variables: Any) -> tuple[int, str]:
    """Run an entry point of the role; the output is joined to one line."""
    given = {f"dns_{name}": value for name, value in variables.items()}
    status, output = run_role(modules, directory, "dns", given, tasks_from=entry, check=check)
    return status, " ".join(output.split())


def changed(output: str) -> int:
    found = re.search(r"localhost : ok=\d+ changed=(\d+)", output)
    assert found, output
    return int(found[1])


def shares(zone: Zone) -> dict[str, int]:
    return {
        record["ResourceRecords"][0]["Value"].strip('"'): record["Weight"]
        for record in zone.records()
        if record["Type"] == "TXT"
    }


def test_a_certificate_is_validated_and_then_unchanged(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {"site": SITE, "zone": zone.name, "aliases": [zone.name, f"www.{zone.name}"]}
    status, output = run(modules, tmp_path, "certificate", check=True, **given)
    assert status == 0, output
    status, output = run(modules, tmp_path, "certificate", **given)
    assert status == 0, output
    assert "still to be validated" not in output or "1 of 2" in output
    assert [record["Type"] for record in zone.records()] == ["CNAME", "CNAME"]
    status, output = run(modules, tmp_path, "certificate", **given)
    assert (status, changed(output)) == (0, 0), output
    status, output = run(modules, tmp_path, "certificate_absent", **given)
    assert (status, changed(output)) == (0, 1), output
    assert len(zone.records()) == 2


def test_without_a_zone_the_needed_records_are_shown(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {"site": SITE, "aliases": [zone.name], "wait_timeout": 0}
    status, output = run(modules, tmp_path, "certificate", **given)
    assert status != 0
    found = re.search(rf"DNS has this record: (_\w+\.{zone.name}\.) CNAME (_\S+)\. Create it", output)
    assert found and "run it again to keep waiting" in output, output
    zone.change("CREATE", found[1].partition(".")[0], "CNAME", found[2])
    status, output = run(modules, tmp_path, "certificate", **given)
    assert (status, changed(output)) == (0, 0), output
    status, output = run(modules, tmp_path, "main", distribution_domain_name=WANTED, **given)
    assert status == 0 and f"{zone.name} needs a record that points to {WANTED}: create a CNAME" in output


def test_alias_records_point_to_the_distribution(modules: Modules, zone: Zone, tmp_path: Path) -> None:
    given = {
        "zone": zone.name,
        "aliases": [f"www.{zone.name}", zone.name],
        "distribution_domain_name": WANTED,
        "wait": False,
    }
    zone.change("CREATE", "www", "A", AliasTarget=alias_of(THEIRS))
    for check in (True, False):
        status, output = run(modules, tmp_path, "main", check=check, **given)
        assert status != 0 and f"has a record A to {THEIRS}, not to {WANTED}: it is left alone" in output
        assert "Move an alternate domain name to a different distribution" in output and "dns_take_over" in output
    assert len(zone.records()) == 1
    status, output = run(modules, tmp_path, "main", take_over=True, **given)
    assert (status, changed(output)) == (0, 1), output
    assert {(record["Type"], record["AliasTarget"]["DNSName"]) for record in zone.records()} == {
        (kind, f"{WANTED}.") for kind in ("A", "AAAA", "HTTPS")
    }
    assert len(zone.records()) == 6
    status, output = run(modules, tmp_path, "main", **given)
    assert (status, changed(output)) == (0, 0), output
    status, output = run(modules, tmp_path, "absent", **given)
    assert (status, changed(output), zone.records()) == (0, 1, []), output


def test_requests_are_distributed_by_weight(modules: Modules, local_aws: LocalAws, zone: Zone, tmp_path: Path) -> None:
    given = {"zone": zone.name, "record_name": f"bucket.{zone.name}", "buckets": BUCKETS, "wait": False}
    status, output = run(modules, tmp_path, "records", **given)
    assert (status, changed(output), shares(zone)) == (0, 1, {"shop-eu": 100, "shop-us": 100}), output
    assert {record["TTL"] for record in zone.records()} == {10}
    status, output = run(modules, tmp_path, "records", **given)
    assert (status, changed(output)) == (0, 0), output
    check = local_aws.client("route53").create_health_check(
        CallerReference=zone.name,
        HealthCheckConfig={"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "us"}},
    )["HealthCheck"]["Id"]
    dialled = {"out_of_service": ["eu-north-1"], "weights": {"us-east-1": 50}, "health_checks": {"us-east-1": check}}
    status, output = run(modules, tmp_path, "records", **given, **dialled)
    assert (status, shares(zone)) == (0, {"shop-eu": 0, "shop-us": 50}), output
    status, output = run(modules, tmp_path, "records", **given, weights={"eu-north-1": 70, "us-east-1": 30})
    assert (status, shares(zone)) == (0, {"shop-eu": 0, "shop-us": 30}), output  # out of service stays so
    status, output = run(modules, tmp_path, "records", **given, **dialled)
    assert [record.get("HealthCheckId") for record in zone.records()] == [None, check]
    for unfit in (list(BUCKETS), ["eu-west-1"]):
        status, output = run(modules, tmp_path, "records", **given, out_of_service=unfit)
        assert status != 0 and "leave one with a weight above 0" in output, output
    status, output = run(modules, tmp_path, "records", **{**given, "buckets": {"us-east-1": "shop-us"}})
    assert (status, shares(zone)) == (0, {"shop-us": 50}), output  # unchanged
    status, output = run(modules, tmp_path, "absent", **given)
    assert (status, zone.records()) == (0, []), output
