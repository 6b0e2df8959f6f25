"""`make bench`: what a playbook run costs, against the same deployment by plain boto3 calls in one process.

Ratios of one run on one machine; seconds are only there to show the scale. Writes docs/performance.md.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cloud.fixture import deploy
from cloud.local import LocalCloud
from demo.inputs import DEFAULTS, REPOSITORY
from demo.site import LocalSite

ROUNDS = 3
PAGE = REPOSITORY / "docs" / "performance.md"


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def playbook(site: LocalSite, name: str) -> Callable[[], None]:
    def run() -> None:
        outcome = site.playbook(name, capture=True)
        if outcome.returncode:
            raise SystemExit(outcome.stdout)

    return run


def floor(package: Path) -> float:
    """The reference deployment: hand-written boto3, no checks, nothing read back."""
    code = "function handler(event) { return event.request; }"
    with LocalCloud() as cloud:
        return timed(
            lambda: deploy(
                cloud, DEFAULTS["edge_regions"], function_code=code, lambda_zip=package.read_bytes(), keys={"a": "b"}
            )
        )


def measure() -> list[tuple[str, float, int, int]]:
    """What, seconds (median), reading calls, mutating calls; the floor first."""
    times: dict[str, list[float]] = {}
    calls: dict[str, tuple[int, int]] = {}
    for _round in range(ROUNDS):
        with LocalSite({**DEFAULTS, "edge_site": str(REPOSITORY / "examples" / "site")}) as site:
            steps = {
                "site.yml, first run": "site.yml",
                "site.yml, nothing to change": "site.yml",
                "publish.yml, first run": "playbooks/publish.yml",
                "publish.yml, nothing to change": "playbooks/publish.yml",
            }
            for what, name in steps.items():
                before = len(site.cloud.requests())
                times.setdefault(what, []).append(timed(playbook(site, name)))
                made = site.cloud.requests()[before:]
                writes = sum(each["mutating"] for each in made)
                calls[what] = len(made) - writes, writes
            package = Path(site.variables["origin_request_directory"]) / "demo-origin-request.zip"
            times.setdefault("the floor: plain boto3, one process", []).append(floor(package))
    floor_name = "the floor: plain boto3, one process"
    rows = [(floor_name, statistics.median(times.pop(floor_name)), 0, 0)]
    return rows + [(what, statistics.median(seconds), *calls[what]) for what, seconds in times.items()]


def page(rows: list[tuple[str, float, int, int]]) -> str:
    unit = rows[0][1]
    lines = [
        "# What it costs",
        "",
        f"Written by `make bench`: eight Regions of local AWS, the median of {ROUNDS} rounds, everything in one run. "
        "Local AWS answers at once,",
        "so this is what the collection itself adds: mostly Ansible, which starts a Python with boto3 for every task.",
        "",
        "| run | seconds | ratio | reading calls | mutating calls |",
        "|---|---|---|---|---|",
    ]
    for what, seconds, reads, writes in rows:
        counted = f"{reads} | {writes}" if reads or writes else " | "
        lines.append(f"| {what} | {seconds:.1f} | {seconds / unit:.1f} | {counted} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    text = page(measure())
    PAGE.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
