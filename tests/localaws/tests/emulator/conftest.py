"""One emulator for the whole directory, with the reference deployment in eight Regions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import KEY, REGIONS, deploy_reference
from localaws.tests.emulator.wire import Wire


@pytest.fixture(scope="package")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(workdir=tmp_path_factory.mktemp("local_aws")) as running:
        yield running


@pytest.fixture(scope="package")
def deployment(local_aws: LocalAws) -> Deployment:
    found = deploy_reference(local_aws, REGIONS, {f"key-{number}": "value" for number in range(60)})
    # Each bucket has an object with its Region, written to the replicas directly.
    for region, bucket in found.buckets.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key=KEY, Body=region.encode())
    return found


@pytest.fixture(scope="package")
def edge(local_aws: LocalAws, deployment: Deployment) -> Credentials:
    return local_aws.lambda_session(deployment.lambda_role_arn, deployment.lambda_version_arn)


@pytest.fixture(scope="package")
def mrap(local_aws: LocalAws, deployment: Deployment, edge: Credentials) -> Wire:
    return Wire(local_aws, deployment.mrap_host, edge)
