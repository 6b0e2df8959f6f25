"""The parts of a run's time: Ansible's start, and the tasks by kind."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from demo.site import LocalSite

NOTHING = str(Path(__file__).with_name("nothing.yml"))
CALLBACKS = Path(__file__).with_name("callbacks")
REST = "Ansible, before the first task and after the last"

Task = tuple[str, bool, float]


class Traced(LocalSite):
    """A site whose playbooks record the time of every task."""

    def environment(self, region: str | None = "us-east-1") -> dict[str, str]:
        variables = {"ANSIBLE_CALLBACKS_ENABLED": "bench_tasks", "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS)}
        return {**super().environment(region), **variables, "BENCH_TASKS": str(self._tasks)}

    @property
    def _tasks(self) -> Path:
        return self.workdir / "tasks.jsonl"

    def traced(self) -> list[Task]:
        """The tasks since the last read: the action, whether it was skipped, and the seconds."""
        lines = self._tasks.read_text().splitlines()
        self._tasks.unlink()
        return [tuple(json.loads(line)) for line in lines]


@dataclass
class Tasks:
    """The seconds of the tasks in every round, by kind; the number of tasks is the same in each round."""

    number: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, whole: float, tasks: list[Task]) -> None:
        kinds = [_kind(action, skipped) for action, skipped, _seconds in tasks]
        self.number = Counter(kinds)
        taken = {REST: whole - sum(seconds for _, _, seconds in tasks)}
        for kind, (_, _, seconds) in zip(kinds, tasks, strict=True):
            taken[kind] = taken.get(kind, 0.0) + seconds
        for kind, total in taken.items():
            self.seconds[kind].append(total)


def _kind(action: str, skipped: bool) -> str:
    if skipped:
        return "skipped tasks"
    namespace, _, name = action.rpartition(".")
    return name if namespace in ("", "ansible.builtin") else f"modules of {namespace}"


def tasks_table(runs: dict[str, Tasks], start: float) -> list[str]:
    """The lines of the table in Markdown, with the slowest kind of the first run first."""
    medians = {who: {kind: statistics.median(each) for kind, each in run.seconds.items()} for who, run in runs.items()}
    first = next(iter(medians.values()))
    kinds = sorted({kind for each in medians.values() for kind in each}, key=lambda kind: -first.get(kind, 0.0))
    lines = [
        "### Where the time of an unchanged site.yml goes",
        "",
        "A task takes until the next one starts: what Ansible does between them is in it. A play without a task, which",
        f"is Ansible's start alone, takes {start:.1f} s.",
        "",
        "| what" + "".join(f" | {who}: tasks | seconds | of all" for who in runs) + " |",
        "|---" * (1 + 3 * len(runs)) + "|",
    ]
    for kind in [*kinds, "all"]:
        cells = [kind]
        for who, run in runs.items():
            whole = sum(medians[who].values())
            taken = whole if kind == "all" else medians[who].get(kind, 0.0)
            number = run.number.total() if kind == "all" else run.number[kind]
            cells += [str(number or ""), f"{taken:.1f}", f"{taken / whole:.0%}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
