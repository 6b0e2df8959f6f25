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


def plan(observed: Config | None, desired: Desired) -> Plan:
    """One PutBucketReplication at most: it replaces the whole configuration, so others' rules go with it."""
    foreign = [rule for rule in (observed or {}).get("Rules", []) if not rule.get("ID", "").startswith(OUR_RULES)]
    if foreign and observed and observed["Role"] != desired.role_arn:
        raise EdgeError(
            f"The bucket {desired.source} already replicates by rules of its own, such as {foreign[0]['ID']!r}, with "
            f"the role {observed['Role']}; a bucket has one role for all its rules. Give that role's ARN as role_arn, "
            "with the permissions of ours added to it, or remove those rules."
        )
    wanted = {"Role": desired.role_arn, "Rules": foreign + desired.rules()}
    if not wanted["Rules"]:
        return _none(observed, desired)
    if _canonical(observed) == _canonical(wanted):
        return Plan(observed, observed)
    destinations = ", ".join(sorted(set(desired.buckets) - {desired.home_region}))
    step = Step(
        "put_replication",
        {"region": desired.home_region, "bucket": desired.source, "configuration": wanted},
        f"Replicate {desired.source} from {desired.home_region} to {destinations}",
    )
    return Plan(observed, wanted, (step,))


def _none(observed: Config | None, desired: Desired) -> Plan:
    """A site of one Region replicates nothing; the rules to Regions that it had before go."""
    if observed is None:
        return Plan(None, None)
    arguments = {"region": desired.home_region, "bucket": desired.source}
    sentence = f"Stop replicating {desired.source} from {desired.home_region}"
    return Plan(observed, None, (Step("delete_replication", arguments, sentence),))


def _canonical(configuration: Config | None) -> Config | None:
    if configuration is None:
        return None
    return {**configuration, "Rules": sorted(configuration["Rules"], key=lambda rule: str(rule.get("ID")))}
