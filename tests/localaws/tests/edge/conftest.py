"""The emulator, and two deployed distributions with their edges, for the whole directory."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import nearest
from localaws.reference.site import REGIONS, Site
from localaws.tests.edge.samples import NEAREST_BUCKET, signed_by_lambda


@pytest.fixture(scope="package")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(workdir=tmp_path_factory.mktemp("local_aws")) as running:
        yield running


@pytest.fixture(scope="package")
def site(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Lambda function signs for an MRAP."""
    site = Site(local_aws, tmp_path_factory.mktemp("site"), **signed_by_lambda())
    with site.edge:
        yield site


@pytest.fixture(scope="package")
def near(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The viewer function selects the two nearest buckets, and CloudFront signs for them."""
    keys = {f"r:{cache}": ",".join(regions[:2]) for cache, regions in nearest(REGIONS).items()}
    site = Site(
        local_aws,
        tmp_path_factory.mktemp("near"),
        "near",
        origin="nearest_bucket",
        function_code=NEAREST_BUCKET,
        keys=keys,
    )
    with site.edge:
        yield site
