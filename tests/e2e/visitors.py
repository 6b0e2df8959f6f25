"""People who look at a site all the time, from every edge location, while something happens behind it."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from localaws.geo import load_pops
from viewer import get

# Seconds between two visits of one visitor: what they look at needs the processor too.
_PAUSE = 0.02


class Visitors:
    """Ask for pages over and over for as long as the ``with`` block; ``complaints`` has what was wrong.

    ``expected`` has, by path, the bodies that may be seen now. It may be changed meanwhile: what was
    right when a page was asked for, or is when it comes, is right.
    """

    def __init__(self, url: str, expected: Mapping[str, set[bytes]], count: int = 4) -> None:
        self.expected = expected
        self.complaints: list[str] = []
        self.seen = 0
        self.misses = 0
        self._url = url
        # Every place asks for every page once before anybody asks again: the second answer may be a cache's.
        visits = [(pop, path) for path in expected for pop in load_pops()]
        random.Random(7).shuffle(visits)
        self._visits: Iterator[tuple[str, str]] = itertools.cycle(visits)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._visit_on) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit_on(self) -> None:
        while not self._over.is_set():
            with self._lock:
                pop, path = next(self._visits)
            problem = self._visit(pop, path)
            with self._lock:
                self.seen += 1
                self.complaints += [f"{pop} {path}: {problem}"] if problem else []
            self._over.wait(_PAUSE)

    def _visit(self, pop: str, path: str) -> str:
        right = self.expected[path]
        try:
            answer = get(self._url, path, pop=pop)
        except OSError as error:
            return str(error)
        self.misses += answer.result != "Hit"
        if answer.status == 200 and answer.body in right | self.expected[path]:
            return ""
        return f"{answer.status} from {answer.region} ({answer.x_cache}): {answer.body[:60]!r}"
