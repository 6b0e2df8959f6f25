"""The role `replication` against local AWS: the IAM role's permissions follow the rules, and always suffice."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.role_runner import run_role
from modules.runner import SITE, Modules
from unit.role_variables import rendered

REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]
ROLE = f"multiregion-edge-{SITE}-replication"


@pytest.fixture(scope="module")
def variables(local_aws: LocalAws, modules: Modules) -> dict[str, Any]:
    buckets = modules.run("s3_regional_buckets", site=SITE, regions=REGIONS)["names"]
    return {
        "replication_site": SITE,
        "replication_account_id": local_aws.account_id,
        "replication_buckets": buckets,
        "replication_home_region": "eu-north-1",
        "replication_permissions_boundary": modules.boundary,
    }


@pytest.fixture
def play(modules: Modules, variables: dict[str, Any], tmp_path: Path) -> Any:
    """Run the role with these additional variables as the deployer; these registered results must be changed."""

    registered = ("replication_result", "replication_role_result", "replication_role_revoked_result")

    def run(*changed: str, **given: Any) -> None:
        that = [f"{name} is {'' if name in changed else 'not '}changed" for name in registered]
        expected = {"ansible.builtin.assert": {"that": that}}
        status, output = run_role(modules, tmp_path, "replication", {**variables, **given}, expected)
        assert status == 0, output
        assert "deprecat" not in output.lower()

    return run


def policies(local_aws: LocalAws) -> dict[str, dict[str, Any]]:
    """The statements of the IAM role's policies, by policy name and Sid."""
    iam = local_aws.client("iam")
    found = {}
    for attached in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        found[attached["PolicyName"]] = {statement["Sid"]: statement["Resource"] for statement in document["Statement"]}
    return found


def start_with_a_mesh(local_aws: LocalAws, modules: Modules, variables: dict[str, Any]) -> None:
    """Create what the role would, with KMS keys, but within a second."""
    keys = {region: f"arn:aws:kms:{region}:{local_aws.account_id}:key/1" for region in REGIONS}
    given = {**variables, "replication_topology": "mesh", "replication_kms_keys": keys}
    services, groups = (rendered("replication", f"__replication_{name}", **given) for name in ("services", "policies"))
    given = {"services": services, "policies": groups, "permissions_boundary": modules.boundary}
    role = modules.run("iam_service_role", name=ROLE, site=SITE, **given)["role"]
    options = {"topology": "mesh", "role_arn": role["arn"], "kms_keys": keys}
    modules.run("s3_replication", buckets=variables["replication_buckets"], **options)
    assert set(policies(local_aws)) == {ROLE, f"{ROLE}-batch", f"{ROLE}-kms"}


def test_permissions_follow_the_rules(
    local_aws: LocalAws, modules: Modules, play: Any, variables: dict[str, Any]
) -> None:
    buckets = variables["replication_buckets"]
    start_with_a_mesh(local_aws, modules, variables)
    seen = len(local_aws.requests())
    changed = ("replication_result", "replication_role_revoked_result")
    play(*changed, replication_home_region="us-east-1")
    assert set(policies(local_aws)) == {ROLE, f"{ROLE}-batch"}
    home = buckets["us-east-1"]
    assert policies(local_aws)[ROLE]["ReadTheObjects"] == [f"arn:aws:s3:::{home}/*"]
    assert f"arn:aws:s3:::{home}/*" not in policies(local_aws)[ROLE]["WriteTheReplicas"]
    # Permissions are removed after the rules, not before.
    changes = [entry["operation"] for entry in local_aws.requests(seen) if entry["mutating"] and entry["status"] < 300]
    stopped = max(changes.index(f"DELETE /{buckets[region]}") for region in ("eu-north-1", "ap-south-1"))
    assert stopped < min(changes.index(taken) for taken in ("CreatePolicyVersion", "DetachRolePolicy", "DeletePolicy"))

    play(*changed, replication_state="absent", replication_home_region="")
    iam = local_aws.client("iam")
    assert not [role for role in iam.list_roles()["Roles"] if role["RoleName"] == ROLE]
    assert not [
        policy for policy in iam.list_policies(Scope="Local")["Policies"] if policy["PolicyName"].startswith(ROLE)
    ]
    with pytest.raises(local_aws.client("s3").exceptions.ClientError, match="ReplicationConfigurationNotFoundError"):
        local_aws.client("s3", "us-east-1").get_bucket_replication(Bucket=home)
