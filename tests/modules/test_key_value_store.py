"""cloudfront_key_value_store and its facts, against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import StoreApi

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, ModuleFailed, Modules
from modules.users import deployer, user

NAME = "cloudfront_key_value_store"
ACTIONS = [
    "cloudfront:CreateKeyValueStore",
    "cloudfront:DescribeKeyValueStore",
    "cloudfront:UpdateKeyValueStore",
    "cloudfront:DeleteKeyValueStore",
    "cloudfront:ListTagsForResource",
    "cloudfront:TagResource",
]


def modules_of(local_aws: LocalAws, *denied: str) -> Modules:
    """Run by a user with the permissions that the module needs, except *denied*."""
    store = f"arn:aws:cloudfront::{local_aws.account_id}:key-value-store/*"
    create = "cloudfront:CreateKeyValueStore"
    everywhere = [create, "cloudfront:ListFunctions", "cloudfront:ListKeyValueStores"]
    return user(
        local_aws, [allow([each for each in ACTIONS if each != create], [store]), allow(everywhere, ["*"])], *denied
    )


@pytest.fixture(scope="module")
def owner(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


@pytest.fixture(autouse=True)
def gone(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.fault(None)
    cloudfront = local_aws.client("cloudfront")
    for function in cloudfront.list_functions()["FunctionList"].get("Items", []):
        described = cloudfront.describe_function(Name=function["Name"])
        cloudfront.delete_function(Name=function["Name"], IfMatch=described["ETag"])
    for store in cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", []):
        etag = cloudfront.describe_key_value_store(Name=store["Name"])["ETag"]
        cloudfront.delete_key_value_store(Name=store["Name"], IfMatch=etag)


def test_a_store_is_predicted_created_unchanged_changed_and_deleted(owner: Modules) -> None:
    options: dict[str, Any] = {"name": SITE, "comment": "Redirects", "tags": {"team": "web", "cost": 7}}
    predicted = owner.run(NAME, check=True, diff=True, **options)
    assert (predicted["changed"], predicted["mutating"]) == (True, [])
    assert predicted["key_value_store"]["arn"] == "(known after apply)"

    made = owner.run(NAME, **options)
    assert made["plan"] == predicted["plan"] == [f"Create the key value store {SITE}"]
    store = made["key_value_store"]
    assert (store["status"], store["comment"]) == ("READY", "Redirects (multiregion.edge)")
    assert store["tags"] == {"team": "web", "cost": "7"}
    again = owner.run(NAME, **options)
    assert (again["changed"], again["mutating"], again["key_value_store"]) == (False, [], store)

    changed = owner.run(NAME, **{**options, "comment": "Flags", "tags": {"team": "shop"}})
    assert changed["plan"] == [f"Set the comment of the key value store {SITE}", f"Tag the key value store {SITE}"]
    assert changed["key_value_store"]["tags"] == {"team": "shop", "cost": "7"}
    assert owner.run(NAME, name=SITE, comment="Flags")["mutating"] == []

    predicted = owner.run(NAME, check=True, name=SITE, state="absent")
    assert (predicted["changed"], predicted["mutating"]) == (True, [])
    deleted = owner.run(NAME, name=SITE, state="absent")
    assert (deleted["plan"], deleted["key_value_store"]) == ([f"Delete the key value store {SITE}"], None)
    again = owner.run(NAME, name=SITE, state="absent")
    assert (again["changed"], again["mutating"]) == (False, [])


def test_an_interrupted_run_is_completed_by_the_next(owner: Modules, local_aws: LocalAws) -> None:
    options: dict[str, Any] = {"name": SITE, "comment": "new", "tags": {"team": "web"}}
    owner.run(NAME, name=SITE, comment="old")
    for calls in (0, 1):
        local_aws.fault(calls, of=owner.credentials)
        with pytest.raises(ModuleFailed) as failure:
            owner.run(NAME, **options)
        assert len(failure.value.result["done"]) == calls
        local_aws.fault(None)
    assert owner.run(NAME, **options)["plan"] == [f"Tag the key value store {SITE}"]
    assert owner.run(NAME, **options)["mutating"] == []


def test_a_concurrent_change_is_detected_and_reported(
    owner: Modules, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.run(NAME, name=SITE, comment="old")
    between(monkeypatch, "update_store", lambda: update(local_aws, "theirs (multiregion.edge)"))
    done = owner.run(NAME, name=SITE, comment="wanted")
    assert done["key_value_store"]["comment"] == "wanted (multiregion.edge)"
    assert done["plan"] == [f"Set the comment of the key value store {SITE}"]
    assert any("theirs (multiregion.edge)' by another process" in str(warning) for warning in done["warnings"])


def test_an_unmanaged_store_that_is_created_concurrently_is_not_adopted(
    owner: Modules, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudfront = local_aws.client("cloudfront")
    between(monkeypatch, "create_store", lambda: cloudfront.create_key_value_store(Name=SITE, Comment="flags"))
    with pytest.raises(ModuleFailed, match="is not this collection's"):
        owner.run(NAME, name=SITE)


def test_a_store_whose_creation_got_no_answer_is_managed(
    owner: Modules, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudfront = local_aws.client("cloudfront")
    asked = {"Name": SITE, "Comment": "Flags (multiregion.edge)"}
    between(monkeypatch, "create_store", lambda: cloudfront.create_key_value_store(**asked))
    assert owner.run(NAME, name=SITE, comment="Flags")["changed"]


def test_a_comment_that_is_too_long_is_refused_before_any_call(owner: Modules, local_aws: LocalAws) -> None:
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match="comment: has 129 characters with this collection's mark"):
        owner.run(NAME, name=SITE, comment="x" * 110)
    assert local_aws.requests(before) == []


def test_a_concurrently_changed_store_is_read_again_before_its_deletion(
    owner: Modules, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.run(NAME, name=SITE)
    between(monkeypatch, "delete_store", lambda: update(local_aws, "now another user's"))
    with pytest.raises(ModuleFailed, match="is not this collection's"):
        owner.run(NAME, name=SITE, state="absent")


def between(monkeypatch: pytest.MonkeyPatch, call: str, change: Callable[[], None]) -> None:
    """Make *change* once, right before the first *call*."""
    made = getattr(StoreApi, call)
    todo = [change]

    def changed(self: StoreApi, **arguments: Any) -> None:
        if todo:
            todo.pop()()
        made(self, **arguments)

    monkeypatch.setattr(StoreApi, call, changed)


def update(local_aws: LocalAws, comment: str) -> None:
    cloudfront = local_aws.client("cloudfront")
    etag = cloudfront.describe_key_value_store(Name=SITE)["ETag"]
    cloudfront.update_key_value_store(Name=SITE, Comment=comment, IfMatch=etag)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_unmanaged_store_is_not_changed(owner: Modules, local_aws: LocalAws, state: str) -> None:
    local_aws.client("cloudfront").create_key_value_store(Name=SITE, Comment="flags")
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match="is not this collection's"):
        owner.run(NAME, name=SITE, state=state)
    assert not [entry for entry in local_aws.requests(before) if entry["mutating"]]


@pytest.mark.parametrize(
    ("denied", "named"), [((), "the function viewer"), (("cloudfront:ListFunctions",), "a function")]
)
def test_a_store_in_use_is_kept_and_its_function_is_named(
    owner: Modules, local_aws: LocalAws, denied: tuple[str, ...], named: str
) -> None:
    arn = owner.run(NAME, name=SITE)["key_value_store"]["arn"]
    config = {
        "Comment": "",
        "Runtime": "cloudfront-js-2.0",
        "KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": arn}]},
    }
    code = b"function handler(event) { return event.request; }"
    local_aws.client("cloudfront").create_function(Name="viewer", FunctionConfig=config, FunctionCode=code)
    deleter = modules_of(local_aws, *denied)
    with pytest.raises(ModuleFailed, match=f"{SITE} is still associated with {named}: delete that first, or associate"):
        deleter.run(NAME, name=SITE, state="absent")


@pytest.mark.parametrize("action", ACTIONS)
def test_each_permission_is_needed_and_a_missing_one_is_reported(
    owner: Modules, local_aws: LocalAws, action: str
) -> None:
    creates = action in ("cloudfront:CreateKeyValueStore", "cloudfront:DescribeKeyValueStore")
    if not creates:
        owner.run(NAME, name=SITE)
    options: dict[str, Any] = {"comment": "new", "tags": {"a": "b"}}
    if action == "cloudfront:DeleteKeyValueStore":
        options = {"state": "absent"}
    without = modules_of(local_aws, action)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {action.partition(':')[2]}: .*Allow the call"):
        without.run(NAME, name=SITE, **options)


def test_facts(owner: Modules, local_aws: LocalAws) -> None:
    made = owner.run(NAME, name=SITE, comment="Pointers")["key_value_store"]
    local_aws.client("cloudfront").create_key_value_store(Name="a-flags", Comment="by hand")
    found = owner.run(f"{NAME}_info")
    managed = {store["name"]: store["managed"] for store in found["key_value_stores"]}
    assert managed == {"a-flags": False, SITE: True}
    assert owner.run(f"{NAME}_info", name=SITE)["key_value_stores"] == [{**made, "managed": True}]
    assert owner.run(f"{NAME}_info", name="none")["key_value_stores"] == []
    with pytest.raises(ModuleFailed, match="1 to 64"):
        owner.run(f"{NAME}_info", name="a.b")
    reader = deployer(local_aws)
    assert reader.run(f"{NAME}_info", name=SITE)["changed"] is False
