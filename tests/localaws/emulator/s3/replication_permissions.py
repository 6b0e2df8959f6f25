"""The rights that the role of a replication configuration needs.

Source: S3 User Guide, "Setting up permissions for live replication", the policy "to grant minimum permissions", and
"Replicating encrypted objects" for AWS KMS.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ministack.services import s3

from localaws.emulator.iam.service_roles import Role
from localaws.emulator.s3 import object_versions, replication_rules
from localaws.emulator.s3.object_versions import Version
from localaws.emulator.s3.replication_rules import Rule

if TYPE_CHECKING:
    from localaws.emulator.s3.replication import Change

_IN_DESTINATION = {
    "object": ["s3:ReplicateObject"],
    "delete marker": ["s3:ReplicateDelete"],
    # S3 User Guide: a role that may replicate objects may replicate their tags.
    "tags": ["s3:ReplicateTags", "s3:ReplicateObject"],
}


class Permissions:
    """The rights of the role for one change."""

    def __init__(self, role_arn: str, change: Change, version: Version) -> None:
        self._role = Role(role_arn)
        self._change = change
        self._version = version

    def suffice(self, destination: str, rule: Rule) -> bool:
        return self._reads and self._writes(destination) and self._has_keys(destination, rule)

    @cached_property
    def _reads(self) -> bool:
        change = self._change
        bucket, key = f"arn:aws:s3:::{change.bucket}", f"arn:aws:s3:::{change.bucket}/{change.key}"
        needed = [
            ("s3:GetReplicationConfiguration", bucket),
            ("s3:ListBucket", bucket),
            ("s3:GetObjectVersionForReplication", key),
            ("s3:GetObjectVersionAcl", key),
        ]
        if object_versions.tags(change.bucket, change.key, change.version_id):
            needed.append(("s3:GetObjectVersionTagging", key))
        return self._role.trusts("s3.amazonaws.com", change.bucket) and all(
            self._role.allows(action, resource) for action, resource in needed
        )

    def _writes(self, destination: str) -> bool:
        key = f"arn:aws:s3:::{destination}/{self._change.key}"
        return any(self._role.allows(action, key) for action in _IN_DESTINATION[self._change.kind])

    def _has_keys(self, destination: str, rule: Rule) -> bool:
        if self._change.kind != "object" or not object_versions.is_kms_encrypted(self._version):
            return True
        decrypt = self._version["preserved_headers"][object_versions.SSE_KEY]
        encrypt = replication_rules.replica_key(rule, decrypt, s3.bucket_region(destination))
        return self._has_key("kms:Decrypt", decrypt, self._change.bucket) and self._has_key(
            "kms:Encrypt", encrypt, destination
        )

    def _has_key(self, action: str, kms_key: str, bucket: str) -> bool:
        encrypted = f"arn:aws:s3:::{bucket}/{self._change.key}"
        if "<BucketKeyEnabled>true" in s3._bucket_encryption.get(bucket, ""):
            encrypted = f"arn:aws:s3:::{bucket}"  # with an S3 Bucket Key the context names the bucket
        context = {
            "kms:viaservice": f"s3.{s3.bucket_region(bucket)}.amazonaws.com",
            "kms:encryptioncontext:aws:s3:arn": encrypted,
        }
        return self._role.allows(action, kms_key, context)
