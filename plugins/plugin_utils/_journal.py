# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the tasks of a playbook have planned or done, for the summary at its end.

JSON lines in Ansible's temporary directory of the run. A worker's memory ends with its task, and facts would enter fact
caches.
"""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible import constants as C
from ansible.utils.display import Display

Entry = dict[str, t.Any]

_display = Display()


def start(host: str) -> None:
    """Begin a new journal of *host*: a run may have several plays."""
    _write({"host": host, "start": True})


def record(host: str, task: str, result: t.Mapping[str, t.Any]) -> None:
    """Record the plan in a module's *result*; for a failed module, the completed steps."""
    plan = result.get("done" if result.get("failed") else "plan")
    if not plan:
        return
    try:
        _write({"host": host, "task": task, "plan": plan})
    except OSError as error:  # what the task has done in AWS is done
        _display.warning(f"The summary will lack the changes of the task {task!r}: {error}")


def entries(host: str) -> list[Entry]:
    """Those of *host* since its journal was begun, in order."""
    found: list[Entry] = []
    try:
        lines = _path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return found
    for entry in map(json.loads, lines):
        if entry["host"] != host:
            continue
        if "start" in entry:
            found = []
        else:
            found.append(entry)
    return found


def _path() -> Path:
    return Path(C.DEFAULT_LOCAL_TMP) / "multiregion_edge_journal.jsonl"


def _write(entry: Entry) -> None:
    # One write, at the file's end: workers of other hosts write too.
    line = f"{json.dumps(entry, default=str)}\n".encode()
    descriptor = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
