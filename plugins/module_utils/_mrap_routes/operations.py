# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the step that changes the traffic dials calls."""

from __future__ import annotations

import time
import typing as t

from .._core.aws import ClientError
from .._core.waiting import wait_until
from . import plan as planning
from .api import RoutesApi, status_of

# Seconds between two attempts, or two reads, at first.
PAUSE = 0.5


class Operations:
    def __init__(
        self, api: RoutesApi, desired: planning.Desired, timeout: float, sleep: t.Callable[[float], None] = time.sleep
    ) -> None:
        self._api = api
        self._desired = desired
        self._timeout = timeout
        self._sleep = sleep

    def submit_routes(self, dials: planning.Routes) -> None:
        """Of two changes at once AWS takes the first: planned again for what that one left."""
        refused = False

        def attempt() -> bool:
            nonlocal refused
            left = planning.changes(self._api.routes(), self._desired) if refused else dials
            try:
                if left:
                    self._api.submit(left)
            except ClientError as error:
                if status_of(error) != 409:
                    raise
                refused = True
                return False
            return True

        wait_until(
            f"The routes of {self._desired.alias}",
            attempt,
            bool,
            timeout=self._timeout,
            describe=lambda done: "another change is in progress, and AWS takes one at a time",
            pause=PAUSE,
            sleep=self._sleep,
        )
