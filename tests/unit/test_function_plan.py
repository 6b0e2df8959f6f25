# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a CloudFront Function: DEVELOPMENT as asked for, then LIVE."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._function.plan import Observed, check, plan

DESIRED = {
    "comment": "router (multiregion.edge)",
    "runtime": "cloudfront-js-2.0",
    "key_value_store_arns": ["arn:store"],
    "code": "new",
}
OLD = {**DESIRED, "code": "old"}


def live(stage: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    return stage and {**stage, "arn": "arn:function"}


@pytest.mark.parametrize(
    ("development", "published", "calls"),
    [
        (None, None, ["create_function", "publish_function"]),
        (DESIRED, None, ["publish_function"]),
        (OLD, OLD, ["update_function", "publish_function"]),
        (DESIRED, OLD, ["publish_function"]),
        (DESIRED, DESIRED, []),
        (OLD, DESIRED, ["update_function"]),
        (
            {**DESIRED, "comment": "x (multiregion.edge)"},
            {**DESIRED, "comment": "x (multiregion.edge)"},
            ["update_function", "publish_function"],
        ),
        ({**DESIRED, "runtime": "cloudfront-js-1.0"}, DESIRED, ["update_function"]),
        ({**DESIRED, "key_value_store_arns": []}, OLD, ["update_function", "publish_function"]),
    ],
    ids=[
        "nothing there",
        "killed after the creation",
        "another code",
        "killed between update and publish",
        "as asked for",
        "somebody tries something in DEVELOPMENT",
        "comment",
        "runtime",
        "store lost",
    ],
)
def test_steps(development: t.Any, published: t.Any, calls: list[str]) -> None:
    result = plan(Observed(live(development), live(published)), "router", DESIRED)
    assert [step.call for step in result.steps] == calls
    assert all(step.lane is None for step in result.steps)
    for step in result.steps:
        expected = {"name": "router"} if step.call == "publish_function" else {"name": "router", **DESIRED}
        assert step.arguments == expected


def test_the_diff_is_of_what_viewers_get() -> None:
    result = plan(Observed(live(DESIRED), live(OLD)), "router", DESIRED)
    assert (result.before, result.after) == (OLD, DESIRED)
    assert plan(Observed(None, None), "router", DESIRED).before is None


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("a.b", "x", "name: 'a.b' must be 1 to 64"),
        ("a" * 65, "x", "1 to 64"),
        ("f", "", "has 0 bytes; CloudFront takes 1 to 10240"),
        ("f", "x" * 10241, "has 10241 bytes"),
        ("f", "é" * 5121, "has 10242 bytes"),
    ],
    ids=["name", "long name", "no code", "too much code", "in UTF-8"],
)
def test_refusals(name: str, code: str, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check(name, code)


@pytest.mark.parametrize("code", ["x", "x" * 10240, "é" * 5120])
def test_code_that_is_taken(code: str) -> None:
    check("f", code)


def test_a_function_without_our_mark_is_somebody_elses() -> None:
    theirs = live({**DESIRED, "comment": "redirects for billing"})
    with pytest.raises(EdgeError, match="The CloudFront Function router exists already and is not this collection's"):
        plan(Observed(theirs, theirs), "router", DESIRED)
