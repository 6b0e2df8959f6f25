"""A module in its own process, so that two can run at the same time: `python -m modules.process NAME`.

Its options are a line of JSON on stdin. When it is ready it prints a line, and waits for another line.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible.module_utils.testing import patch_module_args

from modules.runner import ModuleFailed, Modules

_TESTS = Path(__file__).parents[1]


class ModuleProcess:
    def __init__(self, modules: Modules, name: str, /, **options: Any) -> None:
        environment = modules.local_aws.environment(modules.credentials)
        paths = [environment["PYTHONPATH"], str(_TESTS), str(_TESTS.parent / "build" / "collections")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "modules.process", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._write(json.dumps(options))
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def go(self) -> None:
        self._write("go")

    def result(self) -> dict[str, Any]:
        output, _ = self._process.communicate(timeout=300)
        result: dict[str, Any] = json.loads(output)
        if result.get("failed"):
            raise ModuleFailed(result)
        return result

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it immediately, as a power failure would."""
        self._process.kill()
        self._process.communicate()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def at_once(*processes: ModuleProcess) -> list[dict[str, Any]]:
    """Start the processes at the same time, and return the result of each."""
    for process in processes:
        process.go()
    return [process.result() for process in processes]


if __name__ == "__main__":
    module = importlib.import_module(f"ansible_collections.multiregion.edge.plugins.modules.{sys.argv[1]}")
    with patch_module_args(json.loads(sys.stdin.readline())):
        print("ready", flush=True)
        sys.stdin.readline()
        module.main()
