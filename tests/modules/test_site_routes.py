"""site_routes against local AWS as the deployer: the only writer of host routes."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, ModuleFailed, Modules
from modules.stores import Store
from modules.users import deployer

WWW = "www.example.com"
HOSTS = {
    WWW: {
        "release": "2026-11-20",
        "rewrite": "html",
        "redirects": [{"from": "/blog", "to": "https://blog.example.com", "status": 302}],
    },
    "*.example.com": {"release": "2026-11-20", "previews": True},
    "acme.example.com": {"paths": {"/configurator": {"object": "cache/2025/11/26/b882c6.html"}}},
}
KEYS = {
    f"{SITE}/h/{WWW}": '{"v":2,"p":"r/2026-11-20","w":"h","r":[["/blog","https://blog.example.com",302]]}',
    f"{SITE}/h/*.example.com": '{"v":2,"p":"r/2026-11-20","g":1}',
    f"{SITE}/h/acme.example.com": '{"v":2,"x":1}',
    f"{SITE}/p/acme.example.com/configurator": '{"v":2,"o":"cache/2025/11/26/b882c6.html"}',
}


def routes(modules: Modules, hosts: dict[str, Any], **options: Any) -> dict[str, Any]:
    return modules.run("site_routes", store=SITE, site=SITE, hosts=hosts, **options)


def test_hosts_are_predicted_written_in_one_call_and_then_unchanged(modules: Modules, store: Store) -> None:
    predicted = routes(modules, HOSTS, check=True, diff=True)
    assert (predicted["changed"], predicted["mutating"], store.keys()) == (True, [], {})
    assert predicted["diff"] == {"before": "", "after": predicted["hosts"]}

    done = routes(modules, HOSTS)
    assert store.keys() == KEYS
    assert done["hosts"] == predicted["hosts"] == HOSTS
    assert done["plan"] == predicted["plan"]
    assert done["plan"][0] == f"Route {WWW}: release 2026-11-20; rewrite html; redirects (1)"
    assert (done["api_calls"]["write"], len(done["mutating"])) == (1, 1)

    again = routes(modules, HOSTS)
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
    assert again["hosts"] == HOSTS  # the result is valid input


def test_a_release_keeps_other_settings_of_the_host_and_reads_only_its_key(modules: Modules, store: Store) -> None:
    others = {f"{SITE}/p/acme.example.com/{number:03}": '{"v":2,"p":"r/a"}' for number in range(120)}
    store.put({**KEYS, **others})
    done = routes(modules, {WWW: {"release": "2026-11-27"}})
    assert done["plan"] == [f"Change {WWW}: release 2026-11-20 → 2026-11-27"]
    assert done["hosts"][WWW] == {**HOSTS[WWW], "release": "2026-11-27"}
    assert done["api_calls"] == {"read": 3, "write": 1}  # the store, its data plane's ETag, the key
    assert store.keys()[f"{SITE}/h/{WWW}"] == KEYS[f"{SITE}/h/{WWW}"].replace("11-20", "11-27")


def test_keys_of_an_older_version_of_the_collection_stay_until_changed(modules: Modules, store: Store) -> None:
    key = f"{SITE}/h/{WWW}"
    store.put({key: '{"v":1,"p":"r/a"}'})
    assert routes(modules, {WWW: {"release": "a"}})["mutating"] == []
    assert routes(modules, {WWW: {"release": "b"}})["changed"]
    assert store.keys() == {key: '{"v":1,"p":"r/b"}'}
    routes(modules, {WWW: {"maintenance": True}})
    assert store.keys() == {key: '{"v":2,"p":"r/b","m":300}'}
    routes(modules, {WWW: {"maintenance": None}})
    assert store.keys() == {key: '{"v":1,"p":"r/b"}'}


def test_only_the_sites_own_keys_are_purged(modules: Modules, store: Store) -> None:
    unmanaged = {f"{SITE}-eu/h/{WWW}": '{"v":1,"p":"r/a"}', f"{SITE}/other": "x", "flag": "on"}
    store.put({**KEYS, **unmanaged})
    assert routes(modules, {WWW: {}})["changed"] is False
    done = routes(modules, {WWW: {}}, purge=True, diff=True)
    assert done["plan"] == ["Remove *.example.com", "Remove acme.example.com, with 1 path"]
    assert done["diff"]["before"].keys() == {WWW, "*.example.com", "acme.example.com"}
    assert store.keys() == {**unmanaged, f"{SITE}/h/{WWW}": KEYS[f"{SITE}/h/{WWW}"]}
    gone = routes(modules, {WWW: None}, state="absent")
    assert (gone["plan"], gone["hosts"], store.keys()) == ([f"Remove {WWW}"], {}, unmanaged)
    assert routes(modules, {WWW: None}, state="absent")["mutating"] == []


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_an_interrupted_run_is_completed_by_the_next(modules: Modules, store: Store, calls: int) -> None:
    """120 paths need three calls, their host a fourth, and the deletions a fifth."""
    store.put({f"{SITE}/h/old.example.com": '{"v":1,"p":"r/a"}'})
    hosts = {WWW: {"paths": {f"/{number:03}": {"release": "a"} for number in range(120)}}, "old.example.com": None}
    modules.local_aws.fault(calls)
    with pytest.raises(ModuleFailed) as failure:
        routes(modules, hosts)
    assert len(failure.value.result["done"]) == calls
    modules.local_aws.fault(None)
    resumed = routes(modules, hosts)
    assert resumed["api_calls"]["write"] <= 5 - calls  # the rest may fit in fewer calls
    assert json.loads(store.keys()[f"{SITE}/h/{WWW}"]) == {"v": 2, "x": 1}
    assert len(store.keys()) == 121
    assert routes(modules, hosts)["mutating"] == []


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        ({WWW: {"rewrite": "htm"}}, f"hosts.{WWW}.rewrite: 'htm' is not valid: choose one of index, html, spa."),
        ({WWW: {"redirects": [{"from": "/a", "to": "/a/b"}]}}, "is a redirect loop"),
        ({WWW: {"paths": {"/a": {"object": "a" * 1020}}}}, "makes a value of"),
    ],
    ids=["a word", "a loop", "a value too large"],
)
def test_invalid_input_is_refused_before_the_first_write(
    modules: Modules, store: Store, hosts: dict[str, Any], sentence: str
) -> None:
    store.put(KEYS)
    with pytest.raises(ModuleFailed) as failure:
        routes(modules, {"first.example.com": {"release": "a"}, **hosts})
    assert sentence in str(failure.value)
    assert store.keys() == KEYS


def test_a_missing_store_is_an_error_and_in_check_mode_a_plan(local_aws: LocalAws) -> None:
    none = f"{SITE}-none"
    arn = f"arn:aws:cloudfront::{local_aws.account_id}:key-value-store/{none}"
    modules = deployer(local_aws, more=[allow(["cloudfront:DescribeKeyValueStore"], [arn])])
    options: dict[str, Any] = {"store": none, "site": SITE, "hosts": {WWW: {"release": "a"}}}
    with pytest.raises(ModuleFailed, match=r"There is no key value store 'shop-none': run site.yml first"):
        modules.run("site_routes", **options)
    assert modules.run("site_routes", check=True, **options)["plan"] == [f"Route {WWW}: release a"]
    # Missing keys are absent already.
    for check in (True, False):
        result = modules.run("site_routes", check=check, state="absent", **options)
        assert (result["changed"], result["plan"], result["hosts"]) == (False, [], {})


@pytest.mark.parametrize(
    ("action", "call", "hosts"),
    [
        ("cloudfront:DescribeKeyValueStore", "DescribeKeyValueStore", {WWW: {}}),
        ("cloudfront-keyvaluestore:DescribeKeyValueStore", "DescribeKeyValueStore", {WWW: {}}),
        ("cloudfront-keyvaluestore:GetKey", "GetKey", {WWW: {}}),
        ("cloudfront-keyvaluestore:ListKeys", "ListKeys", {WWW: None}),
        ("cloudfront-keyvaluestore:UpdateKeys", "UpdateKeys", {WWW: {"release": "b"}}),
    ],
)
def test_each_permission_is_needed_and_a_missing_one_is_reported(
    modules: Modules, store: Store, action: str, call: str, hosts: dict[str, Any]
) -> None:
    store.put(KEYS)
    with pytest.raises(ModuleFailed, match=f"from {call}: .*Allow the call"):
        routes(deployer(modules.local_aws, action), hosts)
