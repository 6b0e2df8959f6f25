# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of replication from the home Region's bucket."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._replication.plan import Desired, plan

ROLE = "arn:aws:iam::111122223333:role/my-site-replication"
BUCKETS = {"us-east-1": "site-us", "eu-north-1": "site-eu", "ap-south-1": "site-ap"}
DESIRED = Desired(BUCKETS, "eu-north-1", ROLE, True)
FOREIGN = {"ID": "backup", "Priority": 14, "Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}


def configuration(*foreign: dict[str, t.Any], role: str = ROLE, desired: Desired = DESIRED) -> dict[str, t.Any]:
    return copy.deepcopy({"Role": role, "Rules": [*foreign, *desired.rules()]})


def at_home(observed: dict[str, t.Any] | None) -> dict[str, dict[str, t.Any] | None]:
    return {"us-east-1": None, "eu-north-1": observed, "ap-south-1": None}


def put(observed: dict[str, t.Any] | None, desired: Desired = DESIRED) -> dict[str, t.Any]:
    (step,) = plan(at_home(observed), desired).steps
    assert (step.call, step.arguments["region"], step.arguments["bucket"]) == (
        "put_replication",
        "eu-north-1",
        "site-eu",
    )
    return t.cast(dict[str, t.Any], step.arguments["configuration"])


def test_one_rule_a_destination_and_none_to_itself() -> None:
    rules = put(None)["Rules"]
    assert [(rule["ID"], rule["Destination"]["Bucket"]) for rule in rules] == [
        ("multiregion-edge-ap-south-1", "arn:aws:s3:::site-ap"),
        ("multiregion-edge-us-east-1", "arn:aws:s3:::site-us"),
    ]
    assert len({rule["Priority"] for rule in rules}) == 2


def test_the_sentence_names_where_from_and_where_to() -> None:
    assert plan(at_home(None), DESIRED).sentences == ["Replicate site-eu from eu-north-1 to ap-south-1, us-east-1"]


@pytest.mark.parametrize(
    "observed",
    [configuration(), {**configuration(), "Rules": configuration()["Rules"][::-1]}, configuration(FOREIGN)],
    ids=["equal", "in another order", "with a rule of somebody else's"],
)
def test_nothing_to_do(observed: dict[str, t.Any]) -> None:
    result = plan(at_home(observed), DESIRED)
    assert (result.steps, result.before) == ((), at_home(observed))


def changed(**other: t.Any) -> dict[str, t.Any]:
    config = configuration()
    config["Rules"][0].update(other)
    return config


@pytest.mark.parametrize(
    "observed",
    [
        changed(Status="Disabled"),
        changed(Priority=999),
        changed(Filter={"Prefix": "r/"}),
        changed(DeleteMarkerReplication={"Status": "Disabled"}),
        changed(Destination={"Bucket": "arn:aws:s3:::other"}),
        {"Role": ROLE, "Rules": configuration()["Rules"][:1]},
        {"Role": ROLE, "Rules": []},
        configuration(role="arn:aws:iam::1:role/old"),
        configuration(desired=Desired({**BUCKETS, "sa-east-1": "site-sa"}, "eu-north-1", ROLE, True)),
    ],
    ids=["status", "priority", "filter", "markers", "destination", "one missing", "none", "role", "one too many"],
)
def test_each_difference_is_one_call_that_puts_all(observed: dict[str, t.Any]) -> None:
    assert put(observed) == configuration()


def test_delete_markers_can_stay_at_home() -> None:
    rules = put(configuration(), Desired(BUCKETS, "eu-north-1", ROLE, False))["Rules"]
    assert {rule["DeleteMarkerReplication"]["Status"] for rule in rules} == {"Disabled"}


def test_rules_of_others_survive() -> None:
    without_id = {key: value for key, value in FOREIGN.items() if key != "ID"}
    observed = {"Role": ROLE, "Rules": [FOREIGN, without_id]}
    assert put(observed)["Rules"] == [FOREIGN, without_id, *DESIRED.rules()]


def test_a_role_of_others_is_not_taken_away_from_their_rules() -> None:
    with pytest.raises(EdgeError) as refusal:
        plan(at_home({"Role": "arn:aws:iam::1:role/theirs", "Rules": [FOREIGN]}), DESIRED)
    assert "'backup'" in str(refusal.value) and "role/theirs" in str(refusal.value)


def test_a_single_region_replicates_nothing() -> None:
    assert plan({}, Desired({"eu-north-1": "site-eu"}, "eu-north-1", ROLE, True)).steps == ()


def test_rules_of_ours_that_are_left_over_go() -> None:
    alone = Desired({"eu-north-1": "site-eu"}, "eu-north-1", ROLE, True)
    (step,) = plan({"eu-north-1": configuration()}, alone).steps
    assert (step.call, step.arguments) == ("delete_replication", {"region": "eu-north-1", "bucket": "site-eu"})
    assert put(configuration(FOREIGN), Desired({"eu-north-1": "site-eu"}, "eu-north-1", ROLE, True))["Rules"] == [
        FOREIGN
    ]


def test_another_home_takes_the_rules_from_the_old_one() -> None:
    observed = {**at_home(configuration()), "ap-south-1": {"Role": "arn:theirs", "Rules": [FOREIGN]}}
    moved = Desired(BUCKETS, "us-east-1", ROLE, True)
    calls = {step.arguments["bucket"]: step.call for step in plan(observed, moved).steps}
    assert calls == {"site-us": "put_replication", "site-eu": "delete_replication"}


def test_a_filter_of_everything_has_two_forms() -> None:
    observed = configuration()
    for rule in observed["Rules"]:
        rule["Filter"] = {}
    assert plan(at_home(observed), DESIRED).steps == ()


def test_a_region_keeps_its_priority_when_others_come_and_go() -> None:
    few = {rule["ID"]: rule["Priority"] for rule in DESIRED.rules()}
    many = Desired({**BUCKETS, "af-south-1": "a", "ap-northeast-1": "b"}, "eu-north-1", ROLE, True).rules()
    assert few.items() <= {rule["ID"]: rule["Priority"] for rule in many}.items()
