"""The time of the playbooks, compared with another commit and with the same calls by plain boto3 in one process."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bench import base
from bench.measure import ROUNDS, Measured, pairs, playbook, table
from bench.site_tasks import NOTHING, Tasks, Traced, tasks_table
from demo.inputs import DEFAULTS, REPOSITORY
from demo.site import LocalSite
from localaws.local_aws import LocalAws

RECORDER = Path(__file__).with_name("recorder")
SITE = {**DEFAULTS, "edge_site": str(REPOSITORY / "examples" / "site")}
HERE = "this tree"
FIRST, UNCHANGED = "site.yml, first run", "site.yml, nothing to change"
RUNS = {
    FIRST: "site.yml",
    UNCHANGED: "site.yml",
    "publish.yml, first run": "playbooks/publish.yml",
    "publish.yml, nothing to change": "playbooks/publish.yml",
}
# Most of publish.yml is the upload, which boto3 does in its own threads.
FLOORS = {what: f"the floor: the calls of {what}, by plain boto3" for what in (FIRST, UNCHANGED)}

Call = tuple[float, str, str, str, dict[str, Any]]


class Recorded(LocalSite):
    """A site whose playbooks record every call."""

    def environment(self, region: str | None = "us-east-1") -> dict[str, str]:
        made = super().environment(region)
        path = os.pathsep.join([str(RECORDER), made["PYTHONPATH"]])
        return {**made, "PYTHONPATH": path, "BENCH_RECORD": str(self.recording)}

    @property
    def recording(self) -> Path:
        directory = self.workdir / "recording"
        directory.mkdir(exist_ok=True)
        return directory

    def recorded(self) -> list[Call]:
        """The calls since the last read, in order."""
        found = sorted(
            (call for file in self.recording.iterdir() for call in _read(file)),
            key=lambda call: call[0],
        )
        for file in self.recording.iterdir():
            file.unlink()
        return found


def section() -> list[str]:
    with ExitStack() as stack:
        commit = os.environ.get("BASE") or base.DEFAULT
        repositories, missing = {HERE: REPOSITORY}, []
        try:
            repositories[commit] = stack.enter_context(base.checkout(commit))
        except base.NoBaseError as error:
            if os.environ.get("BASE"):
                raise SystemExit(f"BASE: {commit} cannot be compared with: {error}.") from error
            missing = ["", f"There is no comparison with commit {commit}: {error}."]
        return [*_section(repositories), *missing]


def _section(repositories: dict[str, Path]) -> list[str]:
    floors = {what: Measured() for what in FLOORS.values()}
    rows = {name: {what: Measured() for what in RUNS} for name in repositories}
    unchanged = {name: Tasks() for name in repositories}
    start = Measured()
    for round_ in range(ROUNDS):
        with ExitStack() as stack:
            sites = {name: stack.enter_context(Traced(SITE, repository=path)) for name, path in repositories.items()}
            for what, name in RUNS.items():
                # In alternating order, because the machine's speed varies.
                for who in list(sites)[:: -1 if round_ % 2 else 1]:
                    rows[who][what].time(sites[who].local_aws, playbook(sites[who], name))
                    traced = sites[who].traced()
                    if what == UNCHANGED:
                        unchanged[who].add(rows[who][what].seconds[-1], traced)
            start.time(sites[HERE].local_aws, playbook(sites[HERE], NOTHING))
        _measure_floors(floors)
    named = {
        what if who == HERE else f"{what}, {who}": measured[what] for what in RUNS for who, measured in rows.items()
    }
    lines = [
        "## The playbooks, eight Regions",
        "",
        "The floor is every call that site.yml made, one after the other, by plain boto3 in one process. Those of",
        "a first run that name what AWS had named (an ETag, an id) are refused at once: that floor is a little low.",
        "CPU is user and system time of Ansible and all its processes, without local AWS.",
        "",
        *table({**floors, **named}, floors[FLOORS[FIRST]].median),
    ]
    for who in rows.keys() - {HERE}:
        lines += ["", *_beside(rows[HERE], rows[who], who)]
    return [*lines, "", *tasks_table(unchanged, start.median)]


def _beside(ours: dict[str, Measured], others: dict[str, Measured], who: str) -> list[str]:
    lines = [
        f"### This tree beside commit {who}",
        "",
        f"{ROUNDS} pairs of runs, one after the other, each side with its own local AWS, both of this tree's code. The",
        "ratio is this tree's to the commit's: the median of the pairs, the least and the most.",
        "",
        "| run | seconds, ratio | CPU, ratio | reading calls | mutating calls |",
        "|---|---|---|---|---|",
    ]
    for what, one in ours.items():
        other = others[what]
        calls = f"{one.reads} to {other.reads} | {one.writes} to {other.writes}"
        lines.append(f"| {what} | {pairs(one.seconds, other.seconds)} | {pairs(one.cpu, other.cpu)} | {calls} |")
    return lines


def _measure_floors(floors: dict[str, Measured]) -> None:
    calls: dict[str, list[Call]] = {}
    # Recording takes time, so it has its own site.
    with Recorded(SITE) as site:
        for what in FLOORS:
            playbook(site, RUNS[what])()
            calls[what] = site.recorded()
        floors[FLOORS[UNCHANGED]].time(site.local_aws, partial(_make, site.local_aws, calls[UNCHANGED]))
    with LocalAws() as local_aws:
        floors[FLOORS[FIRST]].time(local_aws, partial(_make, local_aws, calls[FIRST]))


def _make(local_aws: LocalAws, calls: list[Call]) -> None:
    clients: dict[tuple[str, str], Any] = {}
    for _time, service, region, operation, parameters in calls:
        if (service, region) not in clients:
            clients[service, region] = local_aws.client(service, region)
        try:
            clients[service, region]._make_api_call(operation, parameters)
        except (ClientError, BotoCoreError):
            pass  # it exists already


def _read(file: Path) -> Iterator[Call]:
    with file.open("rb") as content:
        while True:
            try:
                yield pickle.load(content)
            except EOFError:
                return
