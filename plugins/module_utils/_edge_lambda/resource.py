# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Lambda@Edge function: its package, and its published version."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.multiregion.edge.plugins.module_utils._aws import GLOBAL_REGION, AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda import package
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda.api import EdgeLambdaApi
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import as_tags
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

FUNCTION_ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "package": {"type": "path", "required": True},
    "role_arn": {"type": "str", "required": True},
    "handler": {"type": "str", "default": "handler.handler"},
    "runtime": {"type": "str", "default": "python3.13"},
    "memory_size": {"type": "int", "default": 128},
    "timeout": {"type": "int", "default": 5},
    "tags": {"type": "dict", "default": {}},
}

# Source: CloudFront Developer Guide, "Quotas on Lambda@Edge" and "Restrictions on Lambda@Edge".
_MAX_TIMEOUT = 30
_MAX_PACKAGE_BYTES = 50 * 1024 * 1024


class EdgeLambda(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        path = Path(p["package"])
        if not path.is_file():
            raise EdgeError(f"package: there is no file {path}: build it first (lambda_edge_package).")
        content = path.read_bytes()
        if len(content) > _MAX_PACKAGE_BYTES:
            raise EdgeError(f"package: {path} has {len(content)} bytes; Lambda@Edge takes {_MAX_PACKAGE_BYTES}.")
        if not 1 <= p["timeout"] <= _MAX_TIMEOUT:
            raise EdgeError(f"timeout: {p['timeout']} s; Lambda@Edge allows 1 to {_MAX_TIMEOUT} s.")
        self.api = EdgeLambdaApi(aws)
        self._account_id = aws.account_id
        self._desired = planning.Desired(
            name=p["name"],
            identity=package.identity(package.unzipped(path)),
            package=content,
            runtime=p["runtime"],
            handler=p["handler"],
            memory_size=p["memory_size"],
            timeout=p["timeout"],
            role_arn=p["role_arn"],
            tags=as_tags(p["tags"]),
        )

    def observe(self) -> planning.Observed:
        latest = self.api.function(self._desired.name)
        if latest is None:
            return planning.Observed(None)
        versions = tuple(self.api.versions(self._desired.name))
        return planning.Observed(latest, versions, self.api.tags(latest["FunctionArn"]))

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(observed, self._desired)

    def result(self, state: t.Any) -> dict[str, t.Any]:
        version = planning.published(state, self._desired) if isinstance(state, planning.Observed) else None
        number = version["Version"] if version else KNOWN_AFTER_APPLY
        arn = f"arn:aws:lambda:{GLOBAL_REGION}:{self._account_id}:function:{self._desired.name}"
        return {
            "function": {
                "name": self._desired.name,
                "arn": arn,
                "version": number,
                "qualified_arn": f"{arn}:{number}" if version else KNOWN_AFTER_APPLY,
                "package_sha256": self._desired.identity,
            }
        }
