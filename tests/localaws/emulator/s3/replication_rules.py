"""Which rules of a replication configuration apply to an object. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Rule = dict[str, Any]
Tags = Mapping[str, str]


def for_object(config: Rule, key: str, tags: Tags | None, kms_encrypted: bool) -> dict[str, Rule]:
    """The enabled rules that apply, by destination bucket: among several, the one with the highest Priority.

    *tags* are those of the write: a later change makes no rule apply. None: regardless of the rules' tags.
    """
    return _winning(
        rule
        for rule in config["Rules"]
        if key.startswith(_prefix(rule))
        and (tags is None or _tags(rule).items() <= tags.items())
        and not _excluded(rule, key, tags or {})
        and (not kms_encrypted or _selects(rule, "SseKmsEncryptedObjects"))
    )


def for_delete_marker(config: Rule, key: str) -> dict[str, Rule]:
    # A delete marker has no tags, and AWS does not replicate it for a rule that filters by tag.
    applying = [
        rule
        for rule in config["Rules"]
        if key.startswith(_prefix(rule)) and not _tags(rule) and not _excluded(rule, key, {})
    ]
    return {name: rule for name, rule in _winning(applying).items() if _takes_delete_markers(rule)}


def for_replica_modification(config: Rule, key: str, kms_encrypted: bool) -> dict[str, Rule]:
    found = for_object(config, key, None, kms_encrypted)
    return {name: rule for name, rule in found.items() if _selects(rule, "ReplicaModifications")}


def destination(rule: Rule) -> str:
    """The bucket's name."""
    return str(rule["Destination"]["Bucket"]).rpartition(":::")[2]


def replica_key(rule: Rule, source_key: str, region: str) -> str:
    """The ARN of the KMS key for the replica in *region* of an object that *source_key* encrypts."""
    encryption = rule["Destination"]["EncryptionConfiguration"]
    key_id = source_key.rpartition("/")[2]
    if encryption.get("UseSourceMultiRegionKey", {}).get("Status") == "Enabled" and key_id.startswith("mrk-"):
        parts = source_key.split(":")
        return ":".join([*parts[:3], region, *parts[4:]])
    return str(encryption["ReplicaKmsKeyID"])


def has_metrics(rule: Rule) -> bool:
    return bool(rule["Destination"].get("Metrics", {}).get("Status") == "Enabled")


def _winning(rules: Any) -> dict[str, Rule]:
    winners: dict[str, Rule] = {}
    for rule in rules:
        best = winners.get(destination(rule))
        if rule["Status"] == "Enabled" and (best is None or rule.get("Priority", 0) > best.get("Priority", 0)):
            winners[destination(rule)] = rule
    return winners


def _prefix(rule: Rule) -> str:
    of_filter = rule.get("Filter") or {}
    return str(rule.get("Prefix") or of_filter.get("Prefix") or (of_filter.get("And") or {}).get("Prefix") or "")


def _tags(rule: Rule) -> dict[str, str]:
    of_filter = rule.get("Filter") or {}
    one = [of_filter["Tag"]] if "Tag" in of_filter else (of_filter.get("And") or {}).get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in one}


def _excluded(rule: Rule, key: str, tags: Tags) -> bool:
    of_filter = rule.get("Filter") or {}
    excluded = of_filter.get("Not") or (of_filter.get("And") or {}).get("Not") or {}
    several = excluded.get("Or", {})
    prefixes = [*several.get("Prefixes", []), *([excluded["Prefix"]] if "Prefix" in excluded else [])]
    pairs = [*several.get("Tags", []), *([excluded["Tag"]] if "Tag" in excluded else [])]
    return any(map(key.startswith, prefixes)) or any(tags.get(pair["Key"]) == pair["Value"] for pair in pairs)


def _selects(rule: Rule, kind: str) -> bool:
    return bool(rule.get("SourceSelectionCriteria", {}).get(kind, {}).get("Status") == "Enabled")


def _takes_delete_markers(rule: Rule) -> bool:
    # A rule of the first version of the configuration has no Filter and always replicates delete markers.
    return "Filter" not in rule or rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled"
