# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a Multi-Region Access Point."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._access_point.plan import (
    Desired,
    check_name,
    from_api,
    plan,
    refuse_another,
)
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

DESIRED = Desired("my-site-3f9a1c2b", ("site-eu", "site-ap"))


def live(**other: t.Any) -> dict[str, t.Any]:
    return {
        "name": "my-site-3f9a1c2b",
        "alias": "mfzwi23gnjvgw.mrap",
        "status": "READY",
        "buckets": ["site-ap", "site-eu"],
        **other,
    }


def test_there_is_none() -> None:
    result = plan(None, DESIRED)
    (step,) = result.steps
    assert step.call == "create_access_point"
    assert step.sentence == "Create the Multi-Region Access Point my-site-3f9a1c2b over 2 buckets"
    assert sorted(step.arguments["buckets"]) == ["site-ap", "site-eu"]
    assert (result.before, result.after["alias"], result.after["status"]) == (None, KNOWN_AFTER_APPLY, "CREATING")


@pytest.mark.parametrize("status", ["READY", "CREATING", "INCONSISTENT_ACROSS_REGIONS"])
def test_there_is_one_or_will_be(status: str) -> None:
    assert plan(live(status=status), DESIRED).steps == ()


def test_the_order_of_the_buckets_does_not_count() -> None:
    assert plan(live(), Desired(DESIRED.name, DESIRED.buckets[::-1])).steps == ()


@pytest.mark.parametrize("status", ["DELETING", "PARTIALLY_DELETED"])
def test_one_that_is_being_deleted_is_waited_for(status: str) -> None:
    with pytest.raises(EdgeError, match=f"{status}.*wait until it is gone"):
        plan(live(status=status), DESIRED)


def test_check_mode_foretells_what_a_real_run_says_of_one_created_in_part() -> None:
    with pytest.raises(EdgeError, match="in part"):
        plan(live(status="PARTIALLY_CREATED"), DESIRED)


@pytest.mark.parametrize(
    ("buckets", "words"),
    [
        (["site-eu"], "missing: site-ap; not asked for: none"),
        (["site-ap", "site-eu", "site-us"], "missing: none; not asked for: site-us"),
        (["site-ap", "site-us"], "missing: site-eu; not asked for: site-us"),
    ],
)
def test_other_buckets_are_refused_for_aws_never_changes_them(buckets: list[str], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        plan(live(buckets=buckets), DESIRED)


@pytest.mark.parametrize("name", ["abc", "a" * 50, "my-site-3f9a1c2b", "0-0"])
def test_names_that_are_taken(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", "ab", "a" * 51, "-ab", "ab-", "A-b", "a.b", "a_b", "abc\n"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(EdgeError, match="3 to 50"):
        check_name(name)


def test_the_client_token_is_the_same_for_the_same_creation_only() -> None:
    token = DESIRED.client_token
    assert token == Desired(DESIRED.name, DESIRED.buckets).client_token
    assert 0 < len(token) <= 64
    assert token != Desired("my-site-other", DESIRED.buckets).client_token
    assert token != Desired(DESIRED.name, (*DESIRED.buckets, "site-us")).client_token


def test_a_killed_run_joins_its_operation_also_if_the_regions_are_listed_in_another_order() -> None:
    """The same token with another request is ClientTokenConflict, so the buckets must be sent in one order too."""
    (one,) = plan(None, DESIRED).steps
    (other,) = plan(None, Desired(DESIRED.name, DESIRED.buckets[::-1])).steps
    assert one.arguments == other.arguments


def test_from_api() -> None:
    api = {
        "Name": "my-site-3f9a1c2b",
        "Alias": "mfzwi23gnjvgw.mrap",
        "Status": "READY",
        "Regions": [{"Bucket": "site-eu", "Region": "eu-north-1"}, {"Bucket": "site-ap", "Region": "ap-south-1"}],
    }
    assert from_api(api) == live()
    assert from_api(None) is None


def test_an_alias_that_aws_has_not_given_yet_is_known_after_apply() -> None:
    seen = from_api({"Name": "n", "Status": "CREATING", "Regions": []})
    assert seen is not None and seen["alias"] == KNOWN_AFTER_APPLY


@pytest.mark.parametrize("names", [[], ["my-site-3f9a1c2b"], ["my-site-eu-3f9a1c2b", "my-site", "my-site-3f9a1c2b-x"]])
def test_access_points_of_others_do_not_matter(names: list[str]) -> None:
    refuse_another("my-site", "my-site-3f9a1c2b", names)


def test_a_second_access_point_beside_a_live_one_is_refused() -> None:
    with pytest.raises(EdgeError, match="my-site has the Multi-Region Access Point my-site-00000000 over another set"):
        refuse_another("my-site", "my-site-3f9a1c2b", ["other", "my-site-00000000"])
