# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys that one task cares for: a store may be shared by several sites."""

from __future__ import annotations

import contextlib
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from . import digest as digests
from . import keys_plan, manifest, source
from . import plan as planning
from .api import arn_of, is_stale
from .keys_plan import Observed
from .operations import Operations
from .plan import PRICE_OF_A_CALL

KEYS_ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "keys": {"type": "dict", "no_log": False},
    "src": {"type": "path"},
    "prefix": {"type": "str", "default": ""},
    "absent": {"type": "list", "elements": "str", "default": []},
    "purge": {"type": "bool", "default": False},
    "compare": {"type": "str", "choices": ["digest", "listing"], "default": "digest"},
    "manifest_bucket": {"type": "str"},
    "manifest_region": {"type": "str"},
}
KEYS_RULES: dict[str, t.Any] = {
    "mutually_exclusive": [("keys", "src")],
    "required_one_of": [("keys", "src", "absent")],
    "required_together": [("manifest_bucket", "manifest_region")],
}

# Seconds without a write, and until it is read anyway.
_IDLE, _IDLE_TIMEOUT = 1.0, 60.0


class Keys(Resource[Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._wanted = source.wanted(p)
        self._list: bool = p["compare"] == "listing"
        store: str = p["store"]
        arn = arn_of(store, aws)
        # Without a store nothing is there, which is what `absent` asks for.
        self._nothing = arn is None and not self._wanted.puts
        if arn is None and not self._nothing and not module.check_mode:
            raise EdgeError(f"There is no key value store {store!r}: make it first (cloudfront_key_value_store).")
        self._store = store
        # Sentences are short: an ARN's id is enough.
        self._target = keys_plan.Target(store.rpartition("/")[2], arn or KNOWN_AFTER_APPLY, bool(p["manifest_bucket"]))
        self.operations = Operations(aws, self._target.arn, p["manifest_bucket"], p["manifest_region"])

    def observe(self) -> Observed:
        return self._observe(lambda contents: contents)

    def observe_again(self) -> Observed:
        return self._observe(lambda contents: self._wait_until_idle())

    def _observe(self, before_listing: t.Callable[[planning.Contents], planning.Contents]) -> Observed:
        """The digest first, then the manifest, and only then one GetKey a key or the whole store: what is fewer calls.

        The ETag is older than all that is read, so a later write of others makes this run's write stale.
        """
        if self._target.arn == KNOWN_AFTER_APPLY:
            return Observed(matches=self._nothing)
        description = self.operations.describe(self._target.arn)
        contents = planning.Contents(description["ItemCount"], description["TotalSizeInBytes"])
        prefix = self._wanted.prefix
        if prefix and not self._list and contents.items:
            text = self.operations.value(self._target.arn, digests.name(prefix))
            digest = digests.parse(text)
            if self._wanted.matches_digest(digest):
                return Observed(contents, digest=text, matches=True)
            if digest is not None and digest.all:
                values = self.operations.manifest(prefix)
                if manifest.matches_digest(values, digest):
                    return Observed(contents, values, digest=text)
            if not self._wanted.purge and planning.prefers_get_key(self._wanted.names, contents):
                return Observed(contents, self._named(), whole=False, digest=text)
        elif not self._list and planning.prefers_get_key(self._wanted.names, contents):
            return Observed(contents, self._named(), whole=False)
        return self._all(before_listing(contents))

    def _named(self) -> dict[str, str]:
        return self.operations.values(self._target.arn, self._wanted.names)

    def _all(self, contents: planning.Contents) -> Observed:
        prefix = self._wanted.prefix
        found = self.operations.all_values(self._target.arn) if contents.items else {}
        below = {key: value for key, value in found.items() if key.startswith(prefix)}
        digest = found.get(digests.name(prefix)) if prefix else None
        overlap = digests.overlapping(prefix, found) if prefix else None
        return Observed(contents, below, digest=digest, overlap=overlap)

    def _wait_until_idle(self) -> planning.Contents:
        """While another process writes many batches, what is listed is old before it is read."""
        seen: list[dict[str, t.Any]] = []

        def probe() -> dict[str, t.Any]:
            seen.append(self.operations.describe(self._target.arn))
            return seen[-1]

        with contextlib.suppress(EdgeError):  # then it is tried all the same
            wait_until(
                f"The key value store {self._target.store}",
                probe,
                lambda last: len(seen) > 1 and last["ETag"] == seen[-2]["ETag"],
                timeout=_IDLE_TIMEOUT,
                pause=_IDLE,
                describe=lambda last: f"others write it, {last['ItemCount']} keys by now",
            )
        return planning.Contents(seen[-1]["ItemCount"], seen[-1]["TotalSizeInBytes"])

    def plan(self, observed: Observed) -> Plan:
        return keys_plan.plan(self.operations, observed, self._wanted, self._target)

    def is_stale(self, error: BaseException | None) -> bool:
        return is_stale(error)

    def settle(self, observed: Observed, changed: bool) -> Observed:
        """Each write was conditional on the one before, so CloudFront's count proves them; else they are read."""
        if self.operations.unproven:
            self._read_back()
        return observed

    def _read_back(self) -> None:
        live = self.operations.all_values(self._target.arn)
        wrong = [key for key, value in self._wanted.puts.items() if live.get(key) != value]
        wrong += [key for key in self._wanted.absent if key in live]
        if not wrong:
            return
        if self._wanted.prefix:
            self.operations.describe(self._target.arn)
            self.operations.update_keys(self._target.arn, {}, [digests.name(self._wanted.prefix)])
        raise EdgeError(
            f"After the last write {self._target.store} is not as it was written: {planning.names(wrong)}. Find "
            "out who else writes these keys, and run it again: it compares all of them."
        )

    def result(self, outcome: Outcome[Observed]) -> dict[str, t.Any]:
        own = {digests.name(self._wanted.prefix)}
        put, deleted, calls = self.operations.put - own, self.operations.deleted - own, self.operations.calls
        if outcome.settled is None:
            update = self.operations.update_keys
            steps = [step.arguments for step in outcome.plan.steps if step.operation == update]
            put = {key for arguments in steps for key in arguments["puts"]} - own
            deleted = {key for arguments in steps for key in arguments["deletes"]} - own
            calls += len(steps)
        return {
            "store": self._store,
            "prefix": self._wanted.prefix,
            "counts": {
                "put": len(put),
                "deleted": len(deleted),
                "unchanged": len(self._wanted.puts.keys() - put),
            },
            "estimated_cost_usd": round(calls * PRICE_OF_A_CALL, 3),
        }
