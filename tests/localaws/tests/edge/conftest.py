"""The emulator, and two deployed distributions with their edges, for the whole directory."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws.fixture import nearest
from localaws.local import LocalCloud
from localaws.tests.edge.deployed import REGIONS, Site, signed_by_lambda


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(workdir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="package")
def site(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Lambda function signs for an access point."""
    site = Site(cloud, tmp_path_factory.mktemp("site"), **signed_by_lambda())
    with site.edge:
        yield site


@pytest.fixture(scope="package")
def near(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The viewer function picks the two nearest buckets, and CloudFront signs for them."""
    keys = {f"r:{cache}": ",".join(regions[:2]) for cache, regions in nearest(REGIONS).items()}
    site = Site(
        cloud,
        tmp_path_factory.mktemp("near"),
        "near",
        origin="nearest_bucket",
        function_code=(Path(__file__).parent / "nearest_bucket.js").read_text(),
        keys=keys,
    )
    with site.edge:
        yield site
