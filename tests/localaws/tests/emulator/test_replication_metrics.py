"""The CloudWatch metrics of replication match the status of the objects."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from localaws.local_aws import Credentials, LocalAws
from localaws.tests.emulator.mesh import ENABLED, Mesh, allow, behaving
from localaws.tests.emulator.wire import code_of

A, B, C = "us-west-2", "eu-west-1", "ap-south-1"
FAILED = "OperationsFailedReplication"
MEASURED = {"Destination": {"Metrics": ENABLED}}


def value(
    mesh: Mesh,
    name: str,
    destination: str = B,
    statistic: str = "Maximum",
    region: str | None = None,
    as_: Credentials | None = None,
) -> float | None:
    """The newest value, None without data; in the Region where AWS publishes the metric, or in *region*."""
    region = region or (A if name == FAILED else destination)
    dimensions = {"SourceBucket": mesh.buckets[A], "DestinationBucket": mesh.buckets[destination]}
    dimensions["RuleId"] = f"to-{destination}"
    metric: dict[str, Any] = {"Namespace": "AWS/S3", "MetricName": name}
    metric["Dimensions"] = [{"Name": key, "Value": text} for key, text in dimensions.items()]
    now = datetime.now(UTC)
    cloudwatch = mesh.local_aws.client("cloudwatch", region, as_)
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now,
    )["MetricDataResults"][0]["Values"]
    return found[-1] if found else None


def test_pending_and_failed_operations_are_counted(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "measured", A, B, C)
    mesh.replicate(A, mesh.rule(B, **MEASURED), mesh.rule(C))
    assert value(mesh, "OperationsPendingReplication") == 0  # also where nothing is replicated
    assert value(mesh, FAILED, statistic="Sum") is None
    with behaving(local_aws, replication_seconds=3600):
        for number in range(3):
            mesh.put(A, str(number), Body=b"12345")
        assert value(mesh, "OperationsPendingReplication") == 3
        assert value(mesh, "BytesPendingReplication") == 15
        assert 0 < (value(mesh, "ReplicationLatency") or 0) < 60
        assert value(mesh, "OperationsPendingReplication", region=A) is None  # another Region's CloudWatch
        assert value(mesh, "OperationsPendingReplication", destination=C) is None  # its rule has no metrics
    for name in ("OperationsPendingReplication", "BytesPendingReplication", "ReplicationLatency"):
        assert value(mesh, name) == 0
    assert value(mesh, FAILED, statistic="Sum") == 0
    mesh.grant(without="s3:ReplicateObject")
    mesh.put(A, "bad")
    assert value(mesh, FAILED, statistic="Sum") == 1
    assert value(mesh, FAILED, statistic="SampleCount") == 4
    assert value(mesh, FAILED, statistic="Sum", region=B) is None
    assert value(mesh, FAILED, destination=C, statistic="Sum") is None


def test_metrics_are_listed_and_have_statistics(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "statistics", A, B)
    mesh.replicate(A, mesh.rule(B, **MEASURED))
    cloudwatch, now = local_aws.client("cloudwatch", B), datetime.now(UTC)
    with behaving(local_aws, replication_seconds=3600):
        mesh.put(A, "k")
        source = [{"Name": "SourceBucket", "Value": mesh.buckets[A]}]
        listed = cloudwatch.list_metrics(Namespace="AWS/S3", Dimensions=source)["Metrics"]
        assert "OperationsPendingReplication" in {metric["MetricName"] for metric in listed}
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/S3",
            MetricName="OperationsPendingReplication",
            Dimensions=listed[0]["Dimensions"],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )
    assert [point["Maximum"] for point in found["Datapoints"]] == [1]


def test_reading_metrics_is_authorised(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "unmeasured", A, B)
    allowed, other = (
        local_aws.create_user(name, {"Version": "2012-10-17", "Statement": [allow([action], ["*"])]})
        for name, action in (("meter", "cloudwatch:GetMetricData"), ("no-meter", "cloudwatch:ListMetrics"))
    )
    assert value(mesh, "ReplicationLatency", as_=allowed) is None
    assert code_of(lambda: value(mesh, "ReplicationLatency", as_=other))[1] == 403
