"""cloudfront_key_value_store_keys and its facts, against local AWS: every call is counted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import digest as digests
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi

from cloud.local import LocalCloud
from modules.runner import SITE, ModuleFailed, Modules
from modules.stores import Store

NAME = "cloudfront_key_value_store_keys"
PREFIX = "shop/flags/"
DIGEST = f"_digest/{PREFIX}"
HOME = "eu-north-1"
ACTIONS = ["DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys"]


def allowed(cloud: LocalCloud, user: str, *denied: str) -> Modules:
    store = f"arn:aws:cloudfront::{cloud.account_id}:key-value-store/*"
    actions = [f"cloudfront-keyvaluestore:{action}" for action in ACTIONS] + ["cloudfront:DescribeKeyValueStore"]
    bucket = f"arn:aws:s3:::{SITE}-{cloud.account_id}-*-an"
    statements = [
        {"Effect": "Allow", "Action": [action for action in granted if action not in denied], "Resource": resource}
        for granted, resource in (
            (actions, store),
            (["s3:GetObject", "s3:PutObject"], f"{bucket}/_edge/keys/*"),
            (["s3:ListBucket"], bucket),
        )
    ]
    statements = [statement for statement in statements if statement["Action"]]
    return Modules(cloud, cloud.create_user(user, {"Version": "2012-10-17", "Statement": statements}))


@pytest.fixture(scope="module")
def owner(cloud: LocalCloud) -> Modules:
    return allowed(cloud, "keys-owner")


@pytest.fixture(scope="module")
def bucket(cloud: LocalCloud) -> str:
    name = f"{SITE}-{cloud.account_id}-{HOME}-an"
    cloud.client("s3", HOME).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    return name


@pytest.fixture
def manifest(bucket: str) -> dict[str, str]:
    return {"manifest_bucket": bucket, "manifest_region": HOME}


@pytest.fixture(scope="module")
def made(cloud: LocalCloud) -> Store:
    cloud.client("cloudfront").create_key_value_store(Name=SITE)
    return Store(cloud, SITE)


@pytest.fixture
def store(cloud: LocalCloud, made: Store) -> Iterator[Store]:
    yield made
    cloud.fault(None)
    made.clear()


def sync(owner: Modules, store: Store, /, **options: Any) -> dict[str, Any]:
    return owner.run(NAME, store=store.arn, **{"prefix": PREFIX, **options})


def numbered(count: int, value: str = "v") -> dict[str, str]:
    return {f"{number:05}": value for number in range(count)}


def below(keys: dict[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{key}": value for key, value in keys.items()}


def vouches_for(store: Store, keys: dict[str, str]) -> bool:
    """Whether the digest there says that just these are below the prefix."""
    found = digests.parse(store.keys().get(DIGEST))
    return found is not None and found.all == digests.of_all(below(keys))


def test_ten_thousand_keys(owner: Modules, cloud: LocalCloud, store: Store, bucket: str, manifest: Any) -> None:
    """With the digest they are ten thousand: two hundred batches."""
    keys = numbered(9999)

    def made(**options: Any) -> tuple[dict[str, Any], dict[str, int]]:
        before = len(cloud.requests())
        result = sync(owner, store, keys=keys, **options)
        return result, store.calls(before)

    kept = [f"{verb} /{bucket}/_edge/keys/{store.arn.rpartition('/')[2]}/" for verb in ("GET", "PUT")]

    def and_manifest(calls: dict[str, int]) -> dict[str, int]:
        """Its name without the hash."""
        return {next((name for name in kept if call.startswith(name)), call): count for call, count in calls.items()}

    foretold, calls = made(check=True, **manifest)
    assert calls == {"describe": 1}
    first, calls = made(**manifest)
    assert and_manifest(calls) == {"describe": 1, "update": 200, kept[1]: 1}
    assert foretold["plan"] == first["plan"]
    assert "(200 calls of UpdateKeys, $0.200)" in first["plan"][0]
    assert foretold["estimated_cost_usd"] == first["estimated_cost_usd"] == 0.201
    assert foretold["counts"] == first["counts"] == {"put": 9999, "deleted": 0, "unchanged": 0}

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
    _, calls = made(**manifest)  # it is of the change before the last
    assert and_manifest(calls) == {"describe": 1, "get": 1, kept[0]: 1, "list": 200, "update": 1, kept[1]: 1}
    assert store.keys(PREFIX) == below(keys)
    assert vouches_for(store, keys)


def test_the_first_sync_to_a_store_of_others_lists_it_once(owner: Modules, cloud: LocalCloud, store: Store) -> None:
    theirs = {f"other/{number:03}": "x" for number in range(120)}
    store.put(theirs)
    before = len(cloud.requests())
    sync(owner, store, keys=numbered(200))
    assert store.calls(before) == {"describe": 1, "get": 1, "list": 3, "update": 5}
    assert store.keys("other/") == theirs


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_few_keys_are_read_one_by_one_in_a_large_store(
    owner: Modules, cloud: LocalCloud, store: Store, prefix: str
) -> None:
    store.put({f"other/{number:03}": "x" for number in range(120)})
    options: dict[str, Any] = {"keys": {"a": "1", "b": {"on": True}}, "prefix": prefix}
    before = len(cloud.requests())
    done = sync(owner, store, **options)
    assert store.calls(before) == {"describe": 1, "get": 3 if prefix else 2, "update": 1}
    assert done["plan"] == [
        f"Put 2 keys into {store.arn.rpartition('/')[2]}: {prefix}a, {prefix}b (1 call of UpdateKeys, $0.001)"
    ]
    before = len(cloud.requests())
    assert sync(owner, store, **options)["changed"] is False
    assert store.calls(before) == {"describe": 1, "get": 1 if prefix else 2}
    assert store.keys()[f"{prefix}b"] == '{"on":true}'


def test_a_name_of_the_store_costs_one_more_call_that_is_free(owner: Modules, cloud: LocalCloud, store: Store) -> None:
    before = len(cloud.requests())
    done = owner.run(NAME, store=SITE, prefix=PREFIX, keys=numbered(3))
    assert store.calls(before) == {f"GET /2020-05-31/key-value-store/{SITE}": 1, "describe": 1, "update": 1}
    assert (done["api_calls"], done["estimated_cost_usd"]) == ({"read": 2, "write": 1}, 0.002)


def test_what_is_not_named_stays_until_it_is_purged_and_others_keys_always(owner: Modules, store: Store) -> None:
    theirs = {"shop/flag": "x", "shop/flagsy": "y", "other/a": "z"}
    store.put({**theirs, f"{PREFIX}old": "1", f"{PREFIX}older": "1"})
    assert sync(owner, store, keys={"new": "1"}, absent=["older"])["counts"] == {
        "put": 1,
        "deleted": 1,
        "unchanged": 0,
    }
    assert store.keys(PREFIX) == below({"old": "1", "new": "1"})
    assert sync(owner, store, keys={"new": "1"}, absent=["older"])["mutating"] == []

    foretold = sync(owner, store, keys={"new": "1"}, purge=True, check=True, diff=True)
    assert foretold["diff"] == {"before": {f"{PREFIX}old": "1"}, "after": ""}
    purged = sync(owner, store, keys={"new": "1"}, purge=True)
    assert purged["plan"] == foretold["plan"]
    assert purged["counts"] == {"put": 0, "deleted": 1, "unchanged": 1}
    assert sync(owner, store, keys={"new": "1"}, purge=True)["mutating"] == []
    assert sync(owner, store, keys={}, purge=True)["counts"]["deleted"] == 1
    assert sync(owner, store, keys={}, purge=True)["mutating"] == []
    assert store.keys() == {**theirs, DIGEST: store.keys()[DIGEST]}


def test_two_tasks_of_one_prefix_leave_each_other_alone_and_change_nothing_the_second_time(
    owner: Modules, store: Store
) -> None:
    for _round in range(2):
        results = [sync(owner, store, keys={name: "1"}) for name in "ab"]
    assert [result["mutating"] for result in results] == [[], []]
    assert store.keys(PREFIX) == below({"a": "1", "b": "1"})


def test_keys_that_are_there_already_are_noted_once(owner: Modules, store: Store) -> None:
    store.put(below(numbered(3)))
    noted = sync(owner, store, keys=numbered(3))
    assert noted["plan"] == [
        f"Note in {store.arn.rpartition('/')[2]} what is there: {DIGEST} (1 call of UpdateKeys, $0.001)"
    ]
    assert noted["counts"] == {"put": 0, "deleted": 0, "unchanged": 3}
    assert sync(owner, store, keys=numbered(3))["mutating"] == []


def test_a_write_past_the_digest_is_found_by_a_listing(owner: Modules, store: Store) -> None:
    sync(owner, store, keys=numbered(3))
    store.put({f"{PREFIX}00001": "by hand"})
    assert sync(owner, store, keys=numbered(3))["changed"] is False  # as documented
    found = sync(owner, store, keys=numbered(3), compare="listing")
    assert found["counts"] == {"put": 1, "deleted": 0, "unchanged": 2}
    assert store.keys(PREFIX) == below(numbered(3))
    store.put({f"{PREFIX}more": "by hand"})
    sync(owner, store, keys=numbered(3), compare="listing")  # nothing to put, but the digest was not true any more
    assert vouches_for(store, {**numbered(3), "more": "by hand"})
    assert sync(owner, store, keys=numbered(3), compare="listing")["mutating"] == []


@pytest.mark.parametrize("harm", ["lost", "no manifest", "of other keys", "no bucket"])
def test_a_manifest_that_is_lost_or_wrong_does_no_harm(
    owner: Modules, cloud: LocalCloud, store: Store, manifest: dict[str, str], harm: str
) -> None:
    sync(owner, store, keys=numbered(120), **manifest)
    s3, bucket = cloud.client("s3", HOME), manifest["manifest_bucket"]
    (key,) = (item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"])
    assert json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) == below(numbered(120))
    if harm == "lost":
        s3.delete_object(Bucket=bucket, Key=key)
    elif harm == "no bucket":
        manifest = {**manifest, "manifest_bucket": f"{SITE}-{cloud.account_id}-none-an"}
    else:
        wrong = b"?" if harm == "no manifest" else gzip.compress(json.dumps(below(numbered(9))).encode())
        s3.put_object(Bucket=bucket, Key=key, Body=wrong)
    before = len(cloud.requests())
    if harm == "no bucket":
        with pytest.raises(ModuleFailed, match=r"Could not keep a manifest of 121 keys.*NoSuchBucket"):
            sync(owner, store, keys={**numbered(120), "x": "1"}, **manifest)
    else:
        sync(owner, store, keys={**numbered(120), "x": "1"}, **manifest)
    calls = store.calls(before)
    assert (calls["list"], calls["update"]) == (3, 1)
    assert store.keys(PREFIX) == below({**numbered(120), "x": "1"})


@pytest.mark.parametrize("calls", range(7))
def test_a_sync_that_is_killed_at_any_write_is_finished_by_the_next_and_no_digest_lies(
    owner: Modules, cloud: LocalCloud, store: Store, manifest: dict[str, str], calls: int
) -> None:
    """140 new, 70 changed and 60 deleted are 270, and two of the digest: six calls; and the manifest."""
    sync(owner, store, keys={f"{number:03}": "old" for number in range(130)}, **manifest)
    wanted = {f"{number:03}": "new" for number in range(60, 270)}
    cloud.fault(calls, of=owner.credentials)
    with pytest.raises(ModuleFailed) as failure:
        sync(owner, store, keys=wanted, purge=True, **manifest)
    cloud.fault(None)
    assert len(failure.value.result["done"]) == calls
    if calls == 0:
        assert vouches_for(store, {f"{number:03}": "old" for number in range(130)})
    elif calls < 6:
        assert store.keys(DIGEST) == {}
    assert store.keys(PREFIX).keys() >= below({f"{number:03}": "" for number in range(60, 130)}).keys()
    resumed = sync(owner, store, keys=wanted, purge=True, **manifest)
    assert resumed["changed"] == (calls < 6)
    assert store.keys(PREFIX) == below(wanted)
    assert vouches_for(store, wanted)
    assert sync(owner, store, keys=wanted, purge=True, **manifest)["mutating"] == []


def before_write(monkeypatch: pytest.MonkeyPatch, number: int, change: Callable[[], object]) -> None:
    """*change* happens once, right before that write."""
    made = KeysApi.update_keys
    writes: list[None] = []

    def changed(self: KeysApi, *arguments: Any, **options: Any) -> None:
        writes.append(None)
        if len(writes) == number:
            change()
        made(self, *arguments, **options)

    monkeypatch.setattr(KeysApi, "update_keys", changed)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_others_write_meanwhile_is_kept(
    owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before_write(monkeypatch, number, lambda: store.put({"theirs": "1", f"{PREFIX}theirs": "2"}))
    done = sync(owner, store, keys=numbered(120))
    assert store.keys("theirs") == {"theirs": "1"}
    assert store.keys(PREFIX) == below({**numbered(120), "theirs": "2"})
    assert done["counts"] == {"put": 120, "deleted": 0, "unchanged": 0}
    assert vouches_for(store, {**numbered(120), "theirs": "2"})
    assert sync(owner, store, keys=numbered(120))["mutating"] == []


def test_another_value_of_the_same_key_is_overwritten_with_a_word(
    owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_write(monkeypatch, 1, lambda: store.put({f"{PREFIX}a": "theirs"}))
    done = sync(owner, store, keys={"a": "ours"})
    assert store.keys(PREFIX) == below({"a": "ours"})
    assert any(f"{PREFIX}a became 'theirs' by somebody else" in str(warning) for warning in done["warnings"])


def test_what_cloudfront_does_not_keep_is_found_and_no_digest_vouches_for_it(
    owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of each answer tells."""
    made = KeysApi.update_keys

    def forgetful(self: KeysApi, arn: str, puts: dict[str, str], deletes: list[str], **expected: Any) -> None:
        kept = {key: value for key, value in puts.items() if key != f"{PREFIX}00001"}
        made(self, arn, kept, deletes, **expected)

    with monkeypatch.context() as patch:
        patch.setattr(KeysApi, "update_keys", forgetful)
        with pytest.raises(ModuleFailed, match=f"not as it was written: {PREFIX}00001. Find out who else writes"):
            sync(owner, store, keys=numbered(3))
    assert store.keys(DIGEST) == {}
    assert sync(owner, store, keys=numbered(3))["counts"]["put"] == 1


def test_if_cloudfront_counts_bytes_otherwise_the_keys_are_read_back(
    owner: Modules, cloud: LocalCloud, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "chain", lambda contents, *_: [planning.Contents(4, contents.size + 1)])
    before = len(cloud.requests())
    assert sync(owner, store, keys=numbered(3))["changed"]
    assert store.calls(before) == {"describe": 1, "update": 1, "list": 1}


@pytest.mark.parametrize(
    ("there", "options", "sentence"),
    [
        (
            {f"{PREFIX}x": "1", "shop/h/www.example.com": "{}"},
            {"prefix": "shop/", "keys": {"a": "1"}, "purge": True},
            r"purge would delete shop/h/www\.example\.com, which site_routes keeps",
        ),
        ({DIGEST: "{}"}, {"prefix": "shop/", "keys": {"a": "1"}}, f"'shop/' and '{PREFIX}', which another task keeps"),
        ({"_digest/shop/": "{}"}, {"keys": {"a": "1"}}, f"'{PREFIX}' and 'shop/', which another task keeps"),
        (
            {f"o{number:04}": "v" * 1024 for number in range(5080)},
            {"keys": {f"{n:02}": "v" * 1024 for n in range(60)}},
            "would hold 52.* bytes, with what others keep there; CloudFront allows 5242880",
        ),
    ],
    ids=["routes", "a prefix within", "a prefix around", "a full store"],
)
def test_what_the_store_has_may_forbid_it_before_the_first_write(
    owner: Modules, store: Store, there: dict[str, str], options: dict[str, Any], sentence: str
) -> None:
    store.put(there)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=sentence):
            sync(owner, store, check=check, **{"compare": "listing", **options})
    assert store.keys() == there


def test_a_file_of_keys(owner: Modules, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"a": "1", "ä": {"b": 2}}, ensure_ascii=False), encoding="utf-8")
    sync(owner, store, src=str(file))
    assert store.keys(PREFIX) == below({"a": "1", "ä": '{"b":2}'})
    file.write_text('{"a": "1",\n "b": "2",\n "a": "3"}')
    with pytest.raises(ModuleFailed, match=rf"src: {file}, line 3: 'a' is there twice"):
        sync(owner, store, src=str(file))


def test_without_a_store_there_is_a_sentence_and_in_check_mode_a_plan(owner: Modules, cloud: LocalCloud) -> None:
    for name in ("none", "(known after apply)"):
        with pytest.raises(ModuleFailed, match=f"There is no key value store '{re.escape(name)}': make it first"):
            owner.run(NAME, store=name, keys={"a": "1"})
        foretold = owner.run(NAME, check=True, store=name, keys={"a": "1"}, prefix=PREFIX)
        assert (foretold["changed"], foretold["estimated_cost_usd"]) == (True, 0.001)
    for check in (True, False):
        assert owner.run(NAME, check=check, store="none", absent=["a"])["changed"] is False
    with pytest.raises(ModuleFailed, match="is not a key value store's ARN"):
        owner.run(NAME, store="arn:aws:s3:::none", keys={"a": "1"})


@pytest.mark.parametrize("call", ACTIONS)
def test_each_right_is_needed_and_its_lack_is_told(owner: Modules, cloud: LocalCloud, store: Store, call: str) -> None:
    store.put({f"other/{number}": "x" for number in range(5)})
    without = allowed(cloud, f"keys-without-{call}", f"cloudfront-keyvaluestore:{call}")
    with pytest.raises(ModuleFailed, match=f"from {call}: .*Allow the call"):
        sync(without, store, keys=numbered(3))


@pytest.mark.parametrize(("action", "call"), [("s3:GetObject", "GetObject"), ("s3:PutObject", "PutObject")])
def test_a_manifest_that_may_not_be_kept_is_told(
    owner: Modules, cloud: LocalCloud, store: Store, manifest: dict[str, str], action: str, call: str
) -> None:
    sync(owner, store, keys=numbered(3), **manifest)
    without = allowed(cloud, f"manifest-without-{call}", action)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        sync(without, store, keys=numbered(4), **manifest)


def test_a_host_that_cannot_be_reached_is_named(owner: Modules) -> None:
    nobody = {"AWS_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    arn = f"arn:aws:cloudfront::{owner.cloud.account_id}:key-value-store/0f3a9c1d"
    with pytest.raises(ModuleFailed, match=r'Could not connect to the endpoint URL: "http.*127\.0\.0\.1:1/.*firewall'):
        owner.run(NAME, store=arn, keys={"a": "1"}, environment=nobody)


def test_facts(owner: Modules, cloud: LocalCloud, store: Store) -> None:
    sync(owner, store, keys=numbered(60))
    store.put({"other": "x"})
    before = len(cloud.requests())
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
