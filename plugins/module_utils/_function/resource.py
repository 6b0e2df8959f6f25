# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A CloudFront Function, published."""

from __future__ import annotations

import functools
import hashlib
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._function import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._function.api import FunctionApi
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import marked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "code": {"type": "str", "required": True},
    "comment": {"type": "str", "default": ""},
    "runtime": {"type": "str", "default": "cloudfront-js-2.0", "choices": ["cloudfront-js-1.0", "cloudfront-js-2.0"]},
    "key_value_store_arns": {"type": "list", "elements": "str", "default": [], "no_log": False},
}


class Function(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        planning.check(p["name"], p["code"])
        self.api = FunctionApi(aws)
        self._account_id = aws.account_id
        self._name: str = p["name"]
        self._desired = {key: p[key] for key in ("runtime", "key_value_store_arns", "code")}
        self._desired["comment"] = marked(p["comment"])

    def observe(self) -> planning.Observed:
        reads = {stage: functools.partial(self.api.stage, self._name, stage) for stage in ("DEVELOPMENT", "LIVE")}
        stages = in_parallel(reads)
        return planning.Observed(stages["DEVELOPMENT"], stages["LIVE"])

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(observed, self._name, self._desired)

    def result(self, state: t.Any) -> dict[str, t.Any]:
        code = self._desired["code"].encode()
        return {
            "function": {
                "name": self._name,
                # The ARN has no Region and no id in it, so it is known before the function is.
                "arn": f"arn:aws:cloudfront::{self._account_id}:function/{self._name}",
                "comment": self._desired["comment"],
                "runtime": self._desired["runtime"],
                "key_value_store_arns": self._desired["key_value_store_arns"],
                "code_bytes": len(code),
                "code_bytes_left": planning.MAX_CODE_BYTES - len(code),
                "code_sha256": hashlib.sha256(code).hexdigest(),
            }
        }
