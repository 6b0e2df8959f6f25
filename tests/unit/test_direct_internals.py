# SPDX-License-Identifier: GPL-3.0-or-later

"""The internals of ansible-core that direct execution uses: a failed test shows what a new version changed."""

from __future__ import annotations

import atexit
import dataclasses
import importlib
import inspect
import json
import os
import signal
from typing import Any

import pytest
from ansible import constants
from ansible.module_utils import basic
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.release import __version__
from ansible_collections.multiregion.edge.plugins.plugin_utils import _direct, _fork

CORE = f"ansible-core {__version__}"


def test_the_imported_names_exist() -> None:
    assert _direct._loader, f"{CORE} has moved something that plugin_utils/_direct.py imports: all modules run slowly."


@pytest.mark.parametrize(
    ("method", "parameters"),
    {
        "_is_pipelining_enabled": ["module_style", "wrap_async"],
        "_configure_module": ["module_name", "module_args", "task_vars"],
        "_low_level_execute_command": ["cmd", "sudoable", "in_data"],
        "_compute_environment_string": ["raw_environment_out"],
        "_execute_module": ["module_name", "module_args", "tmp", "task_vars"],
    }.items(),
)
def test_the_overridden_and_called_methods_exist(method: str, parameters: list[str]) -> None:
    found = getattr(ActionBase, method, None)
    assert found, f"{CORE} has no ActionBase.{method}: direct execution builds on it."
    names = list(inspect.signature(found).parameters)[1:]
    assert names[: len(parameters)] == parameters, f"{CORE} calls ActionBase.{method} with {names}."


def test_the_ordinary_action_executes_by_these_methods() -> None:
    source = inspect.getsource(ActionBase._execute_module)
    for method in ("_configure_module", "_low_level_execute_command", "_is_pipelining_enabled", "_parse_returned_data"):
        assert f"self.{method}(" in source, f"{CORE} no longer calls {method} to execute a module."
    assert "self._execute_module(" in inspect.getsource(NormalAction.run), f"{CORE}: the normal action changed."


def test_a_module_as_core_builds_it_has_these_members() -> None:
    members = {field.name: field for field in dataclasses.fields(_direct._BuiltModule)}
    given = {"b_module_data", "module_style", "shebang", "serialization_profile"}
    assert given <= members.keys(), f"{CORE} describes a built module by {sorted(members)}."
    for name in members.keys() - given:
        missing = members[name].default is dataclasses.MISSING and members[name].default_factory is dataclasses.MISSING
        assert not missing, f"{CORE} wants {name} of a built module."


def test_the_loader_of_modules_takes_these_arguments() -> None:
    names = set(inspect.signature(_direct._loader.run_module).parameters)
    assert {"json_params", "profile", "module_fqn", "modlib_path", "extensions"} <= names, (
        f"{CORE} runs a module by run_module({sorted(names)})."
    )


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (_direct._internal, "is_controller"),
        (_direct._internal, "get_controller_serialize_map"),
        (_direct._internal, "import_controller_module"),
        (_direct._traceback, "_is_traceback_enabled"),
        (_direct._traceback, "_is_module_traceback_enabled"),
        (basic, "_ANSIBLE_ARGS"),
        (basic, "_ANSIBLE_PROFILE"),
        (basic, "_PARSED_MODULE_ARGS"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.rpartition(".")[2],
)
def test_the_flag_for_controller_or_module_exists(holder: Any, name: str) -> None:
    assert hasattr(holder, name), f"{CORE} has no {holder.__name__}.{name}, which direct execution needs in its fork."


def test_arguments_are_serialized_by_this_profile() -> None:
    encoder = _direct.get_module_encoder(_direct._PROFILE, _direct.Direction.CONTROLLER_TO_MODULE)
    assert json.loads(json.dumps({"a": [1]}, cls=encoder)) == {"a": [1]}, f"{CORE} has no profile {_direct._PROFILE}."


@pytest.mark.parametrize("name", ["INTERPRETER_PYTHON", "PYTHON_MODULE_RLIMIT_NOFILE", "DEFAULT_KEEP_REMOTE_FILES"])
def test_the_settings_that_it_reads_exist(name: str) -> None:
    assert constants.config.get_configuration_definition(name), f"{CORE} has no setting {name}."


@pytest.mark.parametrize("name", ["linear", "free"])
def test_the_main_process_loads_the_class_of_an_action_plugin(name: str) -> None:
    strategy = importlib.import_module(f"ansible.plugins.strategy.{name}")
    assert "class_only=True" in inspect.getsource(strategy), (
        f"{CORE}: strategy {name} no longer loads an action plugin before it forks: each worker imports boto3 again."
    )


def test_exit_functions_can_be_run_in_a_fork() -> None:
    assert hasattr(atexit, "_clear") and hasattr(atexit, "_run_exitfuncs"), "Python's atexit changed: see _fork.py."


def test_a_worker_that_cannot_fork_keeps_its_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    files = os.dup(0)  # the lowest free descriptor, which is the same again if none stays open
    os.close(files)
    with pytest.raises(BlockingIOError):
        _fork.in_a_fork(lambda show: None, print)
    assert signal.SIGALRM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    again = os.dup(0)
    os.close(again)
    assert again == files, "no pipe stays open"
