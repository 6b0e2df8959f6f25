"""What the playbooks cost, against the same calls by plain boto3 in one process."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bench.measure import ROUNDS, Measured, playbook, table
from cloud.local import LocalCloud
from demo.inputs import DEFAULTS, REPOSITORY
from demo.site import LocalSite

RECORDER = Path(__file__).with_name("recorder")
FIRST, UNCHANGED = "site.yml, first run", "site.yml, nothing to change"
RUNS = {
    FIRST: "site.yml",
    UNCHANGED: "site.yml",
    "publish.yml, first run": "playbooks/publish.yml",
    "publish.yml, nothing to change": "playbooks/publish.yml",
}
# Of publish.yml most is the upload, which boto3 does in threads of its own.
FLOORS = {what: f"the floor: the calls of {what}, by plain boto3" for what in (FIRST, UNCHANGED)}

Call = tuple[float, str, str, str, dict[str, Any]]


class Recorded(LocalSite):
    """A site whose playbooks write down every call that they make."""

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
        """Since the last time, in the order in which they were made."""
        found = sorted(
            (call for file in self.recording.iterdir() for call in _read(file)),
            key=lambda call: call[0],
        )
        for file in self.recording.iterdir():
            file.unlink()
        return found


def section() -> list[str]:
    rows = {what: Measured() for what in (*FLOORS.values(), *RUNS)}
    calls: dict[str, list[Call]] = {}
    for _round in range(ROUNDS):
        with LocalSite({**DEFAULTS, "edge_site": str(REPOSITORY / "examples" / "site")}) as site:
            for what, name in RUNS.items():
                rows[what].time(site.cloud, playbook(site, name))
        # Writing down what is called takes time, so it has a site of its own.
        with Recorded(site.variables) as again:
            for what in FLOORS:
                playbook(again, RUNS[what])()
                calls[what] = again.recorded()
            rows[FLOORS[UNCHANGED]].time(again.cloud, partial(_make, again.cloud, calls[UNCHANGED]))
        with LocalCloud() as cloud:
            rows[FLOORS[FIRST]].time(cloud, partial(_make, cloud, calls[FIRST]))
    return [
        "## The playbooks, eight Regions",
        "",
        "The floor is every call that site.yml made, one after the other, by plain boto3 in one process. Those of",
        "a first run that name what AWS had named (an ETag, an id) are refused at once: that floor is a little low.",
        "",
        *table(rows, rows[FLOORS[FIRST]].median),
    ]


def _make(cloud: LocalCloud, calls: list[Call]) -> None:
    clients: dict[tuple[str, str], Any] = {}
    for _time, service, region, operation, parameters in calls:
        if (service, region) not in clients:
            clients[service, region] = cloud.client(service, region)
        try:
            clients[service, region]._make_api_call(operation, parameters)
        except (ClientError, BotoCoreError):
            pass  # it has been made


def _read(file: Path) -> Iterator[Call]:
    with file.open("rb") as content:
        while True:
            try:
                yield pickle.load(content)
            except EOFError:
                return
