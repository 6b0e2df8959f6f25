"""Existing sites have roles that tasks of amazon.aws created: they are adopted unchanged."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import ROOT, LocalAws
from modules.role_runner import run_tasks
from modules.runner import SITE, Modules
from modules.service_roles import ROLE, SERVICES, ServiceRole
from unit.role_variables import rendered

TAGS = {"team": "web", "multiregion-edge": SITE}
REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]


@pytest.fixture
def role(local_aws: LocalAws, modules: Modules) -> Iterator[ServiceRole]:
    found = ServiceRole(local_aws, modules)
    yield found
    found.clear()


def policies(account: str, topology: str = "hub") -> list[dict[str, Any]]:
    """The policies of the role `replication`."""
    found: list[dict[str, Any]] = rendered(
        "replication",
        "__replication_policies",
        replication_site=SITE,
        replication_account_id=account,
        replication_buckets={region: f"{SITE}-{region}" for region in REGIONS},
        replication_home_region=REGIONS[0],
        replication_topology=topology,
        replication_kms_keys={region: f"arn:aws:kms:{region}:{account}:key/1" for region in REGIONS},
    )
    return found


def make_as_before(role: ServiceRole, directory: Path, groups: list[dict[str, Any]]) -> None:
    """The tasks of the role `iam_role` of 0.1.0."""
    documents = {
        group["name"]: json.dumps({"Version": "2012-10-17", "Statement": group["statements"]}) for group in groups
    }
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    tasks = [
        {
            "amazon.aws.iam_managed_policy": {
                "name": group["name"],
                "description": group["description"],
                "policy": documents[group["name"]],
                "purge_tags": False,
                "tags": TAGS,
            }
        }
        for group in groups
    ]
    made = {
        "name": ROLE,
        "assume_role_policy_document": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        "managed_policies": [role.arn(group["name"]) for group in groups],
        "purge_policies": True,
        "create_instance_profile": False,
        "purge_tags": False,
        "tags": TAGS,
    }
    # As root: these modules need rights that the deployer no longer has.
    status, output = run_tasks(Modules(role.local_aws, ROOT), directory, *tasks, {"amazon.aws.iam_role": made})
    assert status == 0, output


def test_a_role_created_by_amazon_aws_needs_no_change(role: ServiceRole, tmp_path: Path) -> None:
    given = policies(role.local_aws.account_id)
    make_as_before(role, tmp_path, given)
    role.iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=role.modules.boundary)
    taken_over = role.run(policies=given, tags={"team": "web"}, diff=True)
    assert (taken_over["plan"], taken_over["mutating"]) == ([], [])
    assert taken_over["diff"]["before"] == taken_over["diff"]["after"]
    changed = policies(role.local_aws.account_id, "mesh")
    assert role.run(policies=changed, tags={"team": "web"})["plan"] == [
        f"Change what the policy {ROLE}{end} allows" for end in ("", "-batch", "-kms")
    ]
    assert role.policies == {group["name"]: group["statements"] for group in changed}
    assert role.run(state="absent", policies=changed)["changed"]
    assert (role.role, role.policies) == (None, {})
