"""s3_replication_backfill against local AWS: a batch job replicates where a rule exists, all else is copied."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.api import BackfillApi

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow, document, make_role
from modules.backfill_buckets import HOME, NEW, OTHER, Content, backfill
from modules.runner import SITE, ModuleFailed, Modules

ROLE = f"multiregion-edge-{SITE}-replication"


@pytest.fixture(scope="module")
def role(local_aws: LocalAws) -> str:
    services = ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]
    return make_role(local_aws, ROLE, services, [allow(["s3:*"], ["*"])])


@pytest.fixture
def replicated(local_aws: LocalAws, buckets: dict[str, str], content: Content, role: str) -> dict[str, str]:
    """Two objects that are older than the replication from HOME to NEW."""
    content.put(HOME, "r/1/a")
    content.put(HOME, "r/1/b", b"bb")
    rule = {
        "ID": "to-new",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{buckets[NEW]}"},
    }
    local_aws.client("s3", HOME).put_bucket_replication(
        Bucket=buckets[HOME], ReplicationConfiguration={"Role": role, "Rules": [rule]}
    )
    return buckets


def jobs(local_aws: LocalAws) -> list[str]:
    found = local_aws.client("s3control", HOME).list_jobs(AccountId=local_aws.account_id)
    return [job["JobId"] for job in found.get("Jobs", [])]


def test_a_job_replicates_where_a_rule_exists_and_all_else_is_copied(
    modules: Modules, local_aws: LocalAws, replicated: dict[str, str], content: Content, role: str
) -> None:
    before = jobs(local_aws)
    options = {"role_arn": role, "batch_threshold": 1}
    predicted = backfill(modules, replicated, check=True, **options)
    made = backfill(modules, replicated, **options)
    assert predicted["plan"] == [
        "Bring 2 objects (3 bytes) to ap-south-1 by a batch job in eu-north-1",
        "Bring 2 objects (3 bytes) to us-east-1",
    ]
    assert made["plan"] == predicted["plan"]
    assert content.of(NEW) == content.of(OTHER) == content.of(HOME)
    heads = [
        local_aws.client("s3", region).head_object(Bucket=replicated[region], Key="r/1/a") for region in (NEW, OTHER)
    ]
    assert [head.get("ReplicationStatus") for head in heads] == ["REPLICA", None]
    assert len(jobs(local_aws)) == len(before) + 1
    assert backfill(modules, replicated, **options)["mutating"] == []


def test_a_run_joins_the_job_of_a_stopped_one(
    modules: Modules,
    local_aws: LocalAws,
    replicated: dict[str, str],
    content: Content,
    role: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = jobs(local_aws)
    options = {"regions": [NEW], "role_arn": role, "method": "batch"}
    local_aws.behave(batch_job_seconds=600)
    with pytest.raises(ModuleFailed, match=r"The batch job .*run it again to keep waiting"):
        backfill(modules, replicated, wait_timeout=0, **options)

    describe_job = BackfillApi.job

    def ends_when_described(self: BackfillApi, job_id: str) -> dict[str, Any]:
        local_aws.behave()
        return describe_job(self, job_id)

    monkeypatch.setattr(BackfillApi, "job", ends_when_described)
    resumed = backfill(modules, replicated, **options)
    (created,) = set(jobs(local_aws)) - set(before)
    assert resumed["plan"] == [
        f"Bring 2 objects (3 bytes) to ap-south-1 by the batch job {created} that runs already in eu-north-1"
    ]
    assert (resumed["mutating"], resumed["complete"], content.of(NEW)) == ([], True, content.of(HOME))


def test_objects_that_a_job_failed_to_replicate_are_copied_by_the_next_run(
    modules: Modules, local_aws: LocalAws, replicated: dict[str, str], content: Content, role: str
) -> None:
    """S3 does not replicate a version again that the destination has already, under a delete marker."""
    options = {"regions": [NEW], "role_arn": role}
    backfill(modules, replicated, method="batch", **options)
    before = jobs(local_aws)
    local_aws.client("s3", NEW).delete_object(Bucket=replicated[NEW], Key="r/1/a")
    with pytest.raises(ModuleFailed, match="Still to do after the batch job: Bring 1 object"):
        backfill(modules, replicated, method="batch", **options)
    assert len(jobs(local_aws)) == len(before) + 1
    assert backfill(modules, replicated, **options)["complete"]
    assert content.of(NEW) == content.of(HOME)


def test_a_refused_job_is_replaced_by_copies(
    modules: Modules, replicated: dict[str, str], content: Content, role: str
) -> None:
    """The deployer may pass only the site's own role."""
    options = {"regions": [NEW], "batch_threshold": 1, "role_arn": f"{role}-of-others"}
    with pytest.raises(ModuleFailed, match=r"Could not bring 2 objects .* by a batch job in eu-north-1: AccessDenied"):
        backfill(modules, replicated, **{**options, "method": "batch"})
    made = backfill(modules, replicated, **options)
    assert "copied one by one: AccessDenied from CreateJob" in str(made["warnings"][-1])
    assert made["complete"] and content.of(NEW) == content.of(HOME)


def test_a_failed_job_is_replaced_by_copies(
    modules: Modules, local_aws: LocalAws, replicated: dict[str, str], content: Content, role: str
) -> None:
    iam = local_aws.client("iam")
    denied = document([{"Effect": "Deny", "Action": "s3:InitiateReplication", "Resource": "*"}])
    iam.put_role_policy(RoleName=ROLE, PolicyName="denied", PolicyDocument=denied)
    try:
        made = backfill(modules, replicated, regions=[NEW], batch_threshold=1, role_arn=role)
    finally:
        iam.delete_role_policy(RoleName=ROLE, PolicyName="denied")
    assert "did not replicate all: Complete, 0 of 2 objects, 2 failed" in str(made["warnings"][-1])
    assert made["complete"] and content.of(NEW) == content.of(HOME)
