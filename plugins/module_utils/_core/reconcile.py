# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Observe, plan, apply: the one way in which anything of this collection changes AWS."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import functools
import itertools
import random
import time
import typing as t

from .aws import (
    AnsibleAWSModule,
    Aws,
    Boto3Error,
    BotoCoreError,
    ClientError,
    explain,
    is_boto3_error_code,
)
from .conflicts import overwritten
from .errors import EdgeError
from .parallel import FleetError, in_parallel
from .progress import Progress

# How often a plan is made of what AWS has, while others change it; and seconds between.
_PLANS = 10
_PAUSE, _LONGEST_PAUSE = 0.5, 15.0

State = t.TypeVar("State")


@dataclasses.dataclass(frozen=True)
class Step:
    """One mutating call: the method of the resource's API that makes it, and a sentence that says what it does.

    Steps are applied in order. Neighbouring steps that have a lane (a Region, mostly) run beside the
    other lanes, in order within their own.
    """

    call: str
    arguments: dict[str, t.Any]
    sentence: str
    lane: str | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """What there is, what there will be, and the steps between. ``summary`` replaces the steps' sentences."""

    before: t.Any
    after: t.Any
    steps: tuple[Step, ...] = ()
    summary: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        return list(self.summary or (step.sentence for step in self.steps))


class Resource(abc.ABC, t.Generic[State]):
    """One thing that AWS keeps, and how it is brought to its desired state."""

    api: t.Any
    # The codes with which AWS refuses a step since what was observed has changed.
    stale_codes: t.Collection[str] = ()

    @abc.abstractmethod
    def observe(self) -> State:
        """What AWS has now. Reads only."""

    @abc.abstractmethod
    def plan(self, observed: State) -> Plan:
        """The steps from *observed* to the desired state. Pure: no clock, no network."""

    def is_stale(self, error: BaseException | None) -> bool:
        """Whether AWS refused a step since what was observed has changed; then it is observed and planned again."""
        return isinstance(error, is_boto3_error_code(set(self.stale_codes), error))

    def settle(self, observed: State, changed: bool) -> State:
        """Wait, within a deadline, until what was applied is in effect; return the state then."""
        return self.observe() if changed else observed

    @abc.abstractmethod
    def result(self, state: t.Any) -> dict[str, t.Any]:
        """What the module returns about *state* (in check mode: about the plan's ``after``)."""


class _Run(t.Generic[State]):
    """One run: what was planned and done so far, also when it breaks off."""

    def __init__(self, resource: Resource[State], warn: t.Callable[[str], object]) -> None:
        self._resource = resource
        self._warn = warn
        self._plans: list[Plan] = []
        self._done_before: list[str] = []
        self.done: list[str] = []

    def plan(self) -> State:
        """Observe and plan; the state that was observed."""
        observed = self._resource.observe()
        self._plans.append(self._resource.plan(observed))
        if len(self._plans) > 1 and not self._plans[-1].steps:
            # The answer to a step was lost, and it was refused as stale when botocore sent it again.
            self.done += [step.sentence for step in self._plans[-2].steps if step.sentence not in self.done]
        self._done_before = list(self.done)
        for sentence in overwritten(self._plans[-2], self._plans[-1]) if len(self._plans) > 1 else ():
            self._warn(sentence)
        return observed

    def apply(self, sleep: t.Callable[[float], None] = time.sleep) -> State:
        """Observe, plan and apply, again while others change what was observed; the state observed last."""
        pause = _PAUSE
        while True:
            observed = self.plan()
            try:
                apply(self._plans[-1].steps, self._resource.api, self.done.append)
                return observed
            except (EdgeError, FleetError) as error:
                if not all(map(self._resource.is_stale, _refusals(error))):
                    raise
                if len(self._plans) == _PLANS:
                    raise EdgeError(
                        f"{explain(error)} AWS answered so {_PLANS} times, as if others changed it each time: run it "
                        "again when they are done."
                    ) from error
            # Jittered, so that those who collided do not meet again.
            sleep(random.uniform(pause / 4, pause))
            pause = min(pause * 2, _LONGEST_PAUSE)

    @property
    def changed(self) -> bool:
        return bool(self.done or (self._plans and self._plans[-1].steps))

    @property
    def sentences(self) -> list[str]:
        return self._done_before + (self._plans[-1].sentences if self._plans else [])

    @property
    def steps(self) -> int:
        return len(self._done_before) + (len(self._plans[-1].steps) if self._plans else 0)

    @property
    def before(self) -> t.Any:
        return self._plans[0].before

    @property
    def after(self) -> t.Any:
        return self._plans[-1].after


@contextlib.contextmanager
def failures(fail: t.Callable[[Exception], object]) -> t.Iterator[None]:
    """Give *fail* what ends in a sentence for the user. Everything else is a mistake of ours."""
    try:
        yield
    except (EdgeError, FleetError, ClientError, BotoCoreError, Boto3Error, OSError) as error:
        fail(error)


def run(module: AnsibleAWSModule, make: t.Callable[[AnsibleAWSModule, Aws], Resource[t.Any]]) -> None:
    """Run one module: make its resource, observe, plan, apply, and exit with the result or a sentence."""
    this: _Run[t.Any] | None = None

    def fail(error: Exception) -> None:
        done = this.done if this else []
        message = _failure(error, len(done), this.steps if this else 0)
        module.fail_json(msg=message, plan=this.sentences if this else [], done=done)

    with failures(fail):
        aws = Aws(module)
        resource = make(module, aws)
        this = _Run(resource, module.warn)
        if module.check_mode:
            observed = this.plan()
            state = this.after if this.changed else observed
        else:
            state = resource.settle(this.apply(), changed=this.changed)
        result = resource.result(state)
        if module._diff:
            result["diff"] = {"before": this.before or "", "after": this.after or ""}
        module.exit_json(changed=this.changed, plan=this.sentences, api_calls=aws.calls, **result)


def apply(steps: t.Iterable[Step], api: t.Any, report: t.Callable[[str], object]) -> None:
    """Make the steps' calls on *api*; *report* is given the sentence of each one that was made."""

    def make_calls(run_of_steps: t.Sequence[Step]) -> None:
        for step in run_of_steps:
            try:
                getattr(api, step.call)(**step.arguments)
            except (ClientError, BotoCoreError, Boto3Error, OSError) as error:
                raise EdgeError(
                    f"Could not {step.sentence[:1].lower()}{step.sentence[1:]}: {explain(error)}"
                ) from error
            report(step.sentence)

    for has_lane, group in itertools.groupby(steps, key=lambda step: step.lane is not None):
        group_steps = list(group)
        if not has_lane:
            make_calls(group_steps)
            continue
        lanes: dict[str, list[Step]] = {}
        for step in group_steps:
            lanes.setdefault(str(step.lane), []).append(step)
        in_parallel({lane: functools.partial(make_calls, lane_steps) for lane, lane_steps in lanes.items()})


def _refusals(error: Exception) -> list[BaseException | None]:
    """What AWS said, by each lane."""
    if isinstance(error, FleetError):
        return [failure.__cause__ for failure in error.failures.values()]
    return [error.__cause__]


def _failure(error: Exception, done: int, steps: int) -> str:
    message = explain(error).rstrip()
    if not message.endswith((".", "!", "?")):
        message += "."
    if done:
        message += f" {done} of {steps} steps were made and stay; run it again to go on from there."
    return message


def wait_until(
    what: str,
    probe: t.Callable[[], State],
    ready: t.Callable[[State], bool],
    *,
    timeout: float,
    describe: t.Callable[[State], str] = str,
    since: float | None = None,
    pause: float = 1.0,
    longest_pause: float = 15.0,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> State:
    """Call *probe* until *ready* of what it returns, with growing pauses (seconds).

    *timeout* counts from now, or from when the *clock* was at *since*, for waits that share a deadline.
    Raises EdgeError at the deadline, with the last thing seen and how to resume.
    """
    started = clock() if since is None else since
    progress = Progress(what, clock, started)
    while True:
        seen = probe()
        if ready(seen):
            return seen
        progress.tell(describe(seen))
        left = started + timeout - clock()
        if left <= 0:
            raise EdgeError(
                f"{what}: not ready after {timeout:g} s ({describe(seen)}). "
                "Nothing is lost: run it again to keep waiting, or with a larger wait_timeout."
            )
        sleep(min(pause, longest_pause, left))
        pause *= 1.5
