"""cloudfront_key_value_store_keys against local AWS: keys of other tasks and users stay in the store."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi

from modules.runner import Modules
from modules.store_keys import DIGEST, PREFIX, below, matches_digest, numbered, sync
from modules.stores import Store


def test_keys_that_are_not_named_stay_until_purged_and_other_prefixes_always(owner: Modules, store: Store) -> None:
    theirs = {"shop/flag": "x", "shop/flagsy": "y", "other/a": "z"}
    store.put({**theirs, f"{PREFIX}old": "1", f"{PREFIX}older": "1"})
    assert sync(owner, store, keys={"new": "1"}, absent=["older"])["counts"] == {
        "put": 1,
        "deleted": 1,
        "unchanged": 0,
    }
    assert store.keys(PREFIX) == below({"old": "1", "new": "1"})
    assert sync(owner, store, keys={"new": "1"}, absent=["older"])["mutating"] == []

    predicted = sync(owner, store, keys={"new": "1"}, purge=True, check=True, diff=True)
    assert predicted["diff"] == {"before": {f"{PREFIX}old": "1"}, "after": ""}
    purged = sync(owner, store, keys={"new": "1"}, purge=True)
    assert purged["plan"] == predicted["plan"]
    assert purged["counts"] == {"put": 0, "deleted": 1, "unchanged": 1}
    assert sync(owner, store, keys={"new": "1"}, purge=True)["mutating"] == []
    assert sync(owner, store, keys={}, purge=True)["counts"]["deleted"] == 1
    assert sync(owner, store, keys={}, purge=True)["mutating"] == []
    assert store.keys() == {**theirs, DIGEST: store.keys()[DIGEST]}


def test_two_tasks_with_one_prefix_keep_each_others_keys_and_are_idempotent(owner: Modules, store: Store) -> None:
    for _round in range(2):
        results = [sync(owner, store, keys={name: "1"}) for name in "ab"]
    assert [result["mutating"] for result in results] == [[], []]
    assert store.keys(PREFIX) == below({"a": "1", "b": "1"})


def before_write(monkeypatch: pytest.MonkeyPatch, number: int, change: Callable[[], object]) -> None:
    """Make *change* once, right before that write."""
    made = KeysApi.update_keys
    writes: list[None] = []

    def changed(self: KeysApi, *arguments: Any, **options: Any) -> None:
        writes.append(None)
        if len(writes) == number:
            change()
        made(self, *arguments, **options)

    monkeypatch.setattr(KeysApi, "update_keys", changed)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_concurrent_writes_are_kept(owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    before_write(monkeypatch, number, lambda: store.put({"theirs": "1", f"{PREFIX}theirs": "2"}))
    done = sync(owner, store, keys=numbered(120))
    assert store.keys("theirs") == {"theirs": "1"}
    assert store.keys(PREFIX) == below({**numbered(120), "theirs": "2"})
    assert done["counts"] == {"put": 120, "deleted": 0, "unchanged": 0}
    assert matches_digest(store, {**numbered(120), "theirs": "2"})
    assert sync(owner, store, keys=numbered(120))["mutating"] == []


def test_a_concurrent_value_of_the_same_key_is_overwritten_with_a_warning(
    owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_write(monkeypatch, 1, lambda: store.put({f"{PREFIX}a": "theirs"}))
    done = sync(owner, store, keys={"a": "wanted"})
    assert store.keys(PREFIX) == below({"a": "wanted"})
    assert any(f"{PREFIX}a was changed to 'theirs' by another process" in str(warning) for warning in done["warnings"])
