# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""When two configurations of a distribution are equivalent, though AWS has filled in what was not set. Pure."""

from __future__ import annotations

import hashlib
import typing as t

from .._core.shapes import equal, identity

Config = dict[str, t.Any]

# What CloudFront returns for a member that was not set. Besides: false, "", an empty list, and a structure of such.
_DEFAULTS: dict[str, t.Any] = {
    "allowed_methods": {"items": ["GET", "HEAD"]},
    "cached_methods": ["GET", "HEAD"],
    "connection_attempts": 3,
    "connection_mode": "direct",
    "connection_timeout": 10,
    "error_caching_min_ttl": 10,
    "http_version": "http2",
    "ip_address_type": "ipv4",
    "origin_http_version": "http1.1",
    "origin_keepalive_timeout": 5,
    "origin_read_timeout": 30,
    "price_class": "PriceClass_All",
    "restriction_type": "none",
    "selection_criteria": "default",
}
_ORDERED = "path_pattern"
# Of an origin's custom header: by it an origin knows that CloudFront asks.
_SECRET = "header_value"


def keep_equivalent(live: t.Any, after: t.Any, member: str = "") -> t.Any:
    """*after*, with the values of *live* wherever the two are equivalent: what is left differs."""
    if equal(strip_defaults(member, live), strip_defaults(member, after)):
        return live
    if isinstance(live, dict) and isinstance(after, dict):
        both = {key: keep_equivalent(live.get(key), after.get(key), key) for key in {**live, **after}}
        return {key: value for key, value in both.items() if value is not None}
    if isinstance(live, list) and isinstance(after, list):
        lived = {identity(item): item for item in live if identity(item) is not None}
        return [keep_equivalent(lived[identity(item)], item) if identity(item) in lived else item for item in after]
    return after


def by_identity(config: t.Any) -> t.Any:
    """For people: lists of things that have an identity as dictionaries, so that each is compared with itself."""
    if isinstance(config, dict):
        return {key: redact(value) if key == _SECRET else by_identity(value) for key, value in config.items()}
    if not isinstance(config, list):
        return config
    names = [identity(item) for item in config]
    if not config or None in names or len(set(names)) < len(names):
        return [by_identity(item) for item in config]
    items = dict(zip(map(str, names), map(by_identity, config), strict=True))
    if _ORDERED in config[0]:
        return {name: {"precedence": place, **item} for place, (name, item) in enumerate(items.items())}
    return items


def redact(secret: t.Any) -> str:
    """Another one for another secret."""
    return f"(not shown, {hashlib.sha256(str(secret).encode()).hexdigest()[:8]})"


def strip_defaults(member: str, value: t.Any) -> t.Any:
    """Without what AWS fills in; None if nothing is left."""
    if isinstance(value, list):
        value = [strip_defaults("", item) for item in value] or None
    elif isinstance(value, dict):
        if value.get("cloud_front_default_certificate"):
            return None  # regardless of its other members, which CloudFront sets itself
        stripped = {key: strip_defaults(key, item) for key, item in value.items()}
        # An empty S3OriginConfig is what makes an origin a bucket.
        nothing: Config | None = {} if member == "s3_origin_config" else None
        value = {key: item for key, item in stripped.items() if item is not None} or nothing
    if value is False or value == "":
        return None
    return None if member in _DEFAULTS and equal(value, _DEFAULTS[member]) else value
