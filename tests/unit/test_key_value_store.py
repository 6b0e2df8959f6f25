# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of a key value store and of keys in it, and how keys are read."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront_names import check_cloudfront_name
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import resource as resources
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY
from hypothesis import given
from hypothesis import strategies as st

from unit.fakes import FakeModule

ARN = "arn:aws:cloudfront::111122223333:key-value-store/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
STORE = {"name": "pointers", "arn": ARN, "id": "0f3a9c1d", "status": "READY", "comment": "ours (multiregion.edge)"}


def test_a_store_that_is_not_there_is_created() -> None:
    result = planning.plan_store(None, "pointers", "ours (multiregion.edge)")
    assert [(step.call, step.arguments) for step in result.steps] == [
        ("create_store", {"name": "pointers", "comment": "ours (multiregion.edge)"})
    ]
    assert (result.after["arn"], result.after["status"]) == (KNOWN_AFTER_APPLY, "PROVISIONING")


@pytest.mark.parametrize("status", ["READY", "PROVISIONING"])
def test_a_store_that_is_as_asked_for_is_left_alone(status: str) -> None:
    assert planning.plan_store({**STORE, "status": status}, "pointers", "ours (multiregion.edge)").steps == ()


def test_the_comment_is_all_that_can_change() -> None:
    result = planning.plan_store(STORE, "pointers", "other (multiregion.edge)")
    assert [(step.call, step.arguments) for step in result.steps] == [
        ("update_store", {"name": "pointers", "comment": "other (multiregion.edge)"})
    ]
    assert result.after == {**STORE, "comment": "other (multiregion.edge)"}


def test_a_store_without_our_mark_is_somebody_elses() -> None:
    with pytest.raises(EdgeError, match="The key value store pointers exists already and is not this collection's"):
        planning.plan_store({**STORE, "comment": "flags"}, "pointers", "ours (multiregion.edge)")


@pytest.mark.parametrize("name", ["", "a" * 65, "a.b", "ä", "a b"])
def test_names_of_stores_that_are_refused(name: str) -> None:
    with pytest.raises(EdgeError, match="1 to 64"):
        check_cloudfront_name(name)


def test_from_api_takes_a_store_without_a_comment() -> None:
    live = {"Name": "pointers", "ARN": ARN, "Id": "0f3a9c1d", "Status": "READY"}
    assert planning.from_api(live) == {**STORE, "comment": ""}
    assert planning.from_api(None) is None


def keys_plan(
    observed: dict[str, str], desired: dict[str, str], absent: t.Sequence[str] = ()
) -> list[tuple[t.Any, t.Any]]:
    steps = planning.plan_keys(observed, desired, absent, ARN, "pointers").steps
    assert {step.call for step in steps} <= {"update_keys"}
    assert all(step.arguments["arn"] == ARN and step.lane is None for step in steps)  # each needs the one before's ETag
    return [(step.arguments["puts"], step.arguments["deletes"]) for step in steps]


@pytest.mark.parametrize(
    ("observed", "desired", "absent", "calls"),
    [
        ({}, {}, [], []),
        ({}, {"a": "1"}, [], [({"a": "1"}, [])]),
        ({"a": "1"}, {"a": "1"}, ["b"], []),
        ({"a": "1"}, {"a": "2"}, [], [({"a": "2"}, [])]),
        ({"a": "1", "theirs": "x"}, {"a": "1", "b": "2"}, [], [({"b": "2"}, [])]),
        ({"old": "1"}, {"new": "1"}, ["old"], [({"new": "1"}, []), ({}, ["old"])]),
        ({"a": ""}, {"a": "", "b": ""}, [], [({"b": ""}, [])]),
        ({"a": "1"}, {}, ["a", "a"], [({}, ["a"])]),
    ],
    ids=[
        "nothing",
        "new",
        "as asked for",
        "another value",
        "others' keys are left alone",
        "put before delete",
        "empty values",
        "absent named twice is one deletion",
    ],
)
def test_keys(observed: t.Any, desired: t.Any, absent: t.Any, calls: t.Any) -> None:
    assert keys_plan(observed, desired, absent) == calls


def test_the_sentence_names_some_keys() -> None:
    many = {f"h/{n}": "x" for n in range(5)}
    (step,) = planning.plan_keys({}, many, [], ARN, "pointers").steps
    assert step.sentence == "Put 5 keys into pointers: h/0, h/1, h/2, ..."
    (step,) = planning.plan_keys(many, {}, ["h/3"], ARN, "pointers").steps
    assert step.sentence == "Delete 1 key from pointers: h/3"


def test_the_diff_tells_only_of_keys_that_are_named() -> None:
    result = planning.plan_keys({"a": "1", "b": "1", "theirs": "x"}, {"a": "2"}, ["b"], ARN, "pointers")
    assert (result.before, result.after) == ({"a": "1", "b": "1"}, {"a": "2"})


@pytest.mark.parametrize(("count", "sizes"), [(50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_batches_have_at_most_fifty_keys(count: int, sizes: list[int]) -> None:
    keys = {f"k{n:03}": "x" for n in range(count)}
    assert [len(puts) for puts, _deletes in keys_plan({}, keys)] == sizes
    assert [len(deletes) for _puts, deletes in keys_plan(keys, {}, list(keys))] == sizes


def test_batches_hold_at_most_three_megabytes_of_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_BATCH_BYTES", 10)
    assert [list(puts) for puts, _deletes in keys_plan({}, {"a": "éé", "b": "éé", "c": "x" * 9})] == [["a", "b"], ["c"]]
    assert [list(puts) for puts, _deletes in keys_plan({}, {"a": "ééé", "b": "éé"})] == [["a"], ["b"]]


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=130), st.randoms())
def test_batches_together_are_what_was_asked_for(desired: dict[str, str], random: t.Any) -> None:
    observed = {key: random.choice([value, "other"]) for key, value in desired.items() if random.random() < 0.5}
    together: dict[str, str] = dict(observed)
    for puts, deletes in keys_plan(observed, desired):
        assert 0 < len(puts) + len(deletes) <= 50
        together |= puts
    assert together == desired


@pytest.mark.parametrize(
    "keys",
    [{"k" * 512: "v"}, {"é" * 256: "v"}, {"k": "v" * 1024}, {"k": "é" * 512}, {"k": ""}],
    ids=["key", "key in UTF-8", "value", "value in UTF-8", "no value"],
)
def test_the_largest_keys_that_are_taken(keys: dict[str, str]) -> None:
    planning.check_keys(keys)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"": "v"}, "has 0 bytes; a key has 1 to 512"),
        ({"k" * 513: "v"}, "has 513 bytes"),
        ({"é" * 257: "v"}, "has 514 bytes"),
        ({"k": "v" * 1025}, "the value of 'k' has 1025 bytes; a value has at most 1024"),
        ({"k": "é" * 513}, "has 1026 bytes"),
        ({f"{n}": "v" * 1024 for n in range(5120)}, "bytes in all; a key value store holds 5242880"),
    ],
    ids=["no key", "key", "key in UTF-8", "value", "value in UTF-8", "all together"],
)
def test_keys_that_cloudfront_would_refuse(keys: dict[str, str], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planning.check_keys(keys)


class FakeStores:
    there: t.ClassVar[bool] = True

    def __init__(self, aws: t.Any) -> None:
        pass

    def store(self, name: str) -> dict[str, t.Any] | None:
        live = {"Name": name, "ARN": ARN, "Id": "0f3a9c1d", "Status": "READY"}
        return live if self.there else None


class FakeKeys:
    """A data plane with some keys; notes which calls are made."""

    live: t.ClassVar[dict[str, str]] = {}

    def __init__(self, aws: t.Any) -> None:
        self.calls: list[str] = []

    def describe(self, arn: str) -> dict[str, t.Any]:
        self.calls.append("describe")
        return {"ItemCount": len(self.live)}

    def value(self, arn: str, key: str) -> str | None:
        self.calls.append("value")
        return self.live.get(key)

    def all_values(self, arn: str) -> dict[str, str]:
        self.calls.append("all")
        return dict(self.live)


def keys(monkeypatch: pytest.MonkeyPatch, check_mode: bool = False, **params: t.Any) -> resources.Keys:
    monkeypatch.setattr(resources, "StoreApi", FakeStores)
    monkeypatch.setattr(resources, "KeysApi", FakeKeys)
    module = FakeModule(check_mode, **{"store": "pointers", "keys": {}, "absent": [], **params})
    return resources.Keys(t.cast(t.Any, module), t.cast(t.Any, None))


@pytest.mark.parametrize(
    ("live", "asked", "calls"),
    [(1000, 2, ["describe", "value", "value"]), (60, 5, ["describe", "all"]), (0, 1, ["describe", "all"])],
    ids=["few of many", "many of few", "an empty store"],
)
def test_keys_are_read_in_the_fewest_calls(
    monkeypatch: pytest.MonkeyPatch, live: int, asked: int, calls: list[str]
) -> None:
    monkeypatch.setattr(FakeKeys, "live", {f"k{n}": "v" for n in range(live)})
    resource = keys(monkeypatch, keys={f"k{n}": "w" for n in range(asked)})
    observed = resource.observe()
    assert resource.api.calls == calls
    assert {key: value for key, value in observed.items() if key in ("k0",)} == ({"k0": "v"} if live else {})


def test_in_check_mode_the_store_may_still_be_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeStores, "there", False)
    resource = keys(monkeypatch, check_mode=True, keys={"a": {"v": 1, "p": "r/ä"}})
    (step,) = resource.plan(resource.observe()).steps
    assert step.arguments["puts"] == {"a": '{"v":1,"p":"r/ä"}'}
    with pytest.raises(EdgeError, match="no key value store 'pointers': make it first"):
        keys(monkeypatch, keys={"a": "1"})


def test_a_key_cannot_be_wanted_and_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EdgeError, match="keys and absent both name 'a'"):
        keys(monkeypatch, keys={"a": "1"}, absent=["a"])
