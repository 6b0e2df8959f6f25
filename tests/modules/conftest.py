"""Modules run against local AWS in this process, as the user whom docs/deployer describes."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.aws import AnsibleAWSModule

from localaws.local import LocalCloud
from modules.hosted_zones import Zone
from modules.runner import SITE, Modules
from modules.stores import Store


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(workdir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud) -> Modules:
    return Modules(cloud)


@pytest.fixture
def zone(cloud: LocalCloud) -> Zone:
    return Zone(cloud)


@pytest.fixture(scope="module")
def site_store(cloud: LocalCloud, modules: Modules) -> Store:
    modules.run("cloudfront_key_value_store", name=SITE)
    return Store(cloud, SITE)


@pytest.fixture
def store(cloud: LocalCloud, site_store: Store) -> Iterator[Store]:
    """The site's, with nothing in it."""
    yield site_store
    cloud.fault(None)
    site_store.clear()


@pytest.fixture(autouse=True)
def usual_behaviour(cloud: LocalCloud) -> Iterator[None]:
    """AWS answers at once and well again after a test that had it otherwise."""
    yield
    cloud.behave()
    cloud.fault(None)


@pytest.fixture
def warned() -> Iterator[list[str]]:
    """What the modules of a test warn of, also one that fails."""
    found: list[str] = []
    with mock.patch.object(AnsibleAWSModule, "warn", lambda self, warning: found.append(warning)):
        yield found
