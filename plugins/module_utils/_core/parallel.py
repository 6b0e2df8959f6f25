# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The same work in many Regions at once; the failure of every Region is reported, none is hidden."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .errors import EdgeError, explain

T = t.TypeVar("T")

# As many as a Multi-Region Access Point can have Regions.
WIDTH = 17

# Failures whose text a MultiRegionError has in full: every Region's, but not every one of a thousand files'.
_MAX_SHOWN = WIDTH


class MultiRegionError(Exception):
    """Work failed for some keys (Regions, mostly); ``failures`` has the exception of each."""

    def __init__(self, failures: t.Mapping[str, Exception]) -> None:
        self.failures = dict(failures)
        keys = sorted(self.failures)
        more = f" (and {len(keys) - _MAX_SHOWN} more, of {len(keys)})" if len(keys) > _MAX_SHOWN else ""
        super().__init__("; ".join(f"{key}: {explain(self.failures[key])}" for key in keys[:_MAX_SHOWN]) + more)


def in_parallel(work: t.Mapping[str, t.Callable[[], T]], width: int = WIDTH) -> dict[str, T]:
    """Call every function of *work*, at most *width* at a time, and return the results by their keys.

    All of them run to their end, also when some fail. A single sentence for the user is raised as it is, everything
    else as one MultiRegionError, which names the keys.
    """
    results: dict[str, T] = {}
    failures: dict[str, Exception] = {}
    with ThreadPoolExecutor(max_workers=max(1, min(width, len(work)))) as pool:
        futures = {key: pool.submit(function) for key, function in work.items()}
        for key, future in futures.items():
            try:
                results[key] = future.result()
            except Exception as error:
                failures[key] = error
    if len(failures) == 1 and isinstance(only := next(iter(failures.values())), EdgeError):
        raise only
    if failures:
        raise MultiRegionError(failures)
    return results
