# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bucket's default encryption: S3's own, or a key of AWS KMS in the bucket's Region. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

_OPTION = "kms_keys"
_KEY_ARN = re.compile(r"arn:aws:kms:(?P<region>[a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")
_MANAGED = (
    "is the key that AWS manages for S3 (aws/s3), whose policy nobody can change, so that CloudFront could never be "
    "allowed to read what it encrypts: give a key of your own, or none to have S3 encrypt with its own keys."
)

Config = dict[str, t.Any]


def check_kms_keys(keys: t.Mapping[str, t.Any], regions: t.Sequence[str]) -> None:
    """Raise EdgeError unless *keys* is empty or has the ARN of a key in each of *regions*."""
    if keys and set(keys) != set(regions):
        raise EdgeError(f"{_OPTION} must have a key for every Region of regions and for no other, or be empty.")
    for region, key in keys.items():
        if str(key).endswith("alias/aws/s3"):
            raise EdgeError(f"{_OPTION}: {key} for {region} {_MANAGED}")
        found = _KEY_ARN.fullmatch(str(key))
        if not found:
            raise EdgeError(
                f"{_OPTION}: {key!r} for {region} is not the ARN of a key, such as "
                f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab (an alias is none: what "
                "it stands for can change)."
            )
        if found["region"] != region:
            raise EdgeError(
                f"{_OPTION}: {key} for {region} is in {found['region']}, and S3 encrypts with keys of the bucket's own "
                "Region only: create one there, or a replica of this one if it is a multi-Region key."
            )


def refuse_unusable(region: str, metadata: Config) -> None:
    """Raise EdgeError for a key that S3 could not encrypt with; *metadata* is DescribeKey's.

    S3 takes every key for a bucket's default, and fails only when an object is written.
    Source: S3 API reference, "PutBucketEncryption".
    """
    where = f"{_OPTION}: {metadata['Arn']} for {region}"
    if metadata.get("KeyManager") == "AWS":
        raise EdgeError(f"{where} {_MANAGED}")
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("KeyUsage") != "ENCRYPT_DECRYPT":
        raise EdgeError(f"{where} is not a symmetric key for encryption, and S3 encrypts with no other: give one.")
    if metadata.get("KeyState") != "Enabled":
        raise EdgeError(f"{where} is in the state {metadata.get('KeyState')}: enable it, or give another one.")


def merged(live: Config | None, key: str | None) -> Config:
    """The *live* rule with *key*, or S3's own keys for None; what else it says (blocked types) survives."""
    if key is None:
        return {**(live or {}), "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    # Without a bucket key, every object is a call of KMS, to pay for and to be throttled.
    return {**(live or {}), "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
