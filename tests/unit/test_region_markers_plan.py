# SPDX-License-Identifier: GPL-3.0-or-later

"""The buckets that get a marker, and those whose other markers are removed."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._region_markers.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._region_markers.plan import (
    UNREAD,
    Marker,
    plan,
    surplus,
)

from unit.operations import operations

OPERATIONS = operations(Operations)

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
EU, US = BUCKETS
PUT_EU, PUT_US = ("put_marker", EU), ("put_marker", US)
REMOVE = ("remove_replicas", None)


def markers(*regions: str | None) -> list[Marker]:
    return [Marker(str(version), region) for version, region in zip(itertools.count(), regions, strict=False)]


@pytest.mark.parametrize(
    ("eu", "us", "calls"),
    [
        (markers(EU), markers(US), []),
        (markers(), markers(), [PUT_EU, PUT_US, REMOVE]),
        (markers(EU), markers(), [PUT_US, REMOVE]),
        (markers(EU), markers(EU), [PUT_US, REMOVE]),
        (markers(EU), markers(EU, US), [REMOVE]),
        (markers(EU), markers(US, US), [REMOVE]),
        (markers(EU), markers(None, US), [REMOVE]),
        (markers(EU), markers(None), [PUT_US, REMOVE]),
        (markers(EU), [Marker("0", US, pending=True)], [REMOVE]),
        (markers(EU), markers(UNREAD), []),
        (markers(EU), markers(EU, UNREAD), [REMOVE]),
    ],
    ids=[
        "as it should be",
        "nothing",
        "one lacks it",
        "a replica only",
        "a replica too",
        "twice",
        "deleted",
        "gone",
        "a killed run's, still replicated",
        "one that S3 does not give out yet",
        "a replica before one that S3 does not give out yet",
    ],
)
def test_markers_that_are_put_and_removed(
    eu: list[Marker], us: list[Marker], calls: list[tuple[str, str | None]]
) -> None:
    result = plan(OPERATIONS, {EU: eu, US: us}, BUCKETS)
    assert [(step.name, step.partition) for step in result.steps] == calls
    assert result.after == {EU: EU, US: US}


def test_the_newest_own_marker_and_unreadable_ones_stay() -> None:
    assert [marker.version for marker in surplus(markers(None, EU, US, UNREAD, US), US)] == ["0", "1", "4"]
