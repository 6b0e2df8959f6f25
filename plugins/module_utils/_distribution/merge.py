# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is asked for, laid over what is live: the parts of a configuration that are not simply replaced. Pure."""

from __future__ import annotations

import typing as t

from .._core.shapes import overlay
from .._rules.cloudfront import ORIGIN_KINDS
from .._rules.s3_hosts import is_mrap

Config = dict[str, t.Any]

# A distribution's certificate is of one of these kinds, an origin of one of those.
_CERTIFICATES = ("acm_certificate_arn", "iam_certificate_id", "cloud_front_default_certificate")
_ORIGINS = ("custom_origin_config", "s3_origin_config", "vpc_origin_config")
# What a cache policy takes the place of.
_BEFORE_POLICIES = ("forwarded_values", "min_ttl", "default_ttl", "max_ttl")

# What CloudFront is to make of an origin that is a Multi-Region Access Point with an origin access control.
SHAPES = ("auto", "custom", "s3")


def merged(live: Config, wanted: Config, *, purge: bool, shape: str) -> Config:
    """*wanted* over *live*; what is None there is removed. Without *purge* the origins of *live* stay."""
    if not purge:
        named = [member for member in ("origins", "origin_groups") if wanted.get(member) is not None]
        wanted = {**wanted, **{member: _and_live(live, wanted, member) for member in named}}
    if wanted.get("origins") is not None:
        lived = {origin["id"]: origin for origin in live.get("origins", [])}
        origins = [_origin(lived.get(origin.get("id"), {}), origin, shape) for origin in wanted["origins"]]
        wanted = {**wanted, "origins": origins}
    if wanted.get("aliases"):
        # A host name is the same in capitals, and CloudFront may return it in small letters.
        wanted = {**wanted, "aliases": list(dict.fromkeys(alias.lower() for alias in wanted["aliases"]))}
    if wanted.get("default_cache_behavior"):
        wanted = {**wanted, "default_cache_behavior": _behavior(wanted["default_cache_behavior"])}
    if wanted.get("cache_behaviors"):
        wanted = {**wanted, "cache_behaviors": [_behavior(each) for each in wanted["cache_behaviors"]]}
    geo = (wanted.get("restrictions") or {}).get("geo_restriction") or {}
    if geo.get("restriction_type") == "none":
        # CloudFront takes no countries then, so those that are live go.
        wanted = {**wanted, "restrictions": {**wanted["restrictions"], "geo_restriction": {"items": None, **geo}}}
    result: Config = overlay(_without_other_certificate(live, wanted), wanted)
    return result


def in_the_other_shape(config: Config) -> Config | None:
    """*config* with its MRAPs that have an access control as origins of the other kind, if it has any."""
    origins = [_turned(origin) if has_shapes(origin) else origin for origin in config.get("origins", [])]
    return {**config, "origins": origins} if origins != config.get("origins", []) else None


def has_shapes(origin: Config) -> bool:
    """AWS's documentation does not settle which kind of origin such a one is."""
    return is_mrap(str(origin.get("domain_name"))) and bool(origin.get("origin_access_control_id"))


def _turned(origin: Config) -> Config:
    same = {key: value for key, value in origin.items() if key not in _ORIGINS}
    kind = "s3_origin_config" if "custom_origin_config" in origin else "custom_origin_config"
    return {**same, kind: ORIGIN_KINDS[kind]}


def _origin(live: Config, wanted: Config, shape: str) -> Config:
    """With the one kind that it is to be, in place of the one that it was."""
    if has_shapes(overlay(live, wanted)):
        is_s3 = shape == "s3" or (shape == "auto" and _kind(live, _ORIGINS) == "s3_origin_config" and has_shapes(live))
        kind = "s3_origin_config" if is_s3 else "custom_origin_config"
        given = wanted.get(kind) or ({} if kind in live else ORIGIN_KINDS[kind])
        wanted = {**{key: value for key, value in wanted.items() if key not in _ORIGINS}, kind: given}
    if _kind(wanted, _ORIGINS) is None:
        return wanted
    return {**{key: None for key in _ORIGINS if key in live and key not in wanted}, **wanted}


def _behavior(wanted: Config) -> Config:
    if not wanted.get("cache_policy_id"):
        return wanted
    return {**dict.fromkeys(_BEFORE_POLICIES), **wanted}


def _and_live(live: Config, wanted: Config, key: str) -> list[Config]:
    named = {item.get("id") for item in wanted[key]}
    return [*wanted[key], *(item for item in live.get(key, []) if item["id"] not in named)]


def _without_other_certificate(live: Config, wanted: Config) -> Config:
    """One of another kind is replaced, not laid over."""
    old, new = live.get("viewer_certificate", {}), wanted.get("viewer_certificate") or {}
    if not new or _kind(old, _CERTIFICATES) == _kind(new, _CERTIFICATES):
        return live
    return {key: value for key, value in live.items() if key != "viewer_certificate"}


def _kind(union: Config, kinds: t.Sequence[str]) -> str | None:
    """False and null are none; an empty structure is one."""
    return next((kind for kind in kinds if union.get(kind) not in (None, False, "")), None)
