# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A site's hosts in a key value store."""

from __future__ import annotations

import functools
import math
import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi, StoreApi, is_stale
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource
from ansible_collections.multiregion.edge.plugins.module_utils._routes import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._routes import schema, values
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "hosts": {"type": "dict", "required": True},
    "purge": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PAGE = 50


class Routes(Resource[planning.Observed]):
    """Only keys of the site, and of these only those of the hosts that are named: a store may be shared."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = desired(module.params)
        self._hosts: dict[str, t.Any] = {}
        self._store: str = module.params["store"]
        store = StoreApi(aws).store(self._store)
        # Without a store nothing is there, which is what `absent` asks for.
        if store is None and not module.check_mode and module.params["state"] == "present":
            raise EdgeError(
                f"There is no key value store {self._store!r}: run site.yml first, or make it with "
                "cloudfront_key_value_store."
            )
        self._arn: str = store["ARN"] if store else KNOWN_AFTER_APPLY
        self.api = KeysApi(aws)

    def observe(self) -> planning.Observed:
        """All keys once, in pages; or one GetKey a host where that is fewer calls and paths are of no concern."""
        if self._arn == KNOWN_AFTER_APPLY:
            return planning.Observed({})
        description = self.api.describe(self._arn)
        keys = [self._desired.host_key(host) for host in self._desired.changes]
        if self._desired.concerns_paths or math.ceil(description["ItemCount"] / _PAGE) < len(keys):
            found = self.api.all_values(self._arn)
        else:
            each = in_parallel({key: functools.partial(self.api.value, self._arn, key) for key in keys})
            found = {key: text for key, text in each.items() if text is not None}
        return planning.Observed(found, description["TotalSizeInBytes"])

    def plan(self, observed: planning.Observed) -> Plan:
        plan = planning.plan(observed, self._desired, self._arn, self._store)
        self._hosts = plan.after
        return plan

    def is_stale(self, error: BaseException | None) -> bool:
        return is_stale(error)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        return observed

    def result(self, state: t.Any) -> dict[str, t.Any]:
        return {"hosts": self._hosts}


def desired(p: dict[str, t.Any]) -> planning.Desired:
    """What the options ask for. Raises EdgeError for the first thing that is wrong in them."""
    if not _SITE.fullmatch(p["site"]):
        raise EdgeError(f"site: {p['site']!r} must be letters, digits, hyphens and underscores: keys begin with it.")
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
