# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module has an action plugin with its name, as module_defaults and sanity's action-plugin-docs expect."""

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
# Its module only has documentation.
ON_THE_CONTROLLER = "site_summary"


def test_each_module_has_an_action_plugin() -> None:
    assert sorted(path.stem for path in (PLUGINS / "action").glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_the_module_with_its_name(name: str) -> None:
    action = importlib.import_module(f"ansible_collections.multiregion.edge.plugins.action.{name}").ActionModule
    if name == ON_THE_CONTROLLER:
        assert issubclass(action, ActionBase)
    else:
        assert issubclass(action, DirectAction)
        assert action._module_fqn() == f"ansible_collections.multiregion.edge.plugins.modules.{name}"
        assert action._missing == ""


class Task(DirectAction):
    """A local task with Ansible's own Python, as an action plugin sees it; *given* has the differences."""

    def __init__(self, environment: dict[str, str] | None = None, missing: str = "", **given: Any) -> None:
        of = {"delegate_to": None, "async_val": 0, "connection": "ansible.builtin.local", "become": None, **given}
        self._task = SimpleNamespace(delegate_to=of["delegate_to"], async_val=of["async_val"])
        self._connection = SimpleNamespace(ansible_name=of["connection"], become=of["become"])
        self._templar = SimpleNamespace(template=lambda value: value)
        self._missing = missing
        self._given = environment or {}

    def _compute_environment_string(self, raw_environment_out: Any = None) -> str:
        raw_environment_out.update(self._given)
        return ""


def why_not(of: Task, interpreter: str = sys.executable, **variables: Any) -> str:
    return next(of._reasons({"ansible_python_interpreter": interpreter, **variables}), "")


def test_a_local_task_with_ansibles_own_python_is_executed_directly() -> None:
    assert why_not(Task(environment={"AWS_PROFILE": "shop", "HTTPS_PROXY": "http://proxy:3128"})) == ""


@pytest.mark.parametrize(
    ("reason", "of", "interpreter"),
    [
        ("another Python interpreter is set", Task(), "/usr/bin/python3"),
        # A virtual environment's link and its target import different packages.
        ("another Python interpreter is set", Task(), str(Path(sys.executable).resolve().parent / ".." / "python")),
        ("another Python interpreter is set", Task(), "auto"),
        ("the connection is not local", Task(connection="ansible.builtin.ssh"), sys.executable),
        ("the task is asynchronous", Task(async_val=60), sys.executable),
        ("become is set", Task(become="sudo"), sys.executable),
        (
            "boto3 is not installed for Ansible's Python",
            Task(missing="boto3 is not installed for Ansible's Python"),
            sys.executable,
        ),
        *(
            (f"the environment has {name}", Task(environment={name: "x"}), sys.executable)
            for name in ("PYTHONPATH", "LD_PRELOAD", "LC_ALL", "LANG", "TZ", "OPENSSL_CONF", "AWS_DATA_PATH", "HOME")
        ),
    ],
)
def test_execution_by_ansible_core_has_a_reason(reason: str, of: Task, interpreter: str) -> None:
    assert why_not(of, interpreter) == reason


def test_a_limit_of_open_files_needs_a_process() -> None:
    assert why_not(Task(), ansible_python_module_rlimit_nofile=1024) == "a limit of open files is set"


def test_the_interpreter_of_the_delegated_host_counts() -> None:
    delegates = {"other": {"ansible_python_interpreter": "/usr/bin/python3"}}
    of = Task(delegate_to="other")
    assert why_not(of, ansible_delegated_vars=delegates) == "another Python interpreter is set"


@pytest.mark.parametrize(
    ("reason", "holder", "name", "value"),
    [
        ("this is macOS", sys, "platform", "darwin"),
        ("remote files are kept", constants, "DEFAULT_KEEP_REMOTE_FILES", True),
        ("this ansible-core is not known", _direct, "_loader", None),
    ],
)
def test_the_platform_may_be_the_reason(
    monkeypatch: pytest.MonkeyPatch, reason: str, holder: Any, name: str, value: Any
) -> None:
    monkeypatch.setattr(holder, name, value)
    assert why_not(Task()) == reason
