"""Modules run against local AWS in this process, as the user with the policies in docs/deployer."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.aws import AnsibleAWSModule

from localaws.local_aws import LocalAws
from modules.hosted_zones import Zone
from modules.runner import SITE, Modules
from modules.stores import Store


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(workdir=tmp_path_factory.mktemp("local_aws")) as running:
        yield running


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return Modules(local_aws)


@pytest.fixture
def zone(local_aws: LocalAws) -> Zone:
    return Zone(local_aws)


@pytest.fixture(scope="module")
def site_store(local_aws: LocalAws, modules: Modules) -> Store:
    modules.run("cloudfront_key_value_store", name=SITE, tags={"multiregion-edge": SITE})
    return Store(local_aws, SITE)


@pytest.fixture
def store(local_aws: LocalAws, site_store: Store) -> Iterator[Store]:
    """The site's key value store, empty."""
    yield site_store
    local_aws.fault(None)
    site_store.clear()


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    """Restore the default behaviour of AWS after a test that changed it."""
    yield
    local_aws.behave()
    local_aws.fault(None)


@pytest.fixture
def warned() -> Iterator[list[str]]:
    """The warnings of a test's modules, also of a module that fails."""
    found: list[str] = []
    with mock.patch.object(AnsibleAWSModule, "warn", lambda self, warning: found.append(warning)):
        yield found
