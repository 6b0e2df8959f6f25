"""S3 replication: to every destination of the rules, with the same version ids, PENDING until it is done.

Written against the internal names of MiniStack's S3 service (MIT licence), which replicates to the destination of the
first matching rule only. A replica is put into the store directly, so it is never replicated again, as in AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack.services import s3

from localaws.emulator.core import behaviour, scheduler
from localaws.emulator.s3 import object_versions, replication_rules
from localaws.emulator.s3.object_versions import Version
from localaws.emulator.s3.replication_permissions import Permissions
from localaws.emulator.s3.replication_rules import Rule

OBJECT, DELETE_MARKER, TAGS = "object", "delete marker", "tags"
_SWITCH = "replication_seconds"


@dataclass(frozen=True, eq=False)
class Change:
    """The replication of one version to its destinations; `rules` has the rule ID of each destination bucket."""

    kind: str
    bucket: str
    key: str
    version_id: str
    size: int
    # The tags of the write; None where the rule's tags do not matter.
    tags: dict[str, str] | None
    rules: dict[str, str]
    begun: float = field(default_factory=behaviour.now)


pending: list[Change] = []
# Called at the end of a change for each destination, with whether it succeeded.
observers: list[Callable[[Change, str, bool], None]] = []


def install() -> None:
    object_versions.install()
    record_version = s3._record_object_version
    put_tags, delete_tags = s3._put_object_tagging, s3._delete_object_tagging

    def remember_tags(bucket: str, key: str, record: Version, data: Any, tags: dict[str, str] | None = None) -> None:
        # MiniStack replicates here, before the version has an id.
        record["written_with"] = tags or {}

    def record_and_replicate(bucket: str, key: str, before: Any, record: Version, data: Any) -> str | None:
        version_id: str | None = record_version(bucket, key, before, record, data)
        tags = record.pop("written_with", {})
        if version_id:
            object_versions.set_field(bucket, key, version_id, "checksum_type", record.get("checksum_type"))
            _written(bucket, key, version_id, tags)
        return version_id

    def put_and_replicate(bucket: str, key: str, body: bytes, query: dict[str, Any] | None = None) -> Any:
        return _tagged(bucket, key, put_tags(bucket, key, body, query))

    def delete_and_replicate(bucket: str, key: str, query: dict[str, Any] | None = None) -> Any:
        return _tagged(bucket, key, delete_tags(bucket, key, query))

    s3._maybe_replicate = remember_tags
    s3._record_object_version = record_and_replicate
    s3._maybe_replicate_delete_marker = _deleted
    s3._put_object_tagging = put_and_replicate
    s3._delete_object_tagging = delete_and_replicate


def configuration(bucket: str) -> Rule | None:
    """The bucket's replication configuration, if it is in effect."""
    found: Rule | None = s3._bucket_replication.get(bucket)
    return found if s3._bucket_versioning.get(bucket) == "Enabled" else None


def _written(bucket: str, key: str, version_id: str, tags: dict[str, str]) -> None:
    config, version = configuration(bucket), object_versions.find(bucket, key, version_id)
    if config is None or version is None:
        return
    rules = replication_rules.for_object(config, key, tags, object_versions.is_kms_encrypted(version))
    _begin(OBJECT, bucket, key, version, rules, tags)


def _deleted(bucket: str, key: str) -> None:
    config = configuration(bucket)
    if config is not None:
        marker = s3._object_versions[(bucket, key)][-1]
        _begin(DELETE_MARKER, bucket, key, marker, replication_rules.for_delete_marker(config, key), None)


def _tagged(bucket: str, key: str, answer: Any) -> Any:
    """A later change of tags: replicated from the source always, from a replica if a rule enables it."""
    status, headers, _ = answer
    config = configuration(bucket)
    version = object_versions.find(bucket, key, headers.get("x-amz-version-id", ""))
    if status >= 300 or config is None or version is None:
        return answer
    encrypted = object_versions.is_kms_encrypted(version)
    if version.get("is_replica"):
        rules = replication_rules.for_replica_modification(config, key, encrypted)
    else:
        rules = replication_rules.for_object(config, key, None, encrypted)
    # A version that is not replicated yet arrives with its current tags.
    there = {name: rule for name, rule in rules.items() if object_versions.find(name, key, version["version_id"])}
    _begin(TAGS, bucket, key, version, there, None)
    return answer


def _begin(
    kind: str, bucket: str, key: str, version: Version, rules: dict[str, Rule], tags: dict[str, str] | None
) -> None:
    if rules:
        change = change_of(kind, bucket, key, version, rules, tags)
        pending.append(change)
        for destination in rules:
            _note(change, version, destination, "PENDING")
        scheduler.schedule(lambda: _end(change), _SWITCH)


def change_of(
    kind: str, bucket: str, key: str, version: Version, rules: dict[str, Rule], tags: dict[str, str] | None
) -> Change:
    ids = {destination: str(rule["ID"]) for destination, rule in rules.items()}
    return Change(kind, bucket, key, version["version_id"], version["size"], tags, ids)


def _end(change: Change) -> None:
    pending.remove(change)
    version = object_versions.find(change.bucket, change.key, change.version_id)
    if version is not None:
        run(change, version)


def run(change: Change, version: Version) -> bool:
    """Replicate by the current configuration, and note the result. FAILED is not tried again."""
    config = configuration(change.bucket)
    rules = _rules(change, config, version) if config is not None else {}
    permissions = Permissions(str(config["Role"]), change, version) if config is not None else None
    outcomes = []
    for destination in change.rules:
        rule = rules.get(destination)
        done = (
            rule is not None
            and s3._bucket_versioning.get(destination) == "Enabled"
            and permissions is not None
            and permissions.suffice(destination, rule)
            and _copy(change, version, destination, rule)
        )
        outcomes.append(done)
        _note(change, version, destination, "COMPLETED" if done else "FAILED")
        for observe in observers:
            observe(change, destination, done)
    return all(outcomes)


def _rules(change: Change, config: Rule, version: Version) -> dict[str, Rule]:
    if change.kind == DELETE_MARKER:
        return replication_rules.for_delete_marker(config, change.key)
    return replication_rules.for_object(config, change.key, change.tags, object_versions.is_kms_encrypted(version))


def _copy(change: Change, version: Version, bucket: str, rule: Rule) -> bool:
    key, version_id = change.key, change.version_id
    there = object_versions.find(bucket, key, version_id)
    if object_versions.deleted_for_good(bucket, key, version_id) or (there is None and change.kind == TAGS):
        return False
    if there is None:
        object_versions.insert(bucket, key, _replica(version, rule, bucket))
    s3._object_tags[(bucket, key, version_id)] = object_versions.tags(change.bucket, key, version_id)
    return True


def _replica(version: Version, rule: Rule, bucket: str) -> Version:
    """The version in the destination: with the same id, time and metadata."""
    replica = {name: value for name, value in version.items() if name != "destinations"} | {"is_replica": True}
    if version.get("is_delete_marker"):
        return replica
    replica |= {
        "replication_status": "REPLICA",
        "metadata": dict(version["metadata"]),
        "preserved_headers": dict(version["preserved_headers"]),
        "storage_class": rule["Destination"].get("StorageClass") or version["storage_class"],
    }
    if object_versions.is_kms_encrypted(version):
        source_key = version["preserved_headers"][object_versions.SSE_KEY]
        key = replication_rules.replica_key(rule, source_key, s3.bucket_region(bucket))
        replica["preserved_headers"][object_versions.SSE_KEY] = key
        # The ETag depends on the KMS key, which is another one here.
        replica["etag"] = object_versions.opaque_etag(version["etag"])
    return replica


def _note(change: Change, version: Version, destination: str, state: str) -> None:
    """The source's status covers all its destinations; a delete marker has none."""
    if change.kind == DELETE_MARKER:
        return
    destinations: dict[str, str] = version.setdefault("destinations", {})
    destinations[destination] = state
    done = "REPLICA" if version.get("is_replica") else "COMPLETED"
    status = next((each for each in ("FAILED", "PENDING") if each in destinations.values()), done)
    object_versions.set_field(change.bucket, change.key, change.version_id, "replication_status", status)
