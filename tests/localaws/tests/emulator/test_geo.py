"""Locations of Regions and points of presence, distances, and round trips."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.geo import by_round_trip, great_circle_km, load_pops, load_regions, load_round_trips, region_at


def test_every_point_of_presence_has_the_nearest_regional_edge_cache() -> None:
    regions, pops = load_regions(), load_pops()
    caches = {pop.regional_edge_cache for pop in pops.values()}
    assert (len(regions), len(caches)) == (29, 13)
    assert sum(region.opt_in for region in regions.values()) == 12
    for pop in pops.values():
        nearest = min(caches, key=lambda name: great_circle_km(pop.location, regions[name].location))
        assert pop.regional_edge_cache == nearest


def test_distances_follow_the_great_circle() -> None:
    regions = load_regions()
    assert great_circle_km((0.0, 0.0), (0.0, 180.0)) == pytest.approx(20015, abs=1)
    stockholm, sydney = regions["eu-north-1"].location, regions["ap-southeast-2"].location
    assert great_circle_km(stockholm, sydney) == pytest.approx(15600, rel=0.01)
    assert great_circle_km((0.0, 179.0), (0.0, -179.0)) == pytest.approx(222, abs=1)


def test_every_pair_of_regions_has_a_round_trip_which_light_allows() -> None:
    regions, round_trips = load_regions(), load_round_trips()
    assert round_trips.keys() == regions.keys()
    for one, row in round_trips.items():
        assert row.keys() == regions.keys()
        assert min(row, key=row.__getitem__) == one
        for other, milliseconds in row.items():
            # There and back at two thirds of the speed of light; from the other side a few milliseconds more or less.
            assert milliseconds > great_circle_km(regions[one].location, regions[other].location) / 100
            assert milliseconds == pytest.approx(round_trips[other][one], abs=12)


def test_a_request_goes_by_the_network_from_the_region_that_it_starts_at() -> None:
    assert region_at((59.3, 18.1)) == "eu-north-1"
    # On the globe Stockholm is nearer to Seoul than Sydney is.
    assert by_round_trip("ap-northeast-2", ["eu-north-1", "ap-southeast-2"]) == ["ap-southeast-2", "eu-north-1"]
