"""The CloudWatch metrics of S3 replication, for the rules that enable them.

Failures are in the Region of the source bucket, pending operations and latency in that of the destination. Pending
metrics have the current value only, not one for each minute; failures are counted from the rule's first operation.
Sources: S3 User Guide, "Using S3 Replication metrics" and "S3 Replication metrics in CloudWatch".
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch, s3

from localaws.emulator.core import behaviour
from localaws.emulator.s3 import replication, replication_rules
from localaws.emulator.s3.replication import Change

_READS = ("_get_metric_data", "_get_metric_statistics", "_list_metrics")
_MINUTE = 60
# Source bucket, destination bucket, ID.
Rule = tuple[str, str, str]


def install() -> None:
    for name in _READS:
        setattr(cloudwatch, name, _fresh(getattr(cloudwatch, name)))
    replication.observers.append(_count)


def _fresh(read: Any) -> Any:
    def read_fresh(*arguments: Any, **options: Any) -> Any:
        _refresh()
        return read(*arguments, **options)

    return read_fresh


def _count(change: Change, destination: str, done: bool) -> None:
    rule = (change.bucket, destination, change.rules[destination])
    if rule in _measured():
        # The sum is the number of failed operations, the sample count that of all.
        with request_scope(get_account_id(), s3.bucket_region(change.bucket)):
            series = cloudwatch._metric_bucket(_key(rule, "OperationsFailedReplication"))
            series.append(_point(rule, float(not done), "Count"))


def _refresh() -> None:
    waiting: defaultdict[Rule, list[Change]] = defaultdict(list)
    for change in replication.pending:
        for destination, rule_id in change.rules.items():
            waiting[change.bucket, destination, rule_id].append(change)
    for rule in _measured():
        if s3.bucket_region(rule[1]) != get_region():
            continue
        changes = waiting[rule]
        behind = max((behaviour.now() - each.begun for each in changes), default=0.0)
        for name, value, unit in (
            ("OperationsPendingReplication", len(changes), "Count"),
            ("BytesPendingReplication", sum(each.size for each in changes), "Bytes"),
            ("ReplicationLatency", behind, "Seconds"),
        ):
            cloudwatch._metrics[_key(rule, name)] = [_point(rule, float(value), unit)]


def _measured() -> set[Rule]:
    return {
        (bucket, replication_rules.destination(rule), rule["ID"])
        for bucket, config in s3._bucket_replication.items()
        for rule in config["Rules"]
        if replication_rules.has_metrics(rule)
    }


def _key(rule: Rule, name: str) -> tuple[str, str, str]:
    return "AWS/S3", name, str(cloudwatch._dims_key(_dimensions(rule)))


def _dimensions(rule: Rule) -> dict[str, str]:
    return dict(zip(("SourceBucket", "DestinationBucket", "RuleId"), rule, strict=True))


def _point(rule: Rule, value: float, unit: str) -> dict[str, Any]:
    # CloudWatch's periods begin with the minute.
    timestamp = time.time() // _MINUTE * _MINUTE
    return {"Timestamp": timestamp, "Value": value, "Unit": unit, "Dimensions": _dimensions(rule)}
