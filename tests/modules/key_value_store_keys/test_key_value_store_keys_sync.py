"""cloudfront_key_value_store_keys and its facts against local AWS: the minimum of calls, and every call is counted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.store_keys import (
    DIGEST,
    NAME,
    PREFIX,
    below,
    matches_digest,
    numbered,
    sync,
)
from modules.stores import Store


@pytest.fixture(scope="module")
def bucket(manifest: dict[str, str]) -> str:
    return manifest["manifest_bucket"]


def test_ten_thousand_keys(owner: Modules, local_aws: LocalAws, store: Store, bucket: str, manifest: Any) -> None:
    """With the digest there are ten thousand keys: two hundred batches."""
    keys = numbered(9999)

    def made(**options: Any) -> tuple[dict[str, Any], dict[str, int]]:
        before = len(local_aws.requests())
        result = sync(owner, store, keys=keys, **options)
        return result, store.calls(before)

    kept = [f"{verb} /{bucket}/_edge/keys/{store.arn.rpartition('/')[2]}/" for verb in ("GET", "PUT")]

    def and_manifest(calls: dict[str, int]) -> dict[str, int]:
        """The calls, and the manifest's name without the hash."""
        return {next((name for name in kept if call.startswith(name)), call): count for call, count in calls.items()}

    predicted, calls = made(check=True, **manifest)
    assert calls == {"describe": 1}
    first, calls = made(**manifest)
    assert and_manifest(calls) == {"describe": 1, "update": 200, kept[1]: 1}
    assert predicted["plan"] == first["plan"]
    assert "(200 calls of UpdateKeys, $0.200)" in first["plan"][0]
    assert predicted["estimated_cost_usd"] == first["estimated_cost_usd"] == 0.201
    assert predicted["counts"] == first["counts"] == {"put": 9999, "deleted": 0, "unchanged": 0}

    again, calls = made(**manifest)
    assert (again["changed"], again["counts"]["unchanged"], calls) == (False, 9999, {"describe": 1, "get": 1})
    assert again["api_calls"] == {"read": 2, "write": 0}

    keys |= numbered(10, "new")
    few, calls = made(**manifest)
    assert and_manifest(calls) == {"describe": 1, "get": 1, kept[0]: 1, "update": 1, kept[1]: 1}
    assert (few["counts"]["put"], few["estimated_cost_usd"]) == (10, 0.003)

    keys |= numbered(10, "newer")
    _, calls = made()  # without a manifest
    assert calls == {"describe": 1, "get": 1, "list": 200, "update": 1}
    assert made()[1] == {"describe": 1, "get": 1}
    keys |= numbered(10, "newest")
    _, calls = made(**manifest)  # this manifest is older than the last change
    assert and_manifest(calls) == {"describe": 1, "get": 1, kept[0]: 1, "list": 200, "update": 1, kept[1]: 1}
    assert store.keys(PREFIX) == below(keys)
    assert matches_digest(store, keys)


def test_the_first_run_for_a_store_with_other_keys_lists_it_once(
    owner: Modules, local_aws: LocalAws, store: Store
) -> None:
    theirs = {f"other/{number:03}": "x" for number in range(120)}
    store.put(theirs)
    before = len(local_aws.requests())
    sync(owner, store, keys=numbered(200))
    assert store.calls(before) == {"describe": 1, "get": 1, "list": 3, "update": 5}
    assert store.keys("other/") == theirs


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_few_keys_of_a_large_store_are_read_individually(
    owner: Modules, local_aws: LocalAws, store: Store, prefix: str
) -> None:
    store.put({f"other/{number:03}": "x" for number in range(120)})
    options: dict[str, Any] = {"keys": {"a": "1", "b": {"on": True}}, "prefix": prefix}
    before = len(local_aws.requests())
    done = sync(owner, store, **options)
    assert store.calls(before) == {"describe": 1, "get": 3 if prefix else 2, "update": 1}
    assert done["plan"] == [
        f"Put 2 keys into {store.arn.rpartition('/')[2]}: {prefix}a, {prefix}b (1 call of UpdateKeys, $0.001)"
    ]
    before = len(local_aws.requests())
    assert sync(owner, store, **options)["changed"] is False
    assert store.calls(before) == {"describe": 1, "get": 1 if prefix else 2}
    assert store.keys()[f"{prefix}b"] == '{"on":true}'


def test_a_store_given_by_name_needs_one_more_free_call(owner: Modules, local_aws: LocalAws, store: Store) -> None:
    before = len(local_aws.requests())
    done = owner.run(NAME, store=SITE, prefix=PREFIX, keys=numbered(3))
    assert store.calls(before) == {f"GET /2020-05-31/key-value-store/{SITE}": 1, "describe": 1, "update": 1}
    assert (done["api_calls"], done["estimated_cost_usd"]) == ({"read": 2, "write": 1}, 0.002)


def test_the_digest_of_existing_keys_is_written_once(owner: Modules, store: Store) -> None:
    store.put(below(numbered(3)))
    noted = sync(owner, store, keys=numbered(3))
    assert noted["plan"] == [
        f"Note in {store.arn.rpartition('/')[2]} what is there: {DIGEST} (1 call of UpdateKeys, $0.001)"
    ]
    assert noted["counts"] == {"put": 0, "deleted": 0, "unchanged": 3}
    assert sync(owner, store, keys=numbered(3))["mutating"] == []


def test_a_file_of_keys(owner: Modules, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"a": "1", "ä": {"b": 2}}, ensure_ascii=False), encoding="utf-8")
    sync(owner, store, src=str(file))
    assert store.keys(PREFIX) == below({"a": "1", "ä": '{"b":2}'})
    file.write_text('{"a": "1",\n "b": "2",\n "a": "3"}')
    with pytest.raises(ModuleFailed, match=rf"src: {file}, line 3: 'a' is there twice"):
        sync(owner, store, src=str(file))


def test_facts(owner: Modules, local_aws: LocalAws, store: Store) -> None:
    sync(owner, store, keys=numbered(60))
    store.put({"other": "x"})
    before = len(local_aws.requests())
    found = owner.run(f"{NAME}_info", store=store.arn, prefix=PREFIX)
    assert store.calls(before) == {"describe": 1, "list": 2}
    assert (found["keys"], found["item_count"], found["estimated_cost_usd"]) == (numbered(60), 62, 0.003)
    assert sync(owner, store, keys=found["keys"])["mutating"] == []
    some = owner.run(f"{NAME}_info", store=SITE, prefix=PREFIX, keys=["00001", "none"])
    assert (some["keys"], some["api_calls"]) == ({"00001": "v"}, {"read": 4, "write": 0})
    assert owner.run(f"{NAME}_info", store=store.arn)["keys"] == {**below(numbered(60)), "other": "x"}
    assert found["total_size_in_bytes"] == sum(len((key + value).encode()) for key, value in store.keys().items())
    with pytest.raises(ModuleFailed, match="There is no key value store 'none'"):
        owner.run(f"{NAME}_info", store="none")
