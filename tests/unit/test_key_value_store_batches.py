# SPDX-License-Identifier: GPL-3.0-or-later

"""Batches of keys within CloudFront's limits, and the contents of the store after each."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import api
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.plan import Batch, Contents
from hypothesis import given
from hypothesis import strategies as st

from unit.fakes import client_error
from unit.operations import operations

OPERATIONS = operations(KeysApi)

ARN = "arn:aws:cloudfront::111122223333:key-value-store/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"


def keys_plan(
    observed: dict[str, str], desired: dict[str, str], absent: t.Sequence[str] = ()
) -> list[tuple[t.Any, t.Any]]:
    steps = planning.plan_keys(OPERATIONS, observed, desired, absent, ARN, "pointers").steps
    assert {step.name for step in steps} <= {"update_keys"}
    assert all(
        step.arguments["arn"] == ARN and step.partition is None for step in steps
    )  # each needs the previous one's ETag
    return [(step.arguments["puts"], step.arguments["deletes"]) for step in steps]


@pytest.mark.parametrize(
    ("observed", "desired", "absent", "calls"),
    [
        ({}, {}, [], []),
        ({}, {"a": "1"}, [], [({"a": "1"}, [])]),
        ({"a": "1"}, {"a": "1"}, ["b"], []),
        ({"a": "1"}, {"a": "2"}, [], [({"a": "2"}, [])]),
        ({"a": "1", "theirs": "x"}, {"a": "1", "b": "2"}, [], [({"b": "2"}, [])]),
        ({"old": "1"}, {"new": "1"}, ["old"], [({"new": "1"}, ["old"])]),
        ({"a": ""}, {"a": "", "b": ""}, [], [({"b": ""}, [])]),
        ({"a": "1"}, {}, ["a", "a"], [({}, ["a"])]),
    ],
    ids=[
        "nothing",
        "new",
        "as asked for",
        "another value",
        "others' keys are left alone",
        "what fits is one call",
        "empty values",
        "absent named twice is one deletion",
    ],
)
def test_keys(observed: t.Any, desired: t.Any, absent: t.Any, calls: t.Any) -> None:
    assert keys_plan(observed, desired, absent) == calls


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (Batch({f"h/{n}": "x" for n in range(5)}, []), "Put 5 keys into pointers: h/0, h/1, h/2, ..."),
        (Batch({}, ["h/3"]), "Delete 1 key from pointers: h/3"),
        (Batch({"a": "1"}, ["b"]), "Put 1 key into pointers: a; Delete 1 key from pointers: b"),
    ],
)
def test_the_description_names_some_keys(batch: Batch, sentence: str) -> None:
    assert planning.sentence(batch, "pointers") == sentence


def test_the_diff_has_only_keys_that_differ() -> None:
    result = planning.plan_keys(
        OPERATIONS, {"a": "1", "b": "1", "c": "1"}, {"a": "2", "c": "1"}, ["b"], ARN, "pointers"
    )
    assert (result.before, result.after) == ({"a": "1", "b": "1"}, {"a": "2"})


@pytest.mark.parametrize(("count", "sizes"), [(50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_batches_have_at_most_fifty_keys(count: int, sizes: list[int]) -> None:
    keys = {f"k{n:03}": "x" for n in range(count)}
    assert [len(puts) for puts, _deletes in keys_plan({}, keys)] == sizes
    assert [len(deletes) for _puts, deletes in keys_plan(keys, {}, list(keys))] == sizes


def test_puts_come_before_deletes() -> None:
    desired, absent = {f"n{n}": "x" for n in range(60)}, [f"o{n}" for n in range(60)]
    calls = keys_plan(dict.fromkeys(absent, "x"), desired, absent)
    assert [(len(puts), len(deletes)) for puts, deletes in calls] == [(50, 0), (10, 40), (0, 20)]


@pytest.mark.parametrize(
    ("puts", "deletes", "sizes"),
    [(49, 0, [50]), (50, 0, [50, 2]), (40, 20, [50, 12]), (0, 98, [50, 50]), (0, 99, [50, 50, 1])],
    ids=["fits: it is put over", "does not fit", "with deletes", "deletes only", "one delete more"],
)
def test_the_first_key_is_deleted_first_and_the_last_key_put_last(puts: int, deletes: int, sizes: list[int]) -> None:
    given_puts, given_deletes = {f"p{n}": "x" for n in range(puts)}, [f"d{n}" for n in range(deletes)]
    found = planning.batches(given_puts, given_deletes, ["digest"], {"digest": "new"})
    assert "digest" in found[-1].puts
    assert len(found) == 1 or "digest" in found[0].deletes
    assert [len(batch.puts) + len(batch.deletes) for batch in found] == sizes
    assert {key for batch in found for key in batch.puts} == {*given_puts, "digest"}


def test_batches_have_at_most_three_megabytes_of_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_BATCH_BYTES", 10)
    assert [list(puts) for puts, _deletes in keys_plan({}, {"a": "éé", "b": "éé", "c": "x" * 9})] == [["a", "b"], ["c"]]
    assert [list(puts) for puts, _deletes in keys_plan({}, {"a": "ééé", "b": "éé"})] == [["a"], ["b"]]


KEYS = st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=5), max_size=130)


@given(KEYS, KEYS, KEYS, st.booleans())
def test_all_batches_together_have_all_changes_and_are_counted(
    live: dict[str, str], puts: dict[str, str], gone: dict[str, str], noted: bool
) -> None:
    deletes = sorted((gone.keys() & live.keys()) - puts.keys())
    before = {**live, **({"digest": "old"} if noted else {})}
    found = planning.batches(puts, deletes, ["digest"] if noted else [], {"digest": "new"})
    states = planning.chain(contents_of(before), before, found)
    store = dict(before)
    for number, (batch, expected) in enumerate(zip(found, states, strict=True)):
        assert 0 < len(batch.puts) + len(batch.deletes) <= 50
        assert not batch.puts.keys() & set(batch.deletes)
        store.update(batch.puts)
        for key in batch.deletes:
            store.pop(key)
        assert contents_of(store) == expected
        assert store.get("digest") == ("new" if number == len(found) - 1 else None)
    assert store == {**{k: v for k, v in live.items() if k not in deletes}, **puts, "digest": "new"}


def contents_of(keys: dict[str, str]) -> Contents:
    return Contents(len(keys), sum(len((key + value).encode()) for key, value in keys.items()))


@pytest.mark.parametrize(
    ("key", "value"),
    [("k" * 512, "v"), ("é" * 256, "v"), ("k", "v" * 1024), ("k", "é" * 512), ("k", "")],
    ids=["key", "key in UTF-8", "value", "value in UTF-8", "no value"],
)
def test_the_largest_valid_keys(key: str, value: str) -> None:
    planning.check_key(key, value, "keys")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("", "v", "keys: '' has 0 bytes; a key has 1 to 512"),
        ("k" * 513, "v", "has 513 bytes"),
        ("é" * 257, "v", "has 514 bytes"),
        ("k", "v" * 1025, "keys: the value of 'k' has 1025 bytes; a value has at most 1024"),
        ("k", "é" * 513, "has 1026 bytes"),
        ("k", "\ud83d", "unpaired surrogate"),
    ],
    ids=["no key", "key", "key in UTF-8", "value", "value in UTF-8", "unpaired surrogate"],
)
def test_keys_that_cloudfront_would_refuse_are_refused(key: str, value: str, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planning.check_key(key, value, "keys")


@pytest.mark.parametrize(
    ("error", "stale"),
    [
        (client_error("ConflictException", "UpdateKeys", "The ETag is another"), True),
        (client_error("ValidationException", "UpdateKeys", "Pre-Condition failed"), True),
        (client_error("ValidationException", "UpdateKeys", "51 keys"), False),
        (client_error("ValidationException", "UpdateKeys", None), False),
        (client_error("AccessDeniedException", "UpdateKeys"), False),
        (OSError(), False),
        (None, False),
    ],
)
def test_aws_errors_for_a_concurrent_write(error: BaseException | None, stale: bool) -> None:
    assert api.is_stale(error) is stale
