# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What every bucket should be, and the steps there. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._rules.ownership import OWNER_TAG, refuse_other_site
from .._rules.policy_documents import same as same_policy
from . import encryption, lifecycle, policy

if t.TYPE_CHECKING:
    from .operations import Operations

_BLOCK_ALL = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_OWNERSHIP = "BucketOwnerEnforced"

# Tags of AWS's own: S3 refuses a set of tags without those that a bucket has.
_SYSTEM_TAGS = "aws:"

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Bucket:
    """One bucket as it is: its versioning, public_access_block, ... as the API has them.

    ``in_use``: it has objects; only looked at where that decides whether it may be taken over.
    """

    aspects: Config
    in_use: bool = False


# By Region; None: there is no such bucket.
Observed = t.Mapping[str, t.Optional[Bucket]]


@dataclasses.dataclass(frozen=True)
class Desired:
    """The site's buckets: one a Region, all alike. ``names`` has the bucket's name by Region.

    ``adopt``: the names were given one by one, so that what has them is meant. ``policy_statements``:
    None leaves those that earlier runs set.
    """

    site: str
    names: t.Mapping[str, str]
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    purge_tags: bool = False
    noncurrent_days: int = 30
    kms_keys: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    policy_statements: t.Mapping[str, Config] | None = None
    adopt: bool = False

    def aspects(self, region: str, live: Config | None = None) -> Config:
        """What the Region's bucket should be, with what others put into the same documents of the *live* one."""
        had = live or {}
        statements = policy.statements_of(bucket_arn(self.names[region]), self.policy_statements or {})
        return {
            "public_access_block": _BLOCK_ALL,
            "ownership": _OWNERSHIP,
            "policy": policy.merged(had.get("policy"), statements, keep_more=self.policy_statements is None),
            "versioning": "Enabled",
            "encryption": encryption.merged(had.get("encryption"), self.kms_keys.get(region)),
            "tags": self.all_tags(had.get("tags", {})),
            "lifecycle": lifecycle.merged(had.get("lifecycle"), self.noncurrent_days),
        }

    def all_tags(self, live: t.Mapping[str, str]) -> dict[str, str]:
        kept = {key: value for key, value in live.items() if not self.purge_tags or key.startswith(_SYSTEM_TAGS)}
        return {**kept, **self.tags, OWNER_TAG: self.site}


def bucket_arn(name: str) -> str:
    return f"arn:aws:s3:::{name}"


# aspect → (call, its option, the beginning of the sentence); access is tightened before anything else is set.
# What each aspect is called as an argument, and the words for its step; in the order in which they are set.
ASPECTS: dict[str, tuple[str, str]] = {
    "public_access_block": ("configuration", "Block all public access"),
    "ownership": ("ownership", "Enforce the bucket owner's ownership of all objects"),
    "policy": ("policy", "Set the managed statements in the policy"),
    "versioning": ("status", "Enable versioning"),
    "encryption": ("rule", "Set the default encryption"),
    "tags": ("tags", "Set the tags"),
    "lifecycle": ("lifecycle", "Set the managed rule in the lifecycle"),
}


def setters(operations: Operations) -> dict[str, t.Callable[..., object]]:
    """The operation that sets each aspect."""
    return {
        "public_access_block": operations.put_public_access_block,
        "ownership": operations.put_ownership,
        "policy": operations.put_policy,
        "versioning": operations.put_versioning,
        "encryption": operations.put_encryption,
        "tags": operations.put_tags,
        "lifecycle": operations.put_lifecycle,
    }


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """The steps of every Region, each Region a partition."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    steps: list[Step] = []
    setter = setters(operations)
    for region, name in desired.names.items():
        bucket = observed[region]
        if bucket is None:
            wanted = desired.aspects(region)
            live = _as_created(wanted)
            arguments = {"region": region, "name": name, "tags": wanted["tags"]}
            steps.append(Step(operations.create_bucket, arguments, f"Create the bucket {name} in {region}", region))
        else:
            _refuse_taking_over(f"The bucket {name} in {region}", bucket, desired)
            live = bucket.aspects
            wanted = desired.aspects(region, live)
            before[region] = {"name": name, **live}
        after[region] = {"name": name, **wanted}
        for aspect, (option, words) in ASPECTS.items():
            if not _same(aspect, live.get(aspect), wanted[aspect]):
                arguments = {"region": region, "name": name, option: wanted[aspect]}
                steps.append(Step(setter[aspect], arguments, f"{words} of {name} in {region}", region))
    return Plan(before, after, tuple(steps))


def _as_created(wanted: Config) -> Config:
    """What CreateBucket makes of a new bucket; that AWS encrypts, it has done for every new one since 2023."""
    return {"ownership": _OWNERSHIP, "tags": wanted["tags"], "encryption": encryption.merged(None, None)}


def _refuse_taking_over(what: str, bucket: Bucket, desired: Desired) -> None:
    """Raise EdgeError for a bucket of another site, or for an unmanaged one that is in use."""
    tags = bucket.aspects["tags"]
    refuse_other_site(what, tags, desired.site)
    if OWNER_TAG not in tags and bucket.in_use and not desired.adopt:
        raise EdgeError(
            f"{what} exists already with objects in it, and lacks the tag {OWNER_TAG}, so it may be in use elsewhere: "
            f"give the buckets' names in names to take it over, tag it {OWNER_TAG}={desired.site}, or choose others."
        )


def _same(aspect: str, live: t.Any, wanted: t.Any) -> bool:
    if live is None:
        return False
    if aspect == "policy":
        return same_policy(live, wanted)
    if aspect == "lifecycle":
        return lifecycle.canonical(live) == lifecycle.canonical(wanted)
    return bool(live == wanted)
