# SPDX-License-Identifier: GPL-3.0-or-later

"""apply(): the order of calls, and the message of a failure."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.parallel import MultiRegionError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._core.reconcile import apply

from unit.fakes import client_error


class Recorder:
    """Record the calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def call(self, name: str) -> None:
        self.calls.append(name)

    def refuse(self, name: str) -> None:
        raise client_error("AccessDenied", "PutThing", "not you")

    def step(self, name: str, partition: str | None = None, refused: bool = False) -> Step:
        return Step(self.refuse if refused else self.call, {"name": name}, f"Do {name}", partition)


def test_steps_without_a_partition_are_made_in_sequence_and_reported() -> None:
    api, done = Recorder(), list[str]()
    apply([api.step("a"), api.step("b"), api.step("c")], done.append)
    assert api.calls == ["a", "b", "c"]
    assert done == ["Do a", "Do b", "Do c"]


def test_partitions_run_in_parallel() -> None:
    barrier = threading.Barrier(3, timeout=10)
    # The barrier breaks unless all three run at the same time.
    apply([Step(barrier.wait, {}, f"Do {key}", key) for key in ("eu", "us", "ap")], lambda sentence: None)


def test_steps_of_one_partition_keep_their_order_also_when_partitions_are_interleaved() -> None:
    api = Recorder()
    apply([api.step(f"{key}{n}", key) for n in range(5) for key in ("eu", "us")], lambda sentence: None)
    for key in ("eu", "us"):
        assert [name for name in api.calls if name.startswith(key)] == [f"{key}{n}" for n in range(5)]


def test_a_step_without_a_partition_is_a_barrier() -> None:
    api = Recorder()
    steps = [api.step("1a", "eu"), api.step("1b", "us"), api.step("2"), api.step("3a", "eu"), api.step("3b", "us")]
    apply(steps, lambda sentence: None)
    assert [sorted(api.calls[:2]), api.calls[2:3], sorted(api.calls[3:])] == [["1a", "1b"], ["2"], ["3a", "3b"]]


def test_a_failure_has_the_step_and_the_code_and_ends_the_run() -> None:
    api, done = Recorder(), list[str]()
    refused = Step(api.refuse, {"name": "b"}, "Set the policy of b")
    with pytest.raises(EdgeError) as failure:
        apply([api.step("a"), refused, api.step("c")], done.append)
    assert str(failure.value).startswith("Could not set the policy of b: AccessDenied from PutThing: not you.")
    assert done == ["Do a"]
    assert api.calls == ["a"]


def test_a_failed_partition_stops_itself_and_later_steps_but_no_other_partition() -> None:
    api, done = Recorder(), list[str]()
    steps = [api.step("eu1", "eu", refused=True), api.step("eu2", "eu"), api.step("us1", "us"), api.step("us2", "us")]
    with pytest.raises(EdgeError, match="Could not do eu1"):
        apply([*steps, api.step("last")], done.append)
    assert api.calls == ["us1", "us2"]
    assert done == ["Do us1", "Do us2"]


def test_all_failed_partitions_are_reported() -> None:
    steps = [Recorder().step(key, key, refused=True) for key in ("eu", "us")]
    with pytest.raises(MultiRegionError) as failure:
        apply(steps, lambda sentence: None)
    assert "eu: Could not do eu: AccessDenied" in str(failure.value)
    assert "us: Could not do us: AccessDenied" in str(failure.value)


def test_a_programming_error_is_not_reported_as_an_aws_error() -> None:
    with pytest.raises(TypeError):
        apply([Step(Recorder().call, {"no_such_argument": 1}, "Do it")], lambda sentence: None)


A, B = Recorder().step("a"), Recorder().step("b")


@pytest.mark.parametrize(
    ("plan", "sentences"),
    [
        (Plan(None, None), []),
        (Plan(None, None, (A, B)), ["Do a", "Do b"]),
        (Plan(None, None, (A, B), ("Do both",)), ["Do both"]),
    ],
    ids=["nothing", "the steps' own", "a summary instead"],
)
def test_a_plans_sentences(plan: Plan, sentences: list[str]) -> None:
    assert plan.sentences == sentences
