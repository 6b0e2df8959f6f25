# SPDX-License-Identifier: GPL-3.0-or-later

"""What is predicted for a set of Regions, and which Region is best to add or to drop."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.filter.regions_advice import FilterModule
from ansible_collections.multiregion.edge.plugins.module_utils._rules.latency import EDGE_CACHES
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import (
    DEFAULT_REGIONS,
    MAX_REGIONS,
    REGIONS,
)
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions_advice import predict
from hypothesis import given
from hypothesis import strategies as st

from demo.inputs import DEFAULTS
from generate_docs import ROOT
from localaws.geo import load_round_trips

AP, JAKARTA = "ap-southeast-2", "ap-southeast-3"
FOUR = ["eu-north-1", "us-east-1", AP, "sa-east-1"]
FIVE = ["us-east-2", "ap-southeast-1", "ap-southeast-2", "eu-west-2", "sa-east-1"]
EIGHT = [*FIVE, "ap-northeast-3", "ap-south-1", "us-west-1"]

regions_advice = FilterModule().filters()["regions_advice"]


@pytest.mark.parametrize(
    ("regions", "worst", "mean"),
    [
        (["eu-central-1"], 252, 134.5),
        (["us-east-1", "ap-southeast-2", "eu-west-1"], 145, 60.2),
        (["us-east-1", "ap-southeast-1", "sa-east-1"], 95, 53.7),
        (FOUR, 148, 57.5),
        (FIVE, 74, 28.9),
        (DEFAULTS["edge_regions"], 64, 15.5),
        (EIGHT, 25, 9.9),
        (DEFAULT_REGIONS, 5, 3.6),
    ],
    ids=[
        "Frankfurt",
        "three",
        "the best three",
        "four",
        "the best five",
        "the demo's eight",
        "the best eight",
        "all",
    ],
)
def test_the_worst_and_the_mean_round_trip(regions: list[str], worst: int, mean: float) -> None:
    advice = regions_advice(regions)
    assert (advice["worst_ms"], advice["mean_ms"]) == (worst, mean)


def test_each_edge_cache_has_its_nearest_bucket() -> None:
    caches = regions_advice(FOUR)["edge_caches"]
    assert list(caches) == list(EDGE_CACHES)
    assert caches["ap-northeast-2"] == {"region": AP, "round_trip_ms": 145}
    assert caches["sa-east-1"] == {"region": "sa-east-1", "round_trip_ms": 3}


# The filter's input and options; the Region to add and to drop, with the worst and the mean then.
ADVICE: list[tuple[str, t.Sequence[str], dict[str, t.Any], tuple[t.Any, ...] | None, tuple[t.Any, ...] | None]] = [
    ("one", ["eu-central-1"], {}, ("us-west-2", 175, 78.2), None),
    ("four", FOUR, {}, ("ap-southeast-1", 74, 35.6), ("sa-east-1", 148, 66.1)),
    ("one that no cache uses", [*FOUR, "ca-central-1"], {}, ("ap-southeast-1", 74, 35.4), ("ca-central-1", 148, 57.5)),
    ("all", DEFAULT_REGIONS, {}, None, ("ap-northeast-3", 5, 3.6)),
    ("all edge caches", EDGE_CACHES, {}, None, ("eu-west-2", 13, 4.4)),
    ("one out of service", FOUR, {"without": [AP]}, ("ap-southeast-1", 95, 42.6), ("sa-east-1", 200, 93.6)),
    ("less than a millisecond", FOUR, {"candidates": ["ca-central-1", "us-east-1"]}, None, ("sa-east-1", 148, 66.1)),
    ("opt-in Regions", FOUR, {"candidates": [JAKARTA]}, (JAKARTA, 88, 40.1), ("sa-east-1", 148, 66.1)),
    ("no candidates", FOUR, {"candidates": []}, None, ("sa-east-1", 148, 66.1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("regions", "options", "add", "drop"), [case[1:] for case in ADVICE], ids=[case[0] for case in ADVICE]
)
def test_the_region_to_add_and_the_one_to_drop(
    regions: t.Sequence[str], options: dict[str, t.Any], add: t.Any, drop: t.Any
) -> None:
    advice = regions_advice(regions, **options)
    found = [advice[key] and tuple(advice[key].values()) for key in ("add", "drop")]
    assert found == [add, drop]
    assert list(advice["drop"] or advice["add"]) == ["region", "worst_ms", "mean_ms"]


def test_preferred_regions_come_first() -> None:
    advice = regions_advice(FOUR, prefer={"us-west-2": ["eu-north-1"]})
    assert advice["edge_caches"]["us-west-2"] == {"region": "eu-north-1", "round_trip_ms": 156}
    assert advice["worst_ms"] == 156


def test_seventeen_regions_are_not_advised_another_one() -> None:
    opt_in = [region for region in REGIONS if region not in DEFAULT_REGIONS]
    most = [*opt_in, *DEFAULT_REGIONS[: MAX_REGIONS - len(opt_in)]]
    assert regions_advice(most[:-1])["add"] is not None
    assert regions_advice(most)["add"] is None


@given(st.lists(st.sampled_from(REGIONS), min_size=1, max_size=MAX_REGIONS, unique=True))
def test_predictions_are_those_of_local_aws(regions: list[str]) -> None:
    advice = regions_advice(regions)
    best = [min(load_round_trips()[cache][region] for region in regions) for cache in EDGE_CACHES]
    assert advice["worst_ms"] == pytest.approx(max(best), abs=1)
    assert advice["mean_ms"] == pytest.approx(sum(best) / len(best), abs=1)
    for change in (advice["add"], advice["drop"]):
        if change:
            then = regions_advice(list({*regions} ^ {change["region"]}))
            assert (then["worst_ms"], then["mean_ms"]) == (change["worst_ms"], change["mean_ms"])


@pytest.mark.parametrize(
    ("regions", "options", "words"),
    [
        ([], {}, "the list of Regions is empty"),
        ("eu-north-1", {}, "the list of Regions: 'eu-north-1' is not a list"),
        (FOUR, {"without": ["eu-west-1"]}, "without names eu-west-1, which the list of Regions does not"),
        (FOUR, {"prefer": {"eu-north-1": ["us-east-1"]}}, "'eu-north-1' has no regional edge cache"),
        (FOUR, {"candidates": "eu-west-1"}, "candidates: 'eu-west-1' is not a list"),
        (FOUR, {"candidates": ["eu-wst-1"]}, "candidates: 'eu-wst-1' is not a Region .* Did you mean eu-west-1"),
    ],
)
def test_invalid_input_is_refused_with_a_message(regions: t.Any, options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        regions_advice(regions, **options)


def test_the_figures_of_the_readmes_example_are_right() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"edge_regions: \[(.+)\]", text)
    assert found
    regions = found[1].split(", ")
    with_sydney = [AP if region == "ap-southeast-1" else region for region in regions]
    assert AP in with_sydney
    for chosen in (regions, with_sydney):
        assert f"{regions_advice(chosen)['worst_ms']} ms away" in text
    assert regions_advice(with_sydney)["edge_caches"]["ap-south-1"]["round_trip_ms"] == 148


def test_a_region_without_an_edge_cache_brings_nothing_to_all_that_have_one() -> None:
    text = (ROOT / "docs" / "regions.md").read_text(encoding="utf-8")
    others = [region for region in DEFAULT_REGIONS if region not in EDGE_CACHES]
    assert f"`{'`, `'.join(others[:-1])}` and `{others[-1]}`" in text
    assert predict([*EDGE_CACHES, *others]) == predict(EDGE_CACHES)
