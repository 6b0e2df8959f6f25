# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._site.references import resolve
from ansible_collections.multiregion.edge.plugins.module_utils._site.summary import grouped, lines
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal

_display = Display()


class ActionModule(ActionBase):
    """Runs on the controller, which has the journal."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            {
                "values": {"type": "dict", "required": True},
                "results": {"type": "dict", "default": {}},
                "later": {"type": "list", "elements": "str", "default": []},
                "next_steps": {"type": "list", "elements": "str", "default": []},
            }
        )
        host = (task_vars or {})["inventory_hostname"]
        changes = [sentence for entry in _journal.entries(host) for sentence in entry["plan"]]
        changes = list(dict.fromkeys([*changes, *arguments["later"]]))
        try:
            values = resolve(arguments["values"], arguments["results"])
        except EdgeError as error:
            raise AnsibleActionFail(
                f"{error} Run the whole playbook: tags and --start-at-task are not supported."
            ) from error
        shown = changes if _display.verbosity else grouped(changes)
        message = [*lines(values), *(shown or ["no changes"]), *arguments["next_steps"]]
        for line in message:
            _display.display(f"  {line}")
        artifact = {**values, "changes": changes}
        # Aggregated, the dictionaries of several sites are merged.
        sites = {"multiregion_edge_sites": {values["site"]: artifact}} if values.get("site") else {}
        return {
            "changed": False,
            "msg": message,
            "changes": changes,
            # As ansible.builtin.set_stats does: an artifact of an AWX job.
            "ansible_stats": {
                "data": {"multiregion_edge": artifact, **sites},
                "aggregate": True,
                "per_host": False,
            },
        }
