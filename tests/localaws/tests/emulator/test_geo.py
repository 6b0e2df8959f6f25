"""Locations of Regions and points of presence, and distances."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.geo import great_circle_km, load_pops, load_regions


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
