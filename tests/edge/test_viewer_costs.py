# SPDX-License-Identifier: GPL-3.0-or-later

"""No URI of at most 8 KB, and no cookies, make the viewer function much slower, or need more memory than it has."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._function.cases import check_cases, failures
from ansible_collections.multiregion.edge.plugins.module_utils._function.cases import event as role_event
from edge.viewer_costs import ENGINES, MOST, PLAIN, UNKNOWN_HOST, URI_BYTES, hostile, ratios, run_in_memory
from edge.viewer_engines import SITE, Keys, start
from edge.viewer_table import Case

from unit.role_variables import rendered

CASES = {name: case for group in hostile().values() for name, case in group.items()}


def test_the_requests_are_those_that_viewers_can_send() -> None:
    lengths = [len(case.asked.partition("/")[2].encode(errors="surrogateescape")) + 1 for case in CASES.values()]
    assert max(lengths) <= URI_BYTES
    assert sum(length > URI_BYTES - 16 for length in lengths) > 40


@pytest.fixture(scope="module", params=ENGINES)
def costs(request: pytest.FixtureRequest) -> dict[str, float]:
    """Ratios, of the least of several rounds that have all requests: the machine's speed makes no difference."""
    return ratios(request.param)


def test_a_hostile_request_costs_at_most_ten_times_a_plain_one(costs: dict[str, float]) -> None:
    assert costs.keys() == CASES.keys()
    assert {name: ratio for name, ratio in costs.items() if ratio > MOST} == {}


def test_a_uri_that_is_longer_than_any_key_is_not_read(costs: dict[str, float]) -> None:
    long = [
        name
        for name, case in CASES.items()
        if "?" not in case.asked and case.asked[0] == "/" and len(case.asked) > 3072
    ]
    assert len(long) > 30
    assert {name: costs[name] for name in long if costs[name] > 2} == {}


def test_a_path_is_read_before_its_host_is_known(costs: dict[str, float]) -> None:
    """So CloudFront measures the role's tests as they are for viewers, also while the store is empty."""
    assert costs[UNKNOWN_HOST] > 1.3


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
