# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The same work in many Regions at once; every Region's failure is reported, none is hidden."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .aws import explain
from .errors import EdgeError

T = t.TypeVar("T")

# As many as a Multi-Region Access Point can have Regions.
WIDTH = 17

# Failures whose text a FleetError has in full: every Region's, but not every one of a thousand files'.
_TOLD = WIDTH


class FleetError(Exception):
    """Work failed in some lanes (a lane is a Region, mostly); ``failures`` has each one's exception."""

    def __init__(self, failures: t.Mapping[str, Exception]) -> None:
        self.failures = dict(failures)
        lanes = sorted(self.failures)
        more = f" (and {len(lanes) - _TOLD} more, of {len(lanes)})" if len(lanes) > _TOLD else ""
        super().__init__("; ".join(f"{lane}: {explain(self.failures[lane])}" for lane in lanes[:_TOLD]) + more)


def in_parallel(work: t.Mapping[str, t.Callable[[], T]], width: int = WIDTH) -> dict[str, T]:
    """Call every function of *work* and return what each gave, by its lane.

    All of them run to their end, also when some fail. A single sentence for the user is raised as it
    is, everything else as one FleetError, which says in which lane it was.
    """
    results: dict[str, T] = {}
    failures: dict[str, Exception] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(width, len(work)))) as pool:
        futures = {lane: pool.submit(function) for lane, function in work.items()}
        for lane, future in futures.items():
            try:
                results[lane] = future.result()
            except Exception as error:
                failures[lane] = error
    if len(failures) == 1 and isinstance(only := next(iter(failures.values())), EdgeError):
        raise only
    if failures:
        raise FleetError(failures)
    return results
