"""S3 replication to every destination a source names; MiniStack replicates to the first matching rule's only.

Written against the names MiniStack (MIT licence) uses inside its S3 service. Replication is synchronous here: an
object is COMPLETED or FAILED at once, never PENDING. A replica is written to the store directly, so it is never
replicated again, as on AWS.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ministack.services import s3

Rule = dict[str, Any]


def install() -> None:
    s3._maybe_replicate = _object
    s3._maybe_replicate_delete_marker = _delete_marker


def _winning_rules(bucket: str, matches: Callable[[Rule], bool]) -> list[Rule]:
    """The enabled rules that apply: for each destination bucket, the one of the highest Priority."""
    config = s3._bucket_replication.get(bucket)
    if not config or s3._bucket_versioning.get(bucket) != "Enabled":
        return []
    winners: dict[str, Rule] = {}
    for rule in config["Rules"]:
        if rule.get("Status") != "Enabled" or not matches(rule):
            continue
        destination = rule["Destination"]["Bucket"]
        best = winners.get(destination)
        if best is None or int(rule.get("Priority") or 0) > int(best.get("Priority") or 0):
            winners[destination] = rule
    return list(winners.values())


def _target(bucket: str, key: str, rule: Rule) -> tuple[str, str, Rule] | None:
    """Name, account and record of the destination bucket, or None where a replica cannot be written."""
    role = s3._bucket_replication.get(bucket).get("Role", "")
    found: tuple[str, str, Rule] | None = s3._replication_destination(bucket, key, rule, role)
    return found


def _object(bucket: str, key: str, record: dict[str, Any], data: Any, tags: dict[str, str] | None = None) -> None:
    tags = tags or {}

    def matches(rule: Rule) -> bool:
        wanted = s3._replication_rule_tags(rule)
        return key.startswith(s3._replication_rule_prefix(rule)) and wanted.items() <= tags.items()

    rules = _winning_rules(bucket, matches)
    if not rules:
        return
    source = copy.deepcopy({name: value for name, value in record.items() if name not in {"version_id", "_replica"}})
    written = [_write_replica(bucket, key, rule, source, data, tags) for rule in rules]
    record["replication_status"] = "COMPLETED" if all(written) else "FAILED"


def _write_replica(bucket: str, key: str, rule: Rule, source: dict[str, Any], data: Any, tags: dict[str, str]) -> bool:
    target = _target(bucket, key, rule)
    if target is None:
        return False
    name, account, destination = target
    replica = copy.deepcopy(source) | {"replication_status": "REPLICA"}
    if rule["Destination"].get("StorageClass"):
        replica["storage_class"] = rule["Destination"]["StorageClass"]
    before = destination["objects"].get(key)
    destination["objects"][key] = replica
    with s3._in_account(account):
        version = s3._record_object_version(name, key, before, replica, data)
        if tags:
            # MiniStack copies the tags after the write, to one replica.
            s3._object_tags[(name, key, version)] = dict(tags)
    return True


def _delete_marker(bucket: str, key: str) -> None:
    def matches(rule: Rule) -> bool:
        # A delete marker has no tags, and AWS does not replicate it for a rule that filters by tag.
        return key.startswith(s3._replication_rule_prefix(rule)) and not s3._replication_rule_tags(rule)

    for rule in _winning_rules(bucket, matches):
        # A rule of the first version of the configuration has no Filter and always replicates delete markers.
        if "Filter" in rule and (rule.get("DeleteMarkerReplication") or {}).get("Status") != "Enabled":
            continue
        target = _target(bucket, key, rule)
        if target is None:
            continue
        name, account, destination = target
        with s3._in_account(account):
            s3._record_delete_marker(name, key, destination["objects"].get(key))
            destination["objects"].pop(key, None)
