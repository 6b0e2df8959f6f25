# SPDX-License-Identifier: GPL-3.0-or-later

"""The Regions nearest to each regional edge cache, and the filter that returns them."""

from __future__ import annotations

import itertools
import json
import statistics
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.filter.nearest_regions import FilterModule
from ansible_collections.multiregion.edge.plugins.module_utils._origin_map.plan import Desired, wanted
from ansible_collections.multiregion.edge.plugins.module_utils._rules import latency
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import (
    DEFAULT_REGIONS,
    MAX_REGIONS,
    REGIONS,
)
from ansible_collections.multiregion.edge.plugins.module_utils._site.origin_modes import Buckets, lambda_config
from hypothesis import given
from hypothesis import strategies as st

from localaws.geo import great_circle_km, load_pops, load_regions, load_round_trips

RECORD = "bucket.example.com"
HOMES = ["eu-north-1", "us-east-1", "ap-southeast-2", "sa-east-1"]

nearest_regions = FilterModule().filters()["nearest_regions"]


def test_every_region_has_a_location_and_every_cache_is_in_a_region() -> None:
    assert set(latency.LOCATIONS) == set(REGIONS)
    assert set(latency.EDGE_CACHES) <= set(REGIONS)
    assert set(latency.EDGE_CACHES) == {pop.regional_edge_cache for pop in load_pops().values()}


@pytest.mark.parametrize("region", REGIONS)
def test_locations_match_those_of_local_aws(region: str) -> None:
    assert great_circle_km(latency.LOCATIONS[region], load_regions()[region].location) < 100


@pytest.mark.parametrize("region", REGIONS)
def test_round_trips_match_those_of_local_aws(region: str) -> None:
    """Both were entered from the source, each by itself; those of local AWS have tenths of milliseconds."""
    for cache in latency.EDGE_CACHES:
        assert latency.round_trip_ms(cache, region) == pytest.approx(load_round_trips()[cache][region], abs=0.55)


SETS_OF_FOUR = list(itertools.combinations(DEFAULT_REGIONS, 4))


def farther(regions: t.Sequence[str], cache: str, region: str) -> float:
    """By how many milliseconds the round trip to *region* is longer than that to the nearest of *regions*."""
    to = load_round_trips()[cache]
    return to[region] - min(to[each] for each in regions)


def test_in_any_four_regions_each_edge_cache_is_sent_to_the_nearest_by_the_keys() -> None:
    too_far = []
    for regions in SETS_OF_FOUR:
        keys = wanted({}, Desired("my-site", regions))
        for cache in latency.EDGE_CACHES:
            first = json.loads(keys[f"my-site/n/{cache}"])["o"][0]
            if farther(regions, cache, first.removeprefix("bucket-")) > 1:
                too_far.append((regions, cache, first))
    assert (len(SETS_OF_FOUR), too_far) == (2380, [])


def test_in_any_four_regions_each_edge_cache_is_sent_to_the_nearest_by_the_functions_configuration() -> None:
    """In dns_record the record names a bucket, and `near` is for the second attempt: without the nearest, the next."""
    too_far = []
    for regions in SETS_OF_FOUR:
        buckets = Buckets({region: region for region in regions}, regions[-1])
        settings = {
            "regions": regions,
            "prefer": {},
            "query_strings": [],
            "dns_record": RECORD,
            "region_map_parameter": "",
        }
        by_map, by_record = (lambda_config(mode, settings, buckets) for mode in ("region_map", "dns_record"))
        for cache in latency.EDGE_CACHES:
            first, second = by_record["near"][cache]
            assert (by_map["map"][cache], by_map["next"][cache]) == (first, second)
            others = [region for region in regions if region != first]
            if max(farther(regions, cache, first), farther(others, cache, second)) > 1:
                too_far.append((regions, cache, first, second))
    assert too_far == []


@given(st.lists(st.sampled_from(REGIONS), min_size=1, max_size=MAX_REGIONS, unique=True))
def test_in_any_regions_each_edge_cache_has_the_nearest_first(regions: list[str]) -> None:
    for cache, order in latency.nearest(regions).items():
        for place, region in enumerate(order):
            assert farther(order[place:], cache, region) <= 1


def test_a_region_without_figures_is_estimated_by_the_globe(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {pair: milliseconds for pair, milliseconds in latency._BY_PAIR.items() if pair[0] != "eu-north-1"}
    monkeypatch.setattr(latency, "_BY_PAIR", known)
    assert latency.round_trip_ms("eu-central-1", "eu-north-1") == pytest.approx(20, abs=5)
    assert latency.nearest(HOMES)["eu-west-1"] == ["eu-north-1", "us-east-1", "sa-east-1", "ap-southeast-2"]
    assert latency.nearest(HOMES)["us-west-2"][0] == "us-east-1"


def test_a_pair_without_a_figure_has_that_of_the_other_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "_BY_PAIR", {("us-east-1", "eu-west-1"): 71})
    assert latency.round_trip_ms("us-east-1", "eu-west-1") == latency.round_trip_ms("eu-west-1", "us-east-1") == 71


def test_estimates_by_the_globe_agree_with_the_table() -> None:
    ratios = [
        latency.round_trip_ms(cache, region) / latency.distance_km(cache, region)
        for cache in latency.EDGE_CACHES
        for region in REGIONS
        if latency.distance_km(cache, region) > 500
    ]
    assert round(statistics.median(ratios) * 1000) == latency._MS_PER_1000_KM


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ("eu-west-1", "eu-west-1", 0),
        ("eu-west-1", "eu-west-2", 464),
        ("us-east-1", "us-west-2", 3503),
        ("ap-southeast-2", "sa-east-1", 13360),  # the shorter distance, over the Pacific
        ("ap-northeast-1", "us-west-1", 8310),  # across the date line
    ],
)
def test_distances_are_great_circle_distances(one: str, other: str, kilometres: int) -> None:
    assert latency.distance_km(one, other) == pytest.approx(kilometres, rel=0.01)
    assert latency.distance_km(other, one) == latency.distance_km(one, other)


@pytest.mark.parametrize(
    ("options", "cache", "expected"),
    [
        ({}, "eu-central-1", ["eu-north-1", "us-east-1", "sa-east-1", "ap-southeast-2"]),
        ({}, "us-east-1", ["us-east-1", "eu-north-1", "sa-east-1", "ap-southeast-2"]),
        ({}, "ap-southeast-1", ["ap-southeast-2", "eu-north-1", "us-east-1", "sa-east-1"]),
        ({}, "ap-northeast-2", ["ap-southeast-2", "us-east-1", "eu-north-1", "sa-east-1"]),
        ({}, "sa-east-1", ["sa-east-1", "us-east-1", "eu-north-1", "ap-southeast-2"]),
        ({"without": ["eu-north-1"]}, "eu-central-1", ["us-east-1", "sa-east-1", "ap-southeast-2"]),
        ({"without": HOMES[1:]}, "ap-southeast-2", ["eu-north-1"]),
        (
            {"prefer": {"ap-south-1": ["us-east-1", "sa-east-1"]}},
            "ap-south-1",
            ["us-east-1", "sa-east-1", "eu-north-1", "ap-southeast-2"],
        ),
        ({"prefer": {"ap-south-1": ["us-east-1"]}}, "eu-west-1", ["eu-north-1", "us-east-1", "sa-east-1", HOMES[2]]),
        (
            {"prefer": {"us-west-1": ["sa-east-1", "eu-north-1"]}, "without": ["sa-east-1"]},
            "us-west-1",
            ["eu-north-1", "us-east-1", "ap-southeast-2"],
        ),
    ],
    ids=[
        "Europe",
        "itself",
        "Asia",
        "not by the globe",
        "South America",
        "one left out",
        "one left",
        "preferred first",
        "elsewhere as near as it is",
        "preferred but left out",
    ],
)
def test_the_order_of_a_cache(options: dict[str, t.Any], cache: str, expected: list[str]) -> None:
    result = nearest_regions(HOMES, **options)
    assert list(result) == list(latency.EDGE_CACHES)
    assert result[cache] == expected


def test_equal_round_trips_are_ordered_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "round_trip_ms", lambda _cache, _region: 1)
    assert latency.nearest(["us-east-1", "eu-west-1"])["us-east-1"] == ["eu-west-1", "us-east-1"]


@given(st.lists(st.sampled_from(REGIONS), min_size=1, max_size=MAX_REGIONS, unique=True), st.randoms())
def test_every_cache_has_all_regions_in_any_order(regions: list[str], random: t.Any) -> None:
    shuffled = random.sample(regions, len(regions))
    result = latency.nearest(regions)
    assert result == latency.nearest(shuffled)
    for cache, order in result.items():
        assert sorted(order) == sorted(regions)
        assert cache not in regions or order[0] == cache


@pytest.mark.parametrize(
    ("regions", "options", "words"),
    [
        ([], {}, "the list of Regions is empty: name at least one"),
        ("eu-north-1", {}, "the list of Regions: 'eu-north-1' is not a list: write it like"),
        (None, {}, "the list of Regions: None is not a list"),
        (7, {}, "the list of Regions: 7 is not a list"),
        ({"eu-north-1": "a"}, {}, "is not a list"),
        (["eu-nort-1"], {}, "'eu-nort-1' is not a Region that .* Did you mean eu-north-1"),
        ([["eu-north-1"]], {}, "is not a Region"),
        (["eu-north-1", "eu-north-1"], {}, "names eu-north-1 more than once"),
        (HOMES, {"without": "sa-east-1"}, "without: 'sa-east-1' is not a list"),
        (HOMES, {"without": ["eu-west-1"]}, "without names eu-west-1, which the list of Regions does not: choose from"),
        (HOMES, {"without": ["sa-east-1"] * 2}, "without names sa-east-1 more than once"),
        (HOMES, {"without": HOMES}, "without: no Region of the list of Regions would be left: leave at least one"),
        (HOMES, {"prefer": ["us-east-1"]}, "prefer: .* is not a dictionary"),
        (HOMES, {"prefer": {"eu-north-1": ["us-east-1"]}}, "'eu-north-1' has no regional edge cache .* choose from"),
        (HOMES, {"prefer": {"us-east-1": "sa-east-1"}}, "prefer.us-east-1: 'sa-east-1' is not a list"),
        (HOMES, {"prefer": {"us-east-1": ["eu-west-1"]}}, "prefer.us-east-1 names eu-west-1, which"),
    ],
)
def test_invalid_input_is_refused_with_a_message(regions: t.Any, options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        nearest_regions(regions, **options)
