"""A live site moves to other Regions, encrypted with its own KMS keys: no viewer sees an error or an old page."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating, run
from e2e.traffic import Traffic
from localaws.edge import Edge

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(250)]

THREE = ["eu-north-1", "us-east-1", "ap-southeast-2"]
FIVE = [*THREE, "sa-east-1", "ap-south-1"]
TWO = ["eu-north-1", "sa-east-1"]

PAGES = ["index.html", *(f"page-{number}.html" for number in range(60))]
# An existing object that no publication writes: only a backfill copies it to a new Region.
KEPT = "r/kept/page.html"


def write_release(directory: Path, number: int) -> None:
    directory.mkdir(exist_ok=True)
    for name in PAGES:
        (directory / name).write_bytes(page(number, name))


def page(number: int, name: str) -> bytes:
    return f"{number} {name}\n".encode()


def expected(*numbers: int) -> dict[str, set[bytes]]:
    pages = {f"/{name}": {page(number, name) for number in numbers} for name in PAGES}
    return {"/_edge/region": {region.encode() for region in FIVE}, **pages}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LocalSite]:
    write_release(tmp_path / "site", 1)
    variables = {"edge_name": "live", "edge_regions": THREE, "edge_site": str(tmp_path / "site")}
    with LocalSite(variables) as site:
        keys = {region: site.local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in FIVE}
        site.variables["edge_kms_keys"] = keys
        run(site, "site.yml")
        run(site, "playbooks/publish.yml")
        yield site


def mraps(site: LocalSite) -> list[set[str]]:
    """The set of Regions of each."""
    client = site.local_aws.client("s3control", "us-west-2")
    found = client.list_multi_region_access_points(AccountId=site.local_aws.account_id)["AccessPoints"]
    return [{region["Region"] for region in each["Regions"]} for each in found]


def bucket(site: LocalSite, region: str) -> str:
    return f"live-{site.local_aws.account_id}-{region}-an"


def test_a_site_grows_from_three_to_five_regions_and_shrinks_to_two(live: LocalSite, tmp_path: Path) -> None:
    home = live.local_aws.client("s3", THREE[0])
    home.put_object(Bucket=bucket(live, THREE[0]), Key=KEPT, Body=b"kept", Metadata={"by": "hand"})
    with Edge(live.local_aws.url, live.distribution_id(), THREE[0], tmp_path / "edge") as edge:
        with Traffic(edge.url, expected(1)) as traffic:
            live.variables["edge_regions"] = FIVE
            grown = run(live, "site.yml", edge_allow_replacement=True)
            assert mraps(live) == [set(FIVE)]

            traffic.expected = expected(1, 2)
            write_release(tmp_path / "site", 2)
            run(live, "playbooks/publish.yml")
            edge.refresh()  # a key reaches every edge location with a delay
            traffic.expected = expected(2)

            live.variables["edge_regions"] = TWO
            shrunk = run(live, "site.yml", edge_allow_replacement=True)
            assert mraps(live) == [set(TWO)]
        assert traffic.errors == []
        assert traffic.misses > 500
    assert "Bring " in grown
    assert bucket(live, "us-east-1") in shrunk  # the summary lists the objects that stay and cost money
    for region in FIVE:
        kept = live.local_aws.client("s3", region).get_object(Bucket=bucket(live, region), Key=KEPT)
        assert (kept["Body"].read(), kept["Metadata"]) == (b"kept", {"by": "hand"})
        assert kept["SSEKMSKeyId"] == live.variables["edge_kms_keys"][region]
    start = last(live)
    assert "no changes" in run(live, "site.yml")
    assert mutating(live, start) == []


def test_the_last_run_completes_a_replacement_killed_several_times(live: LocalSite, tmp_path: Path) -> None:
    live.variables |= {"edge_regions": ["us-east-1", "sa-east-1"], "edge_home_region": "sa-east-1"}
    replace = ("site.yml", "--extra-vars", "edge_allow_replacement=true")
    predicted = live.playbook(*replace, "--check", capture=True)
    assert predicted.returncode == 0, predicted.stdout
    with (
        Edge(live.local_aws.url, live.distribution_id(), THREE[0], tmp_path / "edge") as edge,
        Traffic(edge.url, expected(1)) as traffic,
    ):
        for calls in (4, 18, 20):
            live.local_aws.fault(calls, live.credentials)
            broken = live.playbook(*replace, capture=True)
            live.local_aws.fault(None)
            assert broken.returncode != 0
            assert "Traceback" not in broken.stdout
        run(live, "site.yml", edge_allow_replacement=True)
    assert traffic.errors == []
    assert mraps(live) == [{"us-east-1", "sa-east-1"}]
    start = last(live)
    assert "no changes" in run(live, "site.yml")
    assert mutating(live, start) == []
