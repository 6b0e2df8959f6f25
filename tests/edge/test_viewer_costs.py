# SPDX-License-Identifier: GPL-3.0-or-later

"""No URI of at most 8 KB, and no cookies, make the viewer function much slower, or need more memory than it has."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._function.cases import check_cases, failures
from ansible_collections.multiregion.edge.plugins.module_utils._function.cases import event as role_event
from edge.viewer_costs import ENGINES, MOST, PLAIN, URI_BYTES, hostile, ratios, run_in_memory
from edge.viewer_engines import SITE, Keys, start
from edge.viewer_table import Case

from unit.role_variables import rendered

CASES = {name: case for group in hostile().values() for name, case in group.items()}


def test_the_requests_are_those_that_viewers_can_send() -> None:
    lengths = [len(case.asked.partition("/")[2].encode(errors="surrogateescape")) + 1 for case in CASES.values()]
    assert max(lengths) <= URI_BYTES
    assert sum(length > URI_BYTES - 16 for length in lengths) > 40


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hostile_request_costs_at_most_ten_times_a_plain_one(engine: str) -> None:
    """Ratios, of the least of several rounds that have all requests: the machine's speed makes no difference."""
    found = ratios(engine)
    assert found.keys() == CASES.keys()
    assert {name: ratio for name, ratio in found.items() if ratio > MOST} == {}


@pytest.mark.parametrize("case", [PLAIN, *CASES.values()], ids=["plain", *map(ascii, CASES)])
def test_a_request_fits_in_cloudfronts_memory(case: Case) -> None:
    """With the engine and the event: in QuickJS, a plain request needs 160 KB."""
    run_in_memory(case)


@pytest.fixture(scope="module")
def role_tests() -> list[dict[str, t.Any]]:
    """The tests that the role has CloudFront run before the function is published."""
    made: list[dict[str, t.Any]] = rendered("viewer_function", "__viewer_function_tests")
    return made


def test_the_roles_tests_have_hostile_requests_that_cloudfront_takes(role_tests: list[dict[str, t.Any]]) -> None:
    check_cases(role_tests)
    requests = [json.loads(role_event(case))["request"] for case in role_tests]
    uris = [request["uri"] for request in requests]
    assert {uri[:3] for uri in uris} >= {"///", "/./", "/%6", "/!'", "/%E", "/üü"}
    assert max(len(uri.encode()) for uri in uris) in range(8000, URI_BYTES)
    assert max(len(request["cookies"]) for request in requests) == 1000
    assert max(len(request["querystring"]) for request in requests) == 1000
    assert max(len(request["querystring"].get("page", {}).get("value", "")) for request in requests) == 7800


@pytest.mark.parametrize("engine", ["v8", "quickjs"])
@pytest.mark.parametrize(
    "keys",
    [{}, *({f"{SITE}/h/*": json.dumps({"v": 2, "p": "r/1", **record})} for record in ({}, {"t": "a"}, {"m": 60}))],
    ids=["an empty store", "a release", "a redirect", "maintenance"],
)
def test_the_function_passes_the_roles_tests_with_any_keys(
    role_tests: list[dict[str, t.Any]], engine: str, keys: Keys, tmp_path: Path
) -> None:
    running = start(engine, tmp_path)
    outcomes = running.run([(json.loads(role_event(case)), keys) for case in role_tests])
    running.close()
    for case, outcome in zip(role_tests, outcomes, strict=True):
        kind = "response" if "statusCode" in outcome.value else "request"
        assert failures(case, {"FunctionOutput": json.dumps({kind: outcome.value})}, 80) == [], case["name"]
