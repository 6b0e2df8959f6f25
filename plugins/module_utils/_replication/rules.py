# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Our replication rules, and when two replication configurations are equivalent. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._rules.names import REGION_MARKER
from .._rules.regions import REGIONS

MANAGED_RULES = "multiregion-edge-"

Config = dict[str, t.Any]

# Of a rule that replicates the Regions' markers too, since S3 has refused Not in its Filter.
_EVERYTHING = "-everything"

_BUCKET_ARN = "arn:aws:s3:::"
# More than there are Regions.
_PRIORITY_STEP = 100
# The only value there is. Source: S3 API reference, ReplicationTimeValue.
_MINUTES = 15


@dataclasses.dataclass(frozen=True)
class Options:
    """What every rule has besides its source and destination; ``kms_keys`` by the destination's Region.

    ``multi_region_keys``: a replica gets the key that is related to its source's, if that is a multi-Region key.
    """

    delete_markers: bool = True
    replica_modifications: bool = True
    metrics: bool = True
    time_control: bool = False
    kms_keys: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    multi_region_keys: bool = False


def is_managed(rule: Config) -> bool:
    return str(rule.get("ID", "")).startswith(MANAGED_RULES)


def name(rule: Config) -> str:
    """For a sentence: the Region that a managed rule copies to, the ID of any other."""
    identity = str(rule.get("ID"))
    return identity.removeprefix(MANAGED_RULES).removesuffix(_EVERYTHING) if is_managed(rule) else repr(identity)


def destination(rule: Config) -> str:
    """The name of the bucket that *rule* copies to."""
    return str(rule["Destination"]["Bucket"]).removeprefix(_BUCKET_ARN)


def rules_to(destinations: t.Mapping[str, str], options: Options, unmanaged: t.Sequence[Config]) -> list[Config]:
    """The managed rules, one for each of *destinations* (buckets by Region), beside a bucket's *unmanaged* rules."""
    taken = {_priority(rule) for rule in unmanaged}
    return [_rule(region, bucket, options, taken) for region, bucket in sorted(destinations.items())]


def _rule(region: str, bucket: str, options: Options, taken: t.Collection[int]) -> Config:
    # A rule with a Filter is of version 2, which asks for Priority and DeleteMarkerReplication.
    # Source: S3 User Guide, "Replication configuration file elements".
    rule: Config = {
        "ID": f"{MANAGED_RULES}{region}",
        "Priority": _free_priority(region, taken),
        "Status": "Enabled",
        # Each bucket keeps its own. botocore, ReplicationRuleFilter: exactly one of Prefix, Tag, And and Not.
        "Filter": {"Not": {"Prefix": REGION_MARKER}},
        "DeleteMarkerReplication": _status(options.delete_markers),
        "Destination": {"Bucket": f"{_BUCKET_ARN}{bucket}"},
    }
    criteria: Config = {}
    if options.replica_modifications:
        criteria["ReplicaModifications"] = _status(True)
    if region in options.kms_keys:
        # S3 refuses one without the other.
        criteria["SseKmsEncryptedObjects"] = _status(True)
        encryption: Config = {"ReplicaKmsKeyID": options.kms_keys[region]}
        if options.multi_region_keys:
            encryption["UseSourceMultiRegionKey"] = _status(True)
        rule["Destination"]["EncryptionConfiguration"] = encryption
    if options.time_control:
        rule["Destination"]["ReplicationTime"] = {**_status(True), "Time": {"Minutes": _MINUTES}}
        rule["Destination"]["Metrics"] = {**_status(True), "EventThreshold": {"Minutes": _MINUTES}}
    elif options.metrics:
        rule["Destination"]["Metrics"] = _status(True)  # without time control S3 refuses a threshold
    if criteria:  # S3 refuses an empty one
        rule["SourceSelectionCriteria"] = criteria
    return rule


def replicates_everything(configuration: Config | None) -> bool:
    """Whether this is the form of with_everything()."""
    managed = filter(is_managed, (configuration or {}).get("Rules", []))
    return any(str(rule["ID"]).endswith(_EVERYTHING) for rule in managed)


def with_everything(configuration: Config) -> Config:
    """*configuration* for an S3 that refuses Not. The IDs record that, so that the next run does not try it again."""
    rules = [
        {**rule, "ID": f"{rule['ID']}{_EVERYTHING}", "Filter": {"Prefix": ""}} if is_managed(rule) else rule
        for rule in configuration["Rules"]
    ]
    return {**configuration, "Rules": rules}


def _status(enabled: bool) -> Config:
    return {"Status": "Enabled" if enabled else "Disabled"}


def _priority(rule: Config) -> int:
    return int(rule.get("Priority") or 0)


def _free_priority(region: str, taken: t.Collection[int]) -> int:
    """The Region's own, which others' rules may have: a priority is unique in a configuration."""
    priority = 1 + REGIONS.index(region)
    while priority in taken:
        priority += _PRIORITY_STEP
    return priority


def same(one: Config | None, other: Config | None) -> bool:
    """Whether two replication configurations are equivalent."""
    return _canonical(one) == _canonical(other)


def same_rule(one: Config, other: Config) -> bool:
    return _canonical_rule(one) == _canonical_rule(other)


def _canonical(configuration: Config | None) -> Config | None:
    if configuration is None:
        return None
    rules = sorted(map(_canonical_rule, configuration["Rules"]), key=lambda rule: str(rule.get("ID")))
    return {"Role": configuration["Role"], "Rules": rules}


def _canonical_rule(rule: Config) -> Config:
    """In one form: S3 may leave out what is disabled or return it, and has several forms for everything."""
    canonical = {**_without_disabled(rule), "Priority": _priority(rule)}
    if "Filter" in rule:  # a rule without one is of version 1, which is another thing
        conditions: Config = rule["Filter"] or {}
        inner: Config = conditions.get("And", conditions)
        canonical["Filter"] = {key: value for key, value in inner.items() if value} or {"Prefix": ""}
    target = canonical.get("Destination", {})
    if "Metrics" in target and "ReplicationTime" not in target:
        target["Metrics"].pop("EventThreshold", None)  # of events that only time control has
    return canonical


def _without_disabled(value: Config) -> Config:
    kept = {name: _without_disabled(item) if isinstance(item, dict) else item for name, item in value.items()}
    return {
        name: item
        for name, item in kept.items()
        if not (isinstance(item, dict) and (not item or item.get("Status") == "Disabled"))
    }
