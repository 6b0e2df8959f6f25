"""The empty buckets of the site."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local_aws import LocalAws
from modules.backfill_buckets import Content, empty_buckets


@pytest.fixture
def buckets(local_aws: LocalAws) -> dict[str, str]:
    return empty_buckets(local_aws)


@pytest.fixture
def content(local_aws: LocalAws, buckets: dict[str, str]) -> Content:
    return Content(local_aws, buckets)
