"""A role without its required variables names what is missing: no default depends on one that is not set."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from demo.inputs import REPOSITORY
from modules.role_runner import run_tasks
from modules.runner import Modules


def test_missing_variables_are_named(modules: Modules, tmp_path: Path) -> None:
    required: dict[str, list[str]] = {}
    for path in sorted((REPOSITORY / "roles").glob("*/meta/argument_specs.yml")):
        options = yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
        required[path.parts[-3]] = sorted(name for name, option in options.items() if option.get("required"))
    assert len(required) == 9 and all(required.values())
    status, output = run_tasks(modules, tmp_path, *map(attempt, required))
    assert status == 0, output
    for role, names in required.items():
        assert f"missing required arguments: {', '.join(names)}" in output, (role, output)
    assert "undefined" not in output


def attempt(role: str) -> dict[str, Any]:
    """Include the role with nothing set, and go on after its failure."""
    include = {"ansible.builtin.include_role": {"name": f"multiregion.edge.{role}"}}
    return {"block": [include], "rescue": [{"ansible.builtin.debug": {"msg": role}}]}
