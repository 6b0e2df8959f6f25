# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys of one site in a store that several may share."""

from __future__ import annotations

import re
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._core.reconcile import Resource, State
from .api import KeysApi, StoreApi, is_stale
from .plan import Contents, prefers_get_key

_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def check_site(site: str) -> None:
    if not _SITE.fullmatch(site):
        raise EdgeError(f"site: {site!r} must be letters, digits, hyphens and underscores: keys begin with it.")


class SiteKeys(Resource[State]):
    """Without a store nothing is there, which is what `absent` asks for."""

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._store: str = module.params["store"]
        store = StoreApi(aws).store(self._store)
        if store is None and not module.check_mode and module.params["state"] == "present":
            raise EdgeError(
                f"There is no key value store {self._store!r}: run site.yml first, or make it with "
                "cloudfront_key_value_store."
            )
        self._arn: str = store["ARN"] if store else KNOWN_AFTER_APPLY
        self.operations = KeysApi(aws)

    def _contents(self) -> Contents | None:
        """How much the store holds; None without one."""
        if self._arn == KNOWN_AFTER_APPLY:
            return None
        description = self.operations.describe(self._arn)
        return Contents(description["ItemCount"], description["TotalSizeInBytes"])

    def _values(self, keys: t.Collection[str], contents: Contents) -> dict[str, str]:
        """What there is of *keys*; with it the others' where all pages are fewer calls than one a key."""
        if prefers_get_key(keys, contents):
            return self.operations.values(self._arn, keys)
        return self.operations.all_values(self._arn)

    def is_stale(self, error: BaseException | None) -> bool:
        return is_stale(error)
