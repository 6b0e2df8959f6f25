# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of replication among the buckets of several Regions."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY, Plan
from ansible_collections.multiregion.edge.plugins.module_utils._replication.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._replication.plan import Desired, plan, roles
from ansible_collections.multiregion.edge.plugins.module_utils._replication.rules import (
    Options,
    rules_to,
    with_everything,
)
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import DEFAULT_REGIONS

from unit.operations import operations

OPERATIONS = operations(Operations)

ROLE = "arn:aws:iam::111122223333:role/my-site-replication"
BUCKETS = {"us-east-1": "site-us", "eu-north-1": "site-eu", "ap-south-1": "site-ap"}
HUB = Desired(BUCKETS, ("eu-north-1",), ROLE)
MESH = Desired(BUCKETS, tuple(BUCKETS), ROLE)
ABSENT = Desired(BUCKETS)
UNMANAGED = {
    "ID": "backup",
    "Priority": 1000,
    "Status": "Enabled",
    "Filter": {"Prefix": "r/"},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
}

State = dict[str, t.Optional[dict[str, t.Any]]]
NOTHING: State = dict.fromkeys(BUCKETS)


def replicating(desired: Desired) -> State:
    """The state after *desired* is applied to buckets without rules."""
    return copy.deepcopy(plan(OPERATIONS, {}, desired).after)


def options(**changed: t.Any) -> Desired:
    return dataclasses.replace(HUB, options=Options(**changed))


def with_rules(state: State, region: str, *unmanaged: dict[str, t.Any], role: str = ROLE) -> State:
    """*state* with unmanaged rules in the bucket of *region*."""
    rules = (state[region] or {}).get("Rules", [])
    return {**state, region: {"Role": role, "Rules": [*copy.deepcopy(unmanaged), *rules]}}


def calls(made: Plan) -> list[tuple[str, str]]:
    return [(step.name, step.arguments.get("region", "")) for step in made.steps]


def rule(desired: Desired = HUB) -> dict[str, t.Any]:
    """The rule from the home bucket to us-east-1."""
    home = replicating(desired)["eu-north-1"]
    assert home is not None
    (found,) = [item for item in home["Rules"] if item["ID"] == "multiregion-edge-us-east-1"]
    return t.cast(dict[str, t.Any], found)


def test_a_hub_has_one_rule_per_destination_in_the_home_bucket_only() -> None:
    made = plan(OPERATIONS, NOTHING, HUB)
    assert calls(made) == [("put_replication", "eu-north-1")]
    assert made.sentences == ["Replicate site-eu from eu-north-1 to ap-south-1, us-east-1"]
    home = made.after["eu-north-1"]
    assert [(item["ID"], item["Destination"]["Bucket"]) for item in home["Rules"]] == [
        ("multiregion-edge-ap-south-1", "arn:aws:s3:::site-ap"),
        ("multiregion-edge-us-east-1", "arn:aws:s3:::site-us"),
    ]
    assert made.after == {**NOTHING, "eu-north-1": home}


def test_a_mesh_has_a_rule_for_every_pair_and_one_parallel_call_per_bucket() -> None:
    regions = DEFAULT_REGIONS
    buckets = {region: f"site-{region}" for region in regions}
    made = plan(OPERATIONS, {}, Desired(buckets, regions, ROLE))
    assert sorted(calls(made)) == [("put_replication", region) for region in sorted(regions)]
    assert [step.partition for step in made.steps] == list(regions)
    pairs = {
        (region, item["Destination"]["Bucket"]) for region in regions for item in (made.after[region] or {})["Rules"]
    }
    assert len(pairs) == 17 * 16
    assert not [pair for pair in pairs if pair[1] == f"arn:aws:s3:::{buckets[pair[0]]}"]


def test_a_rule_has_the_settings_of_the_consoles_template_except_time_control() -> None:
    assert rule() == {
        "ID": "multiregion-edge-us-east-1",
        "Priority": 14,
        "Status": "Enabled",
        "Filter": {"Not": {"Prefix": "_edge/region"}},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}},
        "Destination": {"Bucket": "arn:aws:s3:::site-us", "Metrics": {"Status": "Enabled"}},
    }


KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/1" for region in BUCKETS}


@pytest.mark.parametrize(
    ("desired", "differs"),
    [
        (options(delete_markers=False), {"DeleteMarkerReplication": {"Status": "Disabled"}}),
        (options(replica_modifications=False), {"SourceSelectionCriteria": None}),
        (options(metrics=False), {"Destination": {"Bucket": "arn:aws:s3:::site-us"}}),
        (
            options(time_control=True, metrics=False),
            {
                "Destination": {
                    "Bucket": "arn:aws:s3:::site-us",
                    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
                }
            },
        ),
        (
            options(kms_keys=KEYS, metrics=False),
            {
                "SourceSelectionCriteria": {
                    "ReplicaModifications": {"Status": "Enabled"},
                    "SseKmsEncryptedObjects": {"Status": "Enabled"},
                },
                "Destination": {
                    "Bucket": "arn:aws:s3:::site-us",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": KEYS["us-east-1"]},
                },
            },
        ),
        (
            options(kms_keys=KEYS, metrics=False, multi_region_keys=True, replica_modifications=False),
            {
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "Destination": {
                    "Bucket": "arn:aws:s3:::site-us",
                    "EncryptionConfiguration": {
                        "ReplicaKmsKeyID": KEYS["us-east-1"],
                        "UseSourceMultiRegionKey": {"Status": "Enabled"},
                    },
                },
            },
        ),
    ],
    ids=["delete markers", "replica modifications", "metrics", "time control", "kms", "multi-Region keys"],
)
def test_each_option_is_in_every_rule_and_its_change_is_one_call(desired: Desired, differs: dict[str, t.Any]) -> None:
    expected = {name: value for name, value in {**rule(), **differs}.items() if value is not None}
    assert rule(desired) == expected
    for before, after in ((HUB, desired), (desired, HUB)):
        made = plan(OPERATIONS, replicating(before), after)
        assert calls(made) == [("put_replication", "eu-north-1")]
        assert made.sentences == ["Change the replication of site-eu from eu-north-1: change ap-south-1, us-east-1"]
        assert plan(OPERATIONS, made.after, after).steps == ()


def everything_explicit(state: State) -> State:
    """As S3 may return it: explicit disabled settings, an explicit filter for everything, another order."""
    explicit = copy.deepcopy(state)
    for configuration in explicit.values():
        for item in (configuration or {}).get("Rules", []):
            item["Filter"] = {"And": {"Prefix": "", "Tags": [], **item["Filter"]}}
            item["Priority"] = str(item["Priority"])
            item["ExistingObjectReplication"] = {"Status": "Disabled"}
            item["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] = {"Status": "Disabled"}
            item["Destination"]["ReplicationTime"] = {"Status": "Disabled", "Time": {"Minutes": 15}}
            item["Destination"]["Metrics"]["EventThreshold"] = {"Minutes": 15}
        if configuration:
            configuration["Rules"].reverse()
    return explicit


def with_markers(state: State) -> State:
    """As it is where S3 has refused Not."""
    return {region: configuration and with_everything(configuration) for region, configuration in state.items()}


def with_markers_and_empty_filters(state: State) -> State:
    explicit = copy.deepcopy(with_markers(state))
    for configuration in explicit.values():
        for item in (configuration or {}).get("Rules", []):
            item["Filter"] = {}
    return explicit


@pytest.mark.parametrize("desired", [HUB, MESH], ids=["hub", "mesh"])
@pytest.mark.parametrize("form", [copy.deepcopy, everything_explicit, with_markers, with_markers_and_empty_filters])
def test_nothing_to_do(desired: Desired, form: t.Callable[[State], State]) -> None:
    observed = form(replicating(desired))
    made = plan(OPERATIONS, observed, desired)
    assert (made.steps, made.before) == ((), observed)
    beside = with_rules(observed, "eu-north-1", UNMANAGED)
    assert plan(OPERATIONS, beside, desired).steps == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"Status": "Disabled"},
        {"Priority": 999},
        {"Filter": {"Prefix": "r/"}},
        {"Filter": {"Prefix": ""}},
        {"Filter": {"Not": {"Prefix": "_edge/"}}},
        {"Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}},
        {"Filter": None, "Prefix": ""},
        {"DeleteMarkerReplication": {"Status": "Disabled"}},
        {"SourceSelectionCriteria": None},
        {"Destination": {"Bucket": "arn:aws:s3:::other", "Metrics": {"Status": "Enabled"}}},
        {"Destination": {"Bucket": "arn:aws:s3:::site-us"}},
        {
            "Destination": {
                "Bucket": "arn:aws:s3:::site-us",
                "Metrics": {"Status": "Enabled"},
                "StorageClass": "GLACIER",
            }
        },
    ],
    ids=lambda changed: ", ".join(changed),
)
def test_each_difference_is_one_call_with_all_rules(changed: dict[str, t.Any]) -> None:
    wanted = replicating(HUB)
    observed = replicating(HUB)
    home = observed["eu-north-1"]
    assert home is not None
    home["Rules"][1] = {name: item for name, item in {**home["Rules"][1], **changed}.items() if item is not None}
    made = plan(OPERATIONS, observed, HUB)
    assert made.sentences == ["Change the replication of site-eu from eu-north-1: change us-east-1"]
    assert made.steps[0].arguments["configuration"] == wanted["eu-north-1"]


def test_another_role_is_one_call() -> None:
    observed = replicating(dataclasses.replace(HUB, role_arn="arn:aws:iam::111122223333:role/old"))
    made = plan(OPERATIONS, observed, HUB)
    assert made.sentences == [f"Change the replication of site-eu from eu-north-1: use the role {ROLE}"]
    assert made.after == replicating(HUB)


def test_added_and_removed_regions_are_reported() -> None:
    other = {"eu-north-1": "site-eu", "us-east-1": "site-us", "sa-east-1": "site-sa"}
    made = plan(OPERATIONS, replicating(HUB), dataclasses.replace(HUB, buckets=other))
    assert made.sentences == ["Change the replication of site-eu from eu-north-1: start sa-east-1; stop ap-south-1"]


def test_a_region_keeps_its_priority_when_others_are_added_and_removed() -> None:
    few = {item["ID"]: item["Priority"] for item in rules_to(BUCKETS, Options(), [])}
    many = {**BUCKETS, "af-south-1": "a", "ap-northeast-1": "b"}
    all_of_them = {item["ID"]: item["Priority"] for item in rules_to(many, Options(), [])}
    assert few.items() <= all_of_them.items()
    assert len(set(all_of_them.values())) == len(many)


class TestOthersRules:
    def test_they_survive(self) -> None:
        without_id = {name: value for name, value in UNMANAGED.items() if name != "ID"}
        observed = with_rules(NOTHING, "eu-north-1", UNMANAGED, without_id)
        made = plan(OPERATIONS, observed, HUB)
        assert made.sentences == ["Replicate site-eu from eu-north-1 to ap-south-1, us-east-1"]
        assert made.after["eu-north-1"]["Rules"][:2] == [UNMANAGED, without_id]
        assert plan(OPERATIONS, made.after, HUB).steps == ()

    def test_managed_rules_avoid_the_priorities_of_unmanaged_ones(self) -> None:
        theirs = [{**UNMANAGED, "ID": str(number), "Priority": number} for number in (14, 114)]
        made = plan(OPERATIONS, with_rules(NOTHING, "eu-north-1", *theirs), HUB)
        assert [item["Priority"] for item in made.after["eu-north-1"]["Rules"]] == [14, 114, 4, 214]
        assert plan(OPERATIONS, made.after, HUB).steps == ()

    def test_the_role_of_unmanaged_rules_is_not_replaced(self) -> None:
        observed = with_rules(NOTHING, "eu-north-1", UNMANAGED, role="arn:aws:iam::1:role/theirs")
        with pytest.raises(EdgeError) as refusal:
            plan(OPERATIONS, observed, HUB)
        assert "'backup'" in str(refusal.value) and "role/theirs" in str(refusal.value)
        unknown = dataclasses.replace(HUB, role_arn=KNOWN_AFTER_APPLY)
        assert calls(plan(OPERATIONS, observed, unknown)) == [("put_replication", "eu-north-1")]

    def test_an_unmanaged_rule_of_the_first_version_is_refused(self) -> None:
        old = {"ID": "backup", "Prefix": "", "Status": "Enabled", "Destination": UNMANAGED["Destination"]}
        observed = with_rules(NOTHING, "eu-north-1", old)
        with pytest.raises(EdgeError, match="'backup' without a Filter"):
            plan(OPERATIONS, observed, HUB)
        assert plan(OPERATIONS, observed, ABSENT).steps == ()
        assert plan(OPERATIONS, observed, dataclasses.replace(HUB, purge=True)).after == replicating(HUB)

    def test_without_managed_rules_unmanaged_ones_keep_their_role(self) -> None:
        observed = with_rules(replicating(HUB), "ap-south-1", UNMANAGED, role="arn:aws:iam::1:role/theirs")
        assert plan(OPERATIONS, observed, HUB).steps == ()

    def test_purge_removes_them_everywhere(self) -> None:
        observed = with_rules(replicating(HUB), "eu-north-1", UNMANAGED, role="arn:aws:iam::1:role/theirs")
        observed = with_rules(observed, "ap-south-1", UNMANAGED)
        made = plan(OPERATIONS, observed, dataclasses.replace(HUB, purge=True))
        assert made.after == replicating(HUB)
        assert made.sentences == [
            f"Change the replication of site-eu from eu-north-1: stop 'backup'; use the role {ROLE}",
            "Wait until the rules of eu-north-1 are in effect",
            "Stop replicating site-ap from ap-south-1",
        ]


class TestOrder:
    """While rules change, a write to any bucket reaches every Region."""

    def test_a_new_home_region_replicates_before_the_old_one_stops(self) -> None:
        moved = dataclasses.replace(HUB, sources=("us-east-1",))
        made = plan(OPERATIONS, replicating(HUB), moved)
        assert calls(made) == [
            ("put_replication", "us-east-1"),
            ("await_replication", ""),
            ("delete_replication", "eu-north-1"),
        ]
        # Without a partition, no later step runs before it has ended.
        assert [step.partition for step in made.steps] == ["us-east-1", None, "eu-north-1"]
        assert made.steps[1].arguments == {"expected": {"us-east-1": ("site-us", made.after["us-east-1"])}}
        assert made.after == replicating(moved)

    def test_a_change_from_hub_to_mesh_needs_no_wait(self) -> None:
        made = plan(OPERATIONS, replicating(HUB), MESH)
        assert calls(made) == [("put_replication", "us-east-1"), ("put_replication", "ap-south-1")]

    def test_a_change_from_mesh_to_hub_keeps_the_home_buckets_rules(self) -> None:
        made = plan(OPERATIONS, replicating(MESH), HUB)
        assert calls(made) == [("delete_replication", "us-east-1"), ("delete_replication", "ap-south-1")]
        assert made.after == replicating(HUB)


class TestAbsent:
    def test_managed_rules_are_removed_and_empty_configurations_deleted(self) -> None:
        observed = with_rules(replicating(MESH), "ap-south-1", UNMANAGED)
        made = plan(OPERATIONS, observed, ABSENT)
        assert calls(made) == [
            ("delete_replication", "us-east-1"),
            ("delete_replication", "eu-north-1"),
            ("put_replication", "ap-south-1"),
        ]
        assert made.after == with_rules(NOTHING, "ap-south-1", UNMANAGED)
        assert made.sentences[2] == ("Change the replication of site-ap from ap-south-1: stop eu-north-1, us-east-1")

    def test_purge_removes_all_rules(self) -> None:
        made = plan(OPERATIONS, with_rules(NOTHING, "ap-south-1", UNMANAGED), dataclasses.replace(ABSENT, purge=True))
        assert (calls(made), made.after) == ([("delete_replication", "ap-south-1")], NOTHING)

    def test_nothing_to_remove(self) -> None:
        assert plan(OPERATIONS, with_rules(NOTHING, "us-east-1", UNMANAGED), ABSENT).steps == ()


def test_a_single_region_has_no_rules_and_existing_ones_are_removed() -> None:
    alone = Desired({"eu-north-1": "site-eu"}, ("eu-north-1",), ROLE)
    assert plan(OPERATIONS, {}, alone).steps == ()
    assert calls(plan(OPERATIONS, replicating(HUB), alone)) == [("delete_replication", "eu-north-1")]


def test_the_permissions_of_each_topology() -> None:
    found = roles(with_rules(replicating(HUB), "us-east-1", UNMANAGED), BUCKETS)
    assert (found.sources, found.destinations) == (["site-eu"], ["site-ap", "site-us"])
    none = roles(with_rules(NOTHING, "us-east-1", UNMANAGED), BUCKETS)
    assert (none.sources, none.destinations) == ([], [])
