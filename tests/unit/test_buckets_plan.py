# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the Regional buckets."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._bucket_names import bucket_names
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.plan import Desired, plan
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._regions import REGIONS

NAMES = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
DESIRED = Desired("my-site", NAMES, True, {"team": "web"}, 30)
FOREIGN_STATEMENT = {"Sid": "Backup", "Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "s3:GetObject"}
FOREIGN_RULE = {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": "old/"}}


def live(region: str = "eu-north-1", **other: t.Any) -> dict[str, t.Any]:
    return {**copy.deepcopy(DESIRED.bucket(NAMES[region])), **other}


def all_live(**other: t.Any) -> dict[str, t.Any]:
    return {"eu-north-1": live(**other), "us-east-1": live("us-east-1")}


def calls(observed: t.Mapping[str, t.Any], desired: Desired = DESIRED) -> list[tuple[str | None, str]]:
    return [(step.lane, step.call) for step in plan(observed, desired).steps]


def test_nothing_to_do() -> None:
    result = plan(all_live(), DESIRED)
    assert result.steps == ()
    assert result.before == result.after


def test_a_bucket_is_closed_before_anything_else_of_it_is_set() -> None:
    steps = plan({"eu-north-1": None, "us-east-1": live("us-east-1")}, DESIRED).steps
    assert [step.call for step in steps] == [
        "create_bucket",
        "put_public_access_block",
        "put_policy",
        "put_versioning",
        "put_tags",
        "put_lifecycle",
    ]
    assert {step.lane for step in steps} == {"eu-north-1"}
    assert steps[0].arguments == {"region": "eu-north-1", "name": "site-eu", "account_regional": True}
    assert steps[0].sentence == "Create the bucket site-eu in eu-north-1"


def test_every_region_is_a_lane_of_its_own() -> None:
    lanes = [lane for lane, _call in calls(dict.fromkeys(NAMES))]
    assert lanes == ["eu-north-1"] * 6 + ["us-east-1"] * 6


@pytest.mark.parametrize(
    ("aspect", "value", "call"),
    [
        ("versioning", None, "put_versioning"),
        ("versioning", "Suspended", "put_versioning"),
        ("public_access_block", None, "put_public_access_block"),
        (
            "public_access_block",
            {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": True,
            },
            "put_public_access_block",
        ),
        ("ownership", None, "put_ownership"),
        ("ownership", "ObjectWriter", "put_ownership"),
        ("lifecycle", [], "put_lifecycle"),
        ("tags", {}, "put_tags"),
        ("tags", {"team": "ops", "multiregion-edge": "my-site"}, "put_tags"),
        ("policy", [], "put_policy"),
    ],
)
def test_each_difference_is_one_step(aspect: str, value: t.Any, call: str) -> None:
    result = plan(all_live(**{aspect: value}), DESIRED)
    assert [(step.lane, step.call) for step in result.steps] == [("eu-north-1", call)]
    assert result.before["eu-north-1"][aspect] == value
    assert result.after["eu-north-1"][aspect] == DESIRED.bucket("site-eu")[aspect]


def test_another_number_of_days_changes_the_lifecycle_alone() -> None:
    other = Desired("my-site", NAMES, True, {"team": "web"}, 7)
    assert calls(all_live(), other) == [("eu-north-1", "put_lifecycle"), ("us-east-1", "put_lifecycle")]


def test_what_others_put_there_is_no_difference() -> None:
    observed = all_live(
        policy=[FOREIGN_STATEMENT, *live()["policy"]],
        lifecycle=[*live()["lifecycle"], FOREIGN_RULE],
        tags={**live()["tags"], "cost": "42"},
    )
    assert calls(observed) == []


def test_what_others_put_there_survives_our_own_change() -> None:
    ours = live()["policy"]
    observed = all_live(
        policy=[FOREIGN_STATEMENT, {**ours[0], "Effect": "Allow"}],
        lifecycle=[FOREIGN_RULE],
        tags={"cost": "42", "team": "ops"},
    )
    arguments = {step.call: step.arguments for step in plan(observed, DESIRED).steps}
    assert arguments["put_policy"]["statements"] == [FOREIGN_STATEMENT, *ours]
    assert arguments["put_lifecycle"]["rules"] == [FOREIGN_RULE, *live()["lifecycle"]]
    assert arguments["put_tags"]["tags"] == {"cost": "42", "team": "web", "multiregion-edge": "my-site"}


def test_aws_may_return_statements_in_another_order() -> None:
    assert calls(all_live(policy=live()["policy"][::-1])) == []


def test_a_kill_after_any_step_leaves_exactly_the_rest() -> None:
    aspects = {
        "put_public_access_block": "public_access_block",
        "put_policy": "policy",
        "put_versioning": "versioning",
        "put_tags": "tags",
        "put_lifecycle": "lifecycle",
    }
    empty: dict[str, t.Any] = {
        "public_access_block": None,
        "policy": [],
        "versioning": None,
        "tags": {},
        "lifecycle": [],
    }
    bucket = {**empty, "ownership": "BucketOwnerEnforced"}
    for remaining in range(5, -1, -1):
        steps = plan({"eu-north-1": bucket, "us-east-1": live("us-east-1")}, DESIRED).steps
        assert len(steps) == remaining
        if steps:
            aspect = aspects[steps[0].call]
            bucket = {**bucket, aspect: DESIRED.bucket("site-eu")[aspect]}


def test_another_sites_bucket_is_refused() -> None:
    with pytest.raises(EdgeError, match=r"belongs to the site 'my-site-eu'.*choose another name"):
        plan(all_live(tags={"multiregion-edge": "my-site-eu"}), DESIRED)


def test_the_owner_tag_cannot_be_taken_over_by_a_users_tag() -> None:
    assert Desired("my-site", NAMES, True, {"multiregion-edge": "x"}, 30).bucket("b")["tags"] == {
        "multiregion-edge": "my-site"
    }


class Account:
    account_id = "111122223333"


def test_names_are_made_of_site_account_and_region() -> None:
    names = bucket_names("my-site", ["eu-north-1"], {}, t.cast(t.Any, Account()))
    assert names == {"eu-north-1": "my-site-111122223333-eu-north-1-an"}


def test_given_names_come_in_the_order_of_the_regions() -> None:
    given = {"us-east-1": "virginia", "eu-north-1": "stockholm"}
    assert list(bucket_names("s", ["eu-north-1", "us-east-1"], given, t.cast(t.Any, Account())).items()) == [
        ("eu-north-1", "stockholm"),
        ("us-east-1", "virginia"),
    ]


def test_names_of_the_longest_site_fit_in_every_region() -> None:
    names = bucket_names("a" * 32, list(REGIONS[:17]), {}, t.cast(t.Any, Account()))
    assert max(map(len, names.values())) == 63


@pytest.mark.parametrize(
    ("site", "regions", "names", "words"),
    [
        ("s", [], {}, "regions is empty"),
        ("s", ["mars-1"], {}, "'mars-1' is not a Region"),
        ("s", ["eu-north-1"], {"us-east-1": "b"}, "names must have a bucket for every Region"),
        ("s", ["eu-north-1", "us-east-1"], {"us-east-1": "b"}, "names must have a bucket for every Region"),
        ("a" * 40, ["ap-southeast-1"], {}, "shorten it by 8"),
        ("s", ["eu-north-1", "us-east-1"], {"us-east-1": "one", "eu-north-1": "one"}, "same bucket for two Regions"),
        ("s", ["eu-north-1"], {"eu-north-1": "Bad_Name!"}, "names: 'Bad_Name!' for eu-north-1 must be 3 to 63"),
        ("s", ["eu-north-1"], {"eu-north-1": "xn--a"}, "not begin with xn--"),
    ],
    ids=[
        "none",
        "unknown",
        "another Region's",
        "one too few",
        "too long",
        "one bucket for two Regions",
        "bad",
        "reserved",
    ],
)
def test_names_that_cannot_be_are_refused_before_any_call(
    site: str, regions: list[str], names: dict[str, str], words: str
) -> None:
    with pytest.raises(EdgeError, match=words):
        bucket_names(site, regions, names, t.cast(t.Any, None))
