"""One emulator for the whole directory, with the reference deployment in eight Regions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.fixture import Deployment
from localaws.local import Credentials, LocalCloud
from localaws.tests.emulator.reference import KEY, REGIONS, deploy_reference
from localaws.tests.emulator.wire import Wire


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(workdir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="package")
def deployment(cloud: LocalCloud) -> Deployment:
    found = deploy_reference(cloud, REGIONS, {f"key-{number}": "value" for number in range(60)})
    # Each bucket has an object that says where it is: written to the replicas directly.
    for region, bucket in found.buckets.items():
        cloud.client("s3", region).put_object(Bucket=bucket, Key=KEY, Body=region.encode())
    return found


@pytest.fixture(scope="package")
def edge(cloud: LocalCloud, deployment: Deployment) -> Credentials:
    return cloud.lambda_session(deployment.lambda_role_arn, deployment.lambda_version_arn)


@pytest.fixture(scope="package")
def mrap(cloud: LocalCloud, deployment: Deployment, edge: Credentials) -> Wire:
    return Wire(cloud, deployment.mrap_host, edge)
