# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a CloudFront Function: DEVELOPMENT is updated and tested, then published; and refusals."""

from __future__ import annotations

import hashlib
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.conflicts import overwritten
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan
from ansible_collections.multiregion.edge.plugins.module_utils._function.check import check_code, check_stores
from ansible_collections.multiregion.edge.plugins.module_utils._function.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._function.plan import Observed, Proof, plan, plan_absent

from unit.operations import operations

OPERATIONS = operations(Operations)

DESIRED = {
    "comment": "viewer (multiregion.edge)",
    "runtime": "cloudfront-js-2.0",
    "key_value_store_arns": ["arn:store"],
    "code": "new",
}
OLD = {**DESIRED, "code": "old"}
CASE = {"name": "index", "event": {}, "expect": {}}
UPDATE, TEST, PUBLISH = "update_function", "run_tests", "publish_function"


def seen(stage: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    return stage and {**stage, "arn": "arn:function", "etag": "E1", "status": "DEPLOYED", "last_modified": "now"}


def planned(
    development: t.Any, live: t.Any, *, tags: t.Any = None, has: t.Any = None, proof: Proof | None = None
) -> Plan:
    observed = Observed(seen(development), seen(live), has or {})
    return plan(OPERATIONS, observed, "viewer", DESIRED, tags or {}, proof or Proof([CASE], 80))


def calls(result: Plan) -> list[str]:
    return [step.name for step in result.steps]


@pytest.mark.parametrize(
    ("development", "live", "expected"),
    [
        (None, None, ["create_function", TEST, PUBLISH]),
        (DESIRED, None, [TEST, PUBLISH]),
        (OLD, OLD, [UPDATE, TEST, PUBLISH]),
        (DESIRED, OLD, [TEST, PUBLISH]),
        (DESIRED, DESIRED, []),
        (OLD, DESIRED, [UPDATE]),
        (
            {**DESIRED, "comment": "x (multiregion.edge)"},
            {**DESIRED, "comment": "x (multiregion.edge)"},
            [UPDATE, TEST, PUBLISH],
        ),
        ({**DESIRED, "runtime": "cloudfront-js-1.0"}, DESIRED, [UPDATE]),
        ({**DESIRED, "key_value_store_arns": []}, OLD, [UPDATE, TEST, PUBLISH]),
    ],
    ids=[
        "nothing there",
        "killed after the creation",
        "another code",
        "killed between update and publish",
        "as asked for",
        "another user changed DEVELOPMENT",
        "comment",
        "runtime",
        "store lost",
    ],
)
def test_steps(development: t.Any, live: t.Any, expected: list[str]) -> None:
    result = planned(development, live)
    assert calls(result) == expected
    assert all(step.partition is None for step in result.steps)
    arguments = {
        "create_function": {"name": "viewer", "tags": {}, **DESIRED},
        UPDATE: {"name": "viewer", **DESIRED},
        TEST: {"name": "viewer", "cases": [CASE], "max_compute_utilization": 80},
        PUBLISH: {"name": "viewer"},
    }
    assert [step.arguments for step in result.steps] == [arguments[call] for call in expected]
    without = planned(development, live, proof=Proof())
    assert calls(without) == [call for call in expected if call != TEST]


def test_the_plan_has_the_number_of_tests() -> None:
    assert planned(DESIRED, OLD).sentences[0] == "Test the CloudFront Function viewer with 1 case"
    assert planned(DESIRED, OLD, proof=Proof([CASE, CASE], 80)).sentences[0].endswith("with 2 cases")


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        ({}, ["tag_function"]),
        ({"team": "a", "theirs": "stays"}, ["tag_function"]),
        ({"team": "edge", "theirs": "stays"}, []),
    ],
    ids=["none", "another value", "as asked for"],
)
def test_tags(has: dict[str, str], expected: list[str]) -> None:
    result = planned(DESIRED, DESIRED, tags={"team": "edge"}, has=has)
    assert calls(result) == expected
    assert (result.before["tags"], result.after["tags"]) == ({"team": has.get("team")}, {"team": "edge"})
    created = planned(None, None, tags={"team": "edge"})
    assert calls(created) == ["create_function", TEST, PUBLISH]
    assert created.steps[0].arguments["tags"] == {"team": "edge"}


def digest(stage: dict[str, t.Any]) -> dict[str, t.Any]:
    rest = {key: value for key, value in stage.items() if key != "code"}
    return {**rest, "code_sha256": hashlib.sha256(stage["code"].encode()).hexdigest()}


def test_the_diff_is_that_of_live_and_shows_whether_development_is_equal() -> None:
    result = planned(DESIRED, OLD)
    assert result.before == {**OLD, "development": digest(DESIRED)}
    assert result.after == {**DESIRED, "development": digest(DESIRED)}
    assert planned(None, None).before is None
    tried = planned(OLD, DESIRED)
    assert tried.before == {**DESIRED, "development": digest(OLD)}


def test_a_concurrent_change_of_development_is_overwritten_with_a_warning() -> None:
    theirs = {**OLD, "code": "theirs"}
    words = overwritten(planned(OLD, OLD), planned(theirs, OLD))
    assert len(words) == 1 and words[0].startswith("development.code_sha256 was changed to ")
    assert overwritten(planned(OLD, OLD), planned(DESIRED, OLD)) == []
    long = {**OLD, "code": "x" * 10_000}
    assert max(map(len, overwritten(planned(OLD, OLD), planned(long, long)))) < 600


def test_deletion() -> None:
    assert plan_absent(OPERATIONS, Observed(None, None), "viewer") == Plan(None, None)
    result = plan_absent(OPERATIONS, Observed(seen(DESIRED), None), "viewer")
    assert [(step.name, step.arguments) for step in result.steps] == [("delete_function", {"name": "viewer"})]
    assert result.before == {"development": digest(DESIRED)} and result.after is None
    used = Observed(seen(DESIRED), seen(DESIRED), distributions=("E1", "E2"))
    with pytest.raises(EdgeError, match="viewer is used by E1, E2: take it out"):
        plan_absent(OPERATIONS, used, "viewer")


def test_an_unmanaged_function_is_refused() -> None:
    theirs = {**DESIRED, "comment": "redirects for billing"}
    words = "The CloudFront Function viewer exists already and is not this collection's"
    with pytest.raises(EdgeError, match=words):
        planned(theirs, theirs)
    with pytest.raises(EdgeError, match=words):
        plan_absent(OPERATIONS, Observed(seen(theirs), None), "viewer")


HANDLER = "function handler(e) {}"
FIRST, SECOND = "cloudfront-js-1.0", "cloudfront-js-2.0"


@pytest.mark.parametrize(
    ("name", "code", "runtime", "words"),
    [
        ("a.b", HANDLER, SECOND, "name: 'a.b' must be 1 to 64"),
        ("a" * 65, HANDLER, SECOND, "1 to 64"),
        ("f", "", SECOND, "has 0 bytes; CloudFront takes 1 to 10240"),
        ("f", HANDLER.ljust(10241), SECOND, "has 10241 bytes"),
        ("f", HANDLER + "é" * 5110, SECOND, "has 10242 bytes"),
        ("f", HANDLER + "\0", SECOND, "is not text"),
        ("f", "function handle(event) {}", SECOND, "has no function handler"),
        ("f", f"// {HANDLER}\n", SECOND, "has no function handler"),
        ("f", f"\n  /* old:\n{HANDLER} */", SECOND, "has no function handler"),
        ("f", f"import cf from 'cloudfront';\n{HANDLER}", FIRST, "has no import"),
        ("f", f"async {HANDLER}", FIRST, "has no async functions"),
    ],
    ids=[
        "name",
        "long name",
        "no code",
        "too much code",
        "in UTF-8",
        "bytes",
        "no handler",
        "in a comment",
        "in a long comment",
        "import",
        "async",
    ],
)
def test_code_that_is_refused(name: str, code: str, runtime: str, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_code(name, code, runtime)


@pytest.mark.parametrize(
    "code",
    [
        HANDLER,
        HANDLER.ljust(10240),
        HANDLER + "é" * 5109,
        f"import cf from 'cloudfront';\nasync {HANDLER}",
        f"var a=1;{HANDLER}",
        "const handler = (event) => event.request;",
        f"var u = 'https://example.com/*';\n{HANDLER} // */",
    ],
)
def test_code_that_is_accepted(code: str) -> None:
    check_code("f", code, SECOND)


STORE = "arn:aws:cloudfront::111122223333:key-value-store/3f2b8c1e-1234-4d5e-8f90-abcdefabcdef"
UNKNOWN = "(known after apply)"


@pytest.mark.parametrize(
    ("arns", "runtime", "check_mode", "words"),
    [
        ([STORE, STORE], SECOND, False, "2 are given; CloudFront associates 1"),
        ([STORE], FIRST, False, "cannot read a key value store"),
        ([UNKNOWN], SECOND, False, "is not the ARN of a key value store"),
        (["my-site"], SECOND, True, "'my-site' is not the ARN"),
    ],
)
def test_stores_that_are_refused(arns: list[str], runtime: str, check_mode: bool, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_stores(arns, runtime, check_mode)


def test_stores_that_are_accepted() -> None:
    check_stores([STORE], SECOND, False)
    check_stores([UNKNOWN], SECOND, True)
    check_stores([], FIRST, False)
