# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""Configurations that CloudFront would refuse, reported in a sentence before any call. Pure.

How many headers, cookies or policies there may be is a quota that AWS raises on request, so that is left to AWS.
"""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError
from .._rules.cloudfront import check_response_header
from .._rules.ownership import MARK

Config = dict[str, t.Any]

_LONGEST_COMMENT = 128
_KEY = "parameters_in_cache_key_and_forwarded_to_origin"
# What of a viewer's request goes on: the part of the configuration, what it does, and the list that it may have.
_FORWARDED = (
    ("headers_config", "header_behavior", "headers"),
    ("cookies_config", "cookie_behavior", "cookies"),
    ("query_strings_config", "query_string_behavior", "query_strings"),
)
_WITH_LIST = ("whitelist", "allExcept", "allViewerAndWhitelistCloudFront")
_WITHOUT_LIST = ("none", "all", "allViewer")
_COMPRESSION = ("enable_accept_encoding_gzip", "enable_accept_encoding_brotli")


def without_idle_lists(wanted: Config) -> Config:
    """*wanted* so that a behavior which takes no list removes the live one, unless *wanted* has one itself."""
    result = dict(wanted)
    if isinstance(result.get(_KEY), dict):
        result[_KEY] = without_idle_lists(result[_KEY])
    for part, behavior, items in _FORWARDED:
        given = result.get(part)
        if isinstance(given, dict) and given.get(behavior) in _WITHOUT_LIST:
            result[part] = {items: None, **given}
    return result


def cache_policy(config: Config) -> None:
    check_comment(config.get("comment") or "")
    shortest, usual, longest = config["min_ttl"], config["default_ttl"], config["max_ttl"]
    if not 0 <= shortest <= usual <= longest:
        raise EdgeError(
            f"min_ttl ({shortest}), default_ttl ({usual}) and max_ttl ({longest}) must be in this order, from 0 on: "
            "give all that are to change."
        )
    parameters = config[_KEY]
    _lists(parameters, f"{_KEY}.")
    compressed = [name for name in _COMPRESSION if parameters.get(name)]
    behaviors = [(f"{part}.{name}", parameters.get(part, {}).get(name)) for part, name, _list in _FORWARDED]
    if longest == 0:
        keyed = [*compressed, *(name for name, behavior in behaviors if behavior not in ("none", None))]
        if keyed:
            raise EdgeError(
                f"max_ttl is 0, so that nothing is cached, and then CloudFront takes no part of a cache key: {_KEY} "
                f"must not have {', '.join(keyed)}. To send such parts to the origin use an origin request policy; for "
                "Authorization, a max_ttl of 1."
            )
    if compressed and _has(parameters, "accept-encoding"):
        raise EdgeError(
            f"{_KEY}.headers_config.headers has Accept-Encoding, which CloudFront refuses beside "
            f"{' and '.join(compressed)}: leave it out, for it is in the cache key by them."
        )


def origin_request_policy(config: Config) -> None:
    check_comment(config.get("comment") or "")
    _lists(config, "")
    if config["headers_config"]["header_behavior"] == "whitelist":
        for name in ("Authorization", "Accept-Encoding"):
            if _has(config, name.lower()):
                raise EdgeError(
                    f"headers_config.headers has {name}, which CloudFront takes in a cache policy only: put it there."
                )


def response_headers_policy(config: Config) -> None:
    check_comment(config.get("comment") or "")
    protection = (config.get("security_headers_config") or {}).get("xss_protection") or {}
    if protection.get("mode_block") and protection.get("report_uri"):
        raise EdgeError(
            "security_headers_config.xss_protection has mode_block and report_uri, of which CloudFront takes one."
        )
    rate = (config.get("server_timing_headers_config") or {}).get("sampling_rate")
    if rate is not None and not 0 <= rate <= 100:
        raise EdgeError(f"server_timing_headers_config.sampling_rate is {rate} and must be a percentage, 0 to 100.")
    for part in ("custom_headers_config", "remove_headers_config"):
        names = [item["header"].lower() for item in config.get(part) or []]
        for name in names:
            check_response_header(name, part)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise EdgeError(f"{part} names {', '.join(twice)} twice: a header can be there once.")


def check_comment(comment: str) -> None:
    if len(comment) > _LONGEST_COMMENT:
        mark = " with this collection's mark" if MARK in comment else ""
        raise EdgeError(f"comment: has {len(comment)} characters{mark}; CloudFront takes {_LONGEST_COMMENT}.")


def _lists(config: Config, path: str) -> None:
    for part, name, items in _FORWARDED:
        given = config.get(part) or {}
        behavior, listed = given.get(name), given.get(items)
        if behavior in _WITH_LIST and not listed:
            raise EdgeError(f"{path}{part}: {name} {behavior} needs {items}.")
        if behavior in _WITHOUT_LIST and listed:
            raise EdgeError(f"{path}{part}: {name} {behavior} takes no {items}; leave them out, or use whitelist.")


def _has(config: Config, header: str) -> bool:
    return header in [name.lower() for name in config.get("headers_config", {}).get("headers") or []]
