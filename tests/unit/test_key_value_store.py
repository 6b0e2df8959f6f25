# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a key value store."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import store_plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import StoreApi
from ansible_collections.multiregion.edge.plugins.module_utils._rules.cloudfront import check_cloudfront_name
from ansible_collections.multiregion.edge.plugins.module_utils._rules.ownership import OWNER_TAG

from unit.operations import operations

OPERATIONS = operations(StoreApi)

ARN = "arn:aws:cloudfront::111122223333:key-value-store/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
STORE = {"name": "pointers", "arn": ARN, "id": "0f3a9c1d", "status": "READY", "comment": "new (multiregion.edge)"}


def test_a_missing_store_is_created() -> None:
    result = planning.plan_store(OPERATIONS, None, "pointers", "new (multiregion.edge)")
    assert [(step.name, step.arguments) for step in result.steps] == [
        ("create_store", {"name": "pointers", "comment": "new (multiregion.edge)", "tags": {}})
    ]
    assert (result.after["arn"], result.after["status"]) == (KNOWN_AFTER_APPLY, "PROVISIONING")


@pytest.mark.parametrize("status", ["READY", "PROVISIONING"])
def test_an_equal_store_is_not_changed(status: str) -> None:
    assert (
        planning.plan_store(OPERATIONS, {**STORE, "status": status}, "pointers", "new (multiregion.edge)").steps == ()
    )


def test_only_the_comment_can_change() -> None:
    result = planning.plan_store(OPERATIONS, STORE, "pointers", "other (multiregion.edge)")
    assert [(step.name, step.arguments) for step in result.steps] == [
        ("update_store", {"name": "pointers", "comment": "other (multiregion.edge)"})
    ]
    assert result.after == {**STORE, "comment": "other (multiregion.edge)"}


def test_an_unmanaged_store_is_refused() -> None:
    with pytest.raises(EdgeError, match="The key value store pointers exists already and is not this collection's"):
        planning.plan_store(OPERATIONS, {**STORE, "comment": "flags"}, "pointers", "new (multiregion.edge)")


@pytest.mark.parametrize("name", ["", "a" * 65, "a.b", "ä", "a b"])
def test_names_of_stores_that_are_refused(name: str) -> None:
    with pytest.raises(EdgeError, match="1 to 64"):
        check_cloudfront_name(name)


def test_from_api_accepts_a_store_without_a_comment() -> None:
    live = {"Name": "pointers", "ARN": ARN, "Id": "0f3a9c1d", "Status": "READY"}
    assert planning.from_api(live) == {**STORE, "comment": ""}
    assert planning.from_api(None) is None


@pytest.mark.parametrize(
    ("live", "asked", "tags", "after"),
    [
        (None, None, None, None),
        ({"a": "1"}, {}, None, {"a": "1"}),
        ({"a": "1"}, {"a": "1"}, None, {"a": "1"}),
        ({"a": "1", "theirs": "x"}, {"a": "2", "b": "3"}, {"a": "2", "b": "3"}, {"a": "2", "b": "3", "theirs": "x"}),
        ({}, {OWNER_TAG: "mine"}, {OWNER_TAG: "mine"}, {OWNER_TAG: "mine"}),
        ({OWNER_TAG: "first"}, {OWNER_TAG: "second", "a": "1"}, {"a": "1"}, {OWNER_TAG: "first", "a": "1"}),
    ],
    ids=[
        "not asked for",
        "none asked for",
        "there",
        "missing ones are put, others stay",
        "the collection's tag",
        "a shared store keeps the site that created it",
    ],
)
def test_tags(
    live: dict[str, str] | None, asked: dict[str, str] | None, tags: dict[str, str] | None, after: dict[str, str] | None
) -> None:
    observed = STORE if live is None else {**STORE, "tags": live}
    result = planning.plan_store(OPERATIONS, observed, "pointers", "new (multiregion.edge)", asked)
    calls = [("put_tags", {"arn": ARN, "tags": tags})] if tags else []
    assert [(step.name, step.arguments) for step in result.steps] == calls
    assert result.after.get("tags") == after


def test_a_store_is_deleted_once_and_an_unmanaged_one_never() -> None:
    assert planning.plan_removal(OPERATIONS, None, "pointers").steps == ()
    (step,) = planning.plan_removal(OPERATIONS, STORE, "pointers").steps
    assert (step.name, step.arguments) == ("delete_store", {"name": "pointers", "arn": ARN})
    with pytest.raises(EdgeError, match="is not this collection's"):
        planning.plan_removal(OPERATIONS, {**STORE, "comment": "flags"}, "pointers")
