# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the Regional buckets."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.plan import (
    ASPECTS,
    Bucket,
    Desired,
    plan,
    setters,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

from unit.operations import operations

OPERATIONS = operations(Operations)
CALLS = {aspect: setter.__name__ for aspect, setter in setters(OPERATIONS).items()}

NAMES = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
DESIRED = Desired("my-site", NAMES, {"team": "web"})
KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/1234abcd" for region in NAMES}
UNMANAGED_STATEMENT = {"Sid": "Backup", "Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "s3:GetObject"}
UNMANAGED_RULE = {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": "old/"}}
READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "BUCKET_ARN/*"}


def aspects(region: str = "eu-north-1", **other: t.Any) -> dict[str, t.Any]:
    return {**copy.deepcopy(DESIRED.aspects(region)), **other}


def all_live(**other: t.Any) -> dict[str, Bucket | None]:
    return {"eu-north-1": Bucket(aspects(**other)), "us-east-1": Bucket(aspects("us-east-1"))}


def calls(observed: t.Mapping[str, Bucket | None], desired: Desired = DESIRED) -> list[tuple[str | None, str]]:
    return [(step.partition, step.name) for step in plan(OPERATIONS, observed, desired).steps]


def statements(*more: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": [*more, *aspects()["policy"]["Statement"]]}


def rules(*more: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"Rules": [*more, *aspects()["lifecycle"]["Rules"]]}


def test_nothing_to_do() -> None:
    result = plan(OPERATIONS, all_live(), DESIRED)
    assert result.steps == ()
    assert result.before == result.after


def test_public_access_is_blocked_before_any_other_setting() -> None:
    steps = plan(OPERATIONS, {**all_live(), "eu-north-1": None}, DESIRED).steps
    assert [step.name for step in steps] == [
        "create_bucket",
        "put_public_access_block",
        "put_policy",
        "put_versioning",
        "put_lifecycle",
    ]
    assert {step.partition for step in steps} == {"eu-north-1"}
    assert steps[0].arguments == {
        "region": "eu-north-1",
        "name": "site-eu",
        "tags": {"team": "web", "multiregion-edge": "my-site"},
    }
    assert steps[0].sentence == "Create the bucket site-eu in eu-north-1"


def test_a_new_bucket_gets_its_key_before_any_object() -> None:
    steps = plan(OPERATIONS, dict.fromkeys(NAMES), dataclasses.replace(DESIRED, kms_keys=KEYS)).steps
    rules_by_region = {step.partition: step.arguments["rule"] for step in steps if step.name == "put_encryption"}
    assert {
        region: rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
        for region, rule in rules_by_region.items()
        if rule["BucketKeyEnabled"]
    } == KEYS


def test_every_region_is_a_partition() -> None:
    partitions = [partition for partition, _call in calls(dict.fromkeys(NAMES))]
    assert partitions == ["eu-north-1"] * 5 + ["us-east-1"] * 5


@pytest.mark.parametrize(
    ("aspect", "value"),
    [
        ("versioning", None),
        ("versioning", "Suspended"),
        ("public_access_block", None),
        ("public_access_block", {**aspects()["public_access_block"], "BlockPublicPolicy": False}),
        ("ownership", None),
        ("ownership", "ObjectWriter"),
        ("encryption", None),
        (
            "encryption",
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": False},
        ),
        ("lifecycle", None),
        ("tags", {"multiregion-edge": "my-site"}),
        ("tags", {"team": "ops", "multiregion-edge": "my-site"}),
        ("policy", None),
        ("policy", {"Version": "2012-10-17", "Statement": statements()["Statement"][:1]}),
    ],
)
def test_each_difference_is_one_step(aspect: str, value: t.Any) -> None:
    result = plan(OPERATIONS, all_live(**{aspect: value}), DESIRED)
    assert [(step.partition, step.name) for step in result.steps] == [("eu-north-1", CALLS[aspect])]
    assert result.before["eu-north-1"][aspect] == value
    wanted = DESIRED.aspects("eu-north-1", aspects(**{aspect: value}))[aspect]
    assert result.after["eu-north-1"][aspect] == result.steps[0].arguments[ASPECTS[aspect][0]] == wanted != value


@pytest.mark.parametrize(
    ("option", "call"),
    [
        ({"noncurrent_days": 7}, "put_lifecycle"),
        ({"kms_keys": KEYS}, "put_encryption"),
        ({"policy_statements": {"Readers": READ}}, "put_policy"),
        ({"tags": {"team": "ops"}}, "put_tags"),
    ],
)
def test_each_option_changes_one_setting_in_every_region(option: dict[str, t.Any], call: str) -> None:
    assert calls(all_live(), dataclasses.replace(DESIRED, **option)) == [("eu-north-1", call), ("us-east-1", call)]


def test_unmanaged_settings_are_no_difference() -> None:
    observed = all_live(
        policy=statements(UNMANAGED_STATEMENT),
        lifecycle={**rules(UNMANAGED_RULE), "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"},
        tags={**aspects()["tags"], "cost": "42"},
        encryption={**aspects()["encryption"], "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}},
    )
    assert calls(observed) == []


def test_unmanaged_settings_survive_a_change() -> None:
    observed = all_live(
        policy={"Version": "2008-10-17", "Statement": [UNMANAGED_STATEMENT]},
        lifecycle={"Rules": [UNMANAGED_RULE], "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"},
        tags={"cost": "42", "team": "ops", "multiregion-edge": "my-site"},
    )
    arguments = {step.name: step.arguments for step in plan(OPERATIONS, observed, DESIRED).steps}
    assert arguments["put_policy"]["policy"] == {**statements(UNMANAGED_STATEMENT), "Version": "2008-10-17"}
    assert arguments["put_lifecycle"]["lifecycle"] == {
        **rules(UNMANAGED_RULE),
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }
    assert arguments["put_tags"]["tags"] == {"cost": "42", "team": "web", "multiregion-edge": "my-site"}


def test_an_unmanaged_rule_in_the_old_format_is_converted() -> None:
    old = {"ID": "archive", "Status": "Enabled", "Prefix": "old/"}
    (step,) = plan(OPERATIONS, all_live(lifecycle={"Rules": [old]}), DESIRED).steps
    assert step.arguments["lifecycle"] == rules(UNMANAGED_RULE)


def test_purge_removes_unmanaged_tags_but_not_those_of_aws() -> None:
    tags = {**aspects()["tags"], "cost": "42", "aws:cloudformation:stack-name": "old"}
    observed = all_live(tags=tags)
    assert calls(observed) == []
    (step,) = plan(OPERATIONS, observed, dataclasses.replace(DESIRED, purge_tags=True)).steps
    assert step.arguments["tags"] == {**aspects()["tags"], "aws:cloudformation:stack-name": "old"}


def test_the_order_and_format_of_aws_is_no_difference() -> None:
    reversed_statements = {**statements(), "Statement": statements()["Statement"][::-1]}
    for statement in reversed_statements["Statement"]:
        statement["Principal"] = {"AWS": "*"}
    lifecycle = rules(UNMANAGED_RULE)
    lifecycle["Rules"][1]["Filter"] = {}
    assert calls(all_live(policy=reversed_statements, lifecycle={"Rules": lifecycle["Rules"][::-1]})) == []


def test_statements_of_an_earlier_run_stay_until_an_option_changes_them() -> None:
    given = dataclasses.replace(DESIRED, policy_statements={"Readers": READ})
    observed: dict[str, Bucket | None] = {region: Bucket(given.aspects(region)) for region in NAMES}
    assert calls(observed) == []
    assert calls(observed, given) == []
    steps = plan(OPERATIONS, observed, dataclasses.replace(DESIRED, policy_statements={})).steps
    assert [step.arguments["policy"] for step in steps] == [DESIRED.aspects(region)["policy"] for region in NAMES]


def test_after_a_kill_the_plan_has_exactly_the_remaining_steps() -> None:
    wanted = aspects()
    bucket = {**dict.fromkeys(ASPECTS), **{key: wanted[key] for key in ("ownership", "tags", "encryption")}}
    for remaining in range(4, -1, -1):
        steps = plan(OPERATIONS, {**all_live(), "eu-north-1": Bucket(bucket)}, DESIRED).steps
        assert len(steps) == remaining
        if steps:
            aspect = next(aspect for aspect, call in CALLS.items() if call == steps[0].name)
            bucket = {**bucket, aspect: wanted[aspect]}


@pytest.mark.parametrize("in_use", [False, True])
@pytest.mark.parametrize("adopt", [False, True])
def test_another_sites_bucket_is_refused(in_use: bool, adopt: bool) -> None:
    other = Bucket(aspects(tags={"multiregion-edge": "my-site-eu"}), in_use)
    with pytest.raises(EdgeError, match=r"belongs to the site 'my-site-eu'.*choose another name"):
        plan(OPERATIONS, {**all_live(), "eu-north-1": other}, dataclasses.replace(DESIRED, adopt=adopt))


def test_a_bucket_with_objects_is_adopted_only_if_named() -> None:
    theirs = {**all_live(), "eu-north-1": Bucket(aspects(tags={"team": "web"}), in_use=True)}
    with pytest.raises(EdgeError, match=r"site-eu in eu-north-1 exists already with objects.*names to take it over"):
        plan(OPERATIONS, theirs, DESIRED)
    assert calls(theirs, dataclasses.replace(DESIRED, adopt=True)) == [("eu-north-1", "put_tags")]


def test_an_empty_bucket_without_an_owner_tag_is_adopted() -> None:
    assert calls(all_live(tags={"team": "web"})) == [("eu-north-1", "put_tags")]


def test_the_owner_tag_cannot_be_overwritten_by_a_users_tag() -> None:
    desired = dataclasses.replace(DESIRED, tags={"multiregion-edge": "x"})
    assert desired.aspects("eu-north-1")["tags"] == {"multiregion-edge": "my-site"}
