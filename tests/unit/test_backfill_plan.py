# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a backfill: the objects for each Region, and the method."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.compare import Difference, Item
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.plan import (
    Desired,
    Observed,
    format_items,
    manifest_prefixes,
    plan,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

from unit.operations import operations

OPERATIONS = operations(Operations)

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us", "ap-south-1": "site-ap"}
DESIRED = Desired(BUCKETS, "eu-north-1", ["ap-south-1", "us-east-1"], exclude_prefixes=("_edge/",))
WITH_ROLE = dataclasses.replace(DESIRED, role_arn="arn:role", batch_threshold=1)
ONE = (Item("r/1/a", 400, "e"),)
TWO = (Item("r/1/a", 400, "e"), Item("r/2/b", 3_000_000, "f"))
SAME = Difference(equal=2)


def observed(ap: Difference = SAME, us: Difference = SAME, **more: t.Any) -> Observed:
    return Observed({"ap-south-1": ap, "us-east-1": us}, **more)


EVERYWHERE = frozenset({"ap-south-1", "us-east-1"})


def test_a_job_that_cannot_exclude_keys_is_refused() -> None:
    """A manifest without a prefix would have the whole bucket."""
    found = observed(Difference((Item("_edge", 1, "e"),)), replicated=EVERYWHERE)
    assert [step.name for step in plan(OPERATIONS, found, WITH_ROLE).steps] == ["copy"]
    with pytest.raises(EdgeError, match="without what exclude_prefixes names: choose auto or copy"):
        plan(OPERATIONS, found, dataclasses.replace(WITH_ROLE, method="batch"))


def test_without_missing_objects_there_is_no_step() -> None:
    result = plan(OPERATIONS, observed(), WITH_ROLE)
    assert (result.steps, result.before) == ((), result.after)


def test_there_is_one_step_per_region_in_parallel() -> None:
    result = plan(OPERATIONS, observed(Difference(TWO), Difference(ONE, equal=1)), DESIRED)
    assert result.sentences == ["Bring 2 objects (3.0 MB) to ap-south-1", "Bring 1 object (400 bytes) to us-east-1"]
    assert [(step.name, step.partition, step.arguments) for step in result.steps] == [
        ("copy", "ap-south-1", {"region": "ap-south-1", "bucket": "site-ap", "items": TWO}),
        ("copy", "us-east-1", {"region": "us-east-1", "bucket": "site-us", "items": ONE}),
    ]
    assert result.before["ap-south-1"] == {"missing": 2, "extra": 0}
    assert result.after["ap-south-1"] == {"missing": 0, "extra": 0}


def test_extra_objects_of_a_destination_stay_unless_deletion_is_requested() -> None:
    found = observed(Difference(extra=TWO, equal=1))
    assert plan(OPERATIONS, found, DESIRED).steps == ()
    (step,) = plan(OPERATIONS, found, dataclasses.replace(DESIRED, delete_extra=True)).steps
    assert (step.name, step.arguments["items"], step.partition) == ("mark_deleted", TWO, "ap-south-1")
    assert step.sentence == "Put delete markers on 2 objects in ap-south-1 that eu-north-1 lacks"


@pytest.mark.parametrize(("prefix", "words"), [("", "has no objects, so"), ("r/", "has no objects below r/, so")])
def test_an_empty_source_is_refused(prefix: str, words: str) -> None:
    wanted = dataclasses.replace(DESIRED, delete_extra=True, prefix=prefix)
    with pytest.raises(EdgeError, match=words):
        plan(OPERATIONS, observed(Difference(extra=ONE)), wanted)


@pytest.mark.parametrize(
    ("found", "options", "calls"),
    [
        (observed(Difference(TWO), replicated=EVERYWHERE), {}, ["replicate_by_job"]),
        (observed(Difference(TWO), Difference(ONE), replicated=EVERYWHERE), {}, ["replicate_by_job"]),
        (observed(Difference(TWO), Difference(ONE), replicated={"ap-south-1"}), {}, ["replicate_by_job", "copy"]),
        (observed(Difference(TWO), Difference(ONE), replicated={"us-east-1"}), {}, ["copy", "copy"]),
        (observed(Difference(ONE), replicated=EVERYWHERE), {}, ["copy"]),
        (observed(Difference(ONE), replicated=EVERYWHERE), {"method": "batch"}, ["replicate_by_job"]),
        (observed(Difference(TWO), replicated=EVERYWHERE), {"role_arn": None}, ["copy"]),
        (observed(Difference(TWO), replicated=EVERYWHERE), {"method": "copy"}, ["copy"]),
        (observed(Difference(TWO), replicated=EVERYWHERE), {"batch_threshold": 2}, ["copy"]),
        (observed(Difference(TWO)), {}, ["copy"]),
        (observed(replicated=EVERYWHERE), {"method": "batch"}, []),
    ],
    ids=[
        "many",
        "many in one Region: the job reaches the other too",
        "a Region that no rule leads to",
        "few where a rule leads to",
        "few",
        "few, by order",
        "no role",
        "copies by order",
        "at the threshold",
        "no rules",
        "none, by order",
    ],
)
def test_a_job_is_used_for_many_objects_where_a_rule_exists(
    found: Observed, options: dict[str, t.Any], calls: list[str]
) -> None:
    assert [step.name for step in plan(OPERATIONS, found, dataclasses.replace(WITH_ROLE, **options)).steps] == calls


def test_a_required_job_without_a_rule_to_the_region_is_refused() -> None:
    wanted = dataclasses.replace(WITH_ROLE, method="batch")
    with pytest.raises(EdgeError, match="to ap-south-1, for site-eu has no enabled replication rule"):
        plan(OPERATIONS, observed(Difference(ONE), Difference(ONE), replicated=frozenset({"us-east-1"})), wanted)


def job(**more: t.Any) -> dict[str, t.Any]:
    found = observed(Difference(TWO), Difference(ONE), replicated=EVERYWHERE, **more)
    (step,) = plan(OPERATIONS, found, WITH_ROLE).steps
    return {**step.arguments, "sentence": step.sentence}


def test_the_job_is_for_the_missing_objects_only() -> None:
    assert job()["prefixes"] == ["r/"]
    assert job()["sentence"] == "Bring 3 objects (3.0 MB) to ap-south-1, us-east-1 by a batch job in eu-north-1"
    assert (job()["role_arn"], job()["job_id"], job()["required"]) == ("arn:role", None, False)


def test_a_running_job_is_joined() -> None:
    assert job(active_job="j1")["job_id"] == "j1"
    assert "by the batch job j1 that runs already in eu-north-1" in job(active_job="j1")["sentence"]


def test_a_killed_run_requests_the_same_job_and_a_run_after_its_end_another() -> None:
    assert job()["token"] == job()["token"] and len(job()["token"]) <= 64
    assert len({job()["token"], job(last_job="j1")["token"], job(last_job="j2")["token"]}) == 3


@pytest.mark.parametrize(
    ("keys", "prefix", "expected"),
    [
        (["r/1/a", "r/2/b", "index.html"], "", ["index.html", "r/"]),
        (["r/1/a", "r/2/b"], "r/", ["r/1/", "r/2/"]),
        (["r/1/a"], "r/1/", ["r/1/a"]),
        ([f"{n:03}.html" for n in range(200)], "", None),
        (["_edges", "_edge2/a"], "", ["_edge2/", "_edges"]),
    ],
)
def test_manifest_prefixes(keys: list[str], prefix: str, expected: list[str] | None) -> None:
    missing = Difference(tuple(Item(key, 1, "e") for key in keys))
    wanted = dataclasses.replace(DESIRED, prefix=prefix)
    found = manifest_prefixes(["ap-south-1"], observed(missing), wanted)
    assert len(found) <= 100 and all(key.startswith(tuple(found)) for key in keys)
    if expected is not None:
        assert found == expected


def test_a_manifest_never_has_excluded_keys() -> None:
    keys = [f"_{n:03}.html" for n in range(300)] + ["a"]
    missing = Difference(tuple(Item(key, 1, "e") for key in keys))
    assert manifest_prefixes(["ap-south-1"], observed(missing), DESIRED) == ["a"]
    only_those = observed(Difference(missing.missing[:-1]), replicated=EVERYWHERE)
    assert [step.name for step in plan(OPERATIONS, only_those, WITH_ROLE).steps] == ["copy"]


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([1], "1 object (1 byte)"),
        ([0, 999], "2 objects (999 bytes)"),
        ([1000], "1 object (1.0 KB)"),
        ([3_400_000], "1 object (3.4 MB)"),
        ([10**9], "1 object (1.0 GB)"),
        ([2 * 10**15], "1 object (2000.0 TB)"),
    ],
)
def test_result(sizes: list[int], text: str) -> None:
    assert format_items([Item(str(size), size, "") for size in sizes]) == text
