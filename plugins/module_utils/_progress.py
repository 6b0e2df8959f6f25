# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a module that takes long is waiting for, told while it runs.

Ansible shows what a module says only at its end. So the action plugin of the same name gives it the name
of a file in the environment, and shows each line that appears in it. Without one, nothing is told.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import typing as t
from pathlib import Path

FILE_VARIABLE = "MULTIREGION_EDGE_PROGRESS"

# Seconds: at least as often as the first, and a number that only counts up not more often than the second.
EVERY = 60.0
COUNT_EVERY = 10.0

_lock = threading.Lock()


class Progress:
    """Of one thing: a line when its state changes, and one a minute. Safe to share between threads."""

    def __init__(self, what: str, clock: t.Callable[[], float] = time.monotonic, started: float | None = None) -> None:
        self._what = what
        self._clock = clock
        self._started = clock() if started is None else started
        self._told: str | None = None
        self._told_at = self._started

    def tell(self, state: str) -> None:
        """Tell *state* if it is another one than the last, or a minute later."""
        self._tell(state, state != self._told, EVERY)

    def count(self, state: str) -> None:
        """Tell *state*, which changes all the time, now and then."""
        self._tell(state, False, COUNT_EVERY)

    def _tell(self, state: str, at_once: bool, every: float) -> None:
        with _lock:
            now = self._clock()
            if at_once or now - self._told_at >= every:
                self._told, self._told_at = state, now
                _write(f"{self._what}: {state} ({duration(now - self._started)})")


def duration(seconds: float) -> str:
    """As a person writes it: 40 s, 3 min 20 s, 2 h 5 min."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _write(line: str) -> None:
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        return
    # If nobody reads it any more, that is no reason to fail what is being done.
    with contextlib.suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
