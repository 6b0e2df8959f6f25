# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the deletion of buckets."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.removal import (
    Contents,
    Observed,
    Remains,
    plan,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

from unit.operations import operations

OPERATIONS = operations(Operations)

NAMES = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
EMPTY = Remains({"multiregion-edge": "my-site"})
FULL = dataclasses.replace(EMPTY, contents=Contents(2, 1, 0, example="a.txt"))


def steps(observed: Observed, force_empty: bool = False) -> list[tuple[str | None, str]]:
    return [(step.partition, step.sentence) for step in plan(OPERATIONS, observed, "my-site", NAMES, force_empty).steps]


def test_nothing_to_do() -> None:
    nothing = plan(OPERATIONS, dict.fromkeys(NAMES), "my-site", NAMES, False)
    assert (nothing.steps, nothing.before, nothing.after) == ((), {}, {})


def test_empty_buckets_are_deleted_in_parallel() -> None:
    assert steps({"eu-north-1": EMPTY, "us-east-1": EMPTY}) == [
        ("eu-north-1", "Delete the bucket site-eu in eu-north-1"),
        ("us-east-1", "Delete the bucket site-us in us-east-1"),
    ]


def test_a_missing_bucket_is_no_step() -> None:
    left = plan(OPERATIONS, {"eu-north-1": None, "us-east-1": EMPTY}, "my-site", NAMES, False)
    assert [step.arguments for step in left.steps] == [{"region": "us-east-1", "name": "site-us", "everything": False}]
    assert left.before == {"us-east-1": {"name": "site-us"}}


def test_replication_ends_everywhere_before_anything_is_deleted_anywhere() -> None:
    replicating = dataclasses.replace(EMPTY, replicates=True)
    assert steps({"eu-north-1": replicating, "us-east-1": replicating}, force_empty=True) == [
        (None, "Stop replicating site-eu from eu-north-1"),
        (None, "Stop replicating site-us from us-east-1"),
        ("eu-north-1", "Delete the bucket site-eu in eu-north-1 and everything in it"),
        ("us-east-1", "Delete the bucket site-us in us-east-1 and everything in it"),
    ]


def test_buckets_with_objects_are_refused_by_name() -> None:
    more = dataclasses.replace(EMPTY, contents=Contents(1000, 0, 1, more=True, example="b.txt"))
    with pytest.raises(EdgeError) as refusal:
        steps({"eu-north-1": FULL, "us-east-1": more})
    assert str(refusal.value) == (
        "The buckets are not empty, so none is deleted: site-eu in eu-north-1 has 2 versions, 1 delete marker, for "
        "example a.txt; site-us in us-east-1 has 1000 versions, 1 unfinished upload and more, for example b.txt. Set "
        "force_empty to true to delete everything in them permanently, old versions included."
    )


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({}, "it lacks the tag multiregion-edge with 'my-site'"),
        ({"multiregion-edge": "other"}, "its tag multiregion-edge names 'other' and not 'my-site'"),
    ],
)
@pytest.mark.parametrize("force_empty", [False, True])
def test_unmanaged_buckets_are_never_deleted(tags: dict[str, str], words: str, force_empty: bool) -> None:
    with pytest.raises(EdgeError, match=f"site-us in us-east-1 is not deleted, nor is any other, for {words}"):
        steps({"eu-north-1": EMPTY, "us-east-1": Remains(tags)}, force_empty)


@pytest.mark.parametrize("force_empty", [False, True])
def test_a_member_of_an_mrap_is_refused(force_empty: bool) -> None:
    member = dataclasses.replace(EMPTY, mraps=("site-1a2b3c4d",))
    with pytest.raises(EdgeError, match="site-eu in eu-north-1 is a member of the Multi-Region Access Point site-1a2b"):
        steps({"eu-north-1": member, "us-east-1": EMPTY}, force_empty)
