# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about the Region markers call."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import Aws
from .._core.parallel import in_parallel
from .._core.waiting import wait_until
from .api import MarkersApi
from .plan import pending, surplus


class Operations(MarkersApi):
    """*timeout*: seconds to wait until S3 has replicated the markers."""

    def __init__(self, aws: Aws, timeout: float) -> None:
        super().__init__(aws)
        self._timeout = timeout

    def put_marker(self, region: str, bucket: str) -> None:
        self._s3(region).put_object(
            **self._object(bucket), Body=region.encode(), ContentType="text/plain", CacheControl="no-store"
        )

    def remove_replicas(self, buckets: t.Mapping[str, str]) -> None:
        """Remove from each Region's bucket the markers that replication brought there.

        A deletion that names the version is never replicated, so each bucket keeps its own. It waits
        until S3 has replicated all of them, for a replica that came later would stay. In every bucket
        all versions are looked at: a replica of another Region's may lie over one that is still on its way.
        """
        wait_until(
            "The Regions' markers",
            lambda: pending(self.markers(buckets)),
            lambda regions: not regions,
            timeout=self._timeout,
            describe=lambda regions: f"still replicated from {', '.join(regions)}",
        )
        in_parallel({region: functools.partial(self._keep_own, region, bucket) for region, bucket in buckets.items()})

    def _keep_own(self, region: str, bucket: str) -> None:
        for marker in surplus(self._markers(region, bucket), region):
            self._s3(region).delete_object(**self._object(bucket), VersionId=marker.version)
