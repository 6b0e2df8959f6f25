"""The origin request function compared with other implementations: warm requests, cold starts, memory and size."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass, field
from typing import Any

from edge.origin_events import CREDENTIALS, event
from edge.sigv4a_verifier import verify

from bench import edge_limit
from bench.edge_contestants import (
    LIMIT,
    NAME,
    PRECOMPILED,
    Contestant,
    contestants,
    why_the_package_is_missing,
)

ROUNDS, WARM_UP, CALLS = 15, 200, 200
# As long as the session tokens of a role.
ENVIRONMENT = {**CREDENTIALS, "AWS_SESSION_TOKEN": "v2" + "Aa9+/" * 179 + "==", "AWS_REGION": "us-east-1"}
EVENTS = [event(f"/r/0f3a9c1d2b4e/guide/chapter-{number}/index.html") for number in range(64)]


@dataclass
class Lives:
    """The measurements of one implementation, per round."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        cuts = statistics.quantiles(answer["taken"], n=100)
        self.p50.append(cuts[49] / 1e3)
        self.p99.append(cuts[98] / 1e3)
        self.wall.append(answer["wall"] / 1e6)
        self.cpu.append(answer["cpu"] / 1e6)
        self.memory.append(answer["memory_kb"] * 1024 / 1e6)


def section() -> list[str]:
    if why := why_the_package_is_missing():
        raise SystemExit(why)
    found, missing = contestants(os.environ.get("SAMPLE"))
    for one in found:
        _verify(one, _live(one, warm_up=0, calls=0, answers=True)["answers"])
    lives = {one.name: Lives() for one in found}
    for round_ in range(ROUNDS):
        first = round_ % len(found)  # each round starts with another one
        for one in [*found[first:], *found[:first]]:
            lives[one.name].add(_live(one, warm_up=WARM_UP, calls=CALLS, answers=False))
    return [*_warm(lives), "", *_cold(found, lives), *(line for each in missing for line in ("", each))]


def _live(one: Contestant, *, warm_up: int, calls: int, answers: bool) -> dict[str, Any]:
    job = {
        "path": one.path,
        "handler": one.handler,
        "events": [json.dumps(each) for each in EVENTS],
        "warm_up": warm_up,
        "calls": calls,
        "answers": answers,
    }
    environment = {**ENVIRONMENT, "PATH": os.environ["PATH"], "HOME": os.devnull}
    done = subprocess.run(
        one.command, input=json.dumps(job), capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(f"{one.name} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _verify(one: Contestant, answers: list[Any]) -> None:
    """Raises unless S3 would accept every request: only valid signatures are timed."""
    for asked, answer in zip(EVENTS, answers, strict=True):
        if one.name == LIMIT:
            edge_limit.verify(bytes.fromhex(answer))
            continue
        request_id = asked["Records"][0]["cf"]["config"]["requestId"]
        arriving = {name: values[0]["value"] for name, values in answer["headers"].items()}
        verify(
            answer["method"],
            answer["uri"],
            {**arriving, "x-amz-cf-id": request_id},
            ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            ENVIRONMENT["AWS_SESSION_TOKEN"],
        )


def _warm(lives: dict[str, Lives]) -> list[str]:
    ours, limit = lives[NAME], lives[LIMIT]
    lines = [
        "### A warm request",
        "",
        f"The whole handler, in Python {platform.python_version()} or Node. {ROUNDS} rounds, and in each every handler",
        f"had a process of its own, {WARM_UP} unmeasured requests and {CALLS} measured; medians of the rounds.",
        "Every signature was verified before anything was timed.",
        "Node's p99 has its compiler and garbage collector in it.",
        "",
        "| handler | p50 µs | to ours | to the limit | p99 µs | to ours |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in lives.items():
        if name != PRECOMPILED:
            p50, p99 = statistics.median(one.p50), statistics.median(one.p99)
            lines.append(
                f"| {name} | {p50:.1f} | {_ratio(p50, ours.p50)} | {_ratio(p50, limit.p50)} "
                f"| {p99:.1f} | {_ratio(p99, ours.p99)} |"
            )
    return lines


def _cold(found: list[Contestant], lives: dict[str, Lives]) -> list[str]:
    lines = [
        "### A cold start, and what it carries",
        "",
        "The handler's import and its first request, in a fresh interpreter that has what Lambda's bootstrap imports.",
        "Files are in the page cache. Memory is the process's peak after that. In brackets: the ratio to ours.",
        "",
        "| handler | ms | CPU ms | memory MB | zipped MB | unpacked MB |",
        "|---|---|---|---|---|---|",
    ]
    figures: dict[str, list[float]] = {}
    for one in found:
        if one.package is not None:
            each = lives[one.name]
            medians = [statistics.median(each.wall), statistics.median(each.cpu), statistics.median(each.memory)]
            figures[one.name] = [*medians, *one.megabytes()]
    for name, row in figures.items():
        cells = (f"{figure:.1f} ({_ratio(figure, [ours])})" for figure, ours in zip(row, figures[NAME], strict=True))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _ratio(figure: float, of: list[float]) -> str:
    ratio = figure / statistics.median(of)
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
