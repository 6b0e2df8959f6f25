# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A site's hosts in a key value store."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.plan import Plan
from .._core.reconcile import Outcome
from .._key_value_store.site_keys import SiteKeys, check_site
from . import plan as planning
from . import schema, values

ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "hosts": {"type": "dict", "required": True},
    "purge": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Routes(SiteKeys[planning.Observed]):
    """Of the site's keys only those of the hosts that are named."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = desired(module.params)
        super().__init__(module, aws)

    def observe(self) -> planning.Observed:
        """Of the hosts, or everything where a host's paths are of concern: their keys are not known before."""
        contents = self._contents()
        if contents is None:
            return planning.Observed({})
        if self._desired.concerns_paths:
            found = self.operations.all_values(self._arn)
        else:
            found = self._values([self._desired.host_key(host) for host in self._desired.changes], contents)
        return planning.Observed(found, contents.size)

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired, self._arn, self._store)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        return observed

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        return {"hosts": outcome.plan.after}


def desired(p: dict[str, t.Any]) -> planning.Desired:
    """What the options ask for. Raises EdgeError for the first thing that is wrong in them."""
    check_site(p["site"])
    if p["purge"] and p["state"] == "absent":
        raise EdgeError("purge is for state present: with state absent only the hosts that are named are removed.")
    if p["purge"] and not p["hosts"]:
        raise EdgeError("purge with no hosts would remove every host of the site: name one that stays, or use state.")
    changes: dict[str, schema.Change | None] = {}
    for name, entry in p["hosts"].items():
        host = values.host(name)
        if host in changes:
            raise EdgeError(f"hosts names {host} twice: capitals make no difference.")
        gone = entry is None or p["state"] == "absent"
        changes[host] = None if gone else schema.change(host, entry)
    return planning.Desired(p["site"], changes, p["purge"])
