# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Replication among the buckets of several Regions: one rule for each source and destination. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step
from .rules import (
    Config,
    Options,
    destination,
    is_managed,
    name,
    replicates_everything,
    rules_to,
    same,
    same_rule,
    with_everything,
)

if t.TYPE_CHECKING:
    from .operations import Operations

# The replication configuration by Region; None: that Region's bucket has none.
Observed = t.Mapping[str, t.Optional[Config]]


@dataclasses.dataclass(frozen=True)
class Desired:
    """``buckets`` by Region; ``sources`` are the Regions whose bucket replicates to all others."""

    buckets: t.Mapping[str, str]
    sources: t.Collection[str] = ()
    role_arn: str = ""
    options: Options = dataclasses.field(default_factory=Options)
    purge: bool = False

    def destinations(self, source: str) -> dict[str, str]:
        """The buckets by Region that *source*'s is to be replicated to."""
        if source not in self.sources:
            return {}
        return {region: bucket for region, bucket in self.buckets.items() if region != source}


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """One call a bucket at most, for it replaces the whole configuration at once.

    Buckets that replicate come first, side by side. Those that are to stop, because the home is another
    one or the topology, come after all of those are in effect: whichever bucket an object is written to
    in between, it reaches every Region. Both replicating for a while is harmless, as S3 never replicates
    a replica.
    """
    after = {region: _wanted(observed.get(region), region, desired) for region in desired.buckets}
    starting: list[Step] = []
    stopping: list[Step] = []
    for region, bucket in desired.buckets.items():
        wanted = after[region]
        if not same(observed.get(region), wanted):
            steps = starting if desired.destinations(region) else stopping
            steps.append(_step(operations, observed.get(region), wanted, region, bucket))
    between = [_wait(operations, starting)] if starting and stopping else []
    return Plan(dict(observed), after, (*starting, *between, *stopping))


def _wanted(live: Config | None, region: str, desired: Desired) -> Config | None:
    rules = (live or {}).get("Rules", [])
    unmanaged = [] if desired.purge else [rule for rule in rules if not is_managed(rule)]
    managed = rules_to(desired.destinations(region), desired.options, unmanaged)
    if replicates_everything(live):
        managed = with_everything({"Rules": managed})["Rules"]
    if not unmanaged:
        return {"Role": desired.role_arn, "Rules": managed} if managed else None
    role = live["Role"] if live else ""
    if managed:
        _refuse_first_version(unmanaged, desired.buckets[region])
    if managed and role != desired.role_arn and desired.role_arn != KNOWN_AFTER_APPLY:
        raise EdgeError(
            f"The bucket {desired.buckets[region]} already replicates by rules of its own, such as "
            f"{unmanaged[0].get('ID')!r}, with the role {role}; a bucket has one role for all its rules. Give that "
            "role's ARN as role_arn and the role the permissions for the new rules, or remove those rules (purge does)."
        )
    return {"Role": role, "Rules": unmanaged + managed}


def _refuse_first_version(unmanaged: t.Sequence[Config], bucket: str) -> None:
    """S3 takes one destination only where a rule has no Filter: "Number of distinct destination bucket ARNs cannot
    exceed 1"."""
    old = next((rule for rule in unmanaged if "Filter" not in rule), None)
    if old:
        raise EdgeError(
            f"The bucket {bucket} has the replication rule {name(old)} without a Filter, beside which S3 takes no "
            "rules to other buckets: give that rule a Filter, or remove it (purge does)."
        )


def _step(operations: Operations, live: Config | None, wanted: Config | None, region: str, bucket: str) -> Step:
    where = {"region": region, "bucket": bucket}
    if wanted is None:
        return Step(operations.delete_replication, where, f"Stop replicating {bucket} from {region}", region)
    arguments = {**where, "configuration": wanted}
    return Step(operations.put_replication, arguments, _sentence(live, wanted, region, bucket), region)


def _wait(operations: Operations, steps: t.Iterable[Step]) -> Step:
    expected = {step.arguments["region"]: (step.arguments["bucket"], step.arguments["configuration"]) for step in steps}
    sentence = f"Wait until the rules of {', '.join(sorted(expected))} are in effect"
    return Step(operations.await_replication, {"expected": expected}, sentence)


def _sentence(live: Config | None, wanted: Config, region: str, bucket: str) -> str:
    old = {name(rule): rule for rule in (live or {}).get("Rules", [])}
    new = {name(rule): rule for rule in wanted["Rules"]}
    added, removed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    if not removed and not any(map(is_managed, old.values())):
        return f"Replicate {bucket} from {region} to {', '.join(added)}"
    changes = {
        "start": added,
        "change": sorted(rule for rule in new.keys() & old.keys() if not same_rule(new[rule], old[rule])),
        "stop": removed,
    }
    parts = [f"{verb} {', '.join(rules)}" for verb, rules in changes.items() if rules]
    if live and live["Role"] != wanted["Role"]:
        parts.append(f"use the role {wanted['Role']}")
    return f"Change the replication of {bucket} from {region}: {'; '.join(parts)}"


@dataclasses.dataclass(frozen=True)
class Roles:
    """The names of the buckets that replicate by managed rules, and of those that they replicate to."""

    sources: list[str]
    destinations: list[str]


def roles(state: Observed, buckets: t.Mapping[str, str]) -> Roles:
    managed = {
        buckets[region]: [rule for rule in (configuration or {}).get("Rules", []) if is_managed(rule)]
        for region, configuration in state.items()
    }
    return Roles(
        sorted(bucket for bucket, rules in managed.items() if rules),
        sorted({destination(rule) for rules in managed.values() for rule in rules}),
    )
