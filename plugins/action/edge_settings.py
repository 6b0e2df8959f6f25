# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import site_directory
from ansible_collections.multiregion.edge.plugins.module_utils._settings.settings import settings


class ActionModule(ActionBase):
    """Runs on the controller, where a person's relative paths are meant, and starts no Python of its own."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec({"given": {"type": "dict", "required": True}})
        try:
            found = settings(arguments["given"])
            if found["site"]:
                found["site"] = site_directory(found["site"], "edge_site")
        except EdgeError as error:
            raise AnsibleActionFail(str(error)) from error
        return {"changed": False, "settings": found}
