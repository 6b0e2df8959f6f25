"""A live site migrates to another `edge_signer` and to another origin mode without an error for any viewer."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.site import LocalSite
from e2e.origin_modes import ORIGIN_MODES, REGIONS, ZONE
from e2e.playbook_results import last, mutating, run
from e2e.traffic import Traffic
from localaws.edge import Edge

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(150)]

# sa-east-1 follows the home Region, so that failover requests go there.
GROWN = [REGIONS[0], "sa-east-1", *REGIONS[1:]]
PAGES = ["index.html", *(f"page-{number}.html" for number in range(60))]
# Edge locations switch at different times.
ROLLOUT_SECONDS = 5.0


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LocalSite]:
    directory = tmp_path / "site"
    directory.mkdir()
    for name in PAGES:
        (directory / name).write_bytes(body(name))
    variables = {"edge_name": "live", "edge_site": str(directory), "edge_dns_zone": ZONE}
    with LocalSite(variables) as site:
        deploy(site, "mrap")
        run(site, "playbooks/publish.yml")
        yield site


def body(name: str) -> bytes:
    return f"this is {name}\n".encode()


def expected() -> dict[str, set[bytes]]:
    return {"/_edge/region": {region.encode() for region in GROWN}, **{f"/{name}": {body(name)} for name in PAGES}}


def deploy(site: LocalSite, mode: str, regions: list[str] = REGIONS) -> str:
    for variable in ("edge_origin", "edge_signer", "edge_origin_failover"):
        site.variables.pop(variable, None)
    site.variables |= ORIGIN_MODES[mode] | {"edge_regions": regions}
    return run(site, "site.yml")


def unchanged(site: LocalSite) -> None:
    """A further run changes nothing, and no unused resource is left."""
    assert unused_controls(site) == []
    start = last(site)
    assert "no changes" in run(site, "site.yml")
    assert mutating(site, start) == []


def unused_controls(site: LocalSite) -> list[str]:
    """The origin access controls without an origin."""
    client = site.local_aws.client("cloudfront")
    config = client.get_distribution_config(Id=site.distribution_id())["DistributionConfig"]
    used = {origin.get("OriginAccessControlId") for origin in config["Origins"]["Items"]}
    controls = client.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    return [control["Name"] for control in controls if control["Id"] not in used]


@pytest.mark.parametrize(
    "changes",
    [
        [
            ("mrap with failover", REGIONS),
            ("mrap with failover signed by CloudFront", REGIONS),
            ("mrap", REGIONS),
        ],
        [
            ("nearest_bucket", REGIONS),
            ("region_map", REGIONS),
            ("region_map", GROWN),
            ("dns_record", GROWN),
        ],
    ],
    ids=["edge_signer", "edge_origin"],
)
def test_a_migration_causes_no_error(live: LocalSite, tmp_path: Path, changes: list[tuple[str, list[str]]]) -> None:
    live.local_aws.behave(distribution_seconds=ROLLOUT_SECONDS)
    with (
        Edge(live.local_aws.url, live.distribution_id(), REGIONS[0], tmp_path / "edge") as edge,
        Traffic(edge.url, expected(), count=1) as traffic,
    ):
        for mode, regions in changes:
            deploy(live, mode, regions)
    assert traffic.errors == []
    assert traffic.misses > 300
    unchanged(live)


def test_the_last_run_completes_a_killed_migration(live: LocalSite, tmp_path: Path) -> None:
    live.local_aws.behave(distribution_seconds=ROLLOUT_SECONDS)
    live.variables |= ORIGIN_MODES["nearest_bucket"]
    with (
        Edge(live.local_aws.url, live.distribution_id(), REGIONS[0], tmp_path / "edge") as edge,
        Traffic(edge.url, expected(), count=1) as traffic,
    ):
        for calls in (2, 6):
            live.local_aws.fault(calls, live.credentials)
            broken = live.playbook("site.yml", capture=True)
            live.local_aws.fault(None)
            assert broken.returncode != 0
            assert "Traceback" not in broken.stdout
        deploy(live, "nearest_bucket")
    assert traffic.errors == []
    unchanged(live)
