# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The action plugin of every module: direct execution, in a fork of Ansible's worker.

Ansible's ordinary way packs a module into a zip, starts a Python for it, and imports boto3 there, for every task.
Here the module's imports and botocore's models are loaded once, in Ansible's main process, where the strategy loads
the class of an action plugin. Each run of the module is a fork of the worker: it inherits what is loaded, and whatever
it sets (environment, module globals, warnings, working directory) ends with it, also between the items of a loop.

Everything that this collection needs of ansible-core's internals is in this file. core still makes the module's
arguments and reads its result: only the building of the payload and its execution are replaced.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import typing as t

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.multiregion.edge.plugins.module_utils._core import aws, progress
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal
from ansible_collections.multiregion.edge.plugins.plugin_utils._fork import Show, in_a_fork

try:
    from ansible.executor.module_common import _BuiltModule
    from ansible.module_utils import _internal
    from ansible.module_utils._internal import _traceback
    from ansible.module_utils._internal._ansiballz import _loader
    from ansible.module_utils.common.json import Direction, get_module_encoder
except ImportError:  # a later ansible-core: everything runs in its ordinary way
    _loader = None

Result = dict[str, t.Any]

# The serialization profile that core gives a module whose source names no other one; none in this collection does.
_PROFILE = "legacy"

# Read once by Python, the dynamic linker, the C library, OpenSSL, botocore or awscrt: a fork is too late for them.
_READ_AT_START = (
    *("PYTHON", "LD_", "DYLD_", "LC_", "LANG", "TZ", "RES_OPTIONS", "LOCALDOMAIN"),
    *("OPENSSL_", "BOTO_", "AWS_DATA_PATH", "AWS_CRT_", "HOME"),
)

_display = Display()


class DirectAction(NormalAction):
    """Runs the module of the same name in a fork of the worker where that gives the same result, else as core does."""

    _missing: t.ClassVar[str] = ""
    _payload: bytes | None = None
    _direct = False
    _variables: dict[str, str]  # of the task's environment: templated once for each run

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._missing = _preload(cls._module_fqn())

    @classmethod
    def _module_fqn(cls) -> str:
        return cls.__module__.replace(".plugins.action.", ".plugins.modules.")

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        reason = next(self._reasons(task_vars or {}), "")
        self._direct = not reason
        _display.vvv(f"Direct execution: {f'no, {reason}' if reason else 'yes'}", host=self._play_context.remote_addr)
        result: Result = super().run(tmp, task_vars)
        variables = task_vars or {}
        # A task that only looks ahead, by a check mode of its own, is no part of what the run plans.
        ahead = self._task.check_mode and not variables.get("ansible_check_mode")
        if not ahead and not self._task.no_log:
            _journal.record(variables.get("inventory_hostname", ""), self._task.get_name(), result)
        return result

    def _reasons(self, task_vars: dict[str, t.Any]) -> t.Iterator[str]:
        """Why the module takes core's ordinary way."""
        # The plugin's name: one that derives from it may do more, and has the same transport.
        if self._connection.ansible_name != "ansible.builtin.local":
            yield "the connection is not local"
        if self._task.async_val:
            yield "the task is asynchronous"
        if self._connection.become:
            yield "become is set"
        if self._missing:
            yield self._missing
        if not _loader:
            yield "this ansible-core is not known"
        # Forking without exec is not safe with macOS's frameworks, which urllib asks for proxies.
        if sys.platform == "darwin":
            yield "this is macOS"
        if C.DEFAULT_KEEP_REMOTE_FILES:
            yield "remote files are kept"
        delegate = self._task.delegate_to
        variables = task_vars["ansible_delegated_vars"][delegate] if delegate else task_vars
        if C.config.get_config_value("PYTHON_MODULE_RLIMIT_NOFILE", variables=variables):
            yield "a limit of open files is set"
        # A virtual environment's Python is a link to the system's, so the paths are compared as they are written.
        if self._interpreter(variables) != sys.executable:
            yield "another Python interpreter is set"
        self._variables = self._environment()
        if early := [name for name in self._variables if name.startswith(_READ_AT_START)]:
            yield f"the environment has {', '.join(early)}"

    def _interpreter(self, variables: dict[str, t.Any]) -> t.Any:
        try:
            return self._templar.template(C.config.get_config_value("INTERPRETER_PYTHON", variables=variables))
        except AnsibleError:  # omitted, or a mistake: core knows what to do, or reports it
            return None

    def _environment(self) -> dict[str, str]:
        found: dict[str, t.Any] = {}
        self._compute_environment_string(found)
        return {name: str(value) for name, value in found.items()}

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        """No temporary directory is needed for the payload."""
        return self._direct or super()._is_pipelining_enabled(module_style, wrap_async)

    def _configure_module(self, module_name: str, module_args: Result, task_vars: Result) -> tuple[_BuiltModule, str]:
        if not self._direct:
            return super()._configure_module(module_name, module_args, task_vars)
        encoder = get_module_encoder(_PROFILE, Direction.CONTROLLER_TO_MODULE)
        self._payload = json.dumps({"ANSIBLE_MODULE_ARGS": module_args}, cls=encoder).encode()
        built = _BuiltModule(
            b_module_data=b"", module_style="new", shebang=f"#!{sys.executable}", serialization_profile=_PROFILE
        )
        return built, self._module_fqn()

    def _low_level_execute_command(self, cmd: str, *args: t.Any, **kwargs: t.Any) -> Result:
        payload, self._payload = self._payload, None
        if payload is None:
            return super()._low_level_execute_command(cmd, *args, **kwargs)
        environment = self._variables
        hidden = self._task.check_mode or self._task.no_log

        def work(show: Show) -> None:
            # As core's local connection does for a module's process.
            os.chdir(self._loader.get_basedir())
            os.environ.update(environment)
            progress.report_to(None if hidden else show)
            _run_module(self._module_fqn(), payload)

        code, output, errors = in_a_fork(work, _display_line)
        return {
            "rc": code,
            "stdout": output,
            "stdout_lines": output.splitlines(),
            "stderr": errors,
            "stderr_lines": errors.splitlines(),
        }


def _display_line(line: str) -> None:
    _display.display(f"  {line}", color="cyan")


def _preload(module_fqn: str) -> str:
    """Load for all workers what the module needs; what is missing, if anything."""
    try:
        importlib.import_module(module_fqn)
    except Exception as error:
        return f"the module cannot be imported by Ansible's Python ({error})"
    return "" if aws.preload() else "boto3 is not installed for Ansible's Python"


def _run_module(module_fqn: str, payload: bytes) -> None:
    """Run the module as core's own loader does in a module's process, which also turns an exception into a result."""
    # What core has set because it is the controller. Warnings then go into the result, from threads too.
    _internal.is_controller = False
    _internal.get_controller_serialize_map = dict
    _internal.import_controller_module = lambda _module_name, /: None
    _traceback._is_traceback_enabled = _traceback._is_module_traceback_enabled
    # With a log_path, what a library logs at whatever level it was given would be in Ansible's log: botocore's whole
    # requests, for amazon.aws's debug_botocore_endpoint_logs.
    logging.root.handlers.clear()
    basic._PARSED_MODULE_ARGS = None
    sys.modules.pop(module_fqn)  # it is run as __main__, and runpy warns of one that is imported besides
    _loader.run_module(json_params=payload, profile=_PROFILE, module_fqn=module_fqn, modlib_path="", extensions={})
