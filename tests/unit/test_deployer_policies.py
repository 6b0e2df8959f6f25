# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/deployer: the permissions that a deployer needs, in valid IAM policies."""

from __future__ import annotations

import json

import pytest

from demo.site import TO_DEPLOY, TO_REMOVE, deployer_policy

LONGEST_NAME, ACCOUNT = "a" * 32, "111122223333"


@pytest.mark.parametrize("document", TO_DEPLOY + TO_REMOVE)
def test_each_fits_in_a_managed_policy(document: str) -> None:
    """IAM does not count white space. Source: IAM User Guide, "IAM and AWS STS quotas"."""
    text = json.dumps(deployer_policy(LONGEST_NAME, ACCOUNT, [document]), separators=(",", ":"))
    assert len(text) <= 6144


def test_no_statement_is_duplicated() -> None:
    names = [statement["Sid"] for statement in deployer_policy("site", ACCOUNT)["Statement"]]
    assert len(set(names)) == len(names)


def test_only_the_removal_policy_allows_deletion_of_content() -> None:
    everything = f"arn:aws:s3:::site-{ACCOUNT}-*-an/*"
    for statement in deployer_policy("site", ACCOUNT, TO_DEPLOY)["Statement"]:
        assert not (statement["Resource"] == everything and "s3:DeleteObjectVersion" in statement["Action"])
        assert "s3:DeleteBucket" not in statement["Action"]
