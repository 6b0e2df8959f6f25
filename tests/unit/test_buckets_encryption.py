# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys that buckets can be encrypted with."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.encryption import (
    merged,
    refuse_unusable,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.kms_keys import check_kms_keys

REGIONS = ["eu-north-1"]
KEY = "arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USABLE = {
    "Arn": KEY,
    "KeyManager": "CUSTOMER",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeyState": "Enabled",
}


@pytest.mark.parametrize("keys", [{}, {"eu-north-1": KEY}])
def test_keys_for_every_region_or_none_are_accepted(keys: dict[str, str]) -> None:
    check_kms_keys(keys, REGIONS, "kms_keys")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"us-east-1": KEY}, "kms_keys must have a key for each of eu-north-1 and for no other"),
        ({"eu-north-1": "alias/aws/s3"}, r"aws/s3.*policy cannot be changed"),
        ({"eu-north-1": "arn:aws:kms:eu-north-1:111122223333:alias/aws/s3"}, r"aws/s3.*policy cannot be changed"),
        ({"eu-north-1": "arn:aws:kms:eu-north-1:111122223333:alias/web"}, "an alias is none"),
        ({"eu-north-1": "1234abcd"}, "is not the ARN of a key"),
        ({"eu-north-1": KEY.replace("eu-north-1", "us-east-1")}, "is in us-east-1, and S3 encrypts with keys"),
    ],
)
def test_other_keys_are_refused_before_any_call(keys: dict[str, str], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_kms_keys(keys, REGIONS, "kms_keys")


def test_a_usable_key_is_accepted() -> None:
    refuse_unusable("eu-north-1", USABLE)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"KeyManager": "AWS"}, "the key that AWS manages for S3"),
        ({"KeySpec": "RSA_2048"}, "not a symmetric key"),
        ({"KeyUsage": "SIGN_VERIFY"}, "not a symmetric key"),
        ({"KeyState": "PendingDeletion"}, "in the state PendingDeletion"),
        ({"KeyState": "Disabled"}, "in the state Disabled: enable it"),
    ],
)
def test_an_unusable_key_is_refused(metadata: dict[str, str], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        refuse_unusable("eu-north-1", {**USABLE, **metadata})


LIVE: dict[str, t.Any] = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
    "BucketKeyEnabled": True,
    "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
}


def test_defaults_of_s3_are_no_difference() -> None:
    assert merged(LIVE, None) == LIVE


def test_a_key_enables_the_bucket_key_and_blocked_types_stay() -> None:
    assert merged(LIVE, KEY) == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }


def test_without_a_key_the_configuration_has_none() -> None:
    assert merged(merged(LIVE, KEY), None)["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
