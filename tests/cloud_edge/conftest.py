"""One deployed distribution and its edge for the whole directory."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloud.local import LocalCloud
from cloud_edge.deployed import Site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    workdir = tmp_path_factory.mktemp("site")
    with LocalCloud(workdir=workdir) as cloud:
        site = Site(cloud, workdir)
        # Each bucket has an object that says where it is.
        for region, bucket in site.deployment.buckets.items():
            cloud.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
        with site.edge:
            yield site
