# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A certificate for exactly these names, found by its tag."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.reconcile import Plan, Resource, wait_until
from .._core.shapes import KNOWN_AFTER_APPLY
from .._rules.ownership import as_tags
from . import plan as planning
from .api import CertificateApi, in_use

ARGUMENTS: dict[str, t.Any] = {
    "site": {"type": "str", "required": True},
    "domain_name": {"type": "str", "required": True},
    "subject_alternative_names": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "default": {}},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}

# Seconds until ACM tells a new certificate's records. It takes some.
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
        self._observed: State = []
        self._over: frozenset[str] = frozenset()
        self.api = CertificateApi(aws)

    def observe(self) -> State:
        self._observed = self.api.certificates(self._desired.site, self._desired.names)
        return self._observed

    def plan(self, observed: State) -> Plan:
        if not self._absent:
            self._over = frozenset(each.arn for each in planning.over(observed, self._desired.names))
            return planning.plan_present(observed, self._desired)
        used = planning.used(observed, self._desired.names)
        if used is not None:
            raise in_use(used.arn, used.used_by)
        return planning.plan_absent(observed, self._desired.names)

    def settle(self, observed: State, changed: bool) -> State:
        if self._absent:
            return []
        if not changed and self._ready(planning.chosen(observed, self._desired.names)):
            return observed
        wait_until(
            f"The certificate for {', '.join(self._desired.names[:3])}",
            self._probe,
            self._ready,
            timeout=self._wait_timeout if self._wait else _RECORDS_TIMEOUT,
            describe=planning.progress,
        )
        return self._observed

    def _probe(self) -> planning.Certificate | None:
        """EdgeError for one that came to nothing while this run looked on."""
        observed = self.observe()
        for failed in planning.over(observed, self._desired.names):
            if failed.arn not in self._over:
                raise planning.failure(failed)
        return planning.chosen(observed, self._desired.names)

    def _ready(self, found: planning.Certificate | None) -> bool:
        return found is not None and (found.status == "ISSUED" or (not self._wait and found.has_records))

    def result(self, state: t.Any) -> dict[str, t.Any]:
        """Of what was observed last: in check mode that is what there is."""
        found = None if self._absent else planning.chosen(self._observed, self._desired.names)
        others = [each for each in self._observed if set(each.names) != set(self._desired.names)]
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
