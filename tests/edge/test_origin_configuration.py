# SPDX-License-Identifier: GPL-3.0-or-later

"""An invalid configuration is refused when it is loaded and when it is built, with a message that names the option."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from edge.origin_events import BUCKETS, packaged

MAP = {"mode": "region_map", "buckets": BUCKETS, "map": {"eu-west-1": "shop-eu"}, "default": "shop-eu"}
DNS = {"mode": "dns_record", "buckets": BUCKETS}
PARAMETER = {"name": "/shop/map", "region": "us-east-1"}


def without(configuration: dict[str, t.Any], key: str) -> dict[str, t.Any]:
    return {name: value for name, value in configuration.items() if name != key}


GOOD: list[dict[str, t.Any]] = [
    {"mode": "mrap"},
    {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap", "query": ["response-content-disposition"]},
    {"mode": "mrap", "failover_buckets": BUCKETS},
    MAP,
    {**MAP, "query": ["v"]},
    {**MAP, "next": {"eu-west-1": "shop-us", "sa-east-1": "shop-eu"}},
    DNS,
    {**DNS, "record": "bucket.shop.example.com", "default": "shop-us"},
    {**DNS, "near": {"eu-west-1": ["shop-eu", "shop-us"], "us-east-1": ["shop-us"]}},
    {**DNS, "record": "_bucket.shop.example.com.", "nameservers": ["192.0.2.53", "127.0.0.1:5353"]},
]

BAD: list[tuple[t.Any, str]] = [
    ([], r"the mode \[\] is unknown: give one of mrap, region_map, dns_record\."),
    ({}, "the mode None is unknown"),
    ({"mode": "nearest"}, "the mode 'nearest' is unknown"),
    ({"mode": ["mrap"]}, r"the mode \['mrap'\] is unknown"),
    ({"mode": "mrap", "bucket": "x"}, "mrap does not know 'bucket'; it knows alias, failover_buckets, query"),
    (
        {"mode": "mrap", "failover_buckets": {"shop.eu": "eu-north-1"}},
        "failover_buckets: 'shop.eu' .* with no dot in it",
    ),
    ({"mode": "mrap", "alias": "mfzwi23gnjvgw"}, r"alias: 'mfzwi23gnjvgw' .* give such as mfzwi23gnjvgw\.mrap"),
    ({"mode": "mrap", "alias": "a.mrap.accesspoint.s3-global.amazonaws.com"}, "alias: "),
    ({"mode": "mrap", "query": "v"}, r"query: 'v' should be such as \["),
    ({"mode": "mrap", "query": ["X-Amz-Signature"]}, "query: 'X-Amz-Signature' cannot be let through"),
    (without(MAP, "default"), "region_map needs default: the bucket for the Regions that are not in the map"),
    (without(MAP, "buckets"), "region_map needs buckets: every bucket that may be picked"),
    (without(MAP, "map"), "region_map needs map, or a parameter that has it"),
    ({**MAP, "default": "other"}, "default: the bucket 'other' is not in buckets: shop-eu, shop-us, blog-eu"),
    ({**MAP, "map": {"eu-west-1": "other"}}, "map: eu-west-1: the bucket 'other' is not in buckets"),
    ({**MAP, "map": {"eu-west-1": None}}, "map: eu-west-1: the bucket None is not in buckets"),
    ({**MAP, "map": {"europe": "shop-eu"}}, "map: 'europe' .* such as eu-west-1"),
    ({**MAP, "map": {}}, "map: {} should be such as"),
    ({**MAP, "next": {"eu-west-1": "other"}}, "next: eu-west-1: the bucket 'other' is not in buckets"),
    ({**MAP, "next": {"europe": "shop-eu"}}, "next: 'europe' .* such as eu-west-1"),
    ({**MAP, "next": []}, r"next: \[\] should be such as"),
    ({**DNS, "next": {"eu-west-1": "shop-eu"}}, "dns_record does not know 'next'"),
    ({**DNS, "near": ["shop-eu"]}, r"near: \['shop-eu'\] should be such as"),
    ({**DNS, "near": {"eu-west-1": "shop-eu"}}, r"near: eu-west-1: 'shop-eu' should be such as \["),
    ({**DNS, "near": {"eu-west-1": ["other"]}}, "near: eu-west-1: the bucket 'other' is not in buckets"),
    ({**DNS, "near": {"europe": ["shop-eu"]}}, "near: 'europe' .* such as eu-west-1"),
    ({**MAP, "near": {"eu-west-1": ["shop-eu"]}}, "region_map does not know 'near'"),
    ({"mode": "mrap", "next": {"eu-west-1": "shop-eu"}}, "mrap does not know 'next'"),
    ({**MAP, "buckets": ["shop-eu"]}, "buckets"),
    ({**MAP, "buckets": {"shop.eu": "eu-north-1"}}, "buckets: 'shop.eu' .* with no dot in it"),
    ({**MAP, "buckets": {"SHOP": "eu-north-1"}}, "buckets: 'SHOP'"),
    ({**MAP, "buckets": {"shop-eu": "eu"}}, "buckets: shop-eu: 'eu' .* such as eu-north-1"),
    ({**MAP, "parameter": "/shop/map"}, "parameter: '/shop/map' should be such as"),
    ({**MAP, "parameter": {"name": "/shop/map"}}, "parameter: .* should be such as"),
    ({**MAP, "parameter": {**PARAMETER, "ttl": 5}}, "parameter: .* should be such as"),
    ({**MAP, "parameter": {**PARAMETER, "name": "a b"}}, "parameter: name: 'a b'"),
    ({**MAP, "parameter": {**PARAMETER, "region": "x"}}, "parameter: region: 'x'"),
    ({**MAP, "parameter": {**PARAMETER, "seconds": "60"}}, "parameter: seconds: '60' should be such as 60"),
    ({**MAP, "parameter": {**PARAMETER, "seconds": -5}}, "parameter: seconds: -5 should be such as 60"),
    ({"default": "shop-eu", **MAP, "buckets": 5}, "buckets: 5 should be such as"),
    ({**MAP, "record": "a.example.com"}, "region_map does not know 'record'"),
    ({**DNS, "record": "a b"}, "record: 'a b'"),
    ({**DNS, "record": "a" * 64}, "record: 'a"),
    ({**DNS, "nameservers": ["dns.example.com"]}, "nameservers: 'dns.example.com'"),
    ({**DNS, "default": "other"}, "default: the bucket 'other' is not in buckets"),
]


@pytest.mark.parametrize("configuration", GOOD)
def test_valid_configurations_are_loaded(tmp_path: Path, configuration: dict[str, t.Any]) -> None:
    with packaged(tmp_path, configuration) as module:
        loaded = module.CONFIGURATION
    assert loaded == configuration


@pytest.mark.parametrize(("configuration", "message"), BAD)
def test_invalid_configurations_are_refused_with_a_message(tmp_path: Path, configuration: t.Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^config: .*{message}"), packaged(tmp_path, configuration):
        pass


def test_without_a_configuration_the_mode_is_mrap(tmp_path: Path) -> None:
    with packaged(tmp_path) as module:
        loaded = module.CONFIGURATION
    assert loaded == {"mode": "mrap"}
