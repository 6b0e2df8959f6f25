"""Buckets that replicate to each other, for the tests of replication."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from localaws.local_aws import LocalAws

ENABLED, DISABLED = {"Status": "Enabled"}, {"Status": "Disabled"}
Config = dict[str, Any]


@contextlib.contextmanager
def behaving(local_aws: LocalAws, **values: float | str) -> Iterator[None]:
    local_aws.behave(**values)
    try:
        yield
    finally:
        local_aws.behave()


def allow(actions: list[str], resources: list[str]) -> Config:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


class Mesh:
    """Buckets of one account, by Region, and the role that replicates between them."""

    def __init__(self, local_aws: LocalAws, name: str, *regions: str) -> None:
        self.local_aws = local_aws
        self.name = name
        self._clients = {region: local_aws.client("s3", region) for region in regions}
        self.buckets = {region: f"{name}-{region}" for region in regions}
        for region, bucket in self.buckets.items():
            location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3(region).create_bucket(Bucket=bucket, **location)
            self.s3(region).put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ENABLED)
        self._iam = local_aws.client("iam")
        services = ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]
        trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        self.role: str = self._iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        self.grant()

    def s3(self, region: str) -> Any:
        return self._clients[region]

    def grant(self, *more: Config, without: str = "") -> None:
        """The rights in AWS's documentation and *more*, but not the action *without*."""
        buckets = [f"arn:aws:s3:::{bucket}" for bucket in self.buckets.values()]
        objects = [f"{arn}/*" for arn in buckets]
        on_buckets = ["s3:GetReplicationConfiguration", "s3:ListBucket", "s3:PutInventoryConfiguration"]
        on_objects = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
        on_objects += ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:InitiateReplication"]
        statements = [
            allow([action for action in on_buckets if action != without], buckets),
            allow([action for action in on_objects if action != without], objects),
            *more,
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self._iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=policy)

    def rule(self, destination: str, **change: Any) -> Config:
        """A rule that replicates everything to the bucket in the Region *destination*."""
        number = list(self.buckets).index(destination)
        basis: Config = {"ID": f"to-{destination}", "Priority": number, "Status": "Enabled", "Filter": {"Prefix": ""}}
        basis |= {"DeleteMarkerReplication": ENABLED, "Destination": {}}
        rule = {**basis, **change}
        rule["Destination"] = {"Bucket": f"arn:aws:s3:::{self.buckets[destination]}", **rule["Destination"]}
        return rule

    def replicate(self, source: str, *rules: Config, role: str | None = None) -> None:
        configuration = {"Role": role or self.role, "Rules": list(rules)}
        self.s3(source).put_bucket_replication(Bucket=self.buckets[source], ReplicationConfiguration=configuration)

    def replicate_all(self, **change: Any) -> None:
        """Replicate from each bucket to each other."""
        for source in self.buckets:
            self.replicate(source, *(self.rule(region, **change) for region in self.buckets if region != source))

    def put(self, region: str, key: str, **more: Any) -> str:
        version: str = self.s3(region).put_object(**{"Bucket": self.buckets[region], "Key": key, "Body": b"1", **more})[
            "VersionId"
        ]
        return version

    def head(self, region: str, key: str, **more: Any) -> Config:
        found: Config = self.s3(region).head_object(Bucket=self.buckets[region], Key=key, **more)
        return found

    def status(self, region: str, key: str) -> str | None:
        return self.head(region, key).get("ReplicationStatus")

    def versions(self, region: str, kind: str = "Versions") -> list[Config]:
        """The newest first."""
        found: list[Config] = self.s3(region).list_object_versions(Bucket=self.buckets[region]).get(kind, [])
        return found

    def tags(self, region: str, key: str) -> dict[str, str]:
        found = self.s3(region).get_object_tagging(Bucket=self.buckets[region], Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def tag(self, region: str, key: str, **tags: str) -> None:
        tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
        self.s3(region).put_object_tagging(Bucket=self.buckets[region], Key=key, Tagging={"TagSet": tag_set})
