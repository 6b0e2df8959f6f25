# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shared by the origin modes that pick a bucket: the buckets, each with its host and the function that signs for it."""

from __future__ import annotations

from sigv4 import Signer
from target import OriginRequest, Target


class Buckets:
    """The listed buckets, each with its Region. An origin is managed if its domain name is that of one of them."""

    def __init__(self, regions: dict[str, str]) -> None:
        self._targets = {
            # Signed for the bucket's own Region, wherever this runs. Not dual-stack: CloudFront connects to origins by
            # IPv4 by default. Source: Amazon S3 User Guide, "Virtual-hosted-style requests".
            name: (f"{name}.s3.{region}.amazonaws.com", Signer(region, "s3").sign)
            for name, region in regions.items()
        }
        self._names = {host: name for name, (host, _sign) in self._targets.items()}
        self._regions = regions

    def __contains__(self, name: object) -> bool:
        return name in self._targets

    def owns(self, asked: OriginRequest) -> bool:
        return asked.host in self._names

    def of(self, host: str) -> str:
        """The name of the bucket with this host."""
        return self._names[host]

    def named(self, value: object) -> str:
        """The bucket with this name, or the only one in this Region. Raises ValueError if there is none."""
        found = [name for name, region in self._regions.items() if value in (name, region)]
        if len(found) != 1:
            raise ValueError(f"{value!r} is neither a listed bucket nor the Region of one")
        return found[0]

    def target(self, name: str) -> Target:
        return self._targets[name]
