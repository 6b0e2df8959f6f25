"""What the playbooks cost, against the same deployment by plain boto3 calls in one process."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from bench.measure import ROUNDS, Measured, playbook, table
from cloud.fixture import deploy
from cloud.local import LocalCloud
from demo.inputs import DEFAULTS, REPOSITORY
from demo.site import LocalSite

FLOOR = "the floor: plain boto3, one process"
RUNS = {
    "site.yml, first run": "site.yml",
    "site.yml, nothing to change": "site.yml",
    "publish.yml, first run": "playbooks/publish.yml",
    "publish.yml, nothing to change": "playbooks/publish.yml",
}


def section() -> list[str]:
    rows = {what: Measured() for what in (FLOOR, *RUNS)}
    for _round in range(ROUNDS):
        with LocalSite({**DEFAULTS, "edge_site": str(REPOSITORY / "examples" / "site")}) as site:
            for what, name in RUNS.items():
                rows[what].time(site.cloud, playbook(site, name))
            package = Path(site.variables["origin_request_directory"]) / "demo-origin-request.zip"
            _floor(rows[FLOOR], package)
    return ["## The playbooks, eight Regions", "", *table(rows, rows[FLOOR].median)]


def _floor(measured: Measured, package: Path) -> None:
    """The reference deployment: hand-written boto3, no checks, nothing read back."""
    code = "function handler(event) { return event.request; }"
    with LocalCloud() as cloud:
        measured.time(
            cloud,
            lambda: deploy(
                cloud, DEFAULTS["edge_regions"], function_code=code, lambda_zip=package.read_bytes(), keys={"a": "b"}
            ),
        )
