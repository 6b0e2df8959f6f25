# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A small object written to each source, waited for in each destination, and removed without a trace."""

from __future__ import annotations

import contextlib
import datetime
import functools
import time
import typing as t
import uuid

from .._core.aws import ClientError
from .._core.errors import EdgeError, explain
from .._core.parallel import in_parallel
from .._core.waiting import wait_until
from .api import HealthApi
from .assess import Edge

PREFIX = "_edge/canary/"

# Seconds after its timeout when a canary is nobody's any more: its run was killed, or it came too late.
_LEFT_OVER = 3600.0


class Canaries:
    """*regions*: those whose buckets can be looked at."""

    def __init__(self, api: HealthApi, regions: t.Sequence[str], timeout: float) -> None:
        self._api = api
        self._regions = regions
        self._timeout = timeout
        # Why it could not be written, by source.
        self.refused: dict[str, str] = {}

    def fly(self, edges: t.Sequence[Edge]) -> dict[Edge, float]:
        """The seconds after which the canary was seen at each edge's end; edges where it was not are left out."""
        self._remove_left_over()
        keys = {edge.source: f"{PREFIX}{uuid.uuid4().hex}" for edge in edges}
        try:
            started = in_parallel({source: functools.partial(self._put, source, key) for source, key in keys.items()})
            return self._watch([edge for edge in edges if edge.source not in self.refused], keys, started)
        finally:
            self._remove(keys)

    def _put(self, region: str, key: str) -> float:
        try:
            self._api.put(region, key)
        except ClientError as error:  # of a KMS key that is gone, for example
            self.refused[region] = explain(error)
        return time.monotonic()

    def _watch(
        self, edges: t.Sequence[Edge], keys: t.Mapping[str, str], started: t.Mapping[str, float]
    ) -> dict[Edge, float]:
        seen: dict[Edge, float] = {}

        def look(edge: Edge) -> None:
            if self._api.head(edge.destination, keys[edge.source]):
                seen[edge] = round(time.monotonic() - started[edge.source], 3)

        def probe() -> list[Edge]:
            in_parallel({" ".join(edge): functools.partial(look, edge) for edge in edges if edge not in seen})
            return [edge for edge in edges if edge not in seen]

        # At the deadline, what was not seen is a finding and no failure.
        with contextlib.suppress(EdgeError):
            wait_until(
                "The canaries",
                probe,
                lambda waiting: not waiting,
                timeout=self._timeout,
                describe=lambda waiting: f"{len(seen)} of {len(edges)} seen",
                pause=0.25,
                longest_pause=5.0,
            )
        return seen

    def _remove(self, keys: t.Mapping[str, str]) -> None:
        """From the sources first: what is gone there is not replicated any more."""
        in_parallel({source: functools.partial(self._remove_versions, source, [key]) for source, key in keys.items()})
        every_key = list(keys.values())
        in_parallel({region: functools.partial(self._remove_versions, region, every_key) for region in self._regions})

    def _remove_versions(self, region: str, keys: t.Sequence[str]) -> None:
        """A deletion that names the version is never replicated, so each Region has its own."""
        for key in keys:
            for version in self._api.versions(region, key):
                self._api.delete_version(region, key, version["VersionId"])

    def _remove_left_over(self) -> None:
        age = datetime.timedelta(seconds=self._timeout + _LEFT_OVER)
        before = datetime.datetime.now(datetime.UTC) - age
        in_parallel({region: functools.partial(self._remove_older, region, before) for region in self._regions})

    def _remove_older(self, region: str, before: datetime.datetime) -> None:
        for version in self._api.versions(region, PREFIX):
            if version["LastModified"] < before:
                self._api.delete_version(region, version["Key"], version["VersionId"])
