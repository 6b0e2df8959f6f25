# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""What the kinds of CloudFront's resources have in common, and how they differ."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.shapes import equal, overlay
from .._rules.ownership import MARK
from . import checks

Config = dict[str, t.Any]

# Members whose strings are names of headers, which have no case.
_HEADER_NAMES = ("headers", "header", "access_control_allow_headers", "access_control_expose_headers")


def _nothing(config: Config) -> Config:
    return {}


@dataclasses.dataclass(frozen=True)
class Kind:
    """CloudFront calls everything about a kind by its *entity*: CreateCachePolicy, CachePolicyConfig, CachePolicyInUse.

    ``listing``: the operation that lists them. ``used_by``: the one that lists the distributions which use one.
    ``mark``: the member, in snake case, that has the mark. ``defaults``: of a configuration, what it has where it
    sets nothing. ``check``: raises EdgeError for one that CloudFront would refuse. ``names``: a pattern of names.
    """

    entity: str
    noun: str
    listing: str
    mark: str
    used_by: str = ""
    defaults: t.Callable[[Config], Config] = _nothing
    check: t.Callable[[Config], object] = _nothing
    names: str = ".{1,128}"

    def __str__(self) -> str:
        return self.entity

    @property
    def config(self) -> str:
        return f"{self.entity}Config"

    @property
    def in_use(self) -> str:
        return f"{self.entity}InUse"

    @property
    def exists(self) -> str:
        return f"{self.entity}AlreadyExists"

    @property
    def unknown(self) -> str:
        return f"NoSuch{self.entity}"

    def complete(self, config: Config) -> Config:
        """*config* with the mark, and the defaults where it sets nothing."""
        return t.cast(Config, overlay({self.mark: MARK, **self.defaults(config)}, config))


@dataclasses.dataclass(frozen=True)
class Live:
    """One that there is; *managed* ones are AWS's own. ``config`` is in snake case.

    ``unknown``: members that it has and botocore does not know.
    """

    id: str
    config: Config
    managed: bool = False
    unknown: t.Sequence[str] = ()


def named(live: t.Iterable[Live], name: str) -> Live | None:
    return next((each for each in live if each.config["name"] == name), None)


def same(one: t.Any, other: t.Any) -> bool:
    """Whether two configurations mean the same to CloudFront."""
    return equal(_canonical(one), _canonical(other))


def _canonical(value: t.Any) -> t.Any:
    """Without the empty parts and the ``false`` that AWS leaves out or fills in as it likes."""
    if isinstance(value, dict):
        return {
            key: _lower(item) if key in _HEADER_NAMES else _canonical(item)
            for key, item in value.items()
            if item is not False and item not in (None, "", [], {})
        }
    return [_canonical(item) for item in value] if isinstance(value, list) else value


def _lower(value: t.Any) -> t.Any:
    return [item.lower() for item in value] if isinstance(value, list) else str(value).lower()


def _signed(config: Config) -> Config:
    return {"signing_behavior": "always", "signing_protocol": "sigv4", "origin_access_control_origin_type": "s3"}


def _nothing_forwarded(config: Config) -> Config:
    return {
        "headers_config": {"header_behavior": "none"},
        "cookies_config": {"cookie_behavior": "none"},
        "query_strings_config": {"query_string_behavior": "none"},
    }


def _caching_optimized(config: Config) -> Config:
    """As AWS's Managed-CachingOptimized; a TTL gives way to those of *config*, for they must be in order."""
    usual = {"min_ttl": 1, "default_ttl": 86_400, "max_ttl": 31_536_000}
    ttls: dict[str, int] = {name: config[name] for name in usual if name in config}
    for index, name in enumerate(usual):
        least = [ttls[other] for other in list(usual)[:index]]
        most = [ttls[other] for other in list(usual)[index + 1 :] if other in ttls]
        ttls.setdefault(name, min([max([usual[name], *least]), *most]))
    # CloudFront refuses compression where nothing is cached.
    compressed = ttls["max_ttl"] > 0
    return {
        **ttls,
        "parameters_in_cache_key_and_forwarded_to_origin": {
            "enable_accept_encoding_gzip": compressed,
            "enable_accept_encoding_brotli": compressed,
            **_nothing_forwarded(config),
        },
    }


ORIGIN_ACCESS_CONTROL = Kind(
    entity="OriginAccessControl",
    noun="origin access control",
    listing="ListOriginAccessControls",
    mark="description",
    defaults=_signed,
    names=".{1,64}",
)
CACHE_POLICY = Kind(
    entity="CachePolicy",
    noun="cache policy",
    listing="ListCachePolicies",
    used_by="ListDistributionsByCachePolicyId",
    mark="comment",
    defaults=_caching_optimized,
    check=checks.cache_policy,
    names="[A-Za-z0-9_-]{1,128}",
)
ORIGIN_REQUEST_POLICY = Kind(
    entity="OriginRequestPolicy",
    noun="origin request policy",
    listing="ListOriginRequestPolicies",
    used_by="ListDistributionsByOriginRequestPolicyId",
    mark="comment",
    defaults=_nothing_forwarded,
    check=checks.origin_request_policy,
    names="[A-Za-z0-9_-]{1,128}",
)
RESPONSE_HEADERS_POLICY = Kind(
    entity="ResponseHeadersPolicy",
    noun="response headers policy",
    listing="ListResponseHeadersPolicies",
    used_by="ListDistributionsByResponseHeadersPolicyId",
    mark="comment",
    check=checks.response_headers_policy,
)
