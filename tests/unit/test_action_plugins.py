# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module that waits has an action plugin of its name, which shows what it waits for."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml
from ansible_collections.multiregion.edge.plugins.plugin_utils._live import LiveAction

PLUGINS = Path(__file__).parents[2] / "plugins"
WAITS = ("wait", "wait_timeout", "canary_timeout")


def waiting_modules() -> list[str]:
    documents = {
        path.stem: importlib.import_module(f"ansible_collections.multiregion.edge.plugins.modules.{path.stem}")
        for path in sorted((PLUGINS / "modules").glob("*.py"))
    }
    return [
        name
        for name, module in documents.items()
        if any(option in (yaml.safe_load(module.DOCUMENTATION).get("options") or {}) for option in WAITS)
    ]


@pytest.mark.parametrize("name", waiting_modules())
def test_a_module_that_waits_shows_what_for(name: str) -> None:
    assert (PLUGINS / "action" / f"{name}.py").exists(), f"{name} waits in silence"
    action = importlib.import_module(f"ansible_collections.multiregion.edge.plugins.action.{name}")
    assert issubclass(action.ActionModule, LiveAction)
