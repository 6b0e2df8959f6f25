# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the step about record sets calls: a batch, repeated while Route 53 is busy with another one of the zone."""

from __future__ import annotations

import typing as t

from .._core.aws import Aws
from .._core.waiting import retry
from .api import RecordSetsApi


class Operations(RecordSetsApi):
    def __init__(self, aws: Aws, timeout: float) -> None:
        super().__init__(aws)
        self._timeout = timeout
        self._change: str | None = None

    def change_record_sets(self, zone_id: str, changes: list[dict[str, t.Any]]) -> None:
        answer = retry(
            "The hosted zone",
            lambda: self._route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes}),
            ["PriorRequestNotComplete"],
            timeout=self._timeout,
        )
        self._change = answer["ChangeInfo"]["Id"]

    def change_status(self) -> str:
        """Of the change that was made last; INSYNC without one."""
        if self._change is None:
            return "INSYNC"
        return self._route53.get_change(Id=self._change)["ChangeInfo"]["Status"]
