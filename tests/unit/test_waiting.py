# SPDX-License-Identifier: GPL-3.0-or-later

"""retry() and wait_until(): the duration of waits, and the message at the deadline."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.waiting import (
    Deadline,
    Temporary,
    retry,
    retry_temporary,
    wait_until,
)
from botocore.exceptions import ClientError

from unit.fakes import client_error


class Clock:
    """A clock that advances only in sleep()."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < 1000, "it waits for ever"
        self.now += seconds


def retried(call: t.Callable[[], str], clock: Clock, timeout: float = 60) -> str:
    return retry(
        "The bucket b in r",
        call,
        ["OperationAborted", "NoSuchBucket"],
        timeout=timeout,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda _low, high: high,
    )


def answers(*codes: str) -> t.Callable[[], str]:
    remaining = list(codes)

    def call() -> str:
        if remaining:
            raise client_error(remaining.pop(0), "PutBucketPolicy", "A conflicting operation is in progress.")
        return "done"

    return call


def test_a_successful_call_is_made_once_and_its_answer_returned() -> None:
    clock = Clock()
    assert retried(answers(), clock) == "done"
    assert clock.pauses == []


def test_it_is_repeated_with_growing_pauses() -> None:
    clock = Clock()
    assert retried(answers("OperationAborted", "NoSuchBucket", "OperationAborted"), clock) == "done"
    assert clock.pauses == [0.5, 1.0, 2.0]


def test_pauses_are_random() -> None:
    pauses = set()
    for _run in range(5):
        clock = Clock()
        retry("b", answers("A", "A"), ["A"], timeout=60, clock=clock, sleep=clock.sleep)
        pauses.add(tuple(clock.pauses))
        assert all(0 < pause <= longest for pause, longest in zip(clock.pauses, (0.5, 1.0), strict=True))
    assert len(pauses) > 1


def test_any_other_error_is_raised_immediately_and_unchanged() -> None:
    clock = Clock()
    with pytest.raises(ClientError, match="AccessDenied"):
        retried(answers("AccessDenied"), clock)
    assert clock.pauses == []


def test_the_deadline_is_a_time_and_its_message_has_the_next_step() -> None:
    clock = Clock()
    with pytest.raises(EdgeError) as failure:
        retried(answers(*["OperationAborted"] * 100), clock, timeout=90)
    assert clock.now == 90
    assert str(failure.value) == (
        "The bucket b in r: OperationAborted from PutBucketPolicy: A conflicting operation is in progress. "
        "AWS answered this for 1 min 30 s. Run it again later, or with a larger wait_timeout."
    )


def test_a_timeout_of_zero_is_one_attempt() -> None:
    clock = Clock()
    with pytest.raises(EdgeError):
        retried(answers("OperationAborted"), clock, timeout=0)
    assert clock.pauses == []


def test_only_a_long_wait_shows_its_reason(shown: list[str]) -> None:
    retried(answers("OperationAborted"), Clock())
    assert shown == []
    retried(answers(*["OperationAborted"] * 6), Clock())
    assert shown[0].startswith("The bucket b in r: retried after OperationAborted from PutBucketPolicy")


def wait(clock: Clock, ready_at: float, timeout: float, **options: t.Any) -> float:
    probe: t.Callable[[], float] = clock
    return wait_until(
        "The thing", probe, lambda now: now >= ready_at, timeout=timeout, clock=clock, sleep=clock.sleep, **options
    )


def test_without_a_pending_state_there_is_no_wait() -> None:
    clock = Clock()
    assert wait(clock, ready_at=0, timeout=0) == 0
    assert clock.pauses == []


def test_pauses_grow_up_to_the_maximum() -> None:
    clock = Clock()
    wait(clock, ready_at=60, timeout=100)
    assert clock.pauses[:3] == [1.0, 1.5, 2.25]
    assert max(clock.pauses) == 15.0


def test_the_last_probe_is_at_the_deadline_and_not_after() -> None:
    clock = Clock()
    assert wait(clock, ready_at=10, timeout=10) == 10
    with pytest.raises(EdgeError):
        wait(Clock(), ready_at=10.001, timeout=10)


def test_the_deadline_error_has_the_last_state_and_the_next_step() -> None:
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


def test_waits_share_a_deadline() -> None:
    clock = Clock()
    deadline = Deadline(30, clock)
    wait_until("The first", clock, lambda now: now >= 20, timeout=deadline, sleep=clock.sleep)
    with pytest.raises(EdgeError, match="The second: not ready after 30 s"):
        wait_until("The second", clock, lambda now: now >= 31, timeout=deadline, sleep=clock.sleep)
    assert (clock.now, deadline.left) == (30, 0)


NEW = Temporary("InvalidThing", "^(?!.*for good)", 90, "AWS knows the thing", "Check the thing.")
OTHER = Temporary("InvalidThing", "for good, and a moment", 20, "the moment has passed", "Check the moment.")


def refused_while(clock: Clock, **until: float) -> t.Callable[[], str]:
    """A call that is refused with each message until its time, in order."""

    def call() -> str:
        for message, end in until.items():
            if clock() < end:
                raise client_error("InvalidThing", "PutThing", message.replace("_", " "))
        return "done"

    return call


def temporary(call: t.Callable[[], str], clock: Clock) -> str:
    return retry_temporary(
        "The distribution E1", call, [NEW, OTHER], clock=clock, sleep=clock.sleep, jitter=lambda _low, high: high
    )


def test_a_temporary_refusal_is_shown_at_once_and_retried(shown: list[str]) -> None:
    clock = Clock()
    assert temporary(refused_while(clock, unknown=30), clock) == "done"
    assert clock.pauses[:5] == [1.0, 2.0, 4.0, 8.0, 10.0]
    assert shown == [
        "The distribution E1: waiting up to 1 min 30 s until AWS knows the thing, after InvalidThing from PutThing: "
        "unknown. (0 s)"
    ]


def test_a_temporary_refusal_that_does_not_pass_has_the_advice() -> None:
    clock = Clock()
    with pytest.raises(EdgeError) as failure:
        temporary(refused_while(clock, unknown=1e9), clock)
    assert clock.now == 90
    assert str(failure.value) == (
        "The distribution E1: InvalidThing from PutThing: unknown. AWS answered this for 1 min 30 s. Check the thing."
    )
    assert isinstance(failure.value.__cause__, ClientError), "whether it is stale depends on AWS's answer"


def test_each_temporary_refusal_has_its_own_time() -> None:
    clock = Clock()
    with pytest.raises(EdgeError, match="Check the moment"):
        temporary(refused_while(clock, unknown=80, **{"for_good,_and_a_moment": 1e9}), clock)
    assert 100 <= clock.now <= 120


@pytest.mark.parametrize(("code", "message"), [("InvalidThing", "wrong for good"), ("PreconditionFailed", "unknown")])
def test_what_is_not_temporary_is_raised_unchanged(code: str, message: str) -> None:
    def call() -> str:
        raise client_error(code, "PutThing", message)

    clock = Clock()
    with pytest.raises(ClientError, match=message):
        temporary(call, clock)
    assert clock.pauses == []
