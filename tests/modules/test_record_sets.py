"""route53_record_sets against local AWS: all records of a task in one call, and no unmanaged records."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._record_sets.operations import Operations

from localaws.local_aws import LocalAws
from modules.hosted_zones import CLOUDFRONT_ZONE, Zone, alias_of, modules_of, zones_policy
from modules.runner import SITE, ModuleFailed, Modules

WANTED, THEIRS = "d111.cloudfront.net", "d222.cloudfront.net"


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


def run(modules: Modules, zone: Zone, records: list[dict[str, Any]], /, **options: Any) -> dict[str, Any]:
    return modules.run("route53_record_sets", **{"zone": zone.name, "records": records, "wait": False, **options})


def aliases(zone: Zone, host: str = "www") -> list[dict[str, Any]]:
    target = {"dns_name": WANTED, "hosted_zone_id": CLOUDFRONT_ZONE}
    return [{"name": f"{host}.{zone.name}", "type": kind, "alias_target": target} for kind in ("A", "AAAA", "HTTPS")]


def shares(zone: Zone, **weights: int) -> list[dict[str, Any]]:
    name = f"bucket.{zone.name}"
    return [
        {"name": name, "type": "TXT", "ttl": 10, "values": [f"shop-{id}"], "set_identifier": id, "weight": weight}
        for id, weight in weights.items()
    ]


def test_alias_records_are_created_unchanged_and_deleted(modules: Modules, zone: Zone) -> None:
    records = aliases(zone) + aliases(zone, "*")
    predicted = run(modules, zone, records, check=True)
    assert predicted["mutating"] == [] and len(predicted["plan"]) == 6
    made = run(modules, zone, records, wait=True)
    assert made["plan"] == predicted["plan"] and len(made["mutating"]) == 1
    assert made["plan"][0] == f"Create A www.{zone.name}, to {WANTED}"
    assert made["zone"] == {"id": zone.id, "name": zone.name}
    assert {(record["Type"], record["Name"]) for record in zone.records()} == {
        (kind, f"{host}.{zone.name}.") for kind in ("A", "AAAA", "HTTPS") for host in ("www", "\\052")
    }
    assert run(modules, zone, records)["mutating"] == []
    # Another spelling makes no difference.
    target = {"dns_name": f"{WANTED.upper()}.", "hosted_zone_id": CLOUDFRONT_ZONE}
    same = [{"name": f"WWW.{zone.name}.", "type": "A", "alias_target": target}]
    assert run(modules, zone, same, zone=zone.id)["mutating"] == []
    assert run(modules, zone, records, state="absent", check=True)["mutating"] == []
    assert len(run(modules, zone, records, state="absent")["mutating"]) == 1
    assert zone.records() == []
    assert run(modules, zone, records, state="absent")["mutating"] == []


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("A", THEIRS, f"has a record A to {THEIRS}, not to {WANTED}: it is left alone.*move the alias.*take_over=true"),
        ("CNAME", THEIRS, f"has a record CNAME to {THEIRS}"),
        ("A", "192.0.2.7", r"has a record A to 192\.0\.2\.7.*If the name is to be this site's, run it again"),
    ],
)
def test_a_name_that_points_elsewhere_is_taken_over_only_on_request(
    modules: Modules, zone: Zone, kind: str, value: str, message: str
) -> None:
    if kind == "A" and value == THEIRS:
        zone.change("CREATE", "www", "A", AliasTarget=alias_of(THEIRS))
    else:
        zone.change("CREATE", "www", kind, value)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"www.{zone.name} {message}"):
            run(modules, zone, aliases(zone), check=check)
    assert len(zone.records()) == 1
    assert run(modules, zone, aliases(zone), state="absent")["mutating"] == []
    taken = run(modules, zone, aliases(zone), take_over=True)
    assert len(taken["mutating"]) == 1
    assert {record["Type"] for record in zone.records()} == {"A", "AAAA", "HTTPS"}
    assert run(modules, zone, aliases(zone))["mutating"] == []


def test_weights_are_changed_and_records_no_longer_listed_are_deleted(
    modules: Modules, local_aws: LocalAws, zone: Zone
) -> None:
    zone.change("CREATE", "bucket", "A", "192.0.2.1")  # other types do not matter
    run(modules, zone, shares(zone, eu=100, us=100, ap=100))
    identifiers = {record.get("SetIdentifier"): record for record in zone.records() if record["Type"] == "TXT"}
    assert set(identifiers) == {f"{id} (multiregion.edge)" for id in ("eu", "us", "ap")}
    assert identifiers["eu (multiregion.edge)"]["ResourceRecords"] == [{"Value": '"shop-eu"'}]
    dialled = run(modules, zone, shares(zone, eu=0, us=100, ap=100))
    assert dialled["plan"] == [f'Change TXT bucket.{zone.name} [eu (multiregion.edge)], to "shop-eu", with weight 0']
    check = local_aws.client("route53").create_health_check(
        CallerReference=zone.name,
        HealthCheckConfig={"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "eu"}},
    )["HealthCheck"]["Id"]
    checked = shares(zone, eu=0, us=100, ap=100)
    checked[0]["health_check_id"] = check
    assert len(run(modules, zone, checked)["mutating"]) == 1
    assert run(modules, zone, checked)["mutating"] == []
    left = run(modules, zone, shares(zone, us=100, ap=100))
    assert left["plan"] == [f'Delete TXT bucket.{zone.name} [eu (multiregion.edge)], to "shop-eu"']
    assert run(modules, zone, shares(zone, us=100), state="absent")["changed"]
    assert [record["Type"] for record in zone.records()] == ["A"]


def test_an_unmanaged_weighted_record_is_refused(modules: Modules, zone: Zone) -> None:
    zone.change("CREATE", "bucket", "TXT", '"other"', SetIdentifier="theirs", Weight=1)
    with pytest.raises(ModuleFailed, match='has a record TXT to "other", not to "shop-eu": it is left alone'):
        run(modules, zone, shares(zone, eu=1))
    gone = run(modules, zone, shares(zone, eu=1), state="absent")
    assert gone["left"] == [f'TXT bucket.{zone.name} [theirs], to "other"'] and not gone["changed"]


def concurrently(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Make a concurrent change once, right before the next change."""
    change, acts = Operations.change_record_sets, [act]

    def late(api: Operations, **arguments: Any) -> None:
        if acts:
            acts.pop()()
        change(api, **arguments)

    monkeypatch.setattr(Operations, "change_record_sets", late)


def test_concurrent_changes_are_detected(modules: Modules, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    run(modules, zone, shares(zone, eu=100, us=100))
    eu = {"SetIdentifier": "eu (multiregion.edge)", "Weight": 7}
    concurrently(monkeypatch, lambda: zone.change("UPSERT", "bucket", "TXT", '"shop-eu"', **eu))
    changed = run(modules, zone, shares(zone, eu=0, us=100))
    assert "weight was changed to 7 by another process during this run" in str(changed["warnings"])
    assert run(modules, zone, shares(zone, eu=0, us=100))["mutating"] == []

    concurrently(monkeypatch, lambda: zone.change("CREATE", "www", "CNAME", THEIRS))
    with pytest.raises(ModuleFailed, match=f"has a record CNAME to {THEIRS}"):
        run(modules, zone, aliases(zone))
    assert "AAAA" not in {record["Type"] for record in zone.records()}


@pytest.mark.parametrize("survivors", [0, 1])
def test_a_killed_run_is_completed_by_the_next(
    modules: Modules, local_aws: LocalAws, zone: Zone, survivors: int
) -> None:
    local_aws.fault(survivors, of=modules.credentials)
    with pytest.raises(ModuleFailed):
        run(modules, zone, aliases(zone), wait=True)  # the fault also ends the wait
    local_aws.fault(None)
    assert run(modules, zone, aliases(zone))["changed"] is (survivors == 0)
    assert run(modules, zone, aliases(zone))["mutating"] == []


def test_only_the_needed_names_of_a_large_zone_are_read(modules: Modules, local_aws: LocalAws, zone: Zone) -> None:
    record = {"Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
    changes = [
        {"Action": "CREATE", "ResourceRecordSet": {"Name": f"h{number}.{zone.name}", **record}} for number in range(700)
    ]
    local_aws.client("route53").change_resource_record_sets(HostedZoneId=zone.id, ChangeBatch={"Changes": changes})
    run(modules, zone, aliases(zone))
    assert run(modules, zone, aliases(zone))["api_calls"] == {"read": 2, "write": 0}


def test_with_several_zones_of_one_name_the_id_is_needed(modules: Modules, local_aws: LocalAws, zone: Zone) -> None:
    local_aws.client("route53").create_hosted_zone(Name=zone.name, CallerReference=f"{zone.name}-again")
    with pytest.raises(ModuleFailed, match="the name of several zones: give the id of the one that is used"):
        run(modules, zone, aliases(zone))
    assert run(modules, zone, aliases(zone), zone=zone.id)["changed"]
    for missing in ("none.example", "Z0000000000000"):
        with pytest.raises(ModuleFailed, match=f"there is no public hosted zone {missing}"):
            run(modules, zone, aliases(zone), zone=missing)
    private = Zone(local_aws, private=True)
    with pytest.raises(ModuleFailed, match="there is no public hosted zone"):
        run(modules, private, aliases(private))


@pytest.mark.parametrize(
    "action", [action for statement in zones_policy("111122223333")["Statement"] for action in statement["Action"]]
)
def test_each_permission_is_needed_and_a_missing_one_is_reported(local_aws: LocalAws, zone: Zone, action: str) -> None:
    """Shown by creating and deleting a certificate and its records."""
    without = modules_of(local_aws, action)
    certificate = {"site": SITE, "domain_name": zone.name, "wait": False}

    def live() -> None:
        found = without.run("acm_certificate", **certificate)["certificate"]
        run(without, zone, found["validation_records"], wait=True)
        run(without, zone, found["validation_records"], zone=zone.id)
        without.run("acm_certificate", **certificate, tags={"team": "web"})
        without.run("acm_certificate", **certificate, state="absent")

    call = action.partition(":")[2].replace("AddTagsToCertificate", "(AddTags|Request)")
    with pytest.raises(ModuleFailed, match=rf"AccessDenied\w* from {call}\w*: .*Allow the call"):
        live()
