# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys that one task cares for, brought to what it asks for. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from . import digest as digests
from . import plan as planning
from .plan import PRICE_OF_A_CALL, Contents, Values

if t.TYPE_CHECKING:
    from .operations import Operations

# A site's hosts and paths, which site_routes writes, and its nearest buckets, which site_origins does.
_ROUTE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/([hpn])/")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a task asks for; names have their prefix."""

    puts: Values
    absent: t.Sequence[str] = ()
    prefix: str = ""
    purge: bool = False

    def matches_digest(self, digest: digests.Digest | None) -> bool:
        if digest is None:
            return False
        return digest.asked == self.asked or digest.all == digests.of_all(self.puts)

    @property
    def asked(self) -> str:
        return digests.of_asked(self.puts, self.absent, self.purge)

    @property
    def names(self) -> list[str]:
        return [*self.puts, *self.absent]


@dataclasses.dataclass(frozen=True)
class Observed:
    """*values* are those that are named, or, where it is *whole*, all below the prefix."""

    contents: Contents = planning.EMPTY
    values: Values = dataclasses.field(default_factory=dict)
    whole: bool = True
    digest: str | None = None
    # The digest shows that all is as it is asked for, so nothing else was read.
    matches: bool = False
    # Another prefix in the store that has keys in common with this one.
    overlap: str | None = None


@dataclasses.dataclass(frozen=True)
class Target:
    store: str
    arn: str
    manifest: bool = False


def plan(operations: Operations, observed: Observed, wanted: Wanted, target: Target) -> Plan:
    """``before`` and ``after`` have the keys that differ. Last comes the digest, and then the manifest."""
    if observed.matches:
        return Plan({}, {})
    if observed.overlap is not None:
        raise EdgeError(
            f"prefix: {wanted.prefix!r} and {observed.overlap!r}, which another task keeps, have keys in common: "
            f"choose one that does not. If nothing keeps it any more, delete the key {digests.name(observed.overlap)} "
            "(absent, without a prefix)."
        )
    purged = [key for key in observed.values if key not in wanted.puts] if wanted.purge else []
    _refuse_routes(purged)
    puts, deletes = planning.changes(observed.values, wanted.puts, [*wanted.absent, *purged])
    left = {key: value for key, value in observed.values.items() if key not in set(deletes)}
    after = {**left, **puts}
    # Where other tasks keep keys below the same prefix, their digest is as valid as this task's: it stays.
    known = digests.of_all(after) if observed.whole else ""
    live = digests.parse(observed.digest)
    untrue = bool(after) if live is None else observed.whole and live.all != known
    closing = {}
    if wanted.prefix and (puts or deletes or untrue):
        closing = {digests.name(wanted.prefix): digests.text(digests.Digest(known, wanted.asked))}
    opening = [digests.name(wanted.prefix)] if observed.digest is not None else []
    before = {**observed.values, **dict.fromkeys(opening, observed.digest or "")}
    batches = planning.batches(puts, deletes, opening, closing)
    states = planning.chain(observed.contents, before, batches)
    _check_size(states, target.store)
    steps = [_step(operations, batch, expected, target) for batch, expected in zip(batches, states, strict=True)]
    if steps and target.manifest and observed.whole:
        what = f"Keep a manifest of {planning.count(after)} in the home bucket"
        steps.append(Step(operations.put_manifest, {"prefix": wanted.prefix, "values": after}, what))
    summary = _summary(puts, deletes, closing, len(batches), target)
    changed = {key: observed.values[key] for key in [*puts, *deletes] if key in observed.values}
    return Plan(changed, puts, tuple(steps), tuple(summary + [step.sentence for step in steps[len(batches) :]]))


def _step(operations: Operations, batch: planning.Batch, expected: Contents, target: Target) -> Step:
    arguments = {"arn": target.arn, "puts": batch.puts, "deletes": batch.deletes, "expected": expected}
    return Step(operations.update_keys, arguments, planning.sentence(batch, target.store))


def _summary(puts: Values, deletes: t.Sequence[str], closing: Values, calls: int, target: Target) -> list[str]:
    if not calls:
        return []
    price = f"{calls} call{'s' * (calls > 1)} of UpdateKeys, ${calls * PRICE_OF_A_CALL:.3f}"
    if not puts and not deletes:
        return [f"Note in {target.store} what is there: {planning.names(closing)} ({price})"]
    return [f"{planning.sentence(planning.Batch(dict(puts), list(deletes)), target.store)} ({price})"]


def _refuse_routes(purged: t.Iterable[str]) -> None:
    for key in purged:
        found = _ROUTE.match(key)
        if found:
            whose = "site_origins" if found[1] == "n" else "site_routes"
            raise EdgeError(
                f"purge would delete {key}, which {whose} keeps: give a prefix that only this task uses, or delete it "
                "with absent."
            )


def _check_size(states: t.Iterable[Contents], store: str) -> None:
    """Puts come before deletes, so what goes does not make room."""
    largest = max((state.size for state in states), default=0)
    if largest > planning.MAX_STORE_BYTES:
        raise EdgeError(
            f"The key value store {store} would hold {largest} bytes, with what others keep there; CloudFront allows "
            f"{planning.MAX_STORE_BYTES}. Put fewer or shorter keys, delete some in a task before this one, or use "
            "another store."
        )
