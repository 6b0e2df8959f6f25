# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value from the network that is read again when it expires. If that fails, the last value is used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# How long a viewer waits at most: a host name lookup, for example, has no timeout.
WAIT_SECONDS = 2
RETRY_SECONDS = 5


class Latest:
    """*read* returns the value and for how many seconds it is valid. Any exception of it is an error."""

    def __init__(self, name: str, read: Callable[[], tuple[dict, int]]) -> None:
        self._name, self._read = name, read
        self._value: dict | None = None
        self._until = 0.0
        self._reader: threading.Thread | None = None

    def value(self) -> dict | None:
        """The last good value; None if there was none."""
        # Wall-clock time: a monotonic clock may stop while Lambda freezes the environment.
        if time.time() >= self._until and not (self._reader and self._reader.is_alive()):
            self._until = time.time() + RETRY_SECONDS
            self._reader = threading.Thread(target=self._renew, daemon=True)
            self._reader.start()
            self._reader.join(WAIT_SECONDS)
        return self._value

    def _renew(self) -> None:
        try:
            value, seconds = self._read()
        except Exception as error:  # viewers are served after any error
            print(f"{self._name}: {type(error).__name__}: {error}; the last value is kept")
            return
        self._value = value
        self._until = time.time() + max(seconds, 1)
