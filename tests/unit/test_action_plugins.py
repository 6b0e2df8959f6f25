# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module has an action plugin of its name, as module_defaults and sanity's action-plugin-docs expect."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.multiregion.edge.plugins.plugin_utils import _direct
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


def task(environment: dict[str, str] | None = None, importable: bool = True, **other: Any) -> Any:
    """What an action plugin knows of its task: a local one, by Ansible's own Python."""
    given = {"delegate_to": None, "async_val": 0, "transport": "local", "become": None, **other}
    return SimpleNamespace(
        _task=SimpleNamespace(delegate_to=given["delegate_to"], async_val=given["async_val"]),
        _connection=SimpleNamespace(transport=given["transport"], become=given["become"]),
        _templar=SimpleNamespace(template=lambda value: value),
        _compute_environment_string=lambda found: found.update(environment or {}),
        _importable=importable,
    )


def why_not(of: Any, interpreter: str = sys.executable, **variables: Any) -> str:
    return DirectAction._why_not_direct(of, {"ansible_python_interpreter": interpreter, **variables})


def test_a_task_by_ansibles_own_python_on_this_machine_is_direct() -> None:
    assert why_not(task(environment={"AWS_PROFILE": "shop", "HTTPS_PROXY": "http://proxy:3128"})) == ""


@pytest.mark.parametrize(
    ("reason", "of", "interpreter"),
    [
        ("another Python interpreter is set", task(), "/usr/bin/python3"),
        # The link of a virtual environment and what it points to import different packages.
        ("another Python interpreter is set", task(), str(Path(sys.executable).resolve().parent / ".." / "python")),
        ("another Python interpreter is set", task(), "auto"),
        ("the connection is not local", task(transport="ssh"), sys.executable),
        ("the task is asynchronous", task(async_val=60), sys.executable),
        ("become is set", task(become="sudo"), sys.executable),
        ("boto3 or amazon.aws is not installed for Ansible's Python", task(importable=False), sys.executable),
        *(
            (f"the environment has {name}", task(environment={name: "x"}), sys.executable)
            for name in ("PYTHONPATH", "LD_PRELOAD", "LC_ALL", "LANG", "TZ", "OPENSSL_CONF", "AWS_DATA_PATH", "HOME")
        ),
    ],
)
def test_the_ordinary_way_has_a_reason(reason: str, of: Any, interpreter: str) -> None:
    assert why_not(of, interpreter) == reason


def test_the_interpreter_is_the_delegates() -> None:
    delegates = {"other": {"ansible_python_interpreter": "/usr/bin/python3"}}
    of = task(delegate_to="other")
    assert why_not(of, ansible_delegated_vars=delegates) == "another Python interpreter is set"


@pytest.mark.parametrize(
    ("reason", "holder", "name", "value"),
    [
        ("this is macOS", sys, "platform", "darwin"),
        ("remote files are kept", constants, "DEFAULT_KEEP_REMOTE_FILES", True),
        ("this ansible-core is not known", _direct, "_loader", None),
    ],
)
def test_the_machine_may_be_the_reason(
    monkeypatch: pytest.MonkeyPatch, reason: str, holder: Any, name: str, value: Any
) -> None:
    monkeypatch.setattr(holder, name, value)
    assert why_not(task()) == reason
