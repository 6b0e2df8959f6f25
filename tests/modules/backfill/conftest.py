"""The site's buckets, with nothing in them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local import LocalCloud
from modules.backfill_buckets import Content, empty_buckets


@pytest.fixture
def buckets(cloud: LocalCloud) -> dict[str, str]:
    return empty_buckets(cloud)


@pytest.fixture
def content(cloud: LocalCloud, buckets: dict[str, str]) -> Content:
    return Content(cloud, buckets)
