# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validates a configuration (`configuration.py`): when the package is built, and when it is loaded."""

from __future__ import annotations

import re

# What each mode requires, and what is optional.
_BUCKETS = {"buckets": "every bucket that may be picked, with its Region"}
_NEEDED = {
    "mrap": {},
    "region_map": {**_BUCKETS, "default": "the bucket for the Regions that are not in the map"},
    "dns_record": _BUCKETS,
}
_OPTIONAL = {
    "mrap": ("alias", "failover_buckets", "query"),
    "region_map": ("map", "next", "parameter", "query"),
    "dns_record": ("default", "record", "near", "nameservers", "query"),
}
# Compiled when they are used: a configuration does not use all of them.
_ALIAS = r"[a-z0-9]+\.mrap"
_BUCKET = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_REGION = r"[a-z]{2}(-[a-z]+)+-[0-9]+"
_PARAMETER = r"[A-Za-z0-9_./-]{1,2048}"
_DOMAIN = r"(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?"
_SERVER = r"([0-9]{1,3}\.){3}[0-9]{1,3}(:[0-9]{1,5})?"


class ConfigurationError(ValueError):
    """A sentence: what is wrong, and what to use instead."""


def checked(configuration: object) -> dict:
    """*configuration* itself. Raises ConfigurationError."""
    mode = configuration.get("mode") if isinstance(configuration, dict) else configuration
    if not isinstance(configuration, dict) or not isinstance(mode, str) or mode not in _NEEDED:
        raise ConfigurationError(f"config: the mode {mode!r} is unknown: give one of {', '.join(_NEEDED)}.")
    for key, what in _NEEDED[mode].items():
        if key not in configuration:
            raise ConfigurationError(f"config: {mode} needs {key}: {what}.")
    known = (*_NEEDED[mode], *_OPTIONAL[mode])
    for key in configuration:
        if key not in ("mode", *known):
            raise ConfigurationError(f"config: {mode} does not know {key!r}; it knows {', '.join(known)}.")
    for key, check in _CHECKS.items():
        if key in configuration:
            check(configuration[key], configuration.get("buckets", {}))
    if mode == "region_map" and not configuration.keys() & {"map", "parameter"}:
        raise ConfigurationError("config: region_map needs map, or a parameter that has it.")
    return configuration


def _refuse_unlike(pattern: str, value: object, key: str, such_as: str) -> None:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ConfigurationError(f"config: {key}: {value!r} is not of the right shape: give such as {such_as}.")


def _refuse_other(kind: type, value: object, key: str, such_as: str) -> None:
    if not isinstance(value, kind) or not value:
        raise ConfigurationError(f"config: {key}: {value!r} should be such as {such_as}.")


def _check_alias(alias: object, buckets: dict) -> None:
    _refuse_unlike(_ALIAS, alias, "alias", "mfzwi23gnjvgw.mrap")


def _check_buckets(found: object, buckets: dict, key: str = "buckets") -> None:
    _refuse_other(dict, found, key, '{"shop-eu": "eu-north-1"}')
    for bucket, region in found.items():
        # A name with a dot would not match the certificate of S3.
        _refuse_unlike(_BUCKET, bucket, key, "shop-eu, with no dot in it")
        _refuse_unlike(_REGION, region, f"{key}: {bucket}", "eu-north-1")


def _check_failover_buckets(found: object, buckets: dict) -> None:
    _check_buckets(found, buckets, "failover_buckets")


def _check_default(default: object, buckets: dict) -> None:
    _refuse_unlisted(default, "default", buckets)


def _check_map(found: object, buckets: dict, key: str = "map") -> None:
    _refuse_other(dict, found, key, '{"eu-west-1": "shop-eu"}')
    for region, bucket in found.items():
        _refuse_unlike(_REGION, region, key, "eu-west-1")
        _refuse_unlisted(bucket, f"{key}: {region}", buckets)


def _check_next(found: object, buckets: dict) -> None:
    _check_map(found, buckets, "next")


def _check_near(found: object, buckets: dict) -> None:
    such_as = '["shop-eu", "shop-us"]'
    _refuse_other(dict, found, "near", f'{{"eu-west-1": {such_as}}}')
    for region, names in found.items():
        _refuse_unlike(_REGION, region, "near", "eu-west-1")
        _refuse_other(list, names, f"near: {region}", such_as)
        for bucket in names:
            _refuse_unlisted(bucket, f"near: {region}", buckets)


def _refuse_unlisted(bucket: object, key: str, buckets: dict) -> None:
    if not isinstance(buckets, dict) or not isinstance(bucket, str) or bucket not in buckets:
        listed = ", ".join(map(str, buckets))
        raise ConfigurationError(f"config: {key}: the bucket {bucket!r} is not in buckets: {listed}. Add it there.")


def _check_parameter(parameter: object, buckets: dict) -> None:
    such_as = '{"name": "/shop/map", "region": "us-east-1", "seconds": 60}'
    _refuse_other(dict, parameter, "parameter", such_as)
    if not {"name", "region"} <= parameter.keys() <= {"name", "region", "seconds"}:
        raise ConfigurationError(f"config: parameter: {parameter!r} should be such as {such_as}.")
    _refuse_unlike(_PARAMETER, parameter["name"], "parameter: name", "/shop/map")
    _refuse_unlike(_REGION, parameter["region"], "parameter: region", "us-east-1")
    seconds = parameter.get("seconds", 60)
    if not isinstance(seconds, int) or seconds < 1:
        raise ConfigurationError(f"config: parameter: seconds: {seconds!r} should be such as 60.")


def _check_record(record: object, buckets: dict) -> None:
    _refuse_unlike(_DOMAIN, record, "record", "bucket.shop.example.com")


def _check_nameservers(servers: object, buckets: dict) -> None:
    _refuse_other(list, servers, "nameservers", '["192.0.2.53"]')
    for server in servers:
        _refuse_unlike(_SERVER, server, "nameservers", "192.0.2.53 or 192.0.2.53:5353")


def _check_query(names: object, buckets: dict) -> None:
    _refuse_other(list, names, "query", '["response-content-disposition"]')
    for name in names:
        if not isinstance(name, str) or not name or name.lower().startswith("x-amz-"):
            raise ConfigurationError(f"config: query: {name!r} cannot be let through: x-amz-* would sign for itself.")


# In this order: the other checks use the buckets.
_CHECKS = {
    "buckets": _check_buckets,
    "alias": _check_alias,
    "failover_buckets": _check_failover_buckets,
    "default": _check_default,
    "map": _check_map,
    "next": _check_next,
    "near": _check_near,
    "parameter": _check_parameter,
    "record": _check_record,
    "nameservers": _check_nameservers,
    "query": _check_query,
}
