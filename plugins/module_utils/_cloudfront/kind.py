# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""What the kinds of CloudFront's resources have in common, and what tells one from another."""

from __future__ import annotations

import dataclasses
import typing as t

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Kind:
    """CloudFront calls everything about a kind by its *entity*: CreateCachePolicy, CachePolicyConfig, CachePolicyInUse.

    ``listing``: the operation that lists them. ``used_by``: the one that lists the distributions which use one.
    ``mark``: the member, in snake case, that has our mark. ``defaults``: what a new one has besides what was given.
    """

    entity: str
    noun: str
    listing: str
    mark: str
    used_by: str = ""
    defaults: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

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


@dataclasses.dataclass(frozen=True)
class Live:
    """One that there is; *managed* ones are AWS's own. ``config`` is in snake case."""

    id: str
    config: Config
    managed: bool = False


def named(live: t.Iterable[Live], name: str) -> Live | None:
    """The one with this name, AWS's own apart."""
    return next((each for each in live if not each.managed and each.config["name"] == name), None)


_SIGNED = {"signing_behavior": "always", "signing_protocol": "sigv4", "origin_access_control_origin_type": "s3"}
_NOTHING_FORWARDED = {
    "headers_config": {"header_behavior": "none"},
    "cookies_config": {"cookie_behavior": "none"},
    "query_strings_config": {"query_string_behavior": "none"},
}

ORIGIN_ACCESS_CONTROL = Kind(
    entity="OriginAccessControl",
    noun="origin access control",
    listing="ListOriginAccessControls",
    mark="description",
    defaults=_SIGNED,
)
CACHE_POLICY = Kind(
    entity="CachePolicy",
    noun="cache policy",
    listing="ListCachePolicies",
    used_by="ListDistributionsByCachePolicyId",
    mark="comment",
    # Those of AWS's Managed-CachingOptimized.
    defaults={
        "min_ttl": 1,
        "default_ttl": 86_400,
        "max_ttl": 31_536_000,
        "parameters_in_cache_key_and_forwarded_to_origin": {
            "enable_accept_encoding_gzip": True,
            "enable_accept_encoding_brotli": True,
            **_NOTHING_FORWARDED,
        },
    },
)
ORIGIN_REQUEST_POLICY = Kind(
    entity="OriginRequestPolicy",
    noun="origin request policy",
    listing="ListOriginRequestPolicies",
    used_by="ListDistributionsByOriginRequestPolicyId",
    mark="comment",
    defaults=_NOTHING_FORWARDED,
)
RESPONSE_HEADERS_POLICY = Kind(
    entity="ResponseHeadersPolicy",
    noun="response headers policy",
    listing="ListResponseHeadersPolicies",
    used_by="ListDistributionsByResponseHeadersPolicyId",
    mark="comment",
)
