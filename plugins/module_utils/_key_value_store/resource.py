# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A key value store, and the keys that one task cares for."""

from __future__ import annotations

import functools
import json
import math
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront_names import check_cloudfront_name
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi, StoreApi
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import marked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, wait_until
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

STORE_ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "comment": {"type": "str", "default": ""},
    "wait_timeout": {"type": "int", "default": 300},
}
KEYS_ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "keys": {"type": "dict", "default": {}, "no_log": False},
    "absent": {"type": "list", "elements": "str", "default": []},
}

State = t.Optional[planning.Store]


class KeyValueStore(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        check_cloudfront_name(p["name"])
        self.api = StoreApi(aws)
        self._name: str = p["name"]
        self._comment = marked(p["comment"])
        self._wait_timeout: int = p["wait_timeout"]

    def observe(self) -> State:
        return planning.from_api(self.api.store(self._name))

    def plan(self, observed: State) -> Plan:
        return planning.plan_store(observed, self._name, self._comment)

    def settle(self, observed: State, changed: bool) -> State:
        """A store can be associated with a function from READY on."""
        if not changed and observed is not None and observed["status"] == "READY":
            return observed
        return wait_until(
            f"The key value store {self._name}",
            self._probe,
            lambda seen: seen is not None and seen["status"] == "READY",
            timeout=self._wait_timeout,
            describe=lambda seen: f"status {seen['status'] if seen else 'unknown'}",
        )

    def _probe(self) -> State:
        seen = self.observe()
        if seen is not None and "FAIL" in seen["status"].upper():
            raise EdgeError(f"CloudFront could not make the key value store {self._name}: status {seen['status']}.")
        return seen

    def result(self, state: State) -> dict[str, t.Any]:
        return {"key_value_store": state}


class Keys(Resource[dict[str, str]]):
    """Only the keys that are named: a store may be shared by several sites."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._desired = {str(key): _text(value) for key, value in p["keys"].items()}
        self._absent: list[str] = p["absent"]
        planning.check_keys(self._desired)
        both = sorted(set(self._desired) & set(self._absent))
        if both:
            raise EdgeError(f"keys and absent both name {both[0]!r}: decide for one.")
        self._store: str = p["store"]
        store = planning.from_api(StoreApi(aws).store(self._store))
        if store is None and not module.check_mode:
            raise EdgeError(f"There is no key value store {self._store!r}: make it first (cloudfront_key_value_store).")
        self._arn: str = store["arn"] if store else KNOWN_AFTER_APPLY
        self.api = KeysApi(aws)

    def observe(self) -> dict[str, str]:
        """One GetKey a key, or the whole store in pages of 50: whichever is fewer calls."""
        if self._arn == KNOWN_AFTER_APPLY:
            return {}
        description = self.api.describe(self._arn)
        names = [*self._desired, *self._absent]
        if math.ceil(description["ItemCount"] / 50) < len(names):
            return self.api.all_values(self._arn)
        values = in_parallel({name: functools.partial(self.api.value, self._arn, name) for name in names})
        return {name: value for name, value in values.items() if value is not None}

    def plan(self, observed: dict[str, str]) -> Plan:
        return planning.plan_keys(observed, self._desired, self._absent, self._arn, self._store)

    def settle(self, observed: dict[str, str], changed: bool) -> dict[str, str]:
        return self._desired

    def result(self, state: dict[str, str]) -> dict[str, t.Any]:
        return {"store": self._store, "keys": self._desired}


def _text(value: t.Any) -> str:
    """A value as the store keeps it: text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
