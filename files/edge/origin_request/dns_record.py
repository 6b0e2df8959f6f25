# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Origin mode `dns_record`: a TXT record names the bucket. Several, `bucket` or `bucket weight`, share the requests."""

from __future__ import annotations

import binascii
import itertools
import os

from buckets import Buckets
from latest import Latest
from target import OriginRequest, Target
from txt_record import texts

# As a weight in an SRV record (RFC 2782), and far more than Route 53's 255. A text with another one is skipped.
MAX_WEIGHT = 65535


class Targets:
    """The record's name is a header of the origin (X-Origin-Record), so that one function serves many distributions.
    The target of a failover origin is the nearest bucket that the record does not name, for that one has failed.
    Without a record or `near` it is the origin's own bucket."""

    def __init__(self, configuration: dict) -> None:
        self._buckets = Buckets(configuration["buckets"])
        self.owns = self._buckets.owns
        self._default = configuration.get("default")
        self._record = configuration.get("record")
        self._near = configuration.get("near", {})
        self._servers = configuration.get("nameservers")
        self._answers: dict[str, Latest] = {}

    def resolve(self, asked: OriginRequest) -> Target:
        own = self._buckets.of(asked.host)
        name = asked.record or self._record
        near = self._near.get(os.environ.get("AWS_REGION", ""))
        if asked.failover and not (name and near):
            return self._buckets.target(own)
        shares = self._shares(name) if name else None
        named = _share(shares, asked.request_id) if shares else self._default or own
        if asked.failover:
            named = next((bucket for bucket in near if bucket != named), own)
        return self._buckets.target(named)

    def _shares(self, name: str) -> dict[str, int] | None:
        if name not in self._answers:
            self._answers[name] = Latest(f"TXT {name}", lambda: self._read(name))
        return self._answers[name].value()

    def _read(self, name: str) -> tuple[dict[str, int], int]:
        """The weight of each bucket, and for how many seconds it is valid. The name may also have other texts."""
        found, seconds = texts(name, self._servers)
        shares: dict[str, int] = {}
        for text in found:
            bucket, _space, weight = text.strip().partition(" ")
            weight = weight.strip() or "1"
            if bucket in self._buckets and _is_weight(weight):
                shares[bucket] = shares.get(bucket, 0) + int(weight)
        if not any(shares.values()):
            raise ValueError(f"no record names a bucket of the list with a weight: {found}")
        return shares, seconds


def _is_weight(text: str) -> bool:
    # The length comes first: int() refuses thousands of digits.
    return len(text) <= len(str(MAX_WEIGHT)) and text.isascii() and text.isdigit() and int(text) <= MAX_WEIGHT


def _share(shares: dict[str, int], request_id: str) -> str:
    """The bucket whose share has the request. Its id is as good as random, and a retry has the same id."""
    point = binascii.crc32(request_id.encode()) % sum(shares.values())
    passed = itertools.accumulate(weight for _bucket, weight in sorted(shares.items()))
    return next(bucket for bucket, reached in zip(sorted(shares), passed, strict=True) if point < reached)
