# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Origin mode `mrap`: the target is a Multi-Region Access Point, which routes each request to the nearest Region."""

from __future__ import annotations

from sigv4a import sign
from target import OriginRequest, Target

SUFFIX = ".accesspoint.s3-global.amazonaws.com"


class Targets:
    """With an `alias`, that Multi-Region Access Point only; without, any that is an origin. The second member of an
    origin group is one of `failover_buckets`, and the target is that bucket."""

    def __init__(self, configuration: dict) -> None:
        alias = configuration.get("alias")
        self._only = alias + SUFFIX if alias else None
        self._buckets = None
        if "failover_buckets" in configuration:
            from buckets import Buckets

            self._buckets = Buckets(configuration["failover_buckets"])

    def owns(self, asked: OriginRequest) -> bool:
        if asked.failover:
            return self._buckets is not None and self._buckets.owns(asked)
        return asked.host == self._only if self._only else asked.host.endswith(".mrap" + SUFFIX)

    def resolve(self, asked: OriginRequest) -> Target:
        if asked.failover:
            return self._buckets.target(self._buckets.of(asked.host))
        return asked.host, sign
