# SPDX-License-Identifier: GPL-3.0-or-later

"""in_parallel(): every key runs, every failure is kept."""

from __future__ import annotations

import functools
import threading
import time
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.parallel import (
    WIDTH,
    MultiRegionError,
    in_parallel,
)

from unit.fakes import client_error


def fail(error: Exception) -> None:
    raise error


def test_results_are_by_key_regardless_of_the_order_of_completion() -> None:
    def answer(key: str, seconds: float) -> str:
        time.sleep(seconds)
        return key.upper()

    keys = {"eu": 0.05, "us": 0.0, "ap": 0.02}
    work = {key: functools.partial(answer, key, seconds) for key, seconds in keys.items()}
    assert in_parallel(work) == {"eu": "EU", "us": "US", "ap": "AP"}


def test_without_keys_there_is_no_result() -> None:
    assert in_parallel({}) == {}


def test_all_regions_of_an_mrap_run_at_the_same_time() -> None:
    barrier = threading.Barrier(WIDTH, timeout=10)
    in_parallel({str(key): barrier.wait for key in range(WIDTH)})


def test_no_more_than_the_width_run_at_the_same_time() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1

    in_parallel({str(key): work for key in range(20)}, width=4)
    assert most == 4


def test_a_single_failure_is_raised_unchanged_after_the_others_ended() -> None:
    error, ended = EdgeError("no"), list[str]()

    def slow() -> None:
        time.sleep(0.05)
        ended.append("slow")

    work: dict[str, t.Callable[[], None]] = {"bad": functools.partial(fail, error), "slow": slow}

    with pytest.raises(EdgeError) as failure:
        in_parallel(work)
    assert failure.value is error
    assert ended == ["slow"]


def test_every_failure_is_kept_and_reported_with_its_key() -> None:
    errors = {"us": client_error("AccessDenied", "HeadBucket"), "eu": EdgeError("gone"), "ap": ValueError("odd")}
    work: dict[str, t.Callable[[], None]] = {key: functools.partial(fail, error) for key, error in errors.items()}
    with pytest.raises(MultiRegionError) as failure:
        in_parallel({**work, "sa": lambda: None})
    assert failure.value.failures == errors
    message = str(failure.value)
    assert message.startswith("ap: odd; eu: gone; us: AccessDenied from HeadBucket")
    assert "sa" not in message.split(":")


@pytest.mark.parametrize(("keys", "more"), [(WIDTH, None), (WIDTH + 1, "(and 1 more, of 18)"), (999, "(and 982 more")])
def test_the_message_of_many_failures_is_bounded(keys: int, more: str | None) -> None:
    message = str(MultiRegionError({f"{key:04}": EdgeError("no") for key in range(keys)}))
    assert message.count(": no") == min(keys, WIDTH)
    assert (more is None and "more" not in message) or (more is not None and more in message)


def test_a_single_failure_of_aws_is_reported_with_its_key() -> None:
    error = client_error("AccessDenied", "GetBucketVersioning")
    with pytest.raises(MultiRegionError, match=r"^eu-west-3: AccessDenied from GetBucketVersioning"):
        in_parallel({"eu-west-3": functools.partial(fail, error), "us-east-1": lambda: None})
