# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is wrong with each edge (from one Region's bucket to another's), in one sentence that names the cause. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._rules.policy_documents import listed

Config = dict[str, t.Any]

_BUCKET_ARN = "arn:aws:s3:::"

# What the role needs of the source's bucket, of the source's objects, and of the destination's.
# Source: S3 User Guide, "Setting up permissions for live replication".
BUCKET_ACTIONS = ("s3:GetReplicationConfiguration", "s3:ListBucket")
READ_ACTIONS = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
WRITE_ACTIONS = ("s3:ReplicateObject", "s3:ReplicateDelete")


class Edge(t.NamedTuple):
    """Its Regions."""

    source: str
    destination: str


@dataclasses.dataclass(frozen=True)
class Bucket:
    """``trouble``: why it cannot be looked at, as the end of a sentence; the rest is empty then."""

    name: str
    trouble: str | None = None
    versioning: str | None = None
    replication: Config | None = None
    encrypts_with_kms: bool = False


@dataclasses.dataclass(frozen=True)
class Role:
    """``denied``: actions that it lacks, by the resource's ARN. What could not be looked at counts as well."""

    is_gone: bool = False
    is_trusting: bool = True
    denied: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Metrics:
    lag_seconds: float | None = None
    pending_operations: int | None = None
    pending_bytes: int | None = None
    failed_operations: int | None = None


@dataclasses.dataclass(frozen=True)
class Scan:
    """Of one edge: the keys of objects that S3 gave up replicating there, and how many are under way."""

    failed: tuple[str, ...] = ()
    pending: int = 0


@dataclasses.dataclass(frozen=True)
class Setup:
    """What is configured: buckets by Region, roles by their ARN, the states of KMS keys by their ARN (None: gone)."""

    buckets: t.Mapping[str, Bucket]
    roles: t.Mapping[str, Role]
    keys: t.Mapping[str, str | None]
    expected_role: str | None = None


@dataclasses.dataclass(frozen=True)
class Measured:
    """What was seen of an edge. ``probe_seconds`` is None where it did not come, or where none was sent.

    ``probe_refused`` is S3's answer where it could not be written.
    """

    metrics: Metrics = Metrics()
    scan: Scan | None = None
    probe_timeout: float | None = None
    probe_refused: str | None = None
    probe_seconds: float | None = None


def edges(regions: t.Iterable[str], topology: str, home_region: str | None) -> list[Edge]:
    """All that there have to be: from the home to the others, or from each Region to each other."""
    ordered = sorted(regions)
    sources = ordered if topology == "mesh" else [str(home_region)]
    return [Edge(source, destination) for source in sources for destination in ordered if destination != source]


def rule_of(edge: Edge, setup: Setup) -> Config | None:
    """The rule that serves the edge: of several the enabled one, of those the one of everything."""
    arn = f"{_BUCKET_ARN}{setup.buckets[edge.destination].name}"
    configuration = setup.buckets[edge.source].replication or {"Rules": []}
    rules = [rule for rule in configuration["Rules"] if rule["Destination"]["Bucket"] == arn]
    return max(rules, key=lambda rule: (rule["Status"] == "Enabled", not _limit(rule)), default=None)


def _limit(rule: Config) -> str:
    """What the rule is limited to; "" for everything."""
    conditions = rule.get("Filter") or {}
    conditions = conditions.get("And") or conditions
    prefix = conditions.get("Prefix") or rule.get("Prefix")
    if prefix:
        return f"keys that begin with {prefix}"
    return "objects with certain tags" if conditions.get("Tag") or conditions.get("Tags") else ""


def has_metrics(rule: Config | None) -> bool:
    return bool(rule) and t.cast(Config, rule)["Destination"].get("Metrics", {}).get("Status") == "Enabled"


def key_of(rule: Config | None) -> str | None:
    """The KMS key that the rule encrypts replicas with."""
    target = (rule or {}).get("Destination", {})
    return t.cast("str | None", target.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID"))


def setup_problem(edge: Edge, setup: Setup) -> str | None:
    """Why nothing can be replicated over *edge*, by its configuration: what the others follow from comes first."""
    what = next(_setup_problems(edge, setup), None)
    return what and f"{edge.source} to {edge.destination}: {what}"


def _setup_problems(edge: Edge, setup: Setup) -> t.Iterator[str]:
    for region in edge:
        bucket = setup.buckets[region]
        if bucket.trouble:
            yield f"the bucket {bucket.name} {bucket.trouble}"
    for region in edge:
        bucket = setup.buckets[region]
        if bucket.versioning != "Enabled":
            state = "suspended" if bucket.versioning == "Suspended" else "off"
            yield f"versioning of {bucket.name} in {region} is {state}: enable it."
    source, destination = (setup.buckets[region] for region in edge)
    rule = rule_of(edge, setup)
    if rule is None:
        yield f"{source.name} has no replication rule to {destination.name}: set it up with s3_replication."
        return
    identity = f"the rule {rule.get('ID')} of {source.name}"
    if rule["Status"] != "Enabled":
        yield f"{identity} is disabled: enable it."
    if limit := _limit(rule):
        yield f"{identity} replicates only {limit}: set it up with s3_replication."
    yield from _role_problems(str(t.cast(Config, source.replication)["Role"]), source, destination, rule, setup)
    yield from _key_problems(identity, source, rule, setup)


def _role_problems(arn: str, source: Bucket, destination: Bucket, rule: Config, setup: Setup) -> t.Iterator[str]:
    if setup.expected_role and arn != setup.expected_role:
        yield f"{source.name} replicates with the role {arn}, not {setup.expected_role}: set it with s3_replication."
    role = setup.roles.get(arn, Role())
    if role.is_gone:
        yield f"the role {arn} that {source.name} replicates with is gone: create it again, or give another one."
    if not role.is_trusting:
        yield f"S3 may not assume the role {arn}: let its trust policy allow sts:AssumeRole to s3.amazonaws.com."
    needed = {
        bucket_arn(source): BUCKET_ACTIONS,
        objects_arn(source): READ_ACTIONS,
        objects_arn(destination): WRITE_ACTIONS if _replicates_markers(rule) else WRITE_ACTIONS[:1],
    }
    for resource, actions in needed.items():
        denied = [action for action in actions if action in role.denied.get(resource, ())]
        if denied:
            yield f"the role {arn} may not {', '.join(denied)} on {resource}: allow it in its policies."


def _replicates_markers(rule: Config) -> bool:
    return bool(rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled")


def trusts_s3(policy: Config) -> bool:
    """Whether a trust policy lets S3 assume the role. Conditions are taken for fulfilled."""
    return any(
        statement.get("Effect") == "Allow"
        and "s3.amazonaws.com" in listed(dict(statement.get("Principal") or {}).get("Service"))
        and {"sts:AssumeRole", "sts:*", "*"} & set(listed(statement.get("Action")))
        for statement in listed(policy["Statement"])
        if statement.get("Principal") != "*"
    )


def bucket_arn(bucket: Bucket) -> str:
    return f"{_BUCKET_ARN}{bucket.name}"


def objects_arn(bucket: Bucket) -> str:
    return f"{_BUCKET_ARN}{bucket.name}/*"


def _key_problems(identity: str, source: Bucket, rule: Config, setup: Setup) -> t.Iterator[str]:
    # S3 leaves out objects that KMS encrypts unless a rule asks for them.
    # Source: S3 User Guide, "Replicating encrypted objects".
    selected = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {}).get("Status") == "Enabled"
    if source.encrypts_with_kms and not selected:
        yield f"{source.name} encrypts with KMS, and {identity} leaves such objects out: give it a key for replicas."
    key = key_of(rule)
    if key and key in setup.keys and setup.keys[key] != "Enabled":
        yield f"the KMS key {key} of {identity} is {setup.keys[key] or 'gone'}: enable it, or give another one."


def measured_problem(edge: Edge, measured: Measured) -> str | None:
    """What was seen to go wrong on *edge*, although its configuration is right."""
    what = next(_measured_problems(measured), None)
    return what and f"{edge.source} to {edge.destination}: {what}"


def _measured_problems(measured: Measured) -> t.Iterator[str]:
    remedy = "remove the cause and run s3_replication_backfill."
    if measured.probe_refused:
        yield f"the probe object could not be written to the source: {measured.probe_refused}"
    if measured.probe_timeout is not None and measured.probe_seconds is None:
        yield (
            f"the probe object did not arrive within {measured.probe_timeout:g} s: look at the source's replication "
            "status and at the role's and the KMS keys' permissions."
        )
    if measured.scan and measured.scan.failed:
        keys = measured.scan.failed
        yield f"{len(keys)} object{'s' if len(keys) > 1 else ''} failed to replicate, such as {keys[0]}: {remedy}"
    if measured.metrics.failed_operations:
        yield f"{measured.metrics.failed_operations} operations failed in the last hour: {remedy}"


def described(edge: Edge, setup: Setup, measured: Measured) -> dict[str, t.Any]:
    """What the module returns about *edge*."""
    rule = rule_of(edge, setup)
    problem = setup_problem(edge, setup) or measured_problem(edge, measured)
    return {
        "source": edge.source,
        "destination": edge.destination,
        "rule_id": rule.get("ID") if rule else None,
        "rule_status": rule["Status"] if rule else None,
        "healthy": problem is None,
        "problem": problem,
        **dataclasses.asdict(measured.metrics),
        "failed_objects": len(measured.scan.failed) if measured.scan else None,
        "pending_objects": measured.scan.pending if measured.scan else None,
        "probe_seconds": measured.probe_seconds,
    }
