# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The action plugin of every module that takes long: it shows on the controller what the module waits for."""

from __future__ import annotations

import tempfile
import threading
import typing as t
from pathlib import Path

from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.multiregion.edge.plugins.module_utils._progress import FILE_VARIABLE

# Seconds between two looks at the file.
_PAUSE = 0.25

_display = Display()


class LiveAction(NormalAction):
    """Runs the module as Ansible does, and shows its lines while it runs.

    They go through a file, so the module has to run on the controller: elsewhere, in the background
    (``async``), in check mode, which waits for nothing, and with ``no_log``, no lines are shown.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        hidden = self._task.check_mode or self._task.async_val or self._task.no_log
        if hidden or self._connection.transport != "local":
            return super().run(tmp, task_vars)
        with tempfile.TemporaryDirectory(prefix="multiregion-edge-") as directory:
            path = Path(directory, "progress")
            self._task.environment = [*(self._task.environment or []), {FILE_VARIABLE: str(path)}]
            ended = threading.Event()
            reader = threading.Thread(target=_show, args=(path, ended), daemon=True)
            reader.start()
            try:
                return super().run(tmp, task_vars)
            finally:
                ended.set()
                reader.join()


def _show(path: Path, ended: threading.Event) -> None:
    """Show what is appended to the file at *path*, until *ended* and all is shown."""
    shown = 0
    while True:
        last = ended.wait(_PAUSE)
        if path.exists():
            with path.open(encoding="utf-8") as file:
                file.seek(shown)
                while (line := file.readline()).endswith("\n"):
                    _display.display(f"  {line.rstrip()}", color="cyan")
                    shown = file.tell()
        if last:
            return
