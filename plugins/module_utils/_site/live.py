# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is live of a site, as its distribution and its Multi-Region Access Points (MRAPs) show it. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .._rules.names import mrap_arn
from .._rules.s3_hosts import bucket_and_region, mrap_alias
from .origin_modes import OriginSet, origin_set_of

Facts = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Mrap:
    """*regions*: its buckets by Region. *out*: the Regions whose traffic dial is at 0, if the dials could be read."""

    name: str
    arn: str
    regions: t.Mapping[str, str]
    out: tuple[str, ...] = ()
    serves: bool = True
    has_policy: bool = False
    dials_known: bool = True


@dataclasses.dataclass(frozen=True)
class Distribution:
    """*origins*: domain names by origin id. *target*: the origin, or the group, of the default cache behavior."""

    arn: str
    domain_name: str
    target: str = ""
    origins: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    cache_policy_id: str = ""
    response_headers_policy_id: str = ""

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def origin_set(self) -> OriginSet | None:
        """The origins in service. None where the target is an unmanaged origin."""
        return origin_set_of(self.target)

    @property
    def origin_ids(self) -> list[str]:
        """Of the origins that an origin mode has made. Others belong to the user."""
        return [origin_id for origin_id in self.origins if origin_set_of(origin_id)]

    @property
    def origin_sets(self) -> list[OriginSet]:
        return list(dict.fromkeys(filter(None, map(origin_set_of, self.origins))))

    @property
    def protocols(self) -> set[str]:
        """By which CloudFront signs for these origins."""
        return set().union(*(each.protocols(filter(each.has, self.origins)) for each in self.origin_sets))

    @property
    def buckets(self) -> dict[str, str]:
        """The buckets that are origins, by Region."""
        found = filter(None, (bucket_and_region(self.origins[origin_id]) for origin_id in self.origin_ids))
        return {region: name for name, region in found}

    @property
    def mrap_arns(self) -> list[str]:
        """Of the MRAPs that are origins."""
        account_id = self.arn.split(":")[4]
        aliases = filter(None, map(mrap_alias, self.origins.values()))
        return [mrap_arn(account_id, alias) for alias in aliases]


@dataclasses.dataclass(frozen=True)
class Live:
    """*left_out*: the Regions that the viewer function leaves out, or whose TXT record has the weight 0."""

    account_id: str
    distribution: Distribution | None = None
    mraps: tuple[Mrap, ...] = ()
    left_out: tuple[str, ...] = ()

    def with_left_out(self, regions: t.Iterable[str]) -> Live:
        return dataclasses.replace(self, left_out=tuple(regions))

    @property
    def origin_sets(self) -> list[OriginSet]:
        """Those that a distribution has, in service or not."""
        return self.distribution.origin_sets if self.distribution else []

    @property
    def serving(self) -> dict[str, str]:
        """The buckets behind the distribution, by Region. They have every object: backfill comes before an origin."""
        if self.distribution is None:
            return {}
        behind = [mrap.regions for mrap in self.mraps if mrap.arn in self.distribution.mrap_arns]
        return self.distribution.buckets | _merged(behind)

    @property
    def buckets(self) -> dict[str, str]:
        """These, and those of an MRAP that a run has only created before it was killed."""
        return self.serving | _merged(mrap.regions for mrap in self.mraps)


def _merged(buckets: t.Iterable[t.Mapping[str, str]]) -> dict[str, str]:
    return {region: name for each in buckets for region, name in each.items()}


def mrap_name(site: str, regions: t.Iterable[str]) -> str:
    """AWS never changes the Regions of an MRAP, so another set of Regions is another MRAP, with another name."""
    digest = hashlib.sha256(",".join(sorted(regions)).encode()).hexdigest()
    return f"{site}-{digest[:8]}"


def mrap_from(facts: Facts) -> Mrap:
    """*facts*: what s3_multi_region_access_point_info returns about one."""
    return Mrap(
        name=facts["name"],
        arn=facts["arn"],
        regions=facts["regions"],
        out=tuple(region for region, dial in (facts["routes"] or {}).items() if dial == 0),
        serves=facts["status"] == "READY",
        has_policy=bool(facts["policy_established"]),
        # With one Region, or before it is created, an MRAP has none.
        dials_known=facts["routes"] is not None or len(facts["regions"]) < 2 or facts["status"] != "READY",
    )


def distribution_from(facts: Facts) -> Distribution:
    """*facts*: what cloudfront_distribution_info returns about one."""
    config = facts["config"]
    behavior = config.get("default_cache_behavior", {})
    return Distribution(
        arn=facts["arn"],
        domain_name=facts["domain_name"],
        target=behavior.get("target_origin_id", ""),
        origins={origin["id"]: origin["domain_name"] for origin in config.get("origins", [])},
        cache_policy_id=behavior.get("cache_policy_id", ""),
        response_headers_policy_id=behavior.get("response_headers_policy_id", ""),
    )
