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
import math
import random
import time
import typing as t

from .aws import AnsibleAWSModule, Aws, Boto3Error, BotoCoreError, ClientError
from .conflicts import overwritten
from .errors import EdgeError, error_code, explain
from .parallel import MultiRegionError, in_parallel
from .plan import Plan, Step
from .waiting import NotYet, pauses, repeat

# How often a plan is made while others change what was observed; and seconds between.
_PLANS = 10
_PAUSE, _LONGEST_PAUSE = 0.5, 15.0

State = t.TypeVar("State")


@dataclasses.dataclass(frozen=True)
class Outcome(t.Generic[State]):
    """One run: what AWS had, what was planned, and what is in effect then.

    ``settled`` is None where the plan was not applied: in check mode, if there is something to change.
    """

    observed: State
    plan: Plan
    settled: State | None

    @property
    def latest(self) -> State:
        """The last known state of AWS."""
        return self.observed if self.settled is None else self.settled


class Resource(abc.ABC, t.Generic[State]):
    """One thing that AWS keeps, and how it is brought to its desired state."""

    # The codes with which AWS refuses a step since what was observed has changed.
    stale_codes: t.Collection[str] = ()

    @abc.abstractmethod
    def observe(self) -> State:
        """What AWS has now. Reads only."""

    def observe_again(self) -> State:
        """The same, after a step was refused as stale."""
        return self.observe()

    @abc.abstractmethod
    def plan(self, observed: State) -> Plan:
        """The steps from *observed* to the desired state. Pure: no clock, no network."""

    def is_stale(self, error: BaseException | None) -> bool:
        """Whether AWS refused a step since what was observed has changed; then it is observed and planned again."""
        return error_code(error) in self.stale_codes

    def settle(self, observed: State, changed: bool) -> State:
        """Wait, within a deadline, until what was applied is in effect; return the state then."""
        return self.observe() if changed else observed

    @abc.abstractmethod
    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        """What the module returns."""


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
        observed = self._resource.observe_again() if self._plans else self._resource.observe()
        self._plans.append(self._resource.plan(observed))
        if len(self._plans) > 1 and not self._plans[-1].steps:
            # The answer to a step was lost, and it was refused as stale when botocore sent it again.
            self.done += [step.sentence for step in self._plans[-2].steps if step.sentence not in self.done]
        self._done_before = list(self.done)
        conflicts = overwritten(self._plans[-2], self._plans[-1]) if len(self._plans) > 1 else []
        for sentence in (*self._plans[-1].warnings, *conflicts):
            self._warn(sentence)
        return observed

    def apply(self, sleep: t.Callable[[float], None] = time.sleep) -> State:
        """Observe, plan and apply, again while others change what was observed; the state observed last."""
        between = pauses(_PAUSE, _LONGEST_PAUSE, 2.0, random.uniform)
        return repeat(self._attempt, between, self._plans_left, lambda seen: None, sleep)

    def _plans_left(self) -> float:
        return math.inf if len(self._plans) < _PLANS else 0

    def _attempt(self) -> State:
        observed = self.plan()
        try:
            apply(self._plans[-1].steps, self.done.append)
        except (EdgeError, MultiRegionError) as error:
            if not all(map(self._resource.is_stale, _refusals(error))):
                raise
            refusal = explain(error)
            failure = EdgeError(
                f"{refusal} Still conflicting after {_PLANS} attempts: wait until other processes that change it are "
                "done, and run it again."
            )
            raise NotYet(refusal, failure) from error
        return observed

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
    def first_plan(self) -> Plan:
        return self._plans[0]

    @property
    def last_plan(self) -> Plan:
        return self._plans[-1]


@contextlib.contextmanager
def failures(fail: t.Callable[[Exception], object]) -> t.Iterator[None]:
    """Give *fail* what ends in a sentence for the user. Everything else is a programming error."""
    try:
        yield
    except (EdgeError, MultiRegionError, ClientError, BotoCoreError, Boto3Error, OSError) as error:
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
            settled = None if this.changed else observed
        else:
            observed = this.apply()
            settled = resource.settle(observed, changed=this.changed)
        # A copy: the result may be the plan's own document, which is in the diff too.
        result = dict(resource.result(Outcome(observed, this.last_plan, settled)))
        if module._diff:
            result["diff"] = {"before": this.first_plan.before or "", "after": this.last_plan.after or ""}
        module.exit_json(changed=this.changed, plan=this.sentences, api_calls=aws.calls, **result)


def run_info(module: AnsibleAWSModule, read: t.Callable[[AnsibleAWSModule, Aws], dict[str, t.Any]]) -> None:
    """Run an info module: exit with what *read* returns, or with a sentence."""
    with failures(lambda error: module.fail_json(msg=explain(error))):
        module.exit_json(changed=False, **read(module, Aws(module)))


def apply(steps: t.Iterable[Step], report: t.Callable[[str], object]) -> None:
    """Make the steps' calls; *report* is given the sentence of each one that was made."""

    def make_calls(in_order: t.Sequence[Step]) -> None:
        for step in in_order:
            try:
                step.operation(**step.arguments)
            except (ClientError, BotoCoreError, Boto3Error, OSError) as error:
                raise EdgeError(
                    f"Could not {step.sentence[:1].lower()}{step.sentence[1:]}: {explain(error)}"
                ) from error
            report(step.sentence)

    for has_partition, neighbours in itertools.groupby(steps, key=lambda step: step.partition is not None):
        if not has_partition:
            make_calls(list(neighbours))
            continue
        partitions: dict[str, list[Step]] = {}
        for step in neighbours:
            partitions.setdefault(str(step.partition), []).append(step)
        in_parallel({key: functools.partial(make_calls, its_steps) for key, its_steps in partitions.items()})


def _refusals(error: Exception) -> list[BaseException | None]:
    """AWS's answers, one for each partition."""
    if isinstance(error, MultiRegionError):
        return [failure.__cause__ for failure in error.failures.values()]
    return [error.__cause__]


def _failure(error: Exception, done: int, steps: int) -> str:
    message = explain(error).rstrip()
    if not message.endswith((".", "!", "?")):
        message += "."
    if done:
        message += f" {done} of {steps} steps were made and stay; run it again to go on from there."
    return message
