# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions that the role `replication` gives S3: those that the topology needs on these buckets and keys."""

from __future__ import annotations

from typing import Any

import pytest

from unit.role_variables import rendered

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us", "ap-south-1": "site-ap"}
KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/{region}" for region in BUCKETS}


def policies(**given: Any) -> dict[str, list[dict[str, Any]]]:
    """The policies' statements, by the suffix of their names after the role's name."""
    options = {
        "replication_site": "shop",
        "replication_account_id": "111122223333",
        "replication_buckets": BUCKETS,
        "replication_home_region": "eu-north-1",
        **given,
    }
    found = rendered("replication", "__replication_policies", **options)
    return {policy["name"].removeprefix("multiregion-edge-shop-replication"): policy["statements"] for policy in found}


def granted(statements: list[dict[str, Any]]) -> set[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for statement in statements:
        actions = statement["Action"]
        actions = [actions] if isinstance(actions, str) else actions
        pairs |= {(action, resource) for action in actions for resource in statement["Resource"]}
    return pairs


READ_BUCKET = ("s3:GetReplicationConfiguration", "s3:ListBucket")
READ_OBJECT = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
WRITE_OBJECT = ("s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags")


def needed(sources: list[str], destinations: list[str]) -> set[tuple[str, str]]:
    return (
        {(action, f"arn:aws:s3:::{bucket}") for bucket in sources for action in READ_BUCKET}
        | {(action, f"arn:aws:s3:::{bucket}/*") for bucket in sources for action in READ_OBJECT}
        | {(action, f"arn:aws:s3:::{bucket}/*") for bucket in destinations for action in WRITE_OBJECT}
    )


HUB = (["site-eu"], ["site-ap", "site-us"])
MESH = (sorted(BUCKETS.values()), sorted(BUCKETS.values()))


@pytest.mark.parametrize(("topology", "buckets"), [("hub", HUB), ("mesh", MESH)])
def test_the_permissions_are_exactly_those_that_the_topology_needs(
    topology: str, buckets: tuple[list[str], list[str]]
) -> None:
    found = policies(replication_topology=topology)
    sources, destinations = buckets
    assert granted(found[""]) == needed(sources, destinations)
    assert granted(found["-batch"]) == {
        *(
            (f"s3:{name}", f"arn:aws:s3:::{bucket}")
            for bucket in sources
            for name in ("GetReplicationConfiguration", "PutInventoryConfiguration")
        ),
        *(("s3:InitiateReplication", f"arn:aws:s3:::{bucket}/*") for bucket in sources),
    }
    assert found["-kms"] == []


def test_a_mesh_needs_no_home_region() -> None:
    assert granted(policies(replication_topology="mesh", replication_home_region="")[""]) == needed(*MESH)


def test_buckets_that_still_replicate_keep_their_permissions() -> None:
    still = {"sources": ["site-us"], "destinations": ["site-eu", "site-gone"]}
    found = granted(policies(__replication_still=still)[""])
    assert found == needed(["site-eu", "site-us"], ["site-ap", "site-eu", "site-gone", "site-us"])


class TestKeys:
    def test_a_hub_decrypts_with_the_home_s_key_and_encrypts_with_the_others(self) -> None:
        read, write = policies(replication_kms_keys=KEYS)["-kms"]
        assert granted([read]) == {("kms:Decrypt", KEYS["eu-north-1"])}
        assert granted([write]) == {
            (f"kms:{name}", KEYS[region])
            for region in ("us-east-1", "ap-south-1")
            for name in ("Decrypt", "Encrypt", "GenerateDataKey")
        }
        assert read["Condition"] == {
            "StringEquals": {"kms:ViaService": ["s3.eu-north-1.amazonaws.com"]},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::site-eu", "arn:aws:s3:::site-eu/*"]},
        }
        assert write["Condition"] == {
            "StringEquals": {"kms:ViaService": ["s3.ap-south-1.amazonaws.com", "s3.us-east-1.amazonaws.com"]},
            "StringLike": {
                "kms:EncryptionContext:aws:s3:arn": [
                    "arn:aws:s3:::site-ap",
                    "arn:aws:s3:::site-us",
                    "arn:aws:s3:::site-ap/*",
                    "arn:aws:s3:::site-us/*",
                ]
            },
        }

    def test_a_mesh_decrypts_and_encrypts_with_all_keys(self) -> None:
        (both,) = policies(replication_kms_keys=KEYS, replication_topology="mesh")["-kms"]
        assert {key for _, key in granted([both])} == set(KEYS.values())


def test_only_s3_and_its_batch_operations_may_assume_the_role() -> None:
    assert rendered("replication", "__replication_services") == ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]


def test_removal_needs_no_home_region() -> None:
    options = {"replication_site": "shop", "replication_account_id": "111122223333"}
    names = [group["name"] for group in rendered("replication", "__replication_policy_names", **options)]
    assert names == [f"multiregion-edge-shop-replication{end}" for end in policies()]
