"""Plays whose tasks run both by direct execution and by ansible-core, and the registered results."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.inputs import REPOSITORY

Task = dict[str, Any]

# Two paths of the same Python. Direct execution compares paths as strings, so it does not apply to the second one.
DIRECT = sys.executable
ORDINARY = str(Path(sys.executable).parent / ".." / "bin" / Path(sys.executable).name)

COLLECTIONS = (REPOSITORY / "build" / "collections", REPOSITORY / "tests" / "modules" / "direct")

_WAY = re.compile(r"Direct execution: (?:yes|no, (.*))")


@dataclasses.dataclass(frozen=True)
class Played:
    """The registered result of each task of a play, and the output."""

    registered: list[dict[str, Any]]
    output: str

    @property
    def ways(self) -> set[str]:
        """`direct`, or the reasons against it."""
        return {reason or "direct" for reason in _WAY.findall(self.output)}


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, COLLECTIONS)),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_VERBOSITY": "3",
        "ANSIBLE_REMOTE_TMP": str(home / "tmp"),
        **more,
    }


def write_play(directory: Path, tasks: list[Task], **keywords: Any) -> Path:
    """A playbook that continues after each failure, and finally writes registered.json into its directory."""
    directory.mkdir(parents=True, exist_ok=True)
    names = [f"result_{number}" for number in range(len(tasks))]
    kept = [{"ignore_errors": True, **task, "register": name} for name, task in zip(names, tasks, strict=True)]
    write = {
        "ansible.builtin.copy": {
            "content": f"{{{{ [{', '.join(names)}] | to_json }}}}",
            "dest": str(directory / "registered.json"),
        },
        "check_mode": False,
        "diff": False,
    }
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, **keywords, "tasks": [*kept, write]}
    playbook = directory / "play.yml"
    playbook.write_text(json.dumps([play]))
    return playbook


def play(
    directory: Path,
    tasks: list[Task],
    interpreter: str,
    *arguments: str,
    env: dict[str, str] | None = None,
    **keywords: Any,
) -> Played:
    """Run *tasks* on localhost with *interpreter*; *keywords* are the play's."""
    with started(directory, tasks, interpreter, *arguments, env=env, **keywords) as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output
    return Played(json.loads((directory / "registered.json").read_text()), output)


def started(
    directory: Path,
    tasks: list[Task],
    interpreter: str,
    *arguments: str,
    env: dict[str, str] | None = None,
    **keywords: Any,
) -> subprocess.Popen[str]:
    variables = {"ansible_python_interpreter": interpreter, **keywords.pop("vars", {})}
    playbook = write_play(directory, tasks, vars=variables, **keywords)
    # With this Python: the program's first line may have another path of it.
    program = Path(sys.executable).parent / "ansible-playbook"
    return subprocess.Popen(
        [sys.executable, str(program), "-i", "localhost,", str(playbook), *arguments],
        env=environment(directory, **(env or {})),
        cwd=directory.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
