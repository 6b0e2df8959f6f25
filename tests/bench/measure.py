"""One playbook run: its time, its CPU time, and the calls that local AWS saw."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.site import LocalSite
from localaws.local_aws import LocalAws

# ROUNDS=1 is for a quick look: the result is printed, and docs/performance.md is not changed.
LOOK = bool(os.environ.get("ROUNDS"))
ROUNDS = int(os.environ.get("ROUNDS") or 3)


@dataclass
class Measured:
    """The seconds of every round; the calls are the same in each.

    *cpu* is the user and system time of all processes. Other load on the machine affects it less.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    reads: int = 0
    writes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def time(self, local_aws: LocalAws, work: Callable[[], object]) -> None:
        before = len(local_aws.requests())
        cpu, started = _cpu(), time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - started)
        self.cpu.append(_cpu() - cpu)
        made = local_aws.requests()[before:]
        self.writes = sum(each["mutating"] for each in made)
        self.reads = len(made) - self.writes


def _cpu() -> float:
    """The CPU time of this process and of all descendants that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def playbook(site: LocalSite, *arguments: str) -> Callable[[], None]:
    def run() -> None:
        outcome = site.playbook(*arguments, capture=True)
        if outcome.returncode:
            raise SystemExit(outcome.stdout)

    return run


def table(rows: dict[str, Measured], unit: float) -> list[str]:
    """The lines of a table in Markdown; *unit* is the number of seconds with the ratio 1.0."""
    lines = ["| run | seconds | ratio | CPU seconds | reading calls | mutating calls |", "|---|---|---|---|---|---|"]
    for what, measured in rows.items():
        cpu = statistics.median(measured.cpu)
        calls = f"{measured.reads} | {measured.writes}"
        lines.append(f"| {what} | {measured.median:.1f} | {measured.median / unit:.1f} | {cpu:.1f} | {calls} |")
    return lines


def pairs(ones: list[float], others: list[float]) -> str:
    """The ratio of one to the other: the median of the rounds, the minimum and the maximum."""
    ratios = [one / other for one, other in zip(ones, others, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
