# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Replication from the home Region's bucket to every other Region's: one rule a destination. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._regions import REGIONS

OUR_RULES = "multiregion-edge-"

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Desired:
    """``buckets``: the bucket's name by Region, the home Region's (the source) among them."""

    buckets: t.Mapping[str, str]
    home_region: str
    role_arn: str
    delete_markers: bool

    @property
    def source(self) -> str:
        return self.buckets[self.home_region]

    def rules(self) -> list[Config]:
        return [
            _rule(region, bucket, self.delete_markers)
            for region, bucket in sorted(self.buckets.items())
            if region != self.home_region
        ]


def _rule(region: str, bucket: str, delete_markers: bool) -> Config:
    # A rule with a Filter is of version 2, which asks for Priority and DeleteMarkerReplication.
    # Source: S3 User Guide, "Replication configuration file elements".
    return {
        "ID": f"{OUR_RULES}{region}",
        "Priority": 1 + REGIONS.index(region),
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled" if delete_markers else "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"},
    }


# The replication configuration by Region; None: that Region's bucket has none.
Observed = t.Mapping[str, t.Optional[Config]]


def plan(observed: Observed, desired: Desired) -> Plan:
    """One call a bucket at most: it replaces the whole configuration, so others' rules go with it.

    Buckets that are not the home's lose our rules: they are of a time when the home was another one.
    """
    after: dict[str, Config | None] = {}
    steps: list[Step] = []
    for region, bucket in desired.buckets.items():
        live = observed.get(region)
        wanted = _wanted(live, bucket, desired.rules() if region == desired.home_region else [], desired.role_arn)
        after[region] = wanted
        if _canonical(live) == _canonical(wanted):
            continue
        where = {"region": region, "bucket": bucket}
        if wanted is None:
            steps.append(Step("delete_replication", where, f"Stop replicating {bucket} from {region}", region))
        else:
            targets = ", ".join(sorted(set(desired.buckets) - {desired.home_region}))
            words = (
                f"Replicate {bucket} from {region} to {targets}"
                if region == desired.home_region
                else (f"Remove our rules from the replication of {bucket} in {region}")
            )
            steps.append(Step("put_replication", {**where, "configuration": wanted}, words, region))
    return Plan(dict(observed), after, tuple(steps))


def _wanted(live: Config | None, bucket: str, ours: list[Config], role_arn: str) -> Config | None:
    rules = (live or {}).get("Rules", [])
    foreign = [rule for rule in rules if not rule.get("ID", "").startswith(OUR_RULES)]
    if not foreign:
        return {"Role": role_arn, "Rules": ours} if ours else None
    role = live["Role"] if live else role_arn
    if ours and role != role_arn:
        raise EdgeError(
            f"The bucket {bucket} already replicates by rules of its own, such as {foreign[0].get('ID')!r}, with "
            f"the role {role}; a bucket has one role for all its rules. Give that role's ARN as role_arn, "
            "with the permissions of ours added to it, or remove those rules."
        )
    return {"Role": role, "Rules": foreign + ours}


def _canonical(configuration: Config | None) -> Config | None:
    """In one order, and a filter of everything in one form."""
    if configuration is None:
        return None
    rules = [{**rule, "Filter": rule.get("Filter") or {"Prefix": ""}} for rule in configuration["Rules"]]
    return {**configuration, "Rules": sorted(rules, key=lambda rule: str(rule.get("ID")))}
