# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A CloudFront Function, published."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
import typing as t
from pathlib import Path

from .._cloudfront.api import STALE
from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.cloudfront import check_cloudfront_name
from .._rules.ownership import as_tags, with_mark
from . import cases, check
from . import plan as planning
from .api import DEVELOPMENT, LIVE
from .operations import Operations

_CASE = {
    "name": {"type": "str", "required": True},
    "event": {"type": "dict", "default": {}},
    "expect": {"type": "dict", "default": {}},
}
ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "code": {"type": "str"},
    "src": {"type": "path"},
    "comment": {"type": "str", "default": ""},
    "runtime": {"type": "str", "default": "cloudfront-js-2.0", "choices": ["cloudfront-js-1.0", "cloudfront-js-2.0"]},
    "key_value_store_arns": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "tags": {"type": "dict", "default": {}},
    "tests": {"type": "list", "elements": "dict", "default": [], "options": _CASE},
    "max_compute_utilization": {"type": "int", "default": 80},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
}
RULES: dict[str, t.Any] = {
    "mutually_exclusive": [["code", "src"]],
    "required_if": [["state", "present", ["code", "src"], True]],
}

# AWS's status is DEPLOYED or UNASSOCIATED in the end, and undocumented before: IN_PROGRESS, as describe-function
# showed it right after a publication (FusionAuth/fusionauth-issues#2289).
_UNDER_WAY = re.compile(r"PROGRESS|ING$", re.IGNORECASE)


class Function(Resource[planning.Observed]):
    # The last one since it exists now: another process created it, or the answer to this run's call was lost.
    stale_codes = (*STALE, "NoSuchFunctionExists", "FunctionAlreadyExists")

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = self._p = module.params
        self._name: str = p["name"]
        check_cloudfront_name(self._name)
        self._absent: bool = p["state"] == "absent"
        self._proof = planning.Proof(p["tests"], p["max_compute_utilization"])
        self._tags = as_tags(p["tags"])
        self._desired: planning.Stage = {} if self._absent else self._checked(module.check_mode)
        self.operations = Operations(aws, module.warn)
        self._arn = f"arn:aws:cloudfront::{aws.account_id}:function/{self._name}"

    def _checked(self, check_mode: bool) -> planning.Stage:
        code = _read(self._p["src"]) if self._p["src"] else self._p["code"]
        arns, runtime = self._p["key_value_store_arns"], self._p["runtime"]
        check.check_code(self._name, code, runtime)
        check.check_stores(arns, runtime, check_mode)
        cases.check_cases(self._proof.cases)
        if not 1 <= self._proof.max_compute_utilization <= 100:
            raise EdgeError("max_compute_utilization is a percentage, from 1 to 100.")
        comment = with_mark(self._p["comment"])
        return {"runtime": runtime, "key_value_store_arns": arns, "code": code, "comment": comment}

    def observe(self) -> planning.Observed:
        reads = {stage: functools.partial(self.operations.stage, self._name, stage) for stage in (DEVELOPMENT, LIVE)}
        stages = in_parallel(reads)
        development = stages[DEVELOPMENT]
        if development is None:
            return planning.Observed(None, None)
        tags = self.operations.tags(self._arn) if self._tags and not self._absent else {}
        used = self.operations.associations().get(self._arn, []) if self._absent else []
        return planning.Observed(development, stages[LIVE], tags, tuple(used))

    def plan(self, observed: planning.Observed) -> Plan:
        if self._absent:
            return planning.plan_absent(self.operations, observed, self._name)
        return planning.plan(self.operations, observed, self._name, self._desired, self._tags, self._proof)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        """Until LIVE is under way no more, also after a publication that an earlier run did not wait for."""
        if self._absent:
            return observed
        known = observed.live if not changed else None
        status = known["status"] if known else self.operations.live_status(self._name)
        if self._p["wait"] and _UNDER_WAY.search(status):
            status = wait_until(
                f"The CloudFront Function {self._name}",
                functools.partial(self.operations.live_status, self._name),
                lambda seen: not _UNDER_WAY.search(seen),
                timeout=self._p["wait_timeout"],
                describe=lambda seen: f"its LIVE stage is {seen}",
            )
        return dataclasses.replace(observed, live_status=status)

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        if self._absent:
            return {"function": None, "tests": []}
        code = self._desired["code"].encode()
        ran = self.operations.taken
        # In check mode with a change, the status is unknown.
        settled = outcome.settled
        status = (settled.live_status or (settled.live or {}).get("status")) if settled else None
        to_test = settled is None and any(step.operation == self.operations.run_tests for step in outcome.plan.steps)
        tested = "passed" if ran else "pending" if to_test else "skipped"
        return {
            "function": {
                "name": self._name,
                # The ARN has no Region and no id in it, so it is known before the function is.
                "arn": self._arn,
                "comment": self._desired["comment"],
                "runtime": self._desired["runtime"],
                "key_value_store_arns": self._desired["key_value_store_arns"],
                "status": status or KNOWN_AFTER_APPLY,
                "code_bytes": len(code),
                "code_bytes_left": check.MAX_CODE_BYTES - len(code),
                "code_sha256": hashlib.sha256(code).hexdigest(),
            },
            "tests": [
                {"name": case["name"], "outcome": tested, "compute_utilization": ran.get(case["name"])}
                for case in self._proof.cases
            ],
        }


def _read(src: str) -> str:
    try:
        return Path(src).read_bytes().decode()
    except OSError as error:
        raise EdgeError(f"src: {src} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise EdgeError(f"src: {src} is not text in UTF-8, which is what CloudFront runs.") from error
