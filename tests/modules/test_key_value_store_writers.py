"""Two processes that write one key value store at the same time: no write of either is lost."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import digest as digests

from localaws.local_aws import LocalAws
from modules.process import ModuleProcess, at_once
from modules.runner import SITE, Modules
from modules.stores import Store

KEYS = "cloudfront_key_value_store_keys"


@pytest.fixture(scope="module")
def made(local_aws: LocalAws, modules: Modules) -> Store:
    modules.run("cloudfront_key_value_store", name=SITE, tags={"multiregion-edge": SITE})
    return Store(local_aws, SITE)


@pytest.fixture
def store(made: Store) -> Iterator[Store]:
    yield made
    made.clear()


def numbered(name: str, count: int) -> dict[str, str]:
    return {f"{name}{number:05}": name for number in range(count)}


@pytest.mark.parametrize("prefixes", [("one/", "two/"), ("same/", "same/")], ids=["two prefixes", "one prefix"])
@pytest.mark.parametrize("count", [40, 1500], ids=["one batch each", "30 batches each"])
def test_the_store_has_the_keys_of_both(modules: Modules, store: Store, prefixes: tuple[str, str], count: int) -> None:
    tasks: list[dict[str, Any]] = [
        {"store": store.arn, "prefix": prefix, "keys": numbered(name, count)}
        for prefix, name in zip(prefixes, "ab", strict=True)
    ]
    results = at_once(*(ModuleProcess(modules, KEYS, **task) for task in tasks))
    assert [result["counts"] for result in results] == [{"put": count, "deleted": 0, "unchanged": 0}] * 2
    union = {f"{task['prefix']}{key}": value for task in tasks for key, value in task["keys"].items()}
    assert {key: value for key, value in store.keys().items() if not key.startswith("_digest/")} == union
    for task in tasks:
        assert modules.run(KEYS, **task)["mutating"] == []
        assert modules.run(KEYS, **task, compare="listing")["mutating"] == []


def test_a_killed_process_leaves_no_wrong_digest(local_aws: LocalAws, modules: Modules, store: Store) -> None:
    task: dict[str, Any] = {"store": store.arn, "prefix": "p/", "keys": numbered("a", 5000), "purge": True}
    modules.run(KEYS, **{**task, "keys": {"old": "1"}})
    before = len(local_aws.requests())
    process = ModuleProcess(modules, KEYS, **task)
    process.go()
    while process.running and store.calls(before).get("update", 0) < 5:
        time.sleep(0.01)
    process.kill()
    there = store.keys()
    digest = digests.parse(there.pop("_digest/p/", None))
    assert digest is None or digest.all == digests.of_all(there)
    modules.run(KEYS, **task)
    assert store.keys("p/") == {f"p/{key}": value for key, value in task["keys"].items()}
    assert modules.run(KEYS, **task)["mutating"] == []


def test_two_concurrent_publications_succeed(modules: Modules, store: Store) -> None:
    hosts = [f"{number}.example.com" for number in range(4)]
    publishers = [
        ModuleProcess(modules, "site_routes", store=SITE, site=SITE, hosts={host: {"release": "a"}}) for host in hosts
    ]
    for result in at_once(*publishers):
        assert result["changed"]
    assert store.keys() == {f"{SITE}/h/{host}": '{"v":1,"p":"r/a"}' for host in hosts}


def test_concurrent_publications_of_one_host_keep_each_others_keys(modules: Modules, store: Store) -> None:
    changes: list[dict[str, Any]] = [{"release": "a"}, {"rewrite": "html"}, {"previews": True}]
    at_once(
        *(
            ModuleProcess(modules, "site_routes", store=SITE, site=SITE, hosts={"www.example.com": change})
            for change in changes
        )
    )
    assert store.keys() == {f"{SITE}/h/www.example.com": '{"v":2,"p":"r/a","w":"h","g":1}'}
