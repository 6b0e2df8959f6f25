# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module has an action plugin of its name, as module_defaults and sanity's action-plugin-docs expect."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction

PLUGINS = Path(__file__).parents[2] / "plugins"
NAMES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
# Its module is documentation only.
ON_THE_CONTROLLER = "edge_settings"


def test_there_is_one_for_each_module() -> None:
    assert sorted(path.stem for path in (PLUGINS / "action").glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_the_module_of_its_name(name: str) -> None:
    action = importlib.import_module(f"ansible_collections.multiregion.edge.plugins.action.{name}").ActionModule
    if name == ON_THE_CONTROLLER:
        assert issubclass(action, ActionBase)
    else:
        assert issubclass(action, DirectAction)
        assert action._module_fqn() == f"ansible_collections.multiregion.edge.plugins.modules.{name}"
        assert action._importable
