# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a module that takes long is waiting for, shown while it runs.

Ansible shows what a module returns only at its end. With direct execution (plugin_utils/_direct.py) the module's
process can write to Ansible's display; everywhere else nothing is shown.
"""

from __future__ import annotations

import threading
import time
import typing as t

# Seconds: at least as often as the first, and a number that only counts up not more often than the second.
EVERY = 60.0
COUNT_EVERY = 10.0

Show = t.Callable[[str], object]

_lock = threading.Lock()
_show: Show | None = None


def report_to(show: Show | None) -> None:
    """Give *show* every line from now on, in this process."""
    global _show
    _show = show


class Progress:
    """Of one thing: a line when its state changes, and one a minute. Safe to share between threads."""

    def __init__(self, what: str, clock: t.Callable[[], float] = time.monotonic, started: float | None = None) -> None:
        self._what = what
        self._clock = clock
        self._started = clock() if started is None else started
        self._reported: str | None = None
        self._reported_at = self._started

    def report(self, state: str) -> None:
        """Show *state* if it is another one than the last, or a minute later."""
        self._report(state, state != self._reported, EVERY)

    def count(self, state: str) -> None:
        """Show *state*, which changes all the time, now and then."""
        self._report(state, False, COUNT_EVERY)

    def _report(self, state: str, at_once: bool, every: float) -> None:
        with _lock:
            now = self._clock()
            if at_once or now - self._reported_at >= every:
                self._reported, self._reported_at = state, now
                if _show:
                    _show(f"{self._what}: {state} ({format_duration(now - self._started)})")


def format_duration(seconds: float) -> str:
    """A readable duration: 40 s, 3 min 20 s, 2 h 5 min."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
