"""An empty store, a user who may write its keys, and a bucket for manifests."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local_aws import LocalAws
from modules.runner import Modules
from modules.store_keys import empty_store, manifest_options, modules_of
from modules.stores import Store


@pytest.fixture(scope="module")
def owner(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


@pytest.fixture
def store(local_aws: LocalAws) -> Store:
    return empty_store(local_aws)


@pytest.fixture(scope="module")
def manifest(local_aws: LocalAws) -> dict[str, str]:
    return manifest_options(local_aws)
