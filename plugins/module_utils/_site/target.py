# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a site is to be, beside what is live of it: what its phases, and the refusals, are made from. Pure."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._rules.bucket_names import bucket_names
from . import response_headers
from .live import Live, Mrap, mrap_name
from .origin_modes import ORIGIN_MODES, Buckets, OriginMode, Origins, OriginSet

Settings = dict[str, t.Any]


def failover_region(settings: Settings, out: t.Collection[str]) -> str:
    """The first Region of the site, its home before the others, that is not out of service."""
    home = settings["home_region"]
    return next((region for region in (home, *settings["regions"]) if region not in out), home)


@dataclasses.dataclass(frozen=True)
class Target:
    settings: Settings
    live: Live

    @property
    def name(self) -> str:
        return str(self.settings["name"])

    @property
    def regions(self) -> list[str]:
        return list(self.settings["regions"])

    @property
    def mode(self) -> OriginMode:
        return ORIGIN_MODES[self.settings["origin"]]

    @property
    def origin_set(self) -> OriginSet:
        return self.mode.origin_sets[self.settings["signer"]]

    @functools.cached_property
    def buckets(self) -> dict[str, str]:
        """The site's own, by Region."""
        s = self.settings
        return bucket_names(
            self.name, s["regions"], s["bucket_names"], self.live, s["bucket_namespace"], s["bucket_prefix"] or None
        )

    @property
    def ordered(self) -> Buckets:
        return Buckets(self.buckets, self.settings["home_region"], self._failover_region)

    @property
    def _failover_region(self) -> str:
        """The home Region, or another one while its traffic dial is down."""
        if not self.settings["origin_failover"]:
            return ""
        out = [region for mrap in self.live.mraps if mrap.name == self.mrap_name for region in mrap.out]
        return failover_region(self.settings, out)

    @functools.cached_property
    def origins(self) -> Origins:
        return self.origin_set.origins(self.ordered)

    @functools.cached_property
    def response_headers(self) -> dict[str, t.Any]:
        """The policy of the site's own; empty if it has none."""
        return response_headers.policy(self.settings)

    @property
    def mrap_name(self) -> str:
        return mrap_name(self.name, self.regions)

    @property
    def function_name(self) -> str:
        return f"{self.name}-origin-request"

    def access_control(self, protocol: str) -> str:
        """The name of the origin access control that signs by *protocol*."""
        return f"{self.name}-{protocol}"

    @property
    def requests_certificate(self) -> bool:
        return bool(self.settings["aliases"]) and not self.settings["certificate_arn"]

    @property
    def has_zone_of_record(self) -> bool:
        """Whether the TXT records of a mode that has them are in a zone of Route 53."""
        return bool(self.settings["dns_zone"] and self.settings["dns_record"])

    @property
    def leaves_record(self) -> bool:
        """Whether the site may leave an origin mode whose TXT records are in a zone of Route 53. Another mode may
        have the same origins, so that the distribution does not show it."""
        with_record = [mode for mode in ORIGIN_MODES.values() if mode.record]
        sets = [origin_set for mode in with_record for origin_set in mode.origin_sets.values()]
        return self.live_set in sets and not self.mode.record and self.has_zone_of_record

    @property
    def retiring(self) -> list[Mrap]:
        """The MRAPs that the site will no longer need."""
        return [mrap for mrap in self.live.mraps if not self.mode.mrap or mrap.name != self.mrap_name]

    @property
    def replacing(self) -> bool:
        """Whether another MRAP takes over."""
        return self.mode.mrap and bool(self.retiring)

    @property
    def live_set(self) -> OriginSet | None:
        return self.live.distribution.origin_set if self.live.distribution else None

    @property
    def switching(self) -> bool:
        """Whether the distribution switches to another origin mode or another `edge_signer`."""
        return self.live_set not in (None, self.origin_set)

    @property
    def growing(self) -> bool:
        """Whether a site that serves gets Regions."""
        return bool(self.live.serving) and not set(self.regions) <= set(self.live.serving)

    @property
    def arriving(self) -> bool:
        """Whether the distribution of a site that serves gets origins."""
        found = self.live.distribution
        return found is not None and not set(self.origins.ids) <= set(found.origins)

    @property
    def leaving_origins(self) -> list[str]:
        found = self.live.distribution
        return [origin_id for origin_id in found.origin_ids if origin_id not in self.origins.ids] if found else []

    @property
    def leaving(self) -> bool:
        """Whether something serves, or has served, that the site will no longer need."""
        return bool(self.leaving_origins or self.retiring)

    @property
    def serving_buckets(self) -> dict[str, str]:
        """Those that serve before, while or after the site changes."""
        return {**self.live.buckets, **self.buckets}

    @property
    def left_buckets(self) -> dict[str, str]:
        """Those of Regions that the site leaves."""
        return {region: name for region, name in self.live.buckets.items() if region not in self.regions}

    def kms_keys(self, regions: t.Collection[str]) -> dict[str, str]:
        return {region: key for region, key in self.settings["kms_keys"].items() if region in regions}
