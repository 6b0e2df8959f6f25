# SPDX-License-Identifier: GPL-3.0-or-later

"""removal(): what uses another resource is deleted before it, whatever a deployment has left."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._site.removal import removal
from ansible_collections.multiregion.edge.plugins.module_utils._site.target import Settings, Target

from unit.site_model import SITE, Site, bucket, settings_of
from unit.test_phases import FIVE, MODES, OTHERS, THREE, ZONE, converge, deployed, wanted

# The first one uses the second one, so AWS refuses to delete the second one first; or viewers would be sent nowhere.
USES = [
    ("names", "distribution"),
    ("distribution", "origin_access_controls"),
    ("logs", "distribution"),
    ("distribution", "cache_policy"),
    ("distribution", "response_headers_policy"),
    ("distribution", "viewer_function"),
    ("distribution", "origin_request"),
    ("distribution", "certificate"),
    ("viewer_function", "store"),
    ("origin_request", "records"),
    ("origin_request", "mraps"),
    ("mraps", "buckets"),
    ("replication", "buckets"),
]


def tasks(site: Site, settings: Settings) -> dict[str, Any]:
    return removal(Target(settings, site.live())).tasks


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("user", "used"), USES)
def test_what_uses_another_resource_goes_before_it(mode: str, user: str, used: str) -> None:
    settings = wanted(mode, edge_aliases=["www.example.com"], edge_logs="arn:aws:s3:::my-logs")
    order = list(tasks(deployed(settings), settings))
    if {user, used} <= set(order):
        assert order.index(user) < order.index(used)
    else:
        assert "mraps" in (user, used) and not mode.startswith("mrap")


@pytest.mark.parametrize("mode", MODES)
def test_all_is_removed_that_a_killed_run_has_left(mode: str) -> None:
    start, regions = deployed(wanted(mode)), wanted(mode, OTHERS)
    for stop in range(len(start.plan(regions)) + 1):
        site = copy.deepcopy(start)
        converge(site, regions, stop)
        removed = tasks(site, regions)
        assert set(removed.get("mraps", {"names": []})["names"]) == set(site.mraps)
        there = {bucket(region) for region in OTHERS} | set(site.live().buckets.values())
        assert set(removed["buckets"]["names"].values()) == set(removed["replication"]["buckets"].values()) == there


def test_before_anything_is_deployed_names_are_enough() -> None:
    removed = tasks(Site(), settings_of(THREE))
    assert not {"names", "certificate", "records", "mraps"} & set(removed)
    assert removed["buckets"]["names"] == {region: bucket(region) for region in THREE}
    assert removed["origin_access_controls"] == {"names": [f"{SITE}-sigv4", f"{SITE}-sigv4a"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, set()),
        ({"edge_aliases": ["www.example.com"], **ZONE}, {"names", "certificate", "records"}),
        (
            {
                "edge_aliases": ["www.example.com"],
                "edge_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
            },
            set(),
        ),
    ],
    ids=["no aliases", "in Route 53", "DNS elsewhere"],
)
def test_dns_and_certificate_are_removed_where_they_were_made(given: dict[str, Any], expected: set[str]) -> None:
    found = set(tasks(Site(), settings_of(FIVE, **given)))
    assert found & {"names", "certificate", "records"} == expected


def test_the_pairs_are_of_tasks_that_there_are() -> None:
    settings = wanted("mrap", edge_aliases=["www.example.com"], edge_logs="arn:aws:s3:::my-logs")
    assert set(itertools.chain(*USES)) == set(tasks(deployed(settings), settings))
