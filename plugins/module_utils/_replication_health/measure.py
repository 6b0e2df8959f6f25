# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What CloudWatch and the objects themselves show of each edge."""

from __future__ import annotations

import datetime
import functools
import typing as t

from .._core.parallel import in_parallel
from .api import HealthApi
from .assess import (
    Config,
    Edge,
    Metrics,
    Scan,
    Setup,
    has_metrics,
    rule_of,
)

# Objects looked at side by side in one Region.
_WIDTH = 24

_HOUR = datetime.timedelta(hours=1)

# What a metric is called here, there, its statistic, and which end of the edge it is published at.
# Source: S3 User Guide, "Using S3 Replication metrics".
_METRICS = (
    ("lag_seconds", "ReplicationLatency", "Maximum", "destination"),
    ("pending_operations", "OperationsPendingReplication", "Maximum", "destination"),
    ("pending_bytes", "BytesPendingReplication", "Maximum", "destination"),
    ("failed_operations", "OperationsFailedReplication", "Sum", "source"),
)


def metrics(api: HealthApi, edges: t.Sequence[Edge], setup: Setup) -> dict[Edge, Metrics]:
    """Of the edges whose rule publishes them: the newest value in the last hour, of failures the sum."""
    queries: dict[str, list[Config]] = {}
    asked: dict[tuple[str, str], tuple[Edge, str]] = {}
    for edge in edges:
        rule = rule_of(edge, setup)
        if not has_metrics(rule):
            continue
        for name, metric, statistic, end in _METRICS:
            region: str = getattr(edge, end)
            identity = f"m{len(asked)}"
            asked[region, identity] = (edge, name)
            queries.setdefault(region, []).append(
                _query(identity, metric, statistic, edge, t.cast(Config, rule), setup)
            )
    found = in_parallel({region: functools.partial(api.metrics, region, of, _HOUR) for region, of in queries.items()})
    values: dict[Edge, dict[str, t.Any]] = {}
    for (region, identity), (edge, name) in asked.items():
        values.setdefault(edge, {})[name] = _value(name, found[region][identity])
    return {edge: Metrics(**of_edge) for edge, of_edge in values.items()}


def _query(identity: str, metric: str, statistic: str, edge: Edge, rule: Config, setup: Setup) -> Config:
    dimensions = {
        "SourceBucket": setup.buckets[edge.source].name,
        "DestinationBucket": setup.buckets[edge.destination].name,
        "RuleId": rule["ID"],
    }
    return {
        "Id": identity,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/S3",
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": 60,
            "Stat": statistic,
        },
    }


def _value(name: str, newest_first: t.Sequence[float]) -> float | int | None:
    if name == "failed_operations":
        return int(sum(newest_first))  # no value is published where nothing was replicated
    if not newest_first:
        return None
    return newest_first[0] if name == "lag_seconds" else int(newest_first[0])


def scan(api: HealthApi, edges: t.Sequence[Edge], prefix: str, limit: int) -> tuple[dict[Edge, Scan], int]:
    """The replication status of the sources' objects, and how many objects were looked at."""
    found: dict[Edge, Scan] = {}
    looked_at = 0
    for source in dict.fromkeys(edge.source for edge in edges):
        keys = api.keys(source, prefix, limit)
        heads = in_parallel({key: functools.partial(api.head, source, key) for key in keys}, _WIDTH)
        looked_at += len(keys)
        unfinished = {
            key: head for key, head in heads.items() if head and head.get("ReplicationStatus") in ("PENDING", "FAILED")
        }
        for edge in edges:
            if edge.source == source:
                found[edge] = _scan_of(api, edge, unfinished)
    return found, looked_at


def _scan_of(api: HealthApi, edge: Edge, unfinished: t.Mapping[str, Config]) -> Scan:
    """A source's status is of all its destinations together, so each is asked whether it has the object."""
    there = in_parallel({key: functools.partial(api.head, edge.destination, key) for key in unfinished}, _WIDTH)
    lacking = [key for key, head in unfinished.items() if not _has(there[key], head)]
    failed = tuple(key for key in lacking if unfinished[key]["ReplicationStatus"] == "FAILED")
    return Scan(failed, len(lacking) - len(failed))


def _has(there: Config | None, head: Config) -> bool:
    """A replica has the version's id, a copy its ETag; of a replica that KMS encrypts the ETag is another one."""
    return bool(there) and any(t.cast(Config, there).get(name) == head[name] for name in ("VersionId", "ETag"))
