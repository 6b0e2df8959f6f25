"""An Ansible callback that writes a line of JSON per task: the action, whether it was skipped, and the seconds."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: bench_tasks
type: aggregate
short_description: Write the time of every task to a file
description:
  - C(make bench) enables it. Ansible's own profile_tasks has neither the action nor the skipped tasks apart.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "bench_tasks"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = Path(os.environ["BENCH_TASKS"])
        self._action: str | None = None
        self._skipped = False
        self._started = 0.0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        # A task's time ends when the next one starts: it includes Ansible's work in between, such as loading a role.
        self._end()
        self._action, self._skipped, self._started = str(task.action), False, time.monotonic()

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._skipped = True

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._end()

    def _end(self) -> None:
        if self._action is not None:
            line = json.dumps([self._action, self._skipped, time.monotonic() - self._started])
            with self._file.open("a") as file:
                file.write(f"{line}\n")
