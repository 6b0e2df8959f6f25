"""failover.yml on the live site: Regions out of service and back, for every edge location."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating
from localaws.edge import Edge
from localaws.geo import by_round_trip, load_pops
from localaws.viewer import get

pytestmark = [pytest.mark.shares("the site"), pytest.mark.takes(10)]

PARIS, OUT = "CDG", "eu-west-3"


def probes(url: str, *codes: str) -> list[dict[str, Any]]:
    return [{"name": code, "url": url, "headers": {"X-Edge-Location": code}} for code in codes or load_pops()]


def failover(site: LocalSite, *arguments: str, **variables: Any) -> tuple[int, str]:
    outcome = site.playbook("playbooks/failover.yml", "--extra-vars", json.dumps(variables), *arguments, capture=True)
    assert "Traceback" not in outcome.stdout
    return outcome.returncode, outcome.stdout


def mrap_arn(site: LocalSite) -> str:
    (found,) = site.local_aws.client("s3control", "us-west-2").list_multi_region_access_points(
        AccountId=site.local_aws.account_id
    )["AccessPoints"]
    return f"arn:aws:s3::{site.local_aws.account_id}:accesspoint/{found['Alias']}"


def dials(site: LocalSite) -> dict[str, int]:
    routes = site.local_aws.client("s3control", "us-east-1").get_multi_region_access_point_routes(
        AccountId=site.local_aws.account_id, Mrap=mrap_arn(site)
    )["Routes"]
    return {route["Region"]: route["TrafficDialPercentage"] for route in routes}


@pytest.fixture
def in_service(site: LocalSite) -> Iterator[None]:
    yield
    updates = [{"Region": region, "TrafficDialPercentage": 100} for region in site.variables["edge_regions"]]
    site.local_aws.client("s3control", "us-east-1").submit_multi_region_access_point_routes(
        AccountId=site.local_aws.account_id, Mrap=mrap_arn(site), RouteUpdates=updates
    )


def nearest(code: str, regions: list[str]) -> str:
    return by_round_trip(load_pops()[code].regional_edge_cache, regions)[0]


def test_the_viewers_in_paris_move_to_the_next_region_and_back(
    site: LocalSite, edge: Edge, in_service: None, tmp_path: Path
) -> None:
    asked = probes(edge.url)
    others = [region for region in site.variables["edge_regions"] if region != OUT]
    assert get(edge.url, "/_edge/region", pop=PARIS).body == OUT.encode()

    start = last(site)
    status, output = failover(site, "--check", "--diff", edge_out_of_service=OUT, edge_probes=asked)
    assert status == 0, output
    assert mutating(site, start) == []
    assert dials(site)[OUT] == 100

    status, output = failover(site, edge_out_of_service=OUT, edge_probes=asked)
    assert status == 0, output
    assert dials(site) == {OUT: 0, **dict.fromkeys(others, 100)}
    with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path) as cold:
        for code in load_pops():
            page = get(cold.url, "/", pop=code)
            assert (page.status, page.region) == (200, nearest(code, others)) or page.result == "Hit"

    status, output = failover(site, edge_out_of_service="", edge_probes=asked)
    assert status == 0, output
    assert set(dials(site).values()) == {100}
    again = failover(site, edge_out_of_service="", edge_probes=asked)[1]
    assert "no changes" in again


def test_failover_needs_the_data_planes_only(site: LocalSite, edge: Edge, in_service: None) -> None:
    start = last(site)
    status, output = failover(
        site,
        edge_out_of_service=OUT,
        edge_probes=probes(edge.url, PARIS),
        edge_mrap_arn=mrap_arn(site),
    )
    assert status == 0, output
    made = [
        each
        for each in site.local_aws.requests(start)
        if each["access_key_id"] == site.credentials.access_key_id
        and not each["host"].endswith("s3-global.amazonaws.com")
    ]
    assert {each["path"].rpartition("/")[2] for each in made if each["service"] == "s3control"} == {"routes"}
    assert {each["service"] for each in made} <= {"s3control", "sts"}


@pytest.mark.parametrize("proven", [True, False])
def test_a_drill_restores_the_traffic_dials(site: LocalSite, edge: Edge, in_service: None, proven: bool) -> None:
    client = site.local_aws.client("s3control", "us-east-1")
    client.submit_multi_region_access_point_routes(
        AccountId=site.local_aws.account_id,
        Mrap=mrap_arn(site),
        RouteUpdates=[{"Region": "sa-east-1", "TrafficDialPercentage": 0}],
    )
    before = dials(site)
    asked = probes(edge.url, PARIS) if proven else [{"name": "nowhere", "url": "http://127.0.0.1:9"}]
    status, output = failover(
        site, edge_out_of_service=OUT, edge_probes=asked, edge_drill=True, failover_wait_timeout=2 if not proven else 60
    )
    assert (status == 0) == proven, output
    if not proven:
        assert "nowhere" in output and "not ready after 2 s" in output
    assert dials(site) == before


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"edge_out_of_service": "eu-nort-1"}, "edge_out_of_service: eu-nort-1 is not among edge_regions"),
        ({"edge_mrap_arn": "shop"}, "edge_mrap_arn: 'shop' is not the ARN"),
        ({"edge_name": "nowhere"}, "nowhere is not deployed yet: run site.yml"),
    ],
)
def test_invalid_input_is_refused_before_any_change(site: LocalSite, variables: dict[str, str], sentence: str) -> None:
    start = last(site)
    status, output = failover(site, **variables)
    assert status != 0
    assert sentence in " ".join(output.split())
    assert mutating(site, start) == []
