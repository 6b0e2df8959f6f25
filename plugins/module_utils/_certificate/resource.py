# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A certificate for exactly these names, found by its tag."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.ownership import as_tags
from . import plan as planning
from .api import CertificateApi, in_use_error

ARGUMENTS: dict[str, t.Any] = {
    "site": {"type": "str", "required": True},
    "domain_name": {"type": "str", "required": True},
    "subject_alternative_names": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "default": {}},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}

# Seconds to wait for a new certificate's validation records.
_RECORDS_TIMEOUT = 120.0

State = t.Sequence[planning.Certificate]


class DnsCertificate(Resource[State]):
    stale_codes = ("ConflictException", "ResourceNotFoundException")

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        names = planning.checked_names(p["domain_name"], p["subject_alternative_names"])
        self._desired = planning.Desired(p["site"], names, as_tags(p["tags"]))
        self._absent: bool = p["state"] == "absent"
        self._wait: bool = p["wait"]
        self._wait_timeout: float = p["wait_timeout"]
        self.operations = CertificateApi(aws)

    def observe(self) -> State:
        return self.operations.certificates(self._desired.site, self._desired.names)

    def plan(self, observed: State) -> Plan:
        if not self._absent:
            return planning.plan_present(self.operations, observed, self._desired)
        used = planning.in_use(observed, self._desired.names)
        if used is not None:
            raise in_use_error(used.arn, used.used_by)
        return planning.plan_absent(self.operations, observed, self._desired.names)

    def settle(self, observed: State, changed: bool) -> State:
        if self._absent or (not changed and self._is_ready(observed)):
            return observed
        failed_before = {each.arn for each in planning.failed(observed, self._desired.names)}

        def probe() -> State:
            """EdgeError for one that failed during this run."""
            seen = self.observe()
            for failed in planning.failed(seen, self._desired.names):
                if failed.arn not in failed_before:
                    raise planning.failure(failed)
            return seen

        return wait_until(
            f"The certificate for {', '.join(self._desired.names[:3])}",
            probe,
            self._is_ready,
            timeout=self._wait_timeout if self._wait else _RECORDS_TIMEOUT,
            describe=lambda seen: planning.progress(planning.select(seen, self._desired.names)),
        )

    def _is_ready(self, seen: State) -> bool:
        found = planning.select(seen, self._desired.names)
        return found is not None and (found.status == "ISSUED" or (not self._wait and found.has_records))

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        found = None if self._absent else planning.select(outcome.latest, self._desired.names)
        others = [each for each in outcome.latest if set(each.names) != set(self._desired.names)]
        return {
            "certificate": None if self._absent else described(found, self._desired),
            "other_certificates": [described(each, self._desired) for each in others],
        }


def described(found: planning.Certificate | None, desired: planning.Desired) -> dict[str, t.Any]:
    if found is None:
        unknown = {"arn": KNOWN_AFTER_APPLY, "status": "PENDING_VALIDATION", "validation_records": [], "in_use_by": []}
        return {**unknown, "names": list(desired.names), "tags": desired.all_tags()}
    return {
        "arn": found.arn,
        "names": list(found.names),
        "status": found.status,
        "validation_records": found.records,
        "in_use_by": list(found.used_by),
        "tags": dict(found.tags),
    }
