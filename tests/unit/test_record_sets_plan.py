# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes to a hosted zone's record sets."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._record_sets import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._record_sets import record as records
from ansible_collections.multiregion.edge.plugins.module_utils._record_sets.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._record_sets.resource import RecordSets

from unit.fakes import client_error
from unit.operations import operations

OPERATIONS = operations(Operations)

ZONE = "example.com."
WANTED, THEIRS = "d111.cloudfront.net", "d222.cloudfront.net"


def alias(to: str = WANTED, kind: str = "A", name: str = "www.example.com") -> records.RecordSet:
    target = {"dns_name": to, "hosted_zone_id": "Z2FDTNDATAQYW2"}
    return records.from_option({"name": name, "type": kind, "alias_target": target})


def values(*given: str, kind: str = "TXT", name: str = "www.example.com", **members: t.Any) -> records.RecordSet:
    return records.from_option({"name": name, "type": kind, "values": list(given), **members})


def share(region: str, weight: int = 100, bucket: str = "", **members: t.Any) -> records.RecordSet:
    return values(bucket or f"shop-{region}", set_identifier=region, weight=weight, ttl=10, **members)


def live(record: records.RecordSet, **change: t.Any) -> records.RecordSet:
    """As the API returns it."""
    return records.from_api(records.to_api(record) | change)


def changes(plan: t.Any) -> list[str]:
    """The action and, for weighted records, the identifier and the weight."""
    found = [change for step in plan.steps for change in step.arguments["changes"]]
    return [
        " ".join([change["Action"], change["ResourceRecordSet"]["Type"], *_identity(change["ResourceRecordSet"])])
        for change in found
    ]


def _identity(record: dict[str, t.Any]) -> list[str]:
    if "Weight" not in record:
        return []
    return [record["SetIdentifier"].partition(" ")[0], str(record["Weight"])]


@pytest.mark.parametrize(
    ("observed", "desired", "expected"),
    [
        ([], [alias(), alias(kind="AAAA")], ["CREATE A", "CREATE AAAA"]),
        ([live(alias())], [alias()], []),
        ([live(alias("D111.CloudFront.net."))], [alias()], []),
        ([live(alias())], [alias(), alias(kind="HTTPS")], ["CREATE HTTPS"]),
        # A record with the right target is managed.
        ([live(values("x"), TTL=5)], [values("x")], ["DELETE TXT", "CREATE TXT"]),
        ([live(share("eu"))], [share("eu", 0)], ["DELETE TXT eu 100", "CREATE TXT eu 0"]),
        (
            [live(share("eu"))],
            [share("eu", health_check_id="h1")],
            ["DELETE TXT eu 100", "CREATE TXT eu 100"],
        ),
        # A managed record may point elsewhere, and is deleted when it is not given.
        ([live(share("eu", bucket="old"))], [share("eu")], ["DELETE TXT eu 100", "CREATE TXT eu 100"]),
        ([live(share("eu")), live(share("us"))], [share("us")], ["DELETE TXT eu 100"]),
        # An alias replaces a CNAME to the same distribution.
        ([live(values(WANTED, kind="CNAME"))], [alias()], ["DELETE CNAME", "CREATE A"]),
        # Another type of the name does not matter.
        ([live(values("192.0.2.1", kind="A"))], [values("x")], ["CREATE TXT"]),
    ],
)
def test_present(observed: list[records.RecordSet], desired: list[records.RecordSet], expected: list[str]) -> None:
    assert changes(planning.plan_present(OPERATIONS, observed, desired, "Z1", take_over=False)) == expected


@pytest.mark.parametrize(
    ("there", "wanted", "becomes"),
    [
        (None, 70, 70),
        (None, None, 100),
        (100, 70, 70),
        (70, 70, 70),
        (70, None, 70),
        (0, 70, 0),  # out of service
    ],
)
def test_a_share_is_the_weight_of_a_record_in_service(there: int | None, wanted: int | None, becomes: int) -> None:
    given = values("shop-eu", set_identifier="eu", ttl=10, weight_in_service=wanted)
    observed = [] if there is None else [live(share("eu", there))]
    (record,) = planning.complete(observed, [given])
    assert (record.weight, record.share) == (becomes, None)
    plan = planning.plan_present(OPERATIONS, observed, [record], "Z1", take_over=False)
    assert bool(plan.steps) == (there != becomes)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"set_identifier": "eu", "weight": 1, "weight_in_service": 1}, "exclude each other"),
        ({"set_identifier": "eu", "weight_in_service": 0}, "the weight 0 is not between 1 and 255"),
        ({"set_identifier": "eu", "weight_in_service": 256}, "the weight 256 is not between 1 and 255"),
        ({"set_identifier": "eu", "weight": -1}, "the weight -1 is not between 0 and 255"),
        ({"weight_in_service": 1}, "a weight needs a set_identifier"),
    ],
)
def test_invalid_weights_are_refused(members: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(EdgeError, match=sentence):
        values("shop-eu", **members)


CONFLICTS = [
    ([live(alias(THEIRS))], [alias()], ["DELETE A", "CREATE A"], THEIRS),
    ([live(values("192.0.2.1", kind="A"))], [alias()], ["DELETE A", "CREATE A"], "192.0.2.1"),
    ([live(values(THEIRS, kind="CNAME"))], [alias()], ["DELETE CNAME", "CREATE A"], THEIRS),
    ([live(alias())], [values(WANTED, kind="CNAME")], ["DELETE A", "CREATE CNAME"], WANTED),
    ([live(values("x"))], [share("eu")], ["DELETE TXT", "CREATE TXT eu 100"], '"x"'),
    (
        [live(share("eu", bucket="other"), SetIdentifier="theirs")],
        [share("eu")],
        ["DELETE TXT theirs 100", "CREATE TXT eu 100"],
        '"other"',
    ),
]


@pytest.mark.parametrize(("observed", "desired", "expected", "target"), CONFLICTS)
def test_unmanaged_records_are_replaced_only_on_request(
    observed: list[records.RecordSet], desired: list[records.RecordSet], expected: list[str], target: str
) -> None:
    with pytest.raises(EdgeError, match=r"it is left alone, and nothing was changed\..*take_over=true") as refused:
        planning.plan_present(OPERATIONS, observed, desired, "Z1", take_over=False)
    assert f" to {target}, not to {desired[0].target}" in str(refused.value)
    assert changes(planning.plan_present(OPERATIONS, observed, desired, "Z1", take_over=True)) == expected


def test_a_move_from_another_distribution_is_explained() -> None:
    with pytest.raises(EdgeError, match="move the alias from that distribution to this one first"):
        planning.plan_present(OPERATIONS, [live(alias(THEIRS))], [alias()], "Z1", take_over=False)
    with pytest.raises(EdgeError) as refused:
        planning.plan_present(OPERATIONS, [live(values("192.0.2.1", kind="A"))], [alias()], "Z1", take_over=False)
    assert "distribution" not in str(refused.value)


def test_a_deletion_repeats_the_record_as_returned() -> None:
    record = {
        "Name": "\\052.example.com.",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "Old.example.net"}],
    }
    desired = [values("old.example.net", kind="CNAME", name="*.example.com")]
    (step,) = planning.plan_present(OPERATIONS, [records.from_api(record)], desired, "Z1", take_over=False).steps
    assert step.arguments["changes"][0] == {"Action": "DELETE", "ResourceRecordSet": record}
    assert step.arguments["changes"][1]["ResourceRecordSet"]["Name"] == "*.example.com."


@pytest.mark.parametrize(
    ("observed", "desired", "expected", "left"),
    [
        ([live(alias()), live(alias(kind="AAAA"))], [alias(), alias(kind="AAAA")], ["DELETE A", "DELETE AAAA"], []),
        ([live(alias(THEIRS))], [alias()], [], [f"A www.example.com, to {THEIRS}"]),
        ([live(share("eu")), live(share("us", 0))], [share("eu", 7)], ["DELETE TXT eu 100", "DELETE TXT us 0"], []),
        ([live(values("x"))], [share("eu")], [], ['TXT www.example.com, to "x"']),
        ([], [alias()], [], []),
    ],
)
def test_absent(
    observed: list[records.RecordSet], desired: list[records.RecordSet], expected: list[str], left: list[str]
) -> None:
    assert changes(planning.plan_absent(OPERATIONS, observed, desired, "Z1")) == expected
    assert planning.leftovers(observed, desired) == left


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"type": "A"}, "needs either values or an alias_target"),
        ({"type": "A", "values": ["192.0.2.1"], "alias_target": {"dns_name": "x", "hosted_zone_id": "Z"}}, "either"),
        ({"type": "A", "ttl": 5, "alias_target": {"dns_name": "x", "hosted_zone_id": "Z"}}, "give none"),
        ({"type": "TXT", "values": ["x"], "weight": 1}, "a weight needs a set_identifier"),
        ({"type": "TXT", "values": ["x"], "set_identifier": "eu", "weight": 256}, "not between 0 and 255"),
    ],
)
def test_invalid_records(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(EdgeError, match=message):
        records.from_option({"name": "www.example.com", **given})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([alias(name="www.example.org")], "www.example.org is not in the zone example.com"),
        ([alias(name="badexample.com")], "is not in the zone"),
        ([alias(), alias(name="WWW.example.com.")], "A www.example.com is given twice"),
        ([values("x", kind="CNAME", name="example.com")], "a zone's own name can have no CNAME"),
        ([alias(name=f"h{number}.example.com") for number in range(401)], "401 are given"),
    ],
)
def test_records_that_conflict_in_a_zone(given: list[records.RecordSet], message: str) -> None:
    with pytest.raises(EdgeError, match=message):
        planning.check(given, ZONE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("shop-eu", '"shop-eu"'),
        ('"shop-eu"', '"shop-eu"'),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("x" * 300, f'"{"x" * 255}" "{"x" * 45}"'),
    ],
)
def test_txt_values_are_quoted(text: str, value: str) -> None:
    assert values(text).values == (value,)


def test_a_target_may_be_known_later() -> None:
    plan = planning.plan_present(OPERATIONS, [], [alias(KNOWN_AFTER_APPLY)], "Z1", take_over=False)
    assert plan.sentences == [f"Create A www.example.com, to {KNOWN_AFTER_APPLY}"]


def test_a_weighted_record_keeps_values_that_are_not_given() -> None:
    given = records.from_option({"name": "www.example.com", "type": "TXT", "set_identifier": "eu"})
    there = live(share("eu", 7, health_check_id="h1"), TTL=60)
    assert planning.complete([there], [given]) == [there]
    (without,) = planning.complete([there], [dataclasses.replace(given, health_check_id="", weight=0)])
    assert (without.weight, without.ttl, without.values, without.health_check_id) == (0, 60, there.values, None)


def test_a_new_weighted_record_has_a_default_weight_and_needs_a_target() -> None:
    given = records.from_option({"name": "www.example.com", "type": "TXT", "set_identifier": "eu", "values": ["x"]})
    (new,) = planning.complete([], [given])
    assert (new.weight, new.ttl) == (100, 300)
    with pytest.raises(EdgeError, match="is not there yet, so it needs either values or an alias_target"):
        planning.complete([], [dataclasses.replace(given, values=())])


@pytest.mark.parametrize(
    ("message", "stale"),
    [
        ("Tried to delete resource record set [name='a.', type='A'] but it was not found", True),
        ("Tried to create resource record set [name='a.', type='A'] but it already exists", True),
        ("Tried to delete resource record set [...] but the values provided do not match the current values", True),
        ("Tried to create an alias that targets d1., type A in zone Z2, but that target was not found", False),
    ],
)
def test_conflicts_that_a_new_plan_may_resolve(message: str, stale: bool) -> None:
    error = client_error("InvalidChangeBatch", "ChangeResourceRecordSets", message)
    assert RecordSets.is_stale(t.cast(t.Any, None), error) is stale
