# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is wrong with the origins and origin groups of a distribution. Pure."""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.s3_hosts import (
    global_bucket,
    is_bucket,
    is_mrap,
    is_website,
)
from .references import members

Config = dict[str, t.Any]

_GROUP_SIZE = 2
_FAILOVER_CODES = (400, 403, 404, 416, 429, 500, 502, 503, 504)
_KINDS = ("custom_origin_config", "s3_origin_config", "vpc_origin_config")


def check_origins(config: Config) -> None:
    ids = [each["id"] for member in ("origins", "origin_groups") for each in config.get(member, [])]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        raise EdgeError(f"origins: {twice!r} is the id of several origins or origin groups; give each one of its own.")
    for origin in config.get("origins", []):
        if origin["domain_name"] != KNOWN_AFTER_APPLY:
            _check_origin(f"origins[{origin['id']}]", origin)
    origins = [origin["id"] for origin in config.get("origins", [])]
    for group in config.get("origin_groups", []):
        _check_group(group, origins)


def _check_origin(name: str, origin: Config) -> None:
    host, kinds = origin["domain_name"], [kind for kind in _KINDS if kind in origin]
    signed = bool(origin.get("origin_access_control_id"))
    if len(kinds) > 1:
        raise EdgeError(f"{name}: {' and '.join(kinds)} exclude one another: give one of them.")
    bucket = global_bucket(host)
    if bucket:
        raise EdgeError(
            f"{name}: {host} answers 307 for up to a day if the bucket is new and not in us-east-1: "
            f"give {bucket}.s3.<region>.amazonaws.com."
        )
    if is_website(host) and (signed or "s3_origin_config" in origin):
        raise EdgeError(
            f"{name}: {host} is a bucket's website, which takes no signed requests: give the bucket's own "
            "host name, <bucket>.s3.<region>.amazonaws.com, or a custom_origin_config without an access control."
        )
    if is_bucket(host) and (signed or not kinds) and "s3_origin_config" not in origin:
        raise EdgeError(
            f"{name}: {host} is a bucket: give s3_origin_config: {{origin_access_identity: ''}}, without which "
            "CloudFront takes no access control for it."
        )
    if not kinds:
        raise EdgeError(f"{name}: give one of {', '.join(_KINDS)}.")
    if "s3_origin_config" in origin and not (is_bucket(host) or is_mrap(host)):
        raise EdgeError(f"{name}: s3_origin_config is for buckets, and {host} is none: give a custom_origin_config.")
    if signed and origin.get("s3_origin_config", {}).get("origin_access_identity"):
        raise EdgeError(
            f"{name}: an access control and an access identity exclude one another: "
            "give s3_origin_config: {origin_access_identity: ''}."
        )
    if is_mrap(host) and origin.get("origin_shield", {}).get("enabled"):
        raise EdgeError(
            f"{name}: Origin Shield would send every request from its one Region, so that {host} always "
            "chooses the same bucket: leave origin_shield out, or give the origin_shield_region to bucket origins."
        )


def _check_group(group: Config, origins: t.Sequence[str]) -> None:
    name, ids = f"origin_groups[{group['id']}]", members(group)
    if len(ids) != _GROUP_SIZE or ids[0] == ids[1]:
        raise EdgeError(f"{name}: must have exactly {_GROUP_SIZE} members, the first and what takes its place.")
    for unknown in (each for each in ids if each not in origins):
        raise EdgeError(
            f"{name}: {unknown!r} is not an origin's id; choose one of {', '.join(origins) or '(no origins)'}."
        )
    codes = group.get("failover_criteria", {}).get("status_codes", [])
    wrong = [str(code) for code in codes if code not in _FAILOVER_CODES]
    if wrong or not codes:
        raise EdgeError(
            f"{name}: status_codes must be some of {', '.join(map(str, _FAILOVER_CODES))}, "
            f"not {', '.join(wrong) or 'none'}."
        )
