"""The example site is served in each origin mode, with an origin request function and with an OAC."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e.edge_code import project
from e2e.edge_code.deployments import NEAREST, RECORD, options_of, publish
from e2e.edge_code.txt_server import TxtServer
from localaws.geo import load_pops
from localaws.local_aws import LocalAws
from localaws.reference.site import HOME_REGION, Site

MODES = ["mrap", "mrap_oac", "region_map", "dns_record", "nearest_bucket"]


@pytest.fixture(scope="module")
def records() -> Iterator[TxtServer]:
    with TxtServer({}) as server:
        yield server


@pytest.fixture(scope="module")
def sites(
    local_aws: LocalAws, records: TxtServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Site]]:
    """The site of each mode, deployed at its first use."""
    made: dict[str, Site] = {}
    with ExitStack() as stack:

        def of(mode: str) -> Site:
            if mode not in made:
                name = mode.replace("_", "-")
                site = Site(
                    local_aws, tmp_path_factory.mktemp(name), name, **options_of(local_aws, mode, name, records.address)
                )
                publish(site)
                made[mode] = site
                stack.enter_context(site.edge)
            return made[mode]

        yield of


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_site_is_served(sites: Callable[[str], Site], records: TxtServer, mode: str) -> None:
    site = sites(mode)
    records.texts[RECORD] = [site.deployment.buckets["us-east-1"]]
    pages = {"/": "index.html", "/guide/": "guide/index.html", "/favicon.svg": "favicon.svg"}
    for path, file in pages.items():
        reply = site.get(path, "SYD")
        assert (reply.status, reply.body, reply.result) == (200, (project.SITE / file).read_bytes(), "Miss")
        again = site.get(path, "SYD")
        assert (again.body, again.result) == (reply.body, "Hit")
        assert site.get(path, "SYD", If_None_Match=reply.headers["etag"]).status == 304
    part = site.get("/favicon.svg", "ARN", Range="bytes=0-9")
    assert (part.status, part.body) == (206, (project.SITE / "favicon.svg").read_bytes()[:10])
    head = site.get("/about/", "ARN", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert site.get("/none.html", "SYD").status == 404
    assert site.get("/none/%zz", "SYD").status == 400


def test_a_failed_read_of_the_store_is_a_503(sites: Callable[[str], Site]) -> None:
    site = sites("nearest_bucket")
    try:
        site.edge.fail_reads(f"{project.NAME}/h/")
        assert (site.get("/", "SYD").status, site.get("/_edge/region", "SYD").status) == (503, 200)
        # Without the key that selects origins, the target of the behavior serves.
        site.edge.fail_reads(f"{project.NAME}/n/")
        assert site.get("/favicon.svg", "SIN").status == 200
    finally:
        site.edge.fail_reads()
    assert site.get("/", "SYD").status == 200


@pytest.mark.parametrize("pop", ["ARN", "IAD", "SYD"])
def test_each_edge_location_is_served_by_its_bucket(
    sites: Callable[[str], Site], records: TxtServer, mode: str, pop: str
) -> None:
    site = sites(mode)
    region = NEAREST[load_pops()[pop].regional_edge_cache][0]
    if mode == "dns_record":
        # Route 53 answers each edge location by its policy; this server has one answer.
        records.texts[RECORD], region = [site.deployment.buckets["us-east-1"]], "us-east-1"
    reply = site.get("/_edge/region", pop)
    assert (reply.status, reply.body.decode(), reply.region) == (200, region, region)


def test_without_a_record_the_default_bucket_serves(local_aws: LocalAws, records: TxtServer, tmp_path: Path) -> None:
    site = Site(local_aws, tmp_path, "dns-lost", **options_of(local_aws, "dns_record", "dns-lost", records.address))
    publish(site)
    records.broken = True
    try:
        with site.edge:
            reply = site.get("/", "SYD")
            assert (reply.status, reply.region) == (200, HOME_REGION)  # the default
            assert RECORD in records.asked
    finally:
        records.broken = False


def test_only_keys_of_the_release_are_served(sites: Callable[[str], Site], mode: str) -> None:
    """No spelling of a path leaves the release."""
    site = sites(mode)
    site.put("secret.txt", b"secret")
    for path in ("/secret.txt", "/../../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "//secret.txt", "/..%2fsecret.txt"):
        assert site.get(path, "ARN").body != b"secret"
