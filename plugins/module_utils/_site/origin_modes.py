# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The origin modes: ORIGIN_MODES is the only definition of each. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._rules import latency
from .._rules.cloudfront import ORIGIN_KINDS
from .references import MRAP_DOMAIN_NAME

LAMBDA_EDGE, OAC = "lambda_edge", "oac"


Data = dict[str, t.Any]

# Another attempt beats a long wait.
_TIMEOUTS = {"connection_attempts": 2, "connection_timeout": 5}
# An origin that Lambda signs for, or that is an MRAP, has to be a custom one.
# Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
_CUSTOM = {"custom_origin_config": ORIGIN_KINDS["custom_origin_config"], **_TIMEOUTS}
_S3 = {"s3_origin_config": ORIGIN_KINDS["s3_origin_config"], **_TIMEOUTS}
# A key that replication has not brought yet is a 404. A 403 is a fault in the policies, which no bucket must hide.
_FAILOVER_CODES = {"status_codes": [404, 500, 502, 503, 504]}
# By this header the origin request function knows that the first member of the group has failed.
_SECOND = {"custom_headers": [{"header_name": "X-Origin-Failover", "header_value": "true"}]}
_SECOND_ID = "failover"
# By which CloudFront signs for a bucket.
_BUCKET_PROTOCOL = "sigv4"


@dataclasses.dataclass(frozen=True)
class Origins:
    """What a distribution has for an origin mode, in the words of the module cloudfront_distribution.

    *failover*: origins that are buckets where the others are none, so that CloudFront signs for them in another way.
    """

    origins: list[Data]
    groups: list[Data]
    target: str
    failover: list[Data] = dataclasses.field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [origin["id"] for origin in (*self.origins, *self.failover)]


@dataclasses.dataclass(frozen=True)
class Buckets:
    """A site's buckets by Region, the home Region first. *failover_region*: where an MRAP has its failover origin;
    empty: it has none."""

    names: t.Mapping[str, str]
    home_region: str
    failover_region: str = ""

    @property
    def regions(self) -> list[str]:
        return [self.home_region, *(region for region in self.names if region != self.home_region)]

    @property
    def domain_names(self) -> dict[str, str]:
        """By Region."""
        return {region: f"{self.names[region]}.s3.{region}.amazonaws.com" for region in self.regions}


def _mrap(origin_set: OriginSet, buckets: Buckets) -> Origins:
    """Each bucket is an origin, so that only the group changes if another one is to be the failover origin."""
    origins: list[Data] = [{"id": origin_set.name, "domain_name": MRAP_DOMAIN_NAME, **_CUSTOM}]
    if not buckets.failover_region:
        return Origins(origins, [], origin_set.name)
    group = mrap_group(origin_set, buckets.failover_region)
    kind = _S3 if origin_set.protocol else {**_CUSTOM, **_SECOND}
    return Origins(origins, [group], group["id"], _each(f"{origin_set.name}-failover", buckets, kind))


def mrap_group(origin_set: OriginSet, region: str) -> Data:
    """The origin group of an MRAP and its failover origin, the bucket in *region*."""
    name = origin_set.name
    return _group(f"{name}-with-failover", name, f"{name}-failover-{region}")


def _signed_buckets(origin_set: OriginSet, buckets: Buckets) -> Origins:
    """The origin request function picks the bucket, whichever origin CloudFront asks. All buckets are origins, so that
    a reader of the distribution sees which serve."""
    origins = _each(origin_set.name, buckets, _CUSTOM)
    first = origins[0]["id"]
    if len(origins) == 1:
        return Origins(origins, [], first)
    origins.append({**origins[1], "id": _SECOND_ID, **_SECOND})
    return Origins(origins, [_group(f"{origin_set.name}-buckets", first, _SECOND_ID)], f"{origin_set.name}-buckets")


def _nearest_buckets(origin_set: OriginSet, buckets: Buckets) -> Origins:
    """The viewer function picks two of the origins. The group serves where it picks none."""
    origins = _each(origin_set.name, buckets, _S3)
    first, *others = [origin["id"] for origin in origins]
    if not others:
        return Origins(origins, [], first)
    return Origins(origins, [_group(f"{origin_set.name}s", first, others[0])], f"{origin_set.name}s")


def _each(prefix: str, buckets: Buckets, kind: Data) -> list[Data]:
    return [{"id": f"{prefix}-{region}", "domain_name": name, **kind} for region, name in buckets.domain_names.items()]


def _group(group_id: str, first: str, second: str) -> Data:
    members = [{"origin_id": first}, {"origin_id": second}]
    return {"id": group_id, "failover_criteria": _FAILOVER_CODES, "members": members}


@dataclasses.dataclass(frozen=True)
class OriginSet:
    """The origins of an origin mode and an `edge_signer`. By *ids* they are recognised in a live distribution.

    *protocol*: by which CloudFront itself signs (an origin access control); empty where Lambda@Edge signs.
    """

    name: str
    make: t.Callable[[OriginSet, Buckets], Origins]
    ids: str
    protocol: str = ""

    def origins(self, buckets: Buckets) -> Origins:
        return self.make(self, buckets)

    def has(self, origin_id: str) -> bool:
        """Whether this is an origin, or a group, of the set."""
        return bool(re.fullmatch(self.ids, origin_id))

    def protocols(self, origin_ids: t.Iterable[str]) -> set[str]:
        """By which CloudFront signs for these origins of the set."""
        if not self.protocol:
            return set()
        failover = f"{self.name}-failover-"
        return {_BUCKET_PROTOCOL if each.startswith(failover) else self.protocol for each in origin_ids}


def _no_config(_settings: Data, _buckets: Buckets) -> Data:
    return {}


def _mrap_config(settings: Data, buckets: Buckets) -> Data:
    """The function takes the MRAP that is the request's origin."""
    return {"failover_buckets": _picked(settings, buckets)["buckets"]} if buckets.failover_region else {}


def _region_map_config(settings: Data, buckets: Buckets) -> Data:
    nearest = _nearest(settings, buckets)
    parameter = settings["region_map_parameter"]
    return {
        **_picked(settings, buckets),
        **({"parameter": {"name": parameter, "region": buckets.home_region}} if parameter else {}),
        "map": {cache: names[0] for cache, names in nearest.items()},
        # The bucket that the function selects after a failure of the nearest one.
        "next": {cache: names[1] for cache, names in nearest.items() if len(names) > 1},
    }


def _dns_record_config(settings: Data, buckets: Buckets) -> Data:
    # The buckets from which the function selects after a failure of the one that the record names.
    near = {cache: names[:2] for cache, names in _nearest(settings, buckets).items()}
    more = {"near": near} if len(settings["regions"]) > 1 else {}
    return {**_picked(settings, buckets), "record": settings["dns_record"], **more}


def _nearest(settings: Data, buckets: Buckets) -> dict[str, list[str]]:
    """The buckets by regional edge cache, where the function runs, the nearest first."""
    order = latency.nearest(settings["regions"], (), settings["prefer"])
    return {cache: [buckets.names[region] for region in regions] for cache, regions in order.items()}


def _picked(settings: Data, buckets: Buckets) -> Data:
    return {
        "buckets": {buckets.names[region]: region for region in settings["regions"]},
        "default": buckets.names[buckets.home_region],
    }


@dataclasses.dataclass(frozen=True)
class OriginMode:
    """One way to the nearest bucket.

    *origin_sets*: the origins by `edge_signer`; the first one is the default.
    *config*: what the origin request function is configured with, besides ``mode`` and ``query``.
    *failover*: what takes a Region out of service at once; empty where nothing does.
    *mrap*: an MRAP is in front of the buckets. *opt_in_by_oac*: CloudFront can sign for buckets in opt-in Regions.
    *selects_origins*: the viewer function picks the origins, by the keys of site_origins.
    *record*: a TXT record names the bucket, with health checks. *prefer*: Regions can be preferred.
    *parameter*: an SSM parameter may have a part of the map.
    """

    origin_sets: t.Mapping[str, OriginSet]
    config: t.Callable[[Data, Buckets], Data]
    failover: str = ""
    mrap: bool = False
    opt_in_by_oac: bool = True
    selects_origins: bool = False
    record: bool = False
    prefer: bool = False
    parameter: bool = False

    @property
    def signers(self) -> tuple[str, ...]:
        return tuple(self.origin_sets)


_SIGNED = OriginSet("signed", _signed_buckets, r"signed-.+|failover")

ORIGIN_MODES: dict[str, OriginMode] = {
    "mrap": OriginMode(
        {
            LAMBDA_EDGE: OriginSet("mrap", _mrap, r"mrap|mrap-with-failover|mrap-failover-.+"),
            OAC: OriginSet("mrap-oac", _mrap, r"mrap-oac|mrap-oac-with-failover|mrap-oac-failover-.+", "sigv4a"),
        },
        _mrap_config,
        failover="traffic dials",
        mrap=True,
        opt_in_by_oac=False,  # CloudFront Developer Guide, "Restrict access to an S3 Multi-Region Access Point origin"
    ),
    "region_map": OriginMode({LAMBDA_EDGE: _SIGNED}, _region_map_config, prefer=True, parameter=True),
    "dns_record": OriginMode({LAMBDA_EDGE: _SIGNED}, _dns_record_config, failover="record weights", record=True),
    "nearest_bucket": OriginMode(
        {OAC: OriginSet("bucket", _nearest_buckets, r"buckets|bucket-.+", _BUCKET_PROTOCOL)},
        _no_config,
        failover="origin keys",
        selects_origins=True,
        prefer=True,
    ),
}

ORIGIN_SETS: dict[str, OriginSet] = {
    origin_set.name: origin_set for mode in ORIGIN_MODES.values() for origin_set in mode.origin_sets.values()
}
# Those whose origins the viewer function selects.
SELECTED_ORIGIN_SETS = tuple(
    origin_set for mode in ORIGIN_MODES.values() if mode.selects_origins for origin_set in mode.origin_sets.values()
)


def origin_set_of(origin_id: str) -> OriginSet | None:
    """The set of an origin, or of a group, of a live distribution. None for one that no origin mode makes."""
    return next((origin_set for origin_set in ORIGIN_SETS.values() if origin_set.has(origin_id)), None)


def lambda_config(mode: str, settings: Data, buckets: Buckets) -> Data:
    """config.json of the origin request function."""
    config = ORIGIN_MODES[mode].config(settings, buckets)
    if settings["query_strings"]:
        config = {**config, "query": settings["query_strings"]}
    return {"mode": mode, **config} if config else {}
