# SPDX-License-Identifier: GPL-3.0-or-later

"""A request for another origin, or one that CloudFront signs itself, is returned unchanged."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from edge.bucket_origins import DNS_RECORD, NAME, REGION_MAP, Record
from edge.origin_events import HOST, custom, event, host_of, packaged, verified


@pytest.mark.parametrize("configuration", [REGION_MAP, DNS_RECORD], ids=lambda each: each["mode"])
@pytest.mark.parametrize(
    "origin",
    [
        custom("www.example.com"),
        custom(),
        custom("other-eu.s3.eu-north-1.amazonaws.com"),
        custom("shop-eu.s3.us-east-1.amazonaws.com"),
        custom("www.example.com", X_Origin_Failover="1"),
        custom("other-eu.s3.eu-north-1.amazonaws.com", X_Origin_Failover="1"),
    ],
    ids=["a server", "an MRAP", "another bucket", "the wrong Region", "to a server", "to another bucket"],
)
def test_requests_for_other_origins_are_unchanged(
    tmp_path: Path, configuration: dict[str, t.Any], origin: dict[str, t.Any]
) -> None:
    case = event("/a+b", "POST", "a=1", origin, Authorization="Basic x")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    with packaged(tmp_path, configuration) as module:
        assert module.handler(case) == before


MODES = [
    {"mode": "mrap"},
    {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap"},
    REGION_MAP,
    {**REGION_MAP, "next": {"eu-west-1": "shop-us"}},
    DNS_RECORD,
    {**DNS_RECORD, "default": "shop-us"},
]


@pytest.mark.parametrize("configuration", MODES, ids=lambda each: "-".join([each["mode"], *list(each)[3:]]))
@pytest.mark.parametrize("headers", [{}, {"X_Origin_Failover": "1"}, {"X_Origin_Record": NAME}], ids=", ".join)
@pytest.mark.parametrize("host", [host_of("shop-eu"), "other.s3.eu-north-1.amazonaws.com", HOST])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_that_cloudfront_signs_are_unchanged_in_every_mode(
    tmp_path: Path, record: Record, configuration: dict[str, t.Any], headers: dict[str, str], host: str, method: str
) -> None:
    """So during a migration, one function serves origins with and without an OAC."""
    s3 = {"authMethod": "none", "path": "/p q", "region": "eu-north-1", **custom(host, **headers)["custom"]}
    case = event("/a+b", method, "a=1", {"s3": s3}, Authorization="Basic x", X_Amz_Meta="y")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    with packaged(tmp_path, configuration) as module, record.instead_of_dns():
        assert module.handler(case) == before
    assert record.asked == []


def test_with_an_alias_only_requests_to_that_mrap_are_signed(tmp_path: Path) -> None:
    with packaged(tmp_path, {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap"}) as module:
        verified(module.handler(event()))
        other = event(origin=custom("another.mrap.accesspoint.s3-global.amazonaws.com"))
        before = copy.deepcopy(other["Records"][0]["cf"]["request"])
        assert module.handler(other) == before
