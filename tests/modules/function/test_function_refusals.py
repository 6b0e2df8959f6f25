"""cloudfront_function against local AWS: invalid input is refused before any call, a missing permission is named."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from modules.cloudfront_functions import Function, goes, modules_of, to
from modules.runner import ModuleFailed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "a.b"}, "must be 1 to 64 letters"),
        ({"code": "x = 1"}, "has no function handler"),
        ({"code": to("/a").ljust(10_241)}, "has 10241 bytes"),
        ({"key_value_store_arns": ["my-site"]}, "'my-site' is not the ARN"),
        ({"max_compute_utilization": 0}, "is a percentage, from 1 to 100"),
        ({"tests": [{"name": "a", "expect": {"location": "/"}}]}, "what is expected of 'a' has no location"),
    ],
)
def test_invalid_input_is_refused_before_any_call_and_in_check_mode(
    function: Function, changed: dict[str, Any], words: str
) -> None:
    before = len(function.local_aws.requests())
    with pytest.raises(ModuleFailed, match=words):
        function.run(check=True, **changed)
    assert function.local_aws.requests(before) == []


def test_a_store_that_does_not_exist_yet_is_accepted_in_check_mode_only(function: Function) -> None:
    unknown = ["(known after apply)"]
    assert function.run(check=True, key_value_store_arns=unknown)["function"]["key_value_store_arns"] == unknown
    with pytest.raises(ModuleFailed, match="is not the ARN of a key value store"):
        function.run()


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("cloudfront:TestFunction", "TestFunction"),
        ("cloudfront:PublishFunction", "PublishFunction"),
        ("cloudfront:UpdateFunction", "UpdateFunction"),
        ("cloudfront:ListTagsForResource", "ListTagsForResource"),
        ("cloudfront:TagResource", "TagResource"),
    ],
)
def test_each_permission_is_needed_and_a_missing_one_is_reported(function: Function, action: str, call: str) -> None:
    function.run()
    function.modules = modules_of(function.local_aws, action)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        function.run(code=to("/b"), tests=[goes("/b")], tags={"team": "edge"})
