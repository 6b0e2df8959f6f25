"""Run a role of the collection, or some tasks, with ansible-playbook as the deployer."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.inputs import REPOSITORY
from modules.runner import Modules


def run_role(
    modules: Modules,
    directory: Path,
    name: str,
    variables: dict[str, Any],
    *then: dict[str, Any],
    tasks_from: str = "main",
    check: bool = False,
) -> tuple[int, str]:
    """The exit status and the output of ansible-playbook; *then* are tasks after the role."""
    role = {"name": f"multiregion.edge.{name}", "tasks_from": tasks_from}
    return run_tasks(modules, directory, {"ansible.builtin.include_role": role, "vars": variables}, *then, check=check)


def run_tasks(modules: Modules, directory: Path, *tasks: dict[str, Any], check: bool = False) -> tuple[int, str]:
    facts = {"ansible_python_interpreter": sys.executable}
    playbook = directory / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "vars": facts, "tasks": tasks}]))
    environment = {
        **os.environ,
        **modules.local_aws.environment(modules.credentials),
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / "build" / "collections"),
        "ANSIBLE_HOME": str(directory),
        "ANSIBLE_PIPELINING": "true",  # faster
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local", str(playbook)]
    command += ["--check"] if check else []
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
