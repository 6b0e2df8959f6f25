"""cloudfront_function against local AWS: only code that passes its tests is published, and LIVE is waited for."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from modules.cloudfront_functions import CREATE, NAME, PUBLISH, UPDATE, Function, goes, to
from modules.role_runner import run_role
from modules.runner import SITE, ModuleFailed


def test_code_that_fails_its_tests_is_not_published(function: Function) -> None:
    function.run()
    broken = {"code": to("/b"), "tests": [goes("/b"), goes("/a"), {"name": "redirects", "expect": {"status": 301}}]}
    with pytest.raises(ModuleFailed) as caught:
        function.run(**broken)
    message = str(caught.value)
    assert f"The CloudFront Function {NAME} is not published, and LIVE stays as it is" in message
    assert "goes to /a: uri is '/b', not '/a' (its log: to /b); redirects: status is absent, not '301'" in message
    assert "goes to /b" not in message
    assert caught.value.result["done"] == [f"Update the CloudFront Function {NAME}"]
    assert (function.code("DEVELOPMENT"), function.code()) == (to("/b"), to("/a"))
    # It is tested again until it is LIVE.
    assert function.run(check=True)["plan"][0] == f"Test the CloudFront Function {NAME} with 3 cases"
    with pytest.raises(ModuleFailed, match="not published"):
        function.run()
    repaired = function.run(tests=[goes("/b")])
    assert (repaired["mutating"], function.code()) == ([PUBLISH], to("/b"))


def test_a_return_to_the_live_code_after_a_failure_is_not_tested(function: Function) -> None:
    function.run()
    with pytest.raises(ModuleFailed, match="not published"):
        function.run(code=to("/b"))
    before = len(function.local_aws.requests())
    assert function.run(code=to("/a"))["mutating"] == [UPDATE]
    assert function.tests(before) == 0


def test_a_function_that_is_too_slow_is_not_published(function: Function) -> None:
    function.local_aws.behave(function_compute_utilization=81)
    with pytest.raises(ModuleFailed, match="it took 81 % of the time that CloudFront allows, more than 80 %"):
        function.run()
    assert function.run(max_compute_utilization=81)["tests"][0]["compute_utilization"] == 81


def test_a_missing_testfunction_is_a_warning(function: Function, warned: list[str]) -> None:
    function.local_aws.behave(function_tests_unsupported=True)
    made = function.run()
    assert made["mutating"] == [CREATE, PUBLISH]
    assert made["tests"][0]["outcome"] == "skipped"
    assert len(warned) == 1 and "is published without its tests" in warned[0]


def test_a_later_run_also_waits_for_live(function: Function) -> None:
    function.run()
    function.associate()
    function.local_aws.behave(function_seconds=3600)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s .its LIVE stage is IN_PROGRESS.*run it again"):
        function.run(code=to("/b"), tests=[goes("/b")], wait_timeout=0)
    with pytest.raises(ModuleFailed, match="not ready after 0 s"):
        function.run()
    assert function.run(wait=False)["function"]["status"] == "IN_PROGRESS"
    function.local_aws.behave()
    done = function.run(wait=True)
    assert (done["changed"], done["function"]["status"]) == (False, "DEPLOYED")


def test_the_role_tests_its_viewer_function(function: Function, tmp_path: Path) -> None:
    variables = {"viewer_function_site": SITE}
    report = {
        "ansible.builtin.debug": {"msg": "{{ viewer_function_result.tests | map(attribute='outcome') | join(' ') }}"}
    }
    status, output = run_role(function.modules, tmp_path, "viewer_function", variables, report)
    assert status == 0, output
    assert '"msg": "' + " ".join(["passed"] * 13) + '"' in output
    variables["viewer_function_selects_origins"] = True
    status, output = run_role(function.modules, tmp_path, "viewer_function", variables, report)
    assert status == 0 and " ".join(["passed"] * 13) in output, output
    live = function.code()
    broken = [{"name": "never so", "event": {}, "expect": {"uri": "/never"}}]
    other = {**variables, "viewer_function_tests": broken, "viewer_function_selects_origins": False}
    status, output = run_role(function.modules, tmp_path, "viewer_function", other)
    assert status != 0 and "LIVE stays as it is" in output and "never so: uri is absent" in output
    assert function.code() == live
