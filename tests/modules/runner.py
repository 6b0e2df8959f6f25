"""Run a module's main() in this process, with the environment that Ansible provides."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
from typing import Any
from unittest import mock

from ansible.module_utils.testing import patch_module_args
from ansible_collections.multiregion.edge.plugins.module_utils._core.aws import AnsibleAWSModule

from demo.site import create_boundary, deployer_policy
from localaws.local_aws import Credentials, LocalAws

# The site whose resources the deployer may change.
SITE = "shop"


class ModuleFailed(Exception):
    """The module failed; ``result`` is its result, and the text is its message."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result["msg"])
        self.result = result


class Modules:
    """The collection's modules, run by the deployer of the site `shop` (or as *credentials*)."""

    def __init__(self, local_aws: LocalAws, credentials: Credentials | None = None) -> None:
        self.local_aws = local_aws
        self.boundary = create_boundary(local_aws, SITE)
        self.credentials = credentials or local_aws.create_user("deployer", deployer_policy(SITE, local_aws.account_id))

    def run(
        self,
        name: str,
        /,
        *,
        check: bool = False,
        diff: bool = False,
        environment: dict[str, str] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """The module's result, with the mutating calls in the emulator's log as ``mutating``.

        Raises ModuleFailed, whose text is the module's message.
        """
        module = importlib.import_module(f"ansible_collections.multiregion.edge.plugins.modules.{name}")
        arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
        variables = {**self.local_aws.environment(self.credentials), **(environment or {})}
        before = len(self.local_aws.requests())
        output = io.StringIO()
        warnings: list[str] = []
        warn = AnsibleAWSModule.warn

        def recorded(of: AnsibleAWSModule, warning: str) -> None:
            """Ansible takes this process for the controller, where warnings are displayed and not in the result."""
            warnings.append(warning)
            warn(of, warning)

        with (
            mock.patch.object(AnsibleAWSModule, "warn", recorded),
            mock.patch.dict(os.environ, variables),
            patch_module_args(arguments),
            contextlib.redirect_stdout(output),
            contextlib.suppress(SystemExit),
        ):
            module.main()
        result: dict[str, Any] = json.loads(output.getvalue())
        if warnings:
            result["warnings"] = list(dict.fromkeys(warnings))
        if result.get("failed"):
            raise ModuleFailed(result)
        result["mutating"] = [
            f"{entry['method']} {entry['path']}" for entry in self.local_aws.requests(before) if entry["mutating"]
        ]
        return result
