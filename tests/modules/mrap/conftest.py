"""An MRAP for each test, over the site's buckets."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local_aws import LocalAws
from modules.mraps import Mraps, make_buckets
from modules.runner import Modules


@pytest.fixture(scope="module")
def buckets(local_aws: LocalAws) -> dict[str, str]:
    return make_buckets(local_aws)


@pytest.fixture
def mrap(modules: Modules, buckets: dict[str, str]) -> Mraps:
    return Mraps(modules, buckets)
