"""A store with nothing in it, who may write its keys, and a bucket for manifests."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local import LocalCloud
from modules.runner import Modules
from modules.store_keys import empty_store, manifest_options, modules_of
from modules.stores import Store


@pytest.fixture(scope="module")
def owner(cloud: LocalCloud) -> Modules:
    return modules_of(cloud)


@pytest.fixture
def store(cloud: LocalCloud) -> Store:
    return empty_store(cloud)


@pytest.fixture(scope="module")
def manifest(cloud: LocalCloud) -> dict[str, str]:
    return manifest_options(cloud)
