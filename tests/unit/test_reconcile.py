# SPDX-License-Identifier: GPL-3.0-or-later

"""apply() and wait_until(): the order of calls, what a failure says, and how long is waited."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.parallel import FleetError
from ansible_collections.multiregion.edge.plugins.module_utils._core.reconcile import Plan, Step, apply, wait_until

from unit.fakes import client_error


class Recorder:
    """An API that notes its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def call(self, name: str) -> None:
        self.calls.append(name)

    def refuse(self, name: str) -> None:
        raise client_error("AccessDenied", "PutThing", "not you")


def step(name: str, lane: str | None = None, call: str = "call") -> Step:
    return Step(call, {"name": name}, f"Do {name}", lane)


def test_steps_without_a_lane_are_made_one_after_the_other_and_reported() -> None:
    api, done = Recorder(), list[str]()
    apply([step("a"), step("b"), step("c")], api, done.append)
    assert api.calls == ["a", "b", "c"]
    assert done == ["Do a", "Do b", "Do c"]


def test_lanes_run_beside_each_other() -> None:
    barrier = threading.Barrier(3, timeout=10)

    class Meeting:
        def call(self, name: str) -> None:
            barrier.wait()  # which breaks unless all three are here at the same time

    apply([step("a", "eu"), step("b", "us"), step("c", "ap")], Meeting(), lambda sentence: None)


def test_steps_of_one_lane_keep_their_order_also_when_lanes_are_interleaved() -> None:
    api = Recorder()
    apply([step(f"{lane}{n}", lane) for n in range(5) for lane in ("eu", "us")], api, lambda sentence: None)
    for lane in ("eu", "us"):
        assert [name for name in api.calls if name.startswith(lane)] == [f"{lane}{n}" for n in range(5)]


def test_a_step_without_a_lane_waits_for_all_lanes_before_it_and_holds_those_after_it() -> None:
    api = Recorder()
    steps = [step("1a", "eu"), step("1b", "us"), step("2"), step("3a", "eu"), step("3b", "us")]
    apply(steps, api, lambda sentence: None)
    assert [sorted(api.calls[:2]), api.calls[2:3], sorted(api.calls[3:])] == [["1a", "1b"], ["2"], ["3a", "3b"]]


def test_a_failure_names_the_sentence_and_the_code_and_ends_the_run() -> None:
    api, done = Recorder(), list[str]()
    with pytest.raises(EdgeError) as failure:
        apply([step("a"), Step("refuse", {"name": "b"}, "Set the policy of b"), step("c")], api, done.append)
    assert str(failure.value).startswith("Could not set the policy of b: AccessDenied from PutThing: not you.")
    assert done == ["Do a"]
    assert api.calls == ["a"]


def test_one_lane_that_fails_stops_itself_and_what_follows_but_no_other_lane() -> None:
    api, done = Recorder(), list[str]()
    steps = [step("eu1", "eu", "refuse"), step("eu2", "eu"), step("us1", "us"), step("us2", "us"), step("last")]
    with pytest.raises(EdgeError, match="Could not do eu1"):
        apply(steps, api, done.append)
    assert api.calls == ["us1", "us2"]
    assert done == ["Do us1", "Do us2"]


def test_all_lanes_that_fail_are_told() -> None:
    steps = [step(lane, lane, "refuse") for lane in ("eu", "us")]
    with pytest.raises(FleetError) as failure:
        apply(steps, Recorder(), lambda sentence: None)
    assert "eu: Could not do eu: AccessDenied" in str(failure.value)
    assert "us: Could not do us: AccessDenied" in str(failure.value)


def test_a_mistake_of_ours_is_not_taken_for_an_answer_of_aws() -> None:
    with pytest.raises(AttributeError):
        apply([step("a", call="no_such_call")], Recorder(), lambda sentence: None)


@pytest.mark.parametrize(
    ("plan", "sentences"),
    [
        (Plan(None, None), []),
        (Plan(None, None, (step("a"), step("b"))), ["Do a", "Do b"]),
        (Plan(None, None, (step("a"), step("b")), ("Do both",)), ["Do both"]),
    ],
    ids=["nothing", "the steps' own", "a summary instead"],
)
def test_a_plans_sentences(plan: Plan, sentences: list[str]) -> None:
    assert plan.sentences == sentences


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < 1000, "it waits for ever"
        self.now += seconds


def wait(clock: Clock, ready_at: float, timeout: float, **options: t.Any) -> float:
    probe: t.Callable[[], float] = clock
    return wait_until(
        "The thing", probe, lambda now: now >= ready_at, timeout=timeout, clock=clock, sleep=clock.sleep, **options
    )


def test_what_is_ready_at_once_is_not_waited_for() -> None:
    clock = Clock()
    assert wait(clock, ready_at=0, timeout=0) == 0
    assert clock.pauses == []


def test_pauses_grow_to_the_longest() -> None:
    clock = Clock()
    wait(clock, ready_at=60, timeout=100)
    assert clock.pauses[:3] == [1.0, 1.5, 2.25]
    assert max(clock.pauses) == 15.0


def test_the_last_look_is_at_the_deadline_and_not_after() -> None:
    clock = Clock()
    assert wait(clock, ready_at=10, timeout=10) == 10
    with pytest.raises(EdgeError):
        wait(Clock(), ready_at=10.001, timeout=10)


def test_at_the_deadline_it_says_what_was_seen_and_how_to_go_on() -> None:
    clock = Clock()
    with pytest.raises(EdgeError) as failure:
        wait(clock, ready_at=99, timeout=30, describe=lambda seen: "status CREATING")
    assert clock.now == 30
    message = str(failure.value)
    assert message.startswith("The thing: not ready after 30 s (status CREATING).")
    assert "run it again" in message and "wait_timeout" in message


def test_a_probe_that_fails_ends_the_wait() -> None:
    def probe() -> bool:
        raise EdgeError("It can never be.")

    with pytest.raises(EdgeError, match="never"):
        wait_until("The thing", probe, bool, timeout=10, clock=Clock(), sleep=Clock().sleep)
