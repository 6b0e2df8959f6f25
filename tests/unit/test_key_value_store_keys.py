# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a task's keys: the digest, the manifest, and refusals."""

from __future__ import annotations

import gzip
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import digest as digests
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import keys_plan, manifest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.digest import Digest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.keys_plan import (
    Observed,
    Target,
    Wanted,
)
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.plan import Contents

from unit.operations import operations

OPERATIONS = operations(Operations)

ARN = "arn:aws:cloudfront::111122223333:key-value-store/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
TARGET = Target("pointers", ARN)
AB = {"p/a": "1", "p/b": "2"}
NAME = "_digest/p/"


def note(wanted: Wanted, values: dict[str, str] | None) -> str:
    return digests.text(Digest("" if values is None else digests.of_all(values), wanted.asked))


WANTED = Wanted(AB, prefix="p/")
OTHER = Wanted({"p/c": "3"}, prefix="p/")


@pytest.mark.parametrize(
    ("wanted", "observed", "puts", "deletes", "all_below"),
    [
        (WANTED, Observed(), AB, [], AB),
        (WANTED, Observed(matches=True), None, [], None),
        (WANTED, Observed(values=AB), {}, [], AB),
        (Wanted({}, ["p/x"], "p/"), Observed(), None, [], None),
        (WANTED, Observed(values=AB, digest=note(OTHER, AB)), None, [], None),
        (WANTED, Observed(values=AB, digest=note(OTHER, {**AB, "p/c": "3"})), {}, [], AB),
        (WANTED, Observed(values=AB, digest="by hand"), {}, [], AB),
        (WANTED, Observed(values={"p/a": "1"}, whole=False), {"p/b": "2"}, [], None),
        (WANTED, Observed(values=AB, whole=False, digest=note(OTHER, None)), None, [], None),
        (WANTED, Observed(values={**AB, "p/c": "3"}), {}, [], {**AB, "p/c": "3"}),
        (Wanted(AB, prefix="p/", purge=True), Observed(values={**AB, "p/c": "3"}), {}, ["p/c"], AB),
        (Wanted(AB, ["p/c"], "p/"), Observed(values={**AB, "p/c": "3", "p/d": "4"}), {}, ["p/c"], {**AB, "p/d": "4"}),
        (Wanted({}, (), "p/", True), Observed(values=AB), {}, ["p/a", "p/b"], {}),
    ],
    ids=[
        "an empty store",
        "the digest matches",
        "there, without a digest",
        "nothing there and nothing asked for",
        "there, the digest is another task's and true",
        "there, the digest is not true any more",
        "there, the digest is none",
        "not all known",
        "not all known, and nothing to do",
        "others stay",
        "others are purged",
        "some are deleted",
        "all are purged",
    ],
)
def test_the_digest_is_put_with_every_change_and_if_it_is_wrong(
    wanted: Wanted, observed: Observed, puts: dict[str, str] | None, deletes: list[str], all_below: t.Any
) -> None:
    steps = keys_plan.plan(OPERATIONS, observed, wanted, TARGET).steps
    if puts is None:
        assert steps == ()
        return
    (step,) = steps
    assert step.arguments["puts"] == {**puts, NAME: note(wanted, all_below)}
    assert step.arguments["deletes"] == deletes


def test_a_task_without_a_prefix_has_no_digest_and_no_manifest() -> None:
    (step,) = keys_plan.plan(OPERATIONS, Observed(values={"a": "1"}), Wanted({"a": "1", "b": "2"}), TARGET).steps
    assert step.arguments["puts"] == {"b": "2"}


def test_during_several_batches_there_is_no_digest() -> None:
    wanted = Wanted({f"p/{n:03}": "x" for n in range(120)}, prefix="p/")
    observed = Observed(Contents(1, 200), digest=note(OTHER, {}))
    steps = keys_plan.plan(OPERATIONS, observed, wanted, Target("pointers", ARN, manifest=True)).steps
    assert [step.name for step in steps] == ["update_keys"] * 3 + ["put_manifest"]
    assert [NAME in step.arguments["deletes"] for step in steps[:3]] == [True, False, False]
    assert [NAME in step.arguments["puts"] for step in steps[:3]] == [False, False, True]
    assert steps[3].arguments == {"prefix": "p/", "values": wanted.puts}
    assert steps[2].arguments["expected"].items == 121


@pytest.mark.parametrize("whole", [True, False])
def test_a_manifest_always_has_all_keys(whole: bool) -> None:
    observed = Observed(values={"p/a": "1"}, whole=whole)
    steps = keys_plan.plan(OPERATIONS, observed, WANTED, Target("pointers", ARN, manifest=True)).steps
    assert [step.name for step in steps] == ["update_keys", *(["put_manifest"] if whole else [])]


def test_the_plan_has_the_calls_and_their_cost() -> None:
    wanted = Wanted({f"p/{n:04}": "x" for n in range(1000)}, prefix="p/")
    plan = keys_plan.plan(OPERATIONS, Observed(values={"p/old": "1"}), Wanted(wanted.puts, ["p/old"], "p/"), TARGET)
    assert plan.sentences == [
        "Put 1000 keys into pointers: p/0000, p/0001, p/0002, ...; Delete 1 key from pointers: p/old "
        "(21 calls of UpdateKeys, $0.021)"
    ]
    assert keys_plan.plan(OPERATIONS, Observed(values=AB), WANTED, TARGET).sentences == [
        "Note in pointers what is there: _digest/p/ (1 call of UpdateKeys, $0.001)"
    ]


@pytest.mark.parametrize(
    ("key", "whose"), [("shop/h/a.example", "site_routes"), ("shop/p/a", "site_routes"), ("shop/n/out", "site_origins")]
)
def test_keys_of_another_module_are_not_purged(key: str, whose: str) -> None:
    with pytest.raises(EdgeError, match=f"purge would delete {key}, which {whose} keeps"):
        keys_plan.plan(
            OPERATIONS, Observed(values={key: "x"}), Wanted({"shop/a": "1"}, prefix="shop/", purge=True), TARGET
        )


def test_other_keys_count_for_the_size_limit_and_deletions_do_not_free_space() -> None:
    full = Observed(Contents(2, planning.MAX_STORE_BYTES), {"p/old": "x" * 1000})
    with pytest.raises(EdgeError, match="with what others keep there; CloudFront allows 5242880"):
        keys_plan.plan(OPERATIONS, full, Wanted({f"p/{n}": "x" for n in range(60)}, prefix="p/", purge=True), TARGET)
    keys_plan.plan(OPERATIONS, Observed(Contents(1, planning.MAX_STORE_BYTES), {"a": "12"}), Wanted({"a": "1"}), TARGET)


@pytest.mark.parametrize(
    ("prefix", "names", "found"),
    [
        ("p/", ["_digest/p/", "_digest/q/", "p/q/a"], None),
        ("p/", ["_digest/p/q/"], "p/q/"),
        ("p/q/", ["_digest/p/"], "p/"),
        ("p", ["_digest/pq"], "pq"),
    ],
)
def test_overlapping_prefixes(prefix: str, names: list[str], found: str | None) -> None:
    assert digests.overlapping(prefix, names) == found


@pytest.mark.parametrize("prefix", ["_digest/", "_digest/a/", "_", "_dig"])
def test_prefixes_that_would_include_the_digests(prefix: str) -> None:
    with pytest.raises(EdgeError, match="would take in the digests"):
        digests.check_prefix(prefix)


@pytest.mark.parametrize(
    ("digest", "wanted", "matches"),
    [
        (None, WANTED, False),
        (Digest(digests.of_all(AB), ""), WANTED, True),
        (Digest(digests.of_all(AB), ""), Wanted(AB, ["p/x"], "p/", True), True),
        (Digest("", WANTED.asked), WANTED, True),
        (Digest("", WANTED.asked), Wanted(AB, (), "p/", True), False),
        (Digest("", WANTED.asked), Wanted(AB, ["p/x"], "p/"), False),
        (Digest(digests.of_all({**AB, "p/c": "3"}), OTHER.asked), WANTED, False),
        (Digest("", ""), Wanted({}, (), "p/"), False),
    ],
    ids=["none", "just these", "just these, whatever should not be there", "asked for", "purge", "absent", "more", ""],
)
def test_when_a_digest_matches(digest: Digest | None, wanted: Wanted, matches: bool) -> None:
    assert wanted.matches_digest(digest) is matches


@pytest.mark.parametrize("text", [None, "", "x", "[]", "{}", '{"v":2,"all":"","asked":""}', "null", "1"])
def test_an_invalid_digest(text: str | None) -> None:
    assert digests.parse(text) is None


def test_a_digest_is_within_the_size_limit_and_can_be_parsed() -> None:
    digest = Digest(digests.of_all(AB), WANTED.asked)
    assert digests.parse(digests.text(digest)) == digest
    assert len(digests.text(digest)) < planning.MAX_VALUE_BYTES


# Named, because gzip writes the time into its output, and parallel test workers need the same names.
@pytest.mark.parametrize(
    "found",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"x", id="not compressed"),
        pytest.param(gzip.compress(b"x"), id="not JSON"),
        pytest.param(gzip.compress(b"[]"), id="a list"),
        pytest.param(gzip.compress(b'{"a":1}'), id="a number for a value"),
        pytest.param(manifest.text(AB)[:-9], id="cut off"),
    ],
)
def test_an_invalid_manifest(found: bytes) -> None:
    assert manifest.parse(found) == {}


def test_a_manifest_is_deterministic_and_verified_by_its_hash() -> None:
    assert manifest.text(AB) == manifest.text(dict(AB))
    assert manifest.parse(manifest.text({"ä": "ö"})) == {"ä": "ö"}
    assert manifest.matches_digest(AB, Digest(digests.of_all(AB), ""))
    assert not manifest.matches_digest({"p/a": "1"}, Digest(digests.of_all(AB), ""))
    assert not manifest.matches_digest({}, Digest("", ""))
    assert not manifest.matches_digest(AB, None)


def test_the_location_of_a_manifest() -> None:
    key = manifest.key(ARN, "p/")
    assert key == "_edge/keys/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6/" + key.rpartition("/")[2]
    assert key.endswith(".json.gz") and key != manifest.key(ARN, "q/")
    assert len(manifest.key(ARN, "../é\n" * 90)) < 200
