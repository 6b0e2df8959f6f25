# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A site's nearest buckets in a key value store."""

from __future__ import annotations

import functools
import math
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi, StoreApi, is_stale
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.plan import MAX_BATCH_KEYS
from ansible_collections.multiregion.edge.plugins.module_utils._origin_map import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, wait_until
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str"},
    "out_of_service": {"type": "list", "elements": "str"},
    "prefer": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

Values = dict[str, str]

# Reads of the data plane follow its writes at once, as far as anybody has seen.
_READ_BACK_SECONDS = 30.0


class OriginMap(Resource[Values]):
    """Only the keys below the site's prefix: a store may be shared."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = planning.desired(module.params)
        self._wanted: Values = {}
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

    def observe(self) -> Values:
        """All keys in pages, or one GetKey each where that is fewer calls."""
        if self._arn == KNOWN_AFTER_APPLY:
            return {}
        description = self.api.describe(self._arn)
        keys = self._desired.keys
        if math.ceil(description["ItemCount"] / MAX_BATCH_KEYS) < len(keys):
            everything = self.api.all_values(self._arn)
            return {key: text for key, text in everything.items() if key.startswith(self._desired.prefix)}
        each = in_parallel({key: functools.partial(self.api.value, self._arn, key) for key in keys})
        return {key: text for key, text in each.items() if text is not None}

    def plan(self, observed: Values) -> Plan:
        self._wanted = planning.wanted(observed, self._desired)
        return planning.plan(observed, self._desired, self._arn, self._store)

    def is_stale(self, error: BaseException | None) -> bool:
        return is_stale(error)

    def settle(self, observed: Values, changed: bool) -> Values:
        """What is read back proves that the switch is made."""
        if not changed:
            return observed
        return wait_until(
            f"The origins of {self._desired.site} in the key value store {self._store}",
            self.observe,
            lambda seen: seen == self._wanted,
            timeout=_READ_BACK_SECONDS,
            describe=lambda seen: f"{len(seen.items() ^ self._wanted.items())} differences to what was written",
        )

    def result(self, state: t.Any) -> dict[str, t.Any]:
        told = planning.words(self._wanted, self._desired)
        return told or {"out_of_service": [], "origins": {}}
