# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The one loop that waits: attempts with growing pauses until one succeeds or a deadline passes, with live progress."""

from __future__ import annotations

import dataclasses
import random
import re
import time
import typing as t

from .errors import EdgeError, error_code, error_message, explain
from .progress import Progress, format_duration

T = t.TypeVar("T")
Clock = t.Callable[[], float]
Sleep = t.Callable[[float], None]
Jitter = t.Callable[[float, float], float]


class Deadline:
    """So many seconds from now; several waits may share one."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self.started = clock()

    @property
    def left(self) -> float:
        return max(0.0, self.started + self.seconds - self.clock())


class NotYet(Exception):
    """An attempt that is to be repeated: what was seen, and what ends the wait if no attempt is left."""

    def __init__(self, seen: str, failure: Exception) -> None:
        super().__init__(seen)
        self.seen = seen
        self.failure = failure


@dataclasses.dataclass(frozen=True)
class Temporary:
    """A refusal that passes by itself: what the call names is new, and AWS does not know it everywhere.

    *message*: a regular expression for a part of AWS's message. *seconds*: how long the refusal is taken for temporary.
    *waits_for* completes "waiting until ...", *advice* ends the error when it has not passed.
    """

    code: str
    message: str
    seconds: float
    waits_for: str
    advice: str

    def is_meant_by(self, error: BaseException) -> bool:
        return error_code(error) == self.code and re.search(self.message, error_message(error)) is not None


def pauses(first: float, longest: float, growth: float, jitter: Jitter | None = None) -> t.Iterator[float]:
    """Seconds between attempts. With *jitter*, two runs that collided do not meet again."""
    pause = min(first, longest)
    while True:
        yield jitter(pause / 4, pause) if jitter else pause
        pause = min(pause * growth, longest)


def repeat(
    attempt: t.Callable[[], T],
    between: t.Iterator[float],
    left: t.Callable[[], float],
    report: t.Callable[[str], object],
    sleep: Sleep = time.sleep,
) -> T:
    """What *attempt* returns, made again while it raises NotYet and time is *left* (seconds)."""
    while True:
        try:
            return attempt()
        except NotYet as not_yet:
            report(not_yet.seen)
            remaining = left()
            if remaining <= 0:
                raise not_yet.failure from not_yet.__cause__
        sleep(min(next(between), remaining))


def wait_until(
    what: str,
    probe: t.Callable[[], T],
    ready: t.Callable[[T], bool],
    *,
    timeout: float | Deadline,
    describe: t.Callable[[T], str] = str,
    pause: float = 1.0,
    longest_pause: float = 15.0,
    clock: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
) -> T:
    """Call *probe* until *ready* of what it returns, with growing pauses (seconds).

    *timeout* counts from now; a Deadline is shared with other waits. Raises EdgeError at the deadline, with the last
    thing seen and how to resume.
    """
    deadline = timeout if isinstance(timeout, Deadline) else Deadline(timeout, clock)

    def attempt() -> T:
        seen = probe()
        if ready(seen):
            return seen
        state = describe(seen)
        raise NotYet(
            state,
            EdgeError(
                f"{what}: not ready after {deadline.seconds:g} s ({state}). "
                "Nothing is lost: run it again to keep waiting, or with a larger wait_timeout."
            ),
        )

    progress = Progress(what, deadline.clock, deadline.started)
    return repeat(attempt, pauses(pause, longest_pause, 1.5), lambda: deadline.left, progress.report, sleep)


def retry(
    what: str,
    call: t.Callable[[], T],
    codes: t.Iterable[str],
    *,
    timeout: float | Deadline,
    pause: float = 0.5,
    longest_pause: float = 15.0,
    clock: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
    jitter: Jitter = random.uniform,
) -> T:
    """What *call* returns, made again (with growing pauses, seconds) while AWS answers with one of *codes*.

    Any other error is raised as it is; at the deadline EdgeError, with AWS's last answer. *what* is changed, for the
    sentence and for the progress. Only for codes that botocore does not retry itself, and only where they are
    temporary: elsewhere they are the answer.
    """
    retried = set(codes)
    deadline = timeout if isinstance(timeout, Deadline) else Deadline(timeout, clock)

    def attempt() -> T:
        try:
            return call()
        except Exception as error:
            if error_code(error) not in retried:
                raise
            refusal = explain(error)
            failure = EdgeError(
                f"{what}: {refusal} AWS answered this for {format_duration(deadline.seconds)}. "
                "Run it again later, or with a larger wait_timeout."
            )
            raise NotYet(f"retried after {refusal}", failure) from error

    progress = Progress(what, deadline.clock, deadline.started)
    return repeat(attempt, pauses(pause, longest_pause, 2.0, jitter), lambda: deadline.left, progress.count, sleep)


def retry_temporary(
    what: str,
    call: t.Callable[[], T],
    refusals: t.Sequence[Temporary],
    *,
    pause: float = 1.0,
    longest_pause: float = 10.0,
    clock: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
    jitter: Jitter = random.uniform,
) -> T:
    """What *call* returns, made again while AWS's answer is one of *refusals*, each for its own time.

    The first refusal is shown at once, with what is waited for: it may be the final answer. At the deadline EdgeError,
    with AWS's last answer and the advice; any other error is raised as it is.
    """
    deadlines: dict[Temporary, Deadline] = {}
    deadline = Deadline(0, clock)

    def attempt() -> T:
        nonlocal deadline
        try:
            return call()
        except Exception as error:
            refusal = next((each for each in refusals if each.is_meant_by(error)), None)
            if refusal is None:
                raise
            deadline = deadlines.setdefault(refusal, Deadline(refusal.seconds, clock))
            answer, duration = explain(error), format_duration(deadline.seconds)
            failure = EdgeError(f"{what}: {answer} AWS answered this for {duration}. {refusal.advice}")
            raise NotYet(f"waiting up to {duration} until {refusal.waits_for}, after {answer}", failure) from error

    progress = Progress(what, clock)
    between = pauses(pause, longest_pause, 2.0, jitter)
    return repeat(attempt, between, lambda: deadline.left, progress.report, sleep)
