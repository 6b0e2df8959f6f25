# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a site's origin-selection keys: one call, and its description."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi
from ansible_collections.multiregion.edge.plugins.module_utils._origin_map import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._rules import latency
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import MAX_REGIONS, REGIONS
from hypothesis import given
from hypothesis import strategies as st

from unit.operations import operations

OPERATIONS = operations(KeysApi)

EU, US, AP = "eu-north-1", "us-east-1", "ap-southeast-2"
HOMES = [EU, US, AP]
OUT = "my-site/n/out"


def planned(observed: dict[str, str], regions: list[str] | None, **options: t.Any) -> Plan:
    state = "absent" if regions is None else "present"
    given = {"site": "my-site", "regions": regions, "out_of_service": None, "prefer": {}, "state": state, **options}
    return planning.plan(OPERATIONS, observed, planning.desired(given), "arn", "my-store")


def applied(observed: dict[str, str], plan: Plan) -> dict[str, str]:
    result = dict(observed)
    for step in plan.steps:
        assert step.name == "update_keys" and step.arguments["arn"] == "arn"
        result |= step.arguments["puts"]
        result = {key: text for key, text in result.items() if key not in step.arguments["deletes"]}
    return result


def keys(regions: list[str], **options: t.Any) -> dict[str, str]:
    return applied({}, planned({}, regions, **options))


def origins(regions: list[str], cache: str, **options: t.Any) -> list[str]:
    found: list[str] = json.loads(keys(regions, **options)[f"my-site/n/{cache}"])["o"]
    return found


ALL = keys(HOMES)
WITHOUT_EU = keys(HOMES, out_of_service=[EU])


def test_each_cache_has_a_key() -> None:
    assert list(ALL) == [f"my-site/n/{cache}" for cache in sorted(latency.EDGE_CACHES)]
    assert ALL["my-site/n/eu-west-1"] == '{"v":1,"o":["bucket-eu-north-1","bucket-us-east-1"]}'


@pytest.mark.parametrize(
    ("options", "cache", "expected"),
    [
        ({}, "us-west-2", [US, AP]),
        ({"out_of_service": [US]}, "us-west-2", [AP, EU]),
        ({"out_of_service": [US, EU]}, "us-west-2", [AP]),
        ({"prefer": {"us-west-2": [AP]}}, "us-west-2", [AP, US]),
        ({"prefer": {"us-west-2": [AP]}}, "us-west-1", [US, AP]),
        ({"prefer": {"us-west-2": [AP]}, "out_of_service": [AP]}, "us-west-2", [US, EU]),
    ],
    ids=["near and next", "nearest out", "one left", "preferred", "preferred elsewhere", "preferred but out"],
)
def test_the_origins_of_a_cache(options: dict[str, t.Any], cache: str, expected: list[str]) -> None:
    assert origins(HOMES, cache, **options) == [f"bucket-{region}" for region in expected]


# the origins, regions (None: state absent) and options; the resulting origins; the beginnings of the sentences
CASES: list[tuple[str, dict[str, str], list[str] | None, dict[str, t.Any], dict[str, str], list[str]]] = [
    ("nothing to do", ALL, HOMES, {}, ALL, []),
    ("another order of the same", ALL, HOMES[::-1], {}, ALL, []),
    ("all in already", ALL, HOMES, {"out_of_service": []}, ALL, []),
    ("one out", ALL, HOMES, {"out_of_service": [EU]}, WITHOUT_EU, [f"Take {EU} out of service"]),
    ("out already", WITHOUT_EU, HOMES, {"out_of_service": [EU]}, WITHOUT_EU, []),
    ("out stays out", WITHOUT_EU, HOMES, {}, WITHOUT_EU, []),
    ("all back", WITHOUT_EU, HOMES, {"out_of_service": []}, ALL, [f"Put {EU} back into service"]),
    (
        "another one out",
        WITHOUT_EU,
        HOMES,
        {"out_of_service": [US]},
        keys(HOMES, out_of_service=[US]),
        [f"Take {US} out of service", f"Put {EU} back into service"],
    ),
    (
        "out, and a Region more",
        WITHOUT_EU,
        [*HOMES, "eu-west-1"],
        {},
        keys([*HOMES, "eu-west-1"], out_of_service=[EU]),
        [],
    ),
    (
        "out, and gone",
        WITHOUT_EU,
        [US, AP],
        {},
        keys([US, AP]),
        [f"Remove {EU} from the Regions that are out of service"],
    ),
    (
        "all keys go",
        WITHOUT_EU,
        None,
        {},
        {},
        [f"Remove {EU} from the Regions that are out", "Remove the origins of us-east-1"],
    ),
    ("gone already", {}, None, {}, {}, []),
    ("a cache that is none", {**ALL, "my-site/n/mars": "{}"}, HOMES, {}, ALL, ["Remove the origins of mars"]),
    ("an invalid key", {**ALL, "my-site/n/us-east-1": "?"}, HOMES, {}, ALL, ["Ask bucket-us-east-1, then "]),
    ("none at all", {**ALL, "my-site/n/us-east-1": '{"v":1,"o":[]}'}, HOMES, {}, ALL, ["Ask bucket-us-east-1, then "]),
    ("no Region is out of service", {**ALL, OUT: '{"v":1,"o":[]}'}, HOMES, {}, ALL, ["Delete 1 key from my-store"]),
    (
        "other spacing",
        {**ALL, "my-site/n/us-east-1": ALL["my-site/n/us-east-1"].replace(",", ", ")},
        HOMES,
        {},
        ALL,
        ["Put 1 key into my-store: my-site/n/us-east-1"],
    ),
    ("an invalid out-of-service key", {**ALL, OUT: "?"}, HOMES, {"out_of_service": []}, ALL, []),
]


@pytest.mark.parametrize(
    ("observed", "regions", "options", "expected", "sentences"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_plans(
    observed: dict[str, str],
    regions: list[str] | None,
    options: dict[str, t.Any],
    expected: dict[str, str],
    sentences: list[str],
) -> None:
    plan = planned(observed, regions, **options)
    assert len(plan.steps) == (0 if observed == expected else 1)
    assert applied(observed, plan) == expected
    assert bool(plan.sentences) == bool(plan.steps)
    for sentence in sentences:
        assert any(found.startswith(sentence) for found in plan.sentences), plan.sentences
    assert planned(expected, regions, **options).steps == ()


def test_sentences_have_the_previous_order() -> None:
    assert planned(ALL, HOMES, prefer={"us-west-2": [AP]}).sentences == [
        f"Ask bucket-{AP}, then bucket-{US} for what us-west-2 has not cached (until now bucket-{US}, then bucket-{AP})"
    ]
    first = planned({}, [EU]).sentences
    assert len(first) == 13 and first[0] == f"Ask bucket-{EU} for what ap-northeast-1 has not cached"


def test_before_and_after_are_the_contents_of_the_keys() -> None:
    plan = planned({**ALL, "my-site/n/us-east-1": "?"}, HOMES, out_of_service=[EU])
    assert plan.before["out_of_service"] == [] and plan.before["origins"]["us-east-1"] == "?"
    assert plan.after["out_of_service"] == [EU]
    assert plan.after["origins"]["us-east-1"] == [f"bucket-{US}", f"bucket-{AP}"]
    assert (planned({}, HOMES).before, planned(ALL, None).after) == (None, None)


@pytest.mark.parametrize(
    ("observed", "regions", "options", "words"),
    [
        ({}, [], {}, "regions is empty"),
        ({}, ["eu-nort-1"], {}, "Did you mean eu-north-1"),
        ({}, HOMES, {"site": "my site"}, "site: 'my site' must be letters"),
        ({}, HOMES, {"out_of_service": ["eu-west-1"]}, "out_of_service names eu-west-1, which regions does not"),
        ({}, HOMES, {"out_of_service": HOMES}, "out_of_service: no Region of regions would be left"),
        ({}, HOMES, {"prefer": {"mars": [EU]}}, "prefer: 'mars' has no regional edge cache"),
        ({}, HOMES, {"prefer": {"us-east-1": EU}}, "prefer.us-east-1: 'eu-north-1' is not a list"),
        ({}, HOMES, {"prefer": {"us-east-1": ["sa-east-1"]}}, "prefer.us-east-1 names sa-east-1, which regions does"),
        (WITHOUT_EU, [EU], {}, r"All of regions \(eu-north-1\) are out of service by my-site/n/out: name those"),
        ({OUT: "?"}, HOMES, {}, "The value of my-site/n/out is not a list of Regions .* Name those"),
        ({OUT: '{"v":2,"o":[]}'}, HOMES, {}, "The value of my-site/n/out is not a list"),
        ({OUT: '{"v":1,"o":[7]}'}, HOMES, {}, "The value of my-site/n/out is not a list"),
    ],
)
def test_refused(observed: dict[str, str], regions: list[str], options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planned(observed, regions, **options)


SOME = st.lists(st.sampled_from(REGIONS), min_size=2, max_size=MAX_REGIONS, unique=True)


@given(SOME, SOME, st.data())
def test_any_state_is_one_call_from_any_other_and_regions_out_of_service_are_not_used(
    was: list[str], regions: list[str], data: t.Any
) -> None:
    observed = keys(was, out_of_service=data.draw(st.lists(st.sampled_from(was), max_size=len(was) - 1, unique=True)))
    out = data.draw(st.lists(st.sampled_from(regions), max_size=len(regions) - 1, unique=True))
    plan = planned(observed, regions, out_of_service=out)
    assert len(plan.steps) <= 1
    after = applied(observed, plan)
    assert after == keys(regions, out_of_service=out)
    assert planned(after, regions).steps == ()
    in_service = {f"bucket-{region}" for region in set(regions) - set(out)}
    for asked in plan.after["origins"].values():
        assert set(asked) <= in_service and len(asked) == min(2, len(in_service))
    assert all(len(text.encode()) <= 1024 for text in after.values())
