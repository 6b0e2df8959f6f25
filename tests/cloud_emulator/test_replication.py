"""What is written to a bucket reaches every destination of its replication rules."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloud.fixture import Deployment
from cloud.local import LocalCloud


def test_writes_tags_and_delete_markers_reach_every_destination(cloud: LocalCloud, deployment: Deployment) -> None:
    source, *destinations = deployment.buckets.items()
    assert len(destinations) == 7
    s3 = cloud.client("s3", source[0])
    s3.put_object(
        Bucket=source[1], Key="page", Body=b"1", ContentType="text/html", CacheControl="max-age=9", Tagging="a=b"
    )
    assert s3.head_object(Bucket=source[1], Key="page")["ReplicationStatus"] == "COMPLETED"
    for region, bucket in destinations:
        there = cloud.client("s3", region)
        head = there.head_object(Bucket=bucket, Key="page")
        assert (head["ReplicationStatus"], head["ContentType"], head["CacheControl"]) == (
            "REPLICA",
            "text/html",
            "max-age=9",
        )
        assert there.get_object_tagging(Bucket=bucket, Key="page")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.delete_object(Bucket=source[1], Key="page")
    for region, bucket in destinations:
        versions = cloud.client("s3", region).list_object_versions(Bucket=bucket, Prefix="page")
        assert [marker["IsLatest"] for marker in versions["DeleteMarkers"]] == [True]
        assert len(versions["Versions"]) == 1


def replicated(cloud: LocalCloud, name: str, rules: Callable[[dict[str, str]], list[dict[str, Any]]]) -> dict[str, str]:
    s3 = cloud.client("s3")
    names = {role: f"{name}-{role}" for role in ("source", "one", "two")}
    for bucket in names.values():
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    basis = {"Status": "Enabled", "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"}}
    s3.put_bucket_replication(
        Bucket=names["source"],
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{cloud.account_id}:role/any",
            "Rules": [{**basis, **rule} for rule in rules(names)],
        },
    )
    return names


def test_the_highest_priority_rule_of_a_destination_wins(cloud: LocalCloud) -> None:
    def rules(names: dict[str, str]) -> list[dict[str, Any]]:
        one, two = f"arn:aws:s3:::{names['one']}", f"arn:aws:s3:::{names['two']}"
        return [
            {"ID": "low", "Priority": 1, "Destination": {"Bucket": one, "StorageClass": "GLACIER"}},
            {"ID": "high", "Priority": 3, "Destination": {"Bucket": one, "StorageClass": "STANDARD_IA"}},
            {"ID": "off", "Priority": 9, "Status": "Disabled", "Destination": {"Bucket": two}},
        ]

    names = replicated(cloud, "priority", rules)
    s3 = cloud.client("s3")
    s3.put_object(Bucket=names["source"], Key="k", Body=b"1")
    assert s3.head_object(Bucket=names["one"], Key="k")["StorageClass"] == "STANDARD_IA"
    assert len(s3.list_object_versions(Bucket=names["one"])["Versions"]) == 1
    assert "Versions" not in s3.list_object_versions(Bucket=names["two"])
    s3.delete_object(Bucket=names["source"], Key="k")
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=names["one"])


def test_one_destination_that_fails_makes_the_source_failed(cloud: LocalCloud) -> None:
    def rules(names: dict[str, str]) -> list[dict[str, Any]]:
        return [
            {"ID": str(number), "Priority": number, "Destination": {"Bucket": f"arn:aws:s3:::{names[role]}"}}
            for number, role in enumerate(("one", "two"), start=1)
        ]

    names = replicated(cloud, "failing", rules)
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=names["one"], VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=names["source"], Key="k", Body=b"1")
    assert s3.head_object(Bucket=names["source"], Key="k")["ReplicationStatus"] == "FAILED"
    assert s3.head_object(Bucket=names["two"], Key="k")["ReplicationStatus"] == "REPLICA"
