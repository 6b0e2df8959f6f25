"""One playbook run, timed, with the calls that local AWS saw."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cloud.local import LocalCloud
from demo.site import LocalSite

ROUNDS = 3


@dataclass
class Measured:
    """The seconds of every round; the calls are the same in each."""

    seconds: list[float] = field(default_factory=list)
    reads: int = 0
    writes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def time(self, cloud: LocalCloud, work: Callable[[], object]) -> None:
        before = len(cloud.requests())
        started = time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - started)
        made = cloud.requests()[before:]
        self.writes = sum(each["mutating"] for each in made)
        self.reads = len(made) - self.writes


def playbook(site: LocalSite, *arguments: str) -> Callable[[], None]:
    def run() -> None:
        outcome = site.playbook(*arguments, capture=True)
        if outcome.returncode:
            raise SystemExit(outcome.stdout)

    return run


def table(rows: dict[str, Measured], unit: float) -> list[str]:
    """Lines of a table in Markdown; *unit* is the seconds that are 1.0."""
    lines = ["| run | seconds | ratio | reading calls | mutating calls |", "|---|---|---|---|---|"]
    for what, measured in rows.items():
        calls = f"{measured.reads} | {measured.writes}"
        lines.append(f"| {what} | {measured.median:.1f} | {measured.median / unit:.1f} | {calls} |")
    return lines
