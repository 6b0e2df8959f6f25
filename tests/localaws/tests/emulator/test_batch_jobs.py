"""S3 Batch Replication: a job replicates existing objects with their version ids."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mesh import ENABLED, Config, Mesh, allow, behaving
from localaws.tests.emulator.wire import code_of

A, B, C = "us-west-2", "eu-west-1", "ap-south-1"
ALL = ["NONE", "FAILED", "COMPLETED", "REPLICA"]


class Jobs:
    """The jobs of an account in the Region of the source bucket."""

    def __init__(self, mesh: Mesh, region: str = A, client: Any = None) -> None:
        self._mesh = mesh
        self._region = region
        self._client = client or mesh.local_aws.client("s3control", region)
        self._account = {"AccountId": mesh.local_aws.account_id}
        self.tokens = 0

    def create(self, statuses: list[str] | None = None, keys: Config | None = None, **change: Any) -> str:
        self.tokens += 1
        wanted: Config = {"EligibleForReplication": True, "ObjectReplicationStatuses": statuses or ALL}
        generator = {
            "SourceBucket": f"arn:aws:s3:::{self._mesh.buckets[A]}",
            "EnableManifestOutput": False,
            "Filter": wanted | ({"KeyNameConstraint": keys} if keys else {}),
        }
        request = {
            "ConfirmationRequired": False,
            "Operation": {"S3ReplicateObject": {}},
            "Report": {"Enabled": False},
            "ClientRequestToken": f"{self._mesh.name}-{self.tokens}",
            "ManifestGenerator": {"S3JobManifestGenerator": generator},
            "Priority": 10,
            "RoleArn": self._mesh.role,
            **change,
        }
        created: str = self._client.create_job(**self._account, **request)["JobId"]
        return created

    def describe(self, job: str) -> Config:
        found: Config = self._client.describe_job(**self._account, JobId=job)["Job"]
        return found

    def list(self, **query: Any) -> Config:
        found: Config = self._client.list_jobs(**self._account, **query)
        return found

    def update(self, job: str, status: str) -> Config:
        found: Config = self._client.update_job_status(
            **self._account, JobId=job, RequestedJobStatus=status, StatusUpdateReason="because"
        )
        return found

    def counts(self, job: str) -> tuple[str, int, int, int]:
        """Status, number of tasks, of succeeded and of failed ones."""
        found = self.describe(job)
        summary = found["ProgressSummary"]
        total, succeeded = summary["TotalNumberOfTasks"], summary["NumberOfTasksSucceeded"]
        return found["Status"], total, succeeded, summary["NumberOfTasksFailed"]


def test_existing_versions_are_replicated_with_their_ids(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "backfill", A, B, C)
    versions = [mesh.put(A, "k", Body=body, Tagging="a=b") for body in (b"1", b"2")]
    newest = mesh.put(B, "k", Body=b"3")
    mesh.replicate(A, mesh.rule(B), mesh.rule(C))
    jobs = Jobs(mesh)
    job = jobs.create()
    assert jobs.counts(job) == ("Complete", 2, 2, 0)
    assert mesh.status(A, "k") == "COMPLETED"
    assert [each["VersionId"] for each in mesh.versions(C)] == versions[::-1]
    assert mesh.tags(C, "k") == {"a": "b"}
    # An older version does not hide the destination's current one.
    assert [each["VersionId"] for each in mesh.versions(B)] == [newest, *versions[::-1]]
    assert mesh.head(B, "k", VersionId=versions[0])["ReplicationStatus"] == "REPLICA"
    found = jobs.describe(job)
    assert found["ManifestGenerator"]["S3JobManifestGenerator"]["Filter"]["ObjectReplicationStatuses"] == ALL
    assert found["JobArn"] == f"arn:aws:s3:{A}:{local_aws.account_id}:job/{job}"
    assert found["TerminationDate"] >= found["CreationTime"]
    assert (found["Operation"], found["Report"]) == ({"S3ReplicateObject": {}}, {"Enabled": False})


def test_a_new_destination_gets_what_was_replicated_elsewhere(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "grown", A, B, C)
    mesh.replicate(A, mesh.rule(B))
    mesh.replicate(B, mesh.rule(A))
    mesh.put(A, "written")
    mesh.put(B, "replica")
    mesh.replicate(A, mesh.rule(B), mesh.rule(C))
    jobs = Jobs(mesh)
    assert jobs.counts(jobs.create(["NONE", "FAILED"])) == ("Complete", 0, 0, 0)
    assert jobs.counts(jobs.create()) == ("Complete", 2, 2, 0)
    assert sorted(each["Key"] for each in mesh.versions(C)) == ["replica", "written"]
    assert [mesh.status(A, key) for key in ("written", "replica")] == ["COMPLETED", "REPLICA"]
    assert len(mesh.versions(B)) == 2


def test_failed_replication_is_repeated(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "repaired", A, B)
    mesh.replicate(A, mesh.rule(B))
    mesh.put(A, "good")
    mesh.grant(without="s3:ReplicateObject")
    mesh.put(A, "bad")
    jobs = Jobs(mesh)
    assert jobs.counts(jobs.create(["FAILED"])) == ("Complete", 1, 0, 1)
    mesh.grant()
    assert jobs.counts(jobs.create(["FAILED"])) == ("Complete", 1, 1, 0)
    assert (mesh.status(A, "bad"), mesh.status(B, "bad")) == ("COMPLETED", "REPLICA")


def test_the_manifest_follows_the_filter_and_the_rules(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "filtered", A, B)
    for key in ("r/1/a.js", "r/1/b.css", "r/2/a.js", "other/a.js"):
        mesh.put(A, key)
    mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="r/2/a.js")  # a delete marker is no task
    mesh.replicate(A, mesh.rule(B, Filter={"Prefix": "r/"}))
    jobs = Jobs(mesh)
    for keys, expected in (
        ({"MatchAnyPrefix": ["r/1/", "other/"]}, {"r/1/a.js", "r/1/b.css"}),
        ({"MatchAnySuffix": [".js"]}, {"r/1/a.js", "r/2/a.js"}),
        ({"MatchAnySubstring": ["/2"], "MatchAnySuffix": [".css"]}, set()),
    ):
        assert jobs.counts(jobs.create(keys=keys)) == ("Complete", len(expected), len(expected), 0)
        assert expected <= {each["Key"] for each in mesh.versions(B)}
    assert "other/a.js" not in {each["Key"] for each in mesh.versions(B)}


def test_a_permanently_deleted_version_is_not_replicated_again(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "hard", A, B)
    mesh.replicate(A, mesh.rule(B))
    version = mesh.put(A, "k")
    mesh.s3(B).delete_object(Bucket=mesh.buckets[B], Key="k", VersionId=version)
    jobs = Jobs(mesh)
    assert jobs.counts(jobs.create()) == ("Complete", 1, 0, 1)
    assert mesh.versions(B) == []


def test_a_job_takes_its_time_and_can_be_cancelled(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "slow", A, B)
    mesh.put(A, "k")
    mesh.replicate(A, mesh.rule(B))
    jobs = Jobs(mesh)
    with behaving(local_aws, batch_job_seconds=3600):
        job, cancelled = jobs.create(), jobs.create()
        assert jobs.counts(job) == ("New", 0, 0, 0)
        assert jobs.update(cancelled, "Cancelled")["Status"] == "Cancelled"
        assert code_of(lambda: jobs.update(cancelled, "Cancelled")) == ("JobStatusException", 400)
        assert mesh.versions(B) == []
    assert jobs.counts(cancelled)[0] == "Cancelled"
    assert jobs.counts(job) == ("Complete", 1, 1, 0)
    seen: list[str] = []
    with behaving(local_aws, batch_job_seconds=0.4):
        job = jobs.create()
        deadline = time.monotonic() + 10
        while seen[-1:] != ["Complete"] and time.monotonic() < deadline:
            status = jobs.describe(job)["Status"]
            seen += [status] if seen[-1:] != [status] else []
    assert seen == ["New", "Preparing", "Active", "Complete"]


def test_a_job_is_suspended_until_it_is_confirmed(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "asked", A, B)
    mesh.put(A, "k")
    mesh.replicate(A, mesh.rule(B))
    jobs = Jobs(mesh)
    job = jobs.create(ConfirmationRequired=True)
    assert jobs.counts(job) == ("Suspended", 1, 0, 0)
    jobs.update(job, "Ready")
    assert jobs.counts(job) == ("Complete", 1, 1, 0)


def test_a_client_token_is_for_one_job(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "token", A, B)
    mesh.replicate(A, mesh.rule(B))
    jobs = Jobs(mesh)
    first = jobs.create(ClientRequestToken="same")
    assert jobs.create(ClientRequestToken="same") == first
    conflicting = code_of(lambda: jobs.create(ClientRequestToken="same", Priority=1))
    assert conflicting == ("IdempotencyException", 400)


def test_jobs_are_listed_in_their_region(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "listed", A, B)
    mesh.replicate(A, mesh.rule(B))
    jobs, elsewhere = Jobs(mesh), Jobs(mesh, region=B)
    made = [jobs.create(Description=f"listed {number}") for number in range(3)]
    page = jobs.list(MaxResults=2)
    assert [job["JobId"] for job in page["Jobs"]] == made[:0:-1]
    assert jobs.list(MaxResults=2, NextToken=page["NextToken"])["Jobs"][0]["Description"] == "listed 0"
    assert all(job["Status"] != "Complete" for job in jobs.list(JobStatuses=["Failed", "Active"])["Jobs"])
    assert {job["JobId"] for job in elsewhere.list().get("Jobs", [])}.isdisjoint(made)
    assert code_of(lambda: elsewhere.describe(made[0])) == ("NoSuchJob", 404)
    assert code_of(lambda: elsewhere.create()) == ("InvalidRequest", 400)


def test_a_job_fails_without_the_roles_rights(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "unfit", A, B)
    mesh.put(A, "k")
    jobs = Jobs(mesh)

    def reason(job: str) -> str:
        found = jobs.describe(job)
        assert (found["Status"], found["ProgressSummary"]["TotalNumberOfTasks"]) == ("Failed", 0)
        text: str = found["FailureReasons"][0]["FailureReason"]
        return text

    assert "no replication configuration" in reason(jobs.create())
    mesh.replicate(A, mesh.rule(B))
    assert "cannot assume" in reason(jobs.create(RoleArn=f"{mesh.role}-none"))
    mesh.grant(without="s3:PutInventoryConfiguration")
    assert "s3:PutInventoryConfiguration" in reason(jobs.create())
    mesh.grant(without="s3:InitiateReplication")
    assert jobs.counts(jobs.create()) == ("Complete", 1, 0, 1)
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    local_aws.client("iam").update_assume_role_policy(RoleName=mesh.name, PolicyDocument=document)
    assert "cannot assume" in reason(jobs.create())


@pytest.mark.parametrize(
    "missing", ["s3:CreateJob", "s3:DescribeJob", "s3:ListJobs", "s3:UpdateJobStatus", "iam:PassRole"]
)
def test_every_call_is_authorised(local_aws: LocalAws, missing: str) -> None:
    name = missing.partition(":")[2].lower()
    mesh = Mesh(local_aws, f"may-{name}", A, B)
    mesh.replicate(A, mesh.rule(B))
    job_arn = f"arn:aws:s3:{A}:{local_aws.account_id}:job/*"
    passed = {"StringEquals": {"iam:PassedToService": "batchoperations.s3.amazonaws.com"}}
    statements = [
        allow(["s3:CreateJob", "s3:ListJobs"], ["*"]),
        allow(["s3:DescribeJob", "s3:UpdateJobStatus"], [job_arn]),
        {**allow(["iam:PassRole"], [mesh.role]), "Condition": passed},
    ]
    granted = [
        {**each, "Action": [action for action in each["Action"] if action != missing] or ["s3:None"]}
        for each in statements
    ]
    user = local_aws.create_user(f"batch-{name}", {"Version": "2012-10-17", "Statement": granted})
    own = Jobs(mesh, client=local_aws.client("s3control", A, user))
    root = Jobs(mesh)
    with behaving(local_aws, batch_job_seconds=3600):
        job = root.create(ClientRequestToken=f"{name}-root")
        calls: dict[str, Callable[[], object]] = {
            "s3:CreateJob": own.create,
            "s3:DescribeJob": lambda: own.describe(job),
            "s3:ListJobs": own.list,
            "s3:UpdateJobStatus": lambda: own.update(job, "Cancelled"),
        }
        refused = "s3:CreateJob" if missing == "iam:PassRole" else missing
        for action, call in calls.items():
            if action == refused:
                assert code_of(call) == ("AccessDenied", 403)
            else:
                call()


def test_kms_objects_are_eligible_only_by_a_rule_that_selects_them(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "encrypted-jobs", A, B)
    key = f"arn:aws:kms:{A}:{local_aws.account_id}:key/1"
    mesh.put(A, "plain")
    mesh.put(A, "secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    mesh.replicate(A, mesh.rule(B))
    jobs = Jobs(mesh)
    assert jobs.counts(jobs.create()) == ("Complete", 1, 1, 0)
    encryption = {"EncryptionConfiguration": {"ReplicaKmsKeyID": f"arn:aws:kms:{B}:{local_aws.account_id}:key/2"}}
    criteria = {"SseKmsEncryptedObjects": ENABLED}
    mesh.replicate(A, mesh.rule(B, SourceSelectionCriteria=criteria, Destination=encryption))
    mesh.grant(allow(["kms:Decrypt", "kms:Encrypt"], ["*"]))
    assert jobs.counts(jobs.create(["NONE"])) == ("Complete", 1, 1, 0)
    assert mesh.status(B, "secret") == "REPLICA"
