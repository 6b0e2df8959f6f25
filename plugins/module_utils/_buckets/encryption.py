# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bucket's default encryption: S3's own, or a key of AWS KMS in the bucket's Region. Pure."""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError
from .._rules.kms_keys import MANAGED_BY_AWS

Config = dict[str, t.Any]


def refuse_unusable(region: str, metadata: Config) -> None:
    """Raise EdgeError for a key that S3 could not encrypt with; *metadata* is DescribeKey's.

    S3 takes every key for a bucket's default, and fails only when an object is written.
    Source: S3 API reference, "PutBucketEncryption".
    """
    where = f"kms_keys: {metadata['Arn']} for {region}"
    if metadata.get("KeyManager") == "AWS":
        raise EdgeError(f"{where} {MANAGED_BY_AWS}")
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("KeyUsage") != "ENCRYPT_DECRYPT":
        raise EdgeError(f"{where} is not a symmetric key for encryption, and S3 encrypts with no other: give one.")
    if metadata.get("KeyState") != "Enabled":
        raise EdgeError(f"{where} is in the state {metadata.get('KeyState')}: enable it, or give another one.")


def merged(live: Config | None, key: str | None) -> Config:
    """The *live* rule with *key*, or S3's own keys for None; what else it has (blocked types) survives."""
    if key is None:
        return {**(live or {}), "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    # Without a bucket key, every object is a call of KMS, to pay for and to be throttled.
    return {**(live or {}), "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
