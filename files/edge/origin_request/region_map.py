# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Origin mode `region_map`: the Region in which this function runs determines which bucket is the target, and which is
the next one, for a failover origin."""

from __future__ import annotations

import json
import os

from buckets import Buckets
from latest import Latest
from target import OriginRequest, Target


class Targets:
    """The map is in the configuration. For the Regions that it names, an SSM parameter comes before it, which can be
    changed without a new package."""

    def __init__(self, configuration: dict) -> None:
        self._buckets = Buckets(configuration["buckets"])
        self.owns = self._buckets.owns
        self._default = configuration["default"]
        self._map = configuration.get("map", {})
        self._next = configuration.get("next", {})
        self._latest = None
        if "parameter" in configuration:
            # During init, which has a whole processor in Lambda: creating a TLS context takes longer than anything
            # else here.
            from parameter import Parameter

            self._parameter = Parameter(**configuration["parameter"])
            self._latest = Latest("parameter", self._read)
            self._latest.value()

    def resolve(self, asked: OriginRequest) -> Target:
        region = os.environ.get("AWS_REGION", "")
        nearest = self._map.get(region, self._default)
        parameter = self._latest.value() if self._latest else None
        first = (parameter or {}).get(region, nearest)
        if not asked.failover:
            return self._buckets.target(first)
        # The parameter may name what would be the next one: then the nearest one is left.
        following = self._next.get(region) or self._buckets.of(asked.host)
        return self._buckets.target(nearest if following == first and region in self._next else following)

    def _read(self) -> tuple[dict[str, str], int]:
        """The parameter's map, and for how many seconds it is valid. Raises ValueError for any other value."""
        found = json.loads(self._parameter.read())
        if not isinstance(found, dict):
            raise ValueError('the value is not an object such as {"eu-west-1": "eu-north-1"}')
        return {region: self._buckets.named(value) for region, value in found.items()}, self._parameter.seconds
