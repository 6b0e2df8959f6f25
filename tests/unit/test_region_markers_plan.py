# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets get a marker, and which lose others'."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._region_markers.plan import Markers, plan

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
PUT_EU = ("put_marker", "eu-north-1")
PUT_US = ("put_marker", "us-east-1")
REMOVE = ("remove_replicas", None)


@pytest.mark.parametrize(
    ("observed", "calls"),
    [
        ({"eu-north-1": ["eu-north-1"], "us-east-1": ["us-east-1"]}, []),
        ({"eu-north-1": [], "us-east-1": []}, [PUT_EU, PUT_US, REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": []}, [PUT_US, REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": ["eu-north-1"]}, [PUT_US, REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": ["eu-north-1", "us-east-1"]}, [REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": ["us-east-1", "us-east-1"]}, [REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": [None, "us-east-1"]}, [REMOVE]),
        ({"eu-north-1": ["eu-north-1"], "us-east-1": [None]}, [PUT_US, REMOVE]),
    ],
    ids=["as it should be", "nothing", "one lacks it", "a replica only", "a replica too", "twice", "deleted", "gone"],
)
def test_what_is_put_and_removed(observed: Markers, calls: list[tuple[str, str | None]]) -> None:
    result = plan(observed, BUCKETS)
    assert [(step.call, step.lane) for step in result.steps] == calls
    assert result.after == {"eu-north-1": "eu-north-1", "us-east-1": "us-east-1"}
