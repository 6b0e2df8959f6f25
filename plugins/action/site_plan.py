# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import site_directory
from ansible_collections.multiregion.edge.plugins.module_utils._site.settings import settings
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal
from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction


class ActionModule(DirectAction):
    """Checks the variables on the controller, where a user's relative paths are meant; the module gets the settings."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        _journal.start(variables["inventory_hostname"])
        found = self._settings(variables)
        self._task.args = {**self._task.args, "settings": found}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # Ansible replaces the values of credentials in what a module returns: a secret key `test` in /tmp/pytest, too.
        return result if result.get("failed") else {**result, "settings": found}

    def _settings(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        given = {name: variables[name] for name in variables if name.startswith("edge_")}
        try:
            found = settings(self._templar.template(given))
            if found["site_directory"]:
                found["site_directory"] = site_directory(found["site_directory"], "edge_site")
            if isinstance(found["routes"], str):
                found["routes"] = self._from_file(found["routes"], "edge_routes")
        except EdgeError as error:
            raise AnsibleActionFail(str(error)) from error
        return found

    def _from_file(self, given: str, option: str) -> dict[str, t.Any]:
        """The dictionary in a YAML file, which may be a vault's, relative to where the user is."""
        path = Path(given).expanduser().absolute()
        if not path.is_file():
            raise EdgeError(f"{option}: there is no file '{path}': give a YAML file that has a dictionary of hosts.")
        try:
            content = self._loader.load_from_file(str(path), cache="none")
        except AnsibleError as error:
            raise EdgeError(f"{option}: {path} cannot be read: {' '.join(str(error).split())}") from error
        if not isinstance(content, dict):
            raise EdgeError(
                f"{option}: {path} must have a dictionary of hosts, such as www.example.com: {{rewrite: html}}."
            )
        return content
