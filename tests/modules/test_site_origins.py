"""site_origins against local AWS as the deployer: the nearest buckets, changed by one call."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, ModuleFailed, Modules
from modules.stores import Store
from modules.users import deployer

EU, US, AP = REGIONS = ["eu-north-1", "us-east-1", "ap-southeast-2"]
OUT = f"{SITE}/n/out"
EUROPE, AMERICA = f"{SITE}/n/eu-central-1", f"{SITE}/n/us-west-2"
CACHES = 13
# Keys of other sites in the same store, and other keys of this site.
UNMANAGED = {
    f"{SITE}-eu/n/us-east-1": '{"v":1,"o":["bucket-a"]}',
    f"{SITE}/h/www.example.com": '{"v":1,"p":"r/a"}',
    f"{SITE}/p/www.example.com/a": '{"v":2,"o":"a.html"}',
    f"{SITE}/next": "1",
}


@pytest.fixture
def store(store: Store) -> Store:
    """A store that is shared with other sites."""
    store.put(UNMANAGED)
    return store


def asked(store: Store, key: str) -> list[str]:
    found: list[str] = json.loads(store.keys()[key])["o"]
    return found


def own_keys(store: Store) -> dict[str, str]:
    return store.keys(f"{SITE}/n/")


def origins(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.run("site_origins", **{"store": SITE, "site": SITE, "regions": REGIONS, **options})


def before_writing(act: Callable[[], object]) -> Any:
    """Run *act* once, between the module's reads and its first write."""
    write, todo = KeysApi.update_keys, [act]

    def update_keys(self: KeysApi, *args: Any, **kwargs: Any) -> None:
        if todo:
            todo.pop()()
        write(self, *args, **kwargs)

    return mock.patch.object(KeysApi, "update_keys", update_keys)


def test_all_origins_are_predicted_written_in_one_call_and_then_unchanged(modules: Modules, store: Store) -> None:
    predicted = origins(modules, check=True, diff=True)
    assert (predicted["changed"], predicted["mutating"], store.keys()) == (True, [], UNMANAGED)
    assert predicted["diff"]["before"] == ""

    done = origins(modules)
    assert len(store.keys()) == len(UNMANAGED) + CACHES
    assert store.keys()[EUROPE] == '{"v":1,"o":["bucket-eu-north-1","bucket-us-east-1"]}'
    assert done["origins"] == predicted["origins"] == predicted["diff"]["after"]["origins"]
    assert done["origins"]["us-west-2"] == [f"bucket-{US}", f"bucket-{AP}"]
    assert (done["out_of_service"], done["plan"]) == ([], predicted["plan"])
    # The store; its ETag and a page of keys; and both again for verification.
    assert done["api_calls"] == {"read": 5, "write": 1}

    again = origins(modules, regions=REGIONS[::-1])
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
    assert again["origins"] == done["origins"]
    assert again["api_calls"] == {"read": 3, "write": 0}


def test_a_region_is_taken_out_stays_out_and_is_restored(modules: Modules, store: Store) -> None:
    origins(modules)
    predicted = origins(modules, check=True, out_of_service=[EU])
    out = origins(modules, out_of_service=[EU])
    assert out["plan"] == predicted["plan"]
    assert out["plan"][0] == f"Take {EU} out of service"
    assert (out["out_of_service"], out["api_calls"]["write"], len(out["mutating"])) == ([EU], 1, 1)
    assert store.keys()[OUT] == '{"v":1,"o":["eu-north-1"]}'
    assert asked(store, EUROPE) == [f"bucket-{US}", f"bucket-{AP}"]

    # A deployment does not change it, even with an additional Region.
    assert origins(modules)["mutating"] == []
    grown = origins(modules, regions=[*REGIONS, "eu-west-1"])
    assert (grown["out_of_service"], asked(store, EUROPE)) == ([EU], ["bucket-eu-west-1", f"bucket-{US}"])

    # The state of a removed Region is not kept.
    shrunk = origins(modules, regions=[US, AP])
    assert shrunk["plan"][0] == f"Remove {EU} from the Regions that are out of service"
    assert OUT not in own_keys(store)

    origins(modules, out_of_service=[US, AP])
    assert asked(store, AMERICA) == [f"bucket-{EU}"]
    back = origins(modules, out_of_service=[])
    assert back["plan"][:2] == [f"Put {AP} back into service", f"Put {US} back into service"]
    assert OUT not in own_keys(store) and asked(store, EUROPE) == [f"bucket-{EU}", f"bucket-{US}"]


def test_a_custom_order(modules: Modules, store: Store) -> None:
    origins(modules)
    done = origins(modules, prefer={"us-west-2": [AP]})
    assert done["plan"] == [
        f"Ask bucket-{AP}, then bucket-{US} for what us-west-2 has not cached (until now bucket-{US}, then bucket-{AP})"
    ]
    assert origins(modules, prefer={"us-west-2": [AP]})["mutating"] == []


def test_only_the_sites_own_keys_are_removed(modules: Modules, store: Store) -> None:
    origins(modules, out_of_service=[EU])
    store.put({f"{SITE}/n/mars": "?"})
    assert origins(modules)["plan"] == ["Remove the origins of mars"]
    options: dict[str, Any] = {"state": "absent", "regions": None}
    predicted = origins(modules, check=True, **options)
    gone = origins(modules, **options)
    assert gone["plan"] == predicted["plan"] and len(gone["mutating"]) == 1
    assert (gone["origins"], gone["out_of_service"], store.keys()) == ({}, [], UNMANAGED)
    assert origins(modules, **options)["mutating"] == []


def test_routes_and_origins_never_touch_each_others_keys(modules: Modules, store: Store) -> None:
    origins(modules, out_of_service=[EU])
    there = own_keys(store)
    options: dict[str, Any] = {"store": SITE, "site": SITE, "hosts": {"new.example.com": {"release": "b"}}}
    purged = modules.run("site_routes", purge=True, **options)
    assert purged["plan"] == ["Remove www.example.com, with 1 path", "Route new.example.com: release b"]
    assert own_keys(store) == there
    assert origins(modules)["mutating"] == []


def test_a_large_store_is_not_listed(modules: Modules, store: Store) -> None:
    store.put({f"{SITE}/p/www.example.com/{number:03}": '{"v":2,"p":"r/a"}' for number in range(700)})
    assert origins(modules, out_of_service=[EU])["changed"]
    again = origins(modules)
    assert (again["mutating"], again["out_of_service"]) == ([], [EU])
    assert again["api_calls"]["read"] == 2 + CACHES + 1
    assert origins(modules, state="absent")["changed"]
    assert own_keys(store) == {}


def test_concurrent_writes_are_kept(modules: Modules, store: Store) -> None:
    """A release is published while a Region is taken out of service."""
    origins(modules)
    theirs = {f"{SITE}/h/www.example.com": '{"v":1,"p":"r/b"}'}
    with before_writing(lambda: store.put(theirs)):
        done = origins(modules, out_of_service=[EU])
    assert done["out_of_service"] == [EU] and not done.get("warnings")
    assert store.keys()[OUT] == '{"v":1,"o":["eu-north-1"]}'
    assert {**UNMANAGED, **theirs}.items() <= store.keys().items()


def test_a_concurrent_failover_is_not_undone_by_a_deployment(modules: Modules, store: Store) -> None:
    origins(modules)
    with before_writing(lambda: origins(modules, out_of_service=[US])):
        done = origins(modules, regions=[*REGIONS, "eu-west-1"])
    assert done["out_of_service"] == [US]
    assert asked(store, AMERICA) == ["bucket-eu-west-1", f"bucket-{AP}"]


def test_a_concurrent_failover_of_another_region_is_overwritten_with_a_warning(modules: Modules, store: Store) -> None:
    origins(modules)
    with before_writing(lambda: origins(modules, out_of_service=[US])):
        done = origins(modules, out_of_service=[EU])
    assert store.keys()[OUT] == '{"v":1,"o":["eu-north-1"]}'
    assert (
        "out_of_service was changed to ['us-east-1'] by another process during this run; it is set to ['eu-north-1']."
        in str(done["warnings"])
    )


@pytest.mark.parametrize("calls", [0, 1])
def test_an_interrupted_run_is_completed_by_the_next(modules: Modules, store: Store, calls: int) -> None:
    """Before the write nothing has changed, after it everything has."""
    origins(modules)
    there = store.keys()
    modules.local_aws.fault(calls, of=modules.credentials)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        origins(modules, out_of_service=[EU])
    modules.local_aws.fault(None)
    assert (store.keys() == there) is (calls == 0)
    assert len(origins(modules, out_of_service=[EU])["mutating"]) == 1 - calls
    assert origins(modules)["out_of_service"] == [EU]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"regions": []}, "regions is empty: name at least one AWS Region"),
        ({"regions": ["eu-nort-1"]}, "Did you mean eu-north-1"),
        ({"out_of_service": REGIONS}, "out_of_service: no Region of regions would be left: leave at least one of"),
        ({"out_of_service": ["sa-east-1"]}, "out_of_service names sa-east-1, which regions does not"),
        ({"prefer": {"eu-north-1": [EU]}}, "prefer: 'eu-north-1' has no regional edge cache"),
        ({"regions": [EU]}, f"All of regions ({EU}) are out of service by {OUT}"),
    ],
)
def test_invalid_input_is_refused_before_the_first_write(
    modules: Modules, store: Store, options: dict[str, Any], sentence: str
) -> None:
    origins(modules, out_of_service=[EU])
    there = store.keys()
    with pytest.raises(ModuleFailed) as failure:
        origins(modules, **options)
    assert sentence in str(failure.value)
    assert store.keys() == there


def test_a_missing_store_is_an_error_and_in_check_mode_a_plan(local_aws: LocalAws) -> None:
    none = f"{SITE}-none"
    modules = deployer(
        local_aws,
        more=[
            allow(
                ["cloudfront:DescribeKeyValueStore"],
                [f"arn:aws:cloudfront::{local_aws.account_id}:key-value-store/{none}"],
            )
        ],
    )
    with pytest.raises(ModuleFailed, match=f"There is no key value store '{none}': run site.yml first"):
        origins(modules, store=none)
    assert len(origins(modules, store=none, check=True)["plan"]) == CACHES
    for check in (True, False):
        result = origins(modules, store=none, check=check, state="absent")
        assert (result["changed"], result["plan"], result["origins"]) == (False, [], {})


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("cloudfront:DescribeKeyValueStore", "DescribeKeyValueStore"),
        ("cloudfront-keyvaluestore:DescribeKeyValueStore", "DescribeKeyValueStore"),
        ("cloudfront-keyvaluestore:ListKeys", "ListKeys"),
        ("cloudfront-keyvaluestore:UpdateKeys", "UpdateKeys"),
    ],
)
def test_each_permission_is_needed_and_a_missing_one_is_reported(
    modules: Modules, store: Store, action: str, call: str
) -> None:
    with pytest.raises(ModuleFailed, match=f"from {call}: .*Allow the call"):
        origins(deployer(modules.local_aws, action))
