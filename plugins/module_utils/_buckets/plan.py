# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What every bucket should be, and the steps there. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._ownership import OWNER_TAG, refuse_foreign
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step

# Prefix of the statements and rules that are ours; those of others survive every change.
OURS = "MultiregionEdge"

_BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}

Config = dict[str, t.Any]
# Of one bucket: its versioning, public_access_block, ... as the API has them; None: there is no such bucket.
Bucket = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Desired:
    """The site's buckets: one a Region, all alike. ``names`` has the bucket's name by Region."""

    site: str
    names: t.Mapping[str, str]
    account_regional: bool
    tags: t.Mapping[str, str]
    noncurrent_days: int

    def bucket(self, name: str) -> Bucket:
        return {
            "versioning": "Enabled",
            "public_access_block": _BLOCK_ALL,
            "ownership": "BucketOwnerEnforced",
            "lifecycle": [
                {
                    "ID": f"{OURS}Housekeeping",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": self.noncurrent_days},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ],
            "tags": {**self.tags, OWNER_TAG: self.site},
            "policy": [
                _deny(name, "DenyInsecureTransport", {"Bool": {"aws:SecureTransport": "false"}}),
                _deny(name, "DenyOldTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            ],
        }


def _deny(bucket: str, name: str, condition: Config) -> Config:
    return {
        "Sid": f"{OURS}{name}",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": condition,
    }


def plan(observed: t.Mapping[str, Bucket | None], desired: Desired) -> Plan:
    """The steps of every Region, each Region a lane of its own."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    steps: list[Step] = []
    for region, name in desired.names.items():
        live = observed[region]
        wanted = _merged(live, desired.bucket(name))
        if live is None:
            arguments = {"region": region, "name": name, "account_regional": desired.account_regional}
            steps.append(Step("create_bucket", arguments, f"Create the bucket {name} in {region}", region))
        else:
            refuse_foreign(f"The bucket {name}", live["tags"], desired.site)
            before[region] = {"name": name, **live}
        after[region] = {"name": name, **wanted}
        for aspect, (call, option, words) in _ASPECTS.items():
            if live is None and aspect == "ownership":
                continue  # CreateBucket sets it
            if live is None or not _same(live[aspect], wanted[aspect]):
                arguments = {"region": region, "name": name, option: wanted[aspect]}
                steps.append(Step(call, arguments, f"{words} of {name} in {region}", region))
    return Plan(before, after, tuple(steps))


# aspect → (call, its option, the beginning of the sentence); access is tightened before anything else is set.
_ASPECTS: dict[str, tuple[str, str, str]] = {
    "public_access_block": ("put_public_access_block", "configuration", "Block all public access"),
    "ownership": ("put_ownership", "ownership", "Enforce the bucket owner's ownership of all objects"),
    "policy": ("put_policy", "statements", "Set our statements in the policy"),
    "versioning": ("put_versioning", "status", "Enable versioning"),
    "tags": ("put_tags", "tags", "Set the tags"),
    "lifecycle": ("put_lifecycle", "rules", "Set our rule in the lifecycle"),
}


def _merged(live: Bucket | None, wanted: Bucket) -> Bucket:
    """*wanted* plus what others put into the same documents of the *live* bucket."""
    if live is None:
        return wanted
    return {
        **wanted,
        "tags": {**live["tags"], **wanted["tags"]},
        "policy": _others(live["policy"], "Sid") + wanted["policy"],
        "lifecycle": _others(live["lifecycle"], "ID") + wanted["lifecycle"],
    }


def _others(items: list[Config], key: str) -> list[Config]:
    return [item for item in items if not str(item.get(key, "")).startswith(OURS)]


def _canonical(rule: Config) -> Config:
    """Without what says nothing: a filter of everything has several forms."""
    return {**rule, "Filter": {"Prefix": ""}} if rule.get("Filter") in ({}, {"Prefix": ""}) else rule


def _same(live: t.Any, wanted: t.Any) -> bool:
    if isinstance(live, list) and isinstance(wanted, list):  # statements and rules are sets
        return len(live) == len(wanted) and all(_canonical(item) in wanted for item in live)
    return bool(live == wanted)
