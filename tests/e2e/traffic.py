"""Traffic to a site from every edge location, while it changes."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from localaws.geo import load_pops
from localaws.viewer import get

# Seconds between two requests of one thread: the site needs the processor too.
_PAUSE = 0.02


class Traffic:
    """Request pages continuously during the ``with`` block; ``errors`` lists the wrong responses.

    ``expected`` has the valid bodies by path. It may change during the block: a body is valid if it was
    at the time of the request, or is at the time of the response.
    """

    def __init__(self, url: str, expected: Mapping[str, set[bytes]], count: int = 4) -> None:
        self.expected = expected
        self.errors: list[str] = []
        self.seen = 0
        self.misses = 0
        self._url = url
        # Every edge location requests every page once before the first repetition, which a cache may answer.
        requests = [(pop, path) for path in expected for pop in load_pops()]
        random.Random(7).shuffle(requests)
        self._requests: Iterator[tuple[str, str]] = itertools.cycle(requests)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                pop, path = next(self._requests)
            problem = self._request(pop, path)
            with self._lock:
                self.seen += 1
                self.errors += [f"{pop} {path}: {problem}"] if problem else []
            self._stop.wait(_PAUSE)

    def _request(self, pop: str, path: str) -> str:
        right = self.expected[path]
        try:
            answer = get(self._url, path, pop=pop)
        except OSError as error:
            return str(error)
        self.misses += answer.result != "Hit"
        if answer.status == 200 and answer.body in right | self.expected[path]:
            return ""
        return f"{answer.status} from {answer.region} ({answer.x_cache}): {answer.body[:60]!r}"
