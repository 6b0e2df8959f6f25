"""Run a playbook, and read what it did."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from typing import Any

from demo.site import LocalSite

_RECAP = re.compile(r"changed=(\d+).*failed=(\d+)")


def run(site: LocalSite, name: str, *arguments: str, **variables: Any) -> str:
    """The output of a playbook that succeeds."""
    outcome = site.playbook(name, *arguments, "--extra-vars", json.dumps(variables), capture=True)
    assert outcome.returncode == 0, outcome.stdout
    assert "Traceback" not in outcome.stdout
    return outcome.stdout


def mutating(site: LocalSite, after: int) -> list[str]:
    return [f"{each['service']} {each['operation']}" for each in site.local_aws.requests(after) if each["mutating"]]


def last(site: LocalSite) -> int:
    return max((each["sequence"] for each in site.local_aws.requests()), default=0)


def tasks(output: str) -> int:
    """How many tasks the play's recap counts, run or skipped."""
    found = re.findall(r"ok=(\d+).*skipped=(\d+)", output)
    assert found, output
    return sum(map(int, found[-1]))


def recap(output: str) -> tuple[int, int]:
    """(changed, failed) of the play's recap."""
    found = _RECAP.findall(output)
    assert found, output
    return int(found[-1][0]), int(found[-1][1])
