"""The MRAP through Ansible: the progress lines of a wait, and the role with all its entry points."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.inputs import REPOSITORY
from localaws.local_aws import LocalAws
from modules.mraps import make_buckets
from modules.runner import SITE, Modules

REGIONS = ["eu-north-1", "us-east-1"]
HERE = ["-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"]


def ansible(modules: Modules, program: str, arguments: Sequence[str], region: str | None) -> subprocess.Popen[str]:
    binaries = Path(sys.executable).parent
    environment = {
        **os.environ,
        **modules.local_aws.environment(modules.credentials, region=region),
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / "build" / "collections"),
        "ANSIBLE_HOME": str(REPOSITORY / "build" / "ansible"),
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [str(binaries / program), "--inventory", "localhost,", *arguments],
        env=environment,
        cwd=REPOSITORY,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="module")
def buckets(local_aws: LocalAws) -> dict[str, str]:
    return make_buckets(local_aws, [*REGIONS, "ap-south-1"])


def test_a_wait_shows_its_progress_and_the_deadline_error_explains_how_to_continue(
    modules: Modules, buckets: dict[str, str]
) -> None:
    modules.local_aws.behave(mrap_seconds=3600.0)
    options = {"name": "shown", "buckets": [buckets[region] for region in REGIONS], "wait_timeout": 3}
    module = "multiregion.edge.s3_multi_region_access_point"
    with ansible(
        modules, "ansible", ["localhost", *HERE, "-m", module, "-a", json.dumps(options)], "us-east-1"
    ) as running:
        assert running.stdout is not None
        shown = "The Multi-Region Access Point shown: status CREATING (0 s)"
        while (line := running.stdout.readline()) and shown not in line:
            pass
        asked = len(modules.local_aws.requests())
        rest = running.stdout.read()
    assert shown in line
    assert len(modules.local_aws.requests()) > asked, "It was shown only when the module had stopped asking"
    assert running.returncode != 0
    assert "not ready after 3 s (status CREATING). Nothing is lost: run it again to keep waiting" in rest


def test_a_task_with_no_log_shows_nothing(tmp_path: Path, modules: Modules, buckets: dict[str, str]) -> None:
    modules.local_aws.behave(mrap_seconds=3600.0)
    options = {"name": "hidden", "buckets": [buckets[region] for region in REGIONS], "wait_timeout": 1}
    tasks = [{"multiregion.edge.s3_multi_region_access_point": options, "no_log": True}]
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    with ansible(modules, "ansible-playbook", [*HERE, str(playbook)], "us-east-1") as running:
        output, _ = running.communicate()
    assert running.returncode != 0
    assert "hidden: status CREATING (0 s)" not in output


def role(tasks_from: str = "main.yml", **variables: Any) -> dict[str, Any]:
    return {
        "ansible.builtin.include_role": {"name": "multiregion.edge.mrap", "tasks_from": tasks_from},
        "vars": {f"mrap_{name}": value for name, value in variables.items()},
    }


def remember(**values: str) -> dict[str, Any]:
    return {"ansible.builtin.set_fact": {name: f"{{{{ {value} }}}}" for name, value in values.items()}}


def test_the_role_creates_an_mrap_over_other_regions_and_retires_the_first(
    tmp_path: Path, modules: Modules, buckets: dict[str, str]
) -> None:
    old = {"site": SITE, "buckets": {region: buckets[region] for region in REGIONS}}
    new = {"site": SITE, "buckets": buckets}
    arn = "{{ mrap_result.multi_region_access_point.arn }}"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"{arn}/object/*"}
    names = ["old", "refused", "new", "policy", "seen", "retired", "gone"]
    document = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
    tasks = [
        role(**old),
        remember(old="mrap_result"),
        {"block": [role("retire.yml", **new)], "rescue": [remember(refused="ansible_failed_result.msg")]},
        role(**new, allow_replacement=True),
        remember(new="mrap_result"),
        role(**new, policy={"Version": "2012-10-17", "Statement": [statement]}),
        role("inspect.yml", site=SITE),
        remember(policy="mrap_result", seen="mrap_inspect_result"),
        role("retire.yml", **new),
        role(**new, state="absent"),
        remember(retired="mrap_retire_result", gone="mrap_result"),
        {"ansible.builtin.copy": {"content": document, "dest": str(tmp_path / "results.json"), "mode": "0600"}},
    ]
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    with ansible(modules, "ansible-playbook", [*HERE, str(playbook)], "eu-north-1") as running:
        output, _ = running.communicate()
    assert running.returncode == 0, output
    results = json.loads((tmp_path / "results.json").read_text())

    before, after = (results[name]["multi_region_access_point"] for name in ("old", "new"))
    assert (before["regions"], after["regions"]) == (old["buckets"], buckets)
    assert "does not serve: nothing is deleted" in results["refused"]
    assert [other["name"] for other in results["new"]["others"]] == [before["name"]]
    assert results["policy"]["plan"] == [f"Set the policy of the Multi-Region Access Point {after['name']}"]
    policies = {seen["name"]: seen["policy_established"] for seen in results["seen"]["multi_region_access_points"]}
    assert policies[before["name"]] is None
    assert policies[after["name"]]["Statement"][0]["Resource"] == f"{after['arn']}/object/*"
    (retired,) = results["retired"]["results"]
    assert retired["plan"] == [f"Delete the Multi-Region Access Point {before['name']}; its buckets stay"]
    assert results["gone"]["multi_region_access_point"] is None
