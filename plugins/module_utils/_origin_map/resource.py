# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A site's nearest buckets in a key value store."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import Plan
from .._core.reconcile import Outcome
from .._core.waiting import wait_until
from .._key_value_store.api import KeysApi, StoreApi
from .._key_value_store.site_keys import SiteKeys
from . import plan as planning

ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str"},
    "out_of_service": {"type": "list", "elements": "str"},
    "prefer": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

Values = dict[str, str]

# Reads of the data plane follow its writes at once, as far as it has been observed.
_READ_BACK_SECONDS = 30.0


def out_of_service(aws: Aws, store: str, site: str, regions: t.Sequence[str]) -> list[str]:
    """The Regions of the site that the viewer function leaves out."""
    found = StoreApi(aws).store(store)
    desired = planning.Desired(site, tuple(regions))
    values = KeysApi(aws).values(found["ARN"], [desired.out_key]) if found else {}
    return planning.out_of_service(values, desired)


class OriginMap(SiteKeys[Values]):
    """The keys below the site's prefix."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = planning.desired(module.params)
        super().__init__(module, aws)

    def observe(self) -> Values:
        contents = self._contents()
        found = self._values(self._desired.keys, contents) if contents else {}
        return {key: text for key, text in found.items() if key.startswith(self._desired.prefix)}

    def plan(self, observed: Values) -> Plan:
        return planning.plan(self.operations, observed, self._desired, self._arn, self._store)

    def settle(self, observed: Values, changed: bool) -> Values:
        """What is read back proves that the switch is made."""
        if not changed:
            return observed
        wanted = planning.wanted(observed, self._desired)
        return wait_until(
            f"The origins of {self._desired.site} in the key value store {self._store}",
            self.observe,
            lambda seen: seen == wanted,
            timeout=_READ_BACK_SECONDS,
            describe=lambda seen: f"{len(seen.items() ^ wanted.items())} differences to what was written",
        )

    def result(self, outcome: Outcome[Values]) -> dict[str, t.Any]:
        return outcome.plan.after or {"out_of_service": [], "origins": {}}
