"""cloudfront_function against local AWS: concurrent changes are detected, killed runs are completed."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._function.api import FunctionApi

from modules.cloudfront_functions import CREATE, NAME, PUBLISH, UPDATE, Function, goes, to
from modules.runner import ModuleFailed


def before_call(call: str, interfere: Callable[[], None]) -> Any:
    """A FunctionApi with a concurrent change right before its first such call."""
    original, pending = getattr(FunctionApi, call), [interfere]

    def interfered(self: FunctionApi, *arguments: Any, **options: Any) -> Any:
        if pending:
            pending.pop()()
        return original(self, *arguments, **options)

    return mock.patch.object(FunctionApi, call, interfered)


@pytest.mark.parametrize("call", ["update_function", "test_function", "publish_function"])
def test_a_concurrent_change_is_detected_and_reported(function: Function, warned: list[str], call: str) -> None:
    function.run()
    with before_call(call, lambda: function.write(to("/theirs"))):
        function.run(code=to("/b"), tests=[goes("/b")])
    assert function.code() == function.code("DEVELOPMENT") == to("/b")
    assert [warning.partition(" was changed")[0] for warning in warned] == [
        "development.code_sha256",
        "development.comment",
    ]
    assert function.run()["changed"] is False


def test_a_lost_answer_to_the_creation(function: Function, warned: list[str]) -> None:
    with before_call("create_function", lambda: function.write(to("/a"), "(multiregion.edge)")):
        made = function.run()
    assert (made["mutating"], function.code()) == ([CREATE, CREATE, PUBLISH], to("/a"))
    assert warned == []
    assert function.run()["changed"] is False


def test_an_unmanaged_function_that_is_created_concurrently_is_not_adopted(function: Function) -> None:
    refused = pytest.raises(ModuleFailed, match="is not this collection's")
    with before_call("create_function", lambda: function.write(to("/theirs"), "theirs")), refused:
        function.run()
    with refused:
        function.absent()
    assert function.code("DEVELOPMENT") == to("/theirs")


def test_a_concurrently_deleted_function_is_created_again(function: Function) -> None:
    function.run()

    def delete() -> None:
        etag = function.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        function.client.delete_function(Name=NAME, IfMatch=etag)

    with before_call("update_function", delete):
        function.run(code=to("/b"), tests=[goes("/b")])
    assert function.code() == to("/b")


def test_a_function_that_changes_before_its_deletion_is_deleted(function: Function) -> None:
    function.run()
    with before_call("delete_function", lambda: function.write(to("/theirs"))):
        assert function.absent()["changed"] is True
    assert function.absent()["changed"] is False


def test_a_function_in_use_is_not_deleted(function: Function) -> None:
    function.run()
    made: list[str] = []
    refused = pytest.raises(ModuleFailed, match=r"CloudFront still uses the function .* run it again")
    with before_call("delete_function", lambda: made.append(function.associate())), refused:
        function.absent()
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"is used by {made[0]}: take it out"):
            function.absent(check=check)
    function.free()
    assert function.absent()["changed"] is True


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize("there", [False, True], ids=["created", "updated"])
def test_a_killed_run_is_completed_by_the_next(function: Function, made: int, there: bool) -> None:
    if there:
        function.run(code=to("/old"), tests=[])
    function.local_aws.fault(made, of=function.modules.credentials)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        function.run(code=to("/a"), tests=[goes("/a")])
    function.local_aws.fault(None)
    rest = [UPDATE if there else CREATE, PUBLISH][made:]
    result = function.run()
    assert (result["mutating"], function.code()) == (rest, to("/a"))
    assert function.run()["changed"] is False
