# SPDX-License-Identifier: GPL-3.0-or-later

"""run(): the calls and the result of a module in a real run, in check mode and after a failure."""

from __future__ import annotations

import dataclasses
import typing as t

import boto3.exceptions
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core import reconcile
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._core.reconcile import Outcome, Resource, run

from unit.fakes import Exited, Failed, FakeModule, client_error


class FakeAws:
    def __init__(self, module: t.Any) -> None:
        self.calls = {"read": 1, "write": 0}


@pytest.fixture(autouse=True)
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "Aws", FakeAws)


class Numbers(Resource[list[int]]):
    """A list of numbers in AWS, with a desired state."""

    def __init__(self, live: list[int], wanted: list[int], failing: dict[int, Exception] | None = None) -> None:
        self.live = live
        self.wanted = wanted
        self.failing = failing or {}
        self.settled: list[bool] = []

    def add(self, number: int) -> None:
        if number in self.failing:
            raise self.failing[number]
        self.live.append(number)

    def observe(self) -> list[int]:
        return list(self.live)

    def plan(self, observed: list[int]) -> Plan:
        steps = tuple(Step(self.add, {"number": n}, f"Add {n}") for n in self.wanted if n not in observed)
        return Plan(observed, sorted({*observed, *self.wanted}), steps)

    def settle(self, observed: list[int], changed: bool) -> list[int]:
        self.settled.append(changed)
        return super().settle(observed, changed)

    def result(self, outcome: Outcome[list[int]]) -> dict[str, t.Any]:
        return {"numbers": outcome.plan.after if outcome.settled is None else outcome.settled}


def outcome(resource: Resource[t.Any], module: FakeModule | None = None, **options: t.Any) -> dict[str, t.Any]:
    with pytest.raises(Exited) as end:
        run(t.cast(t.Any, module or FakeModule(**options)), lambda module, aws: resource)
    return end.value.result


def test_a_real_run_applies_the_plan_and_returns_the_new_state() -> None:
    resource = Numbers([1], [1, 2, 3])
    result = outcome(resource)
    assert resource.live == [1, 2, 3]
    assert result == {
        "changed": True,
        "plan": ["Add 2", "Add 3"],
        "api_calls": {"read": 1, "write": 0},
        "numbers": [1, 2, 3],
    }
    assert resource.settled == [True]


def test_check_mode_makes_no_call_and_predicts_the_same() -> None:
    resource = Numbers([1], [1, 2, 3])
    result = outcome(resource, check_mode=True, diff=True)
    assert resource.live == [1]
    assert resource.settled == []
    assert (result["changed"], result["plan"], result["numbers"]) == (True, ["Add 2", "Add 3"], [1, 2, 3])
    assert result["diff"] == {"before": [1], "after": [1, 2, 3]}


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_an_empty_plan_is_no_change(check_mode: bool) -> None:
    result = outcome(Numbers([1, 2], [2]), check_mode=check_mode)
    assert (result["changed"], result["plan"], result["numbers"]) == (False, [], [1, 2])


def test_the_diff_is_returned_only_on_request_and_is_never_null() -> None:
    assert "diff" not in outcome(Numbers([], [1]))
    assert outcome(Numbers([], [1]), diff=True)["diff"] == {"before": "", "after": [1]}


def test_a_failure_between_steps_has_the_steps_made_and_the_next_step() -> None:
    resource = Numbers([], [1, 2, 3], {3: client_error("Throttling", "AddNumber", "slow down")})
    result = outcome(resource)
    assert resource.live == [1, 2]
    assert result["done"] == ["Add 1", "Add 2"]
    assert result["plan"] == ["Add 1", "Add 2", "Add 3"]
    assert result["msg"] == (
        "Could not add 3: Throttling from AddNumber: slow down. "
        "2 of 3 steps were made and stay; run it again to go on from there."
    )


def test_a_failure_of_the_first_step_does_not_mention_steps_made() -> None:
    result = outcome(Numbers([], [1], {1: client_error("Throttling", "AddNumber", "slow down")}))
    assert (result["done"], result["msg"]) == ([], "Could not add 1: Throttling from AddNumber: slow down.")


def test_a_failure_before_the_plan_has_no_plan() -> None:
    def refuse(module: t.Any, aws: t.Any) -> Numbers:
        raise EdgeError("name: it is bad")

    with pytest.raises(Failed) as end:
        run(t.cast(t.Any, FakeModule()), refuse)
    assert end.value.result == {"msg": "name: it is bad.", "plan": [], "done": []}


def test_a_deadline_after_the_last_step_has_the_steps_made() -> None:
    class Slow(Numbers):
        def settle(self, observed: list[int], changed: bool) -> list[int]:
            raise EdgeError("It: not ready after 1 s.")

    result = outcome(Slow([], [1]))
    assert result["msg"].startswith("It: not ready after 1 s. 1 of 1 steps were made and stay")
    assert result["done"] == ["Add 1"]


@pytest.mark.parametrize(
    "error",
    [
        boto3.exceptions.S3UploadFailedError("Failed to upload a.js to b/r/1/a.js: AccessDenied"),
        FileNotFoundError(2, "No such file or directory", "dist/a.js"),
    ],
    ids=["upload refused (no ClientError, boto3 wraps it)", "file vanished"],
)
def test_a_failed_upload_is_a_message_and_not_a_traceback(error: Exception) -> None:
    result = outcome(Numbers([], [1, 2], {2: error}))
    assert result["msg"].startswith("Could not add 2: ")
    assert result["done"] == ["Add 1"]


class Shared(Resource[dict[str, t.Any]]):
    """A resource with concurrent changes, where each write requires the state that was read."""

    def __init__(self, live: dict[str, t.Any], wanted: dict[str, t.Any], others: list[dict[str, t.Any]]) -> None:
        self.live = live
        self.wanted = wanted
        self.others = others  # each concurrent change precedes a write
        self.version = 0
        self.read = 0

    def set_member(self, name: str, value: t.Any) -> None:
        if self.others:
            self.live.update(self.others.pop(0))
            self.version += 1
        if self.read != self.version:
            raise client_error("PreconditionFailed", "UpdateIt", "The ETag is stale")
        self.live[name] = value
        self.version += 1
        self.read = self.version

    def observe(self) -> dict[str, t.Any]:
        self.read = self.version
        return dict(self.live)

    def plan(self, observed: dict[str, t.Any]) -> Plan:
        wrong = {name: value for name, value in self.wanted.items() if observed.get(name) != value}
        steps = tuple(Step(self.set_member, {"name": n, "value": v}, f"Set {n}") for n, v in wrong.items())
        return Plan(observed, {**observed, **self.wanted}, steps)

    def is_stale(self, error: BaseException | None) -> bool:
        return "PreconditionFailed" in str(error)

    def result(self, outcome: Outcome[dict[str, t.Any]]) -> dict[str, t.Any]:
        return {"it": outcome.latest}


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(reconcile._Run.apply, "__defaults__", (pauses.append,))
    return pauses


def test_a_concurrent_change_is_read_and_planned_again(no_pauses: list[float]) -> None:
    module, resource = FakeModule(diff=True), Shared({"a": 0}, {"a": 1, "b": 2}, [{"c": 3}])
    result = outcome(resource, module)
    assert resource.live == {"a": 1, "b": 2, "c": 3}
    assert (result["changed"], result["plan"], result["it"]) == (True, ["Set a", "Set b"], resource.live)
    assert result["diff"] == {"before": {"a": 0}, "after": {"a": 1, "b": 2, "c": 3}}
    assert (module.warnings, len(no_pauses)) == ([], 1)


def test_a_concurrent_change_of_the_same_member_is_overwritten_with_a_warning(no_pauses: list[float]) -> None:
    module, resource = FakeModule(), Shared({"a": 0}, {"a": 1}, [{"a": 5}])
    outcome(resource, module)
    assert resource.live == {"a": 1}
    assert module.warnings == ["a was changed to 5 by another process during this run; it is set to 1."]


def test_a_step_whose_answer_was_lost_counts_as_made(no_pauses: list[float]) -> None:
    """botocore sends it again, and AWS refuses it because it has been made."""
    result = outcome(Shared({"a": 0}, {"a": 1}, [{"a": 1}]))
    assert (result["changed"], result["plan"]) == (True, ["Set a"])


def test_steps_refused_in_several_partitions_are_planned_again(no_pauses: list[float]) -> None:
    class Partitions(Shared):
        def plan(self, observed: dict[str, t.Any]) -> Plan:
            plan = super().plan(observed)
            steps = tuple(dataclasses.replace(step, partition=step.arguments["name"]) for step in plan.steps)
            return dataclasses.replace(plan, steps=steps)

        def set_member(self, name: str, value: t.Any) -> None:
            if self.others:
                self.others.pop()
                raise client_error("PreconditionFailed", "UpdateIt", "The ETag is stale")
            self.live[name] = value

    resource = Partitions({}, {"a": 1, "b": 2}, [{}, {}])
    result = outcome(resource)
    assert (result["changed"], resource.live, len(no_pauses)) == (True, {"a": 1, "b": 2}, 1)


def test_steps_made_before_a_concurrent_change_are_reported_once(no_pauses: list[float]) -> None:
    class Later(Shared):
        def set_member(self, name: str, value: t.Any) -> None:
            others, self.others = self.others, self.others if name == "b" else []
            super().set_member(name, value)
            self.others = others if name != "b" else self.others

    module, resource = FakeModule(), Later({"a": 0}, {"a": 1, "b": 2}, [{"c": 3}])
    result = outcome(resource, module)
    assert (result["plan"], resource.live, module.warnings) == (["Set a", "Set b"], {"a": 1, "b": 2, "c": 3}, [])


def test_it_gives_up_after_too_many_conflicts(no_pauses: list[float]) -> None:
    resource = Shared({"a": 0}, {"a": 1}, [{"c": number} for number in range(99)])
    result = outcome(resource)
    assert result["msg"] == (
        "Could not set a: PreconditionFailed from UpdateIt: The ETag is stale. "
        "Still conflicting after 10 attempts: wait until other processes that change it are done, and run it again."
    )
    assert len(no_pauses) == 9
