# SPDX-License-Identifier: GPL-3.0-or-later

"""run(): what a module does, and returns, in a real run, in check mode and when something fails."""

from __future__ import annotations

import typing as t

import boto3.exceptions
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils import _reconcile
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, Step, run

from unit.fakes import Exited, Failed, FakeModule, client_error


class FakeAws:
    def __init__(self, module: t.Any) -> None:
        self.calls = {"read": 1, "write": 0}


@pytest.fixture(autouse=True)
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_reconcile, "Aws", FakeAws)


class Numbers(Resource[list[int]]):
    """A list at AWS that should have certain numbers."""

    def __init__(self, live: list[int], wanted: list[int], failing: dict[int, Exception] | None = None) -> None:
        self.api = self
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
        steps = tuple(Step("add", {"number": n}, f"Add {n}") for n in self.wanted if n not in observed)
        return Plan(observed, sorted({*observed, *self.wanted}), steps)

    def settle(self, observed: list[int], changed: bool) -> list[int]:
        self.settled.append(changed)
        return super().settle(observed, changed)

    def result(self, state: list[int]) -> dict[str, t.Any]:
        return {"numbers": state}


def outcome(resource: Numbers, **module: t.Any) -> dict[str, t.Any]:
    with pytest.raises(Exited) as end:
        run(t.cast(t.Any, FakeModule(**module)), lambda module, aws: resource)
    return end.value.result


def test_a_real_run_makes_the_plan_and_returns_what_is_then() -> None:
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


def test_check_mode_makes_no_call_and_foretells_the_same() -> None:
    resource = Numbers([1], [1, 2, 3])
    result = outcome(resource, check_mode=True, diff=True)
    assert resource.live == [1]
    assert resource.settled == []
    assert (result["changed"], result["plan"], result["numbers"]) == (True, ["Add 2", "Add 3"], [1, 2, 3])
    assert result["diff"] == {"before": [1], "after": [1, 2, 3]}


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_nothing_to_do_is_no_change(check_mode: bool) -> None:
    result = outcome(Numbers([1, 2], [2]), check_mode=check_mode)
    assert (result["changed"], result["plan"], result["numbers"]) == (False, [], [1, 2])


def test_the_diff_is_only_given_when_asked_for_and_never_null() -> None:
    assert "diff" not in outcome(Numbers([], [1]))
    assert outcome(Numbers([], [1]), diff=True)["diff"] == {"before": "", "after": [1]}


def test_a_failure_between_steps_says_what_stays_and_how_to_go_on() -> None:
    resource = Numbers([], [1, 2, 3], {3: client_error("Throttling", "AddNumber", "slow down")})
    result = outcome(resource)
    assert resource.live == [1, 2]
    assert result["done"] == ["Add 1", "Add 2"]
    assert result["plan"] == ["Add 1", "Add 2", "Add 3"]
    assert result["msg"] == (
        "Could not add 3: Throttling from AddNumber: slow down. "
        "2 of 3 steps were made and stay; run it again to go on from there."
    )


def test_a_failure_of_the_first_step_does_not_speak_of_steps_made() -> None:
    result = outcome(Numbers([], [1], {1: client_error("Throttling", "AddNumber", "slow down")}))
    assert (result["done"], result["msg"]) == ([], "Could not add 1: Throttling from AddNumber: slow down.")


def test_a_failure_before_the_plan_has_no_plan() -> None:
    def refuse(module: t.Any, aws: t.Any) -> Numbers:
        raise EdgeError("name: it is bad")

    with pytest.raises(Failed) as end:
        run(t.cast(t.Any, FakeModule()), refuse)
    assert end.value.result == {"msg": "name: it is bad.", "plan": [], "done": []}


def test_a_deadline_that_passes_after_the_last_step_says_that_the_steps_stay() -> None:
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
def test_a_failed_upload_is_a_sentence_and_not_a_traceback(error: Exception) -> None:
    result = outcome(Numbers([], [1, 2], {2: error}))
    assert result["msg"].startswith("Could not add 2: ")
    assert result["done"] == ["Add 1"]
