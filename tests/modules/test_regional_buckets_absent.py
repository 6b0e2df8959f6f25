"""s3_regional_buckets with state=absent against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets import operations

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules

MODULE = "s3_regional_buckets"
REGIONS = ["eu-north-1", "us-east-1"]
NAMES = {region: f"{SITE}-111122223333-{region}-an" for region in REGIONS}


@pytest.fixture(autouse=True)
def buckets(local_aws: LocalAws) -> None:
    """The site's two buckets, tagged and empty, the first replicated to the second."""
    for region, name in NAMES.items():
        s3 = local_aws.client("s3", region)
        _remove(s3, name)
        where = {"Tags": [{"Key": "multiregion-edge", "Value": SITE}]}
        if region != "us-east-1":
            where["LocationConstraint"] = region  # type: ignore[assignment]
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _remove(s3: Any, name: str) -> None:
    try:
        listed = s3.list_object_versions(Bucket=name)
    except s3.exceptions.ClientError:
        return
    for item in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=name)


def run(modules: Modules, **options: Any) -> dict[str, Any]:
    return modules.run(MODULE, site=SITE, regions=REGIONS, state="absent", **options)


def fill(local_aws: LocalAws, region: str, keys: int = 3) -> None:
    """Versions, a delete marker and an unfinished upload."""
    s3 = local_aws.client("s3", region)
    for number in range(keys):
        s3.put_object(Bucket=NAMES[region], Key=f"r/{number}.html", Body=b"x")
    s3.put_object(Bucket=NAMES[region], Key="r/0.html", Body=b"y")
    s3.delete_object(Bucket=NAMES[region], Key="r/0.html")
    s3.create_multipart_upload(Bucket=NAMES[region], Key="r/large.bin")


def replicate(local_aws: LocalAws) -> None:
    iam = local_aws.client("iam")
    if "replicator" not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(RoleName="replicator", AssumeRolePolicyDocument=trust)
    local_aws.client("s3", "eu-north-1").put_bucket_replication(
        Bucket=NAMES["eu-north-1"],
        ReplicationConfiguration={
            "Role": "arn:aws:iam::111122223333:role/replicator",
            "Rules": [
                {
                    "ID": "all",
                    "Priority": 1,
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "DeleteMarkerReplication": {"Status": "Enabled"},
                    "Destination": {"Bucket": f"arn:aws:s3:::{NAMES['us-east-1']}"},
                }
            ],
        },
    )


def left(local_aws: LocalAws) -> set[str]:
    return {bucket["Name"] for bucket in local_aws.client("s3").list_buckets()["Buckets"]} & set(NAMES.values())


def test_empty_buckets_are_deleted_and_a_second_run_changes_nothing(local_aws: LocalAws, modules: Modules) -> None:
    predicted = run(modules, check=True)
    assert (predicted["mutating"], left(local_aws)) == ([], set(NAMES.values()))
    gone = run(modules)
    assert gone["plan"] == predicted["plan"] == [f"Delete the bucket {NAMES[region]} in {region}" for region in REGIONS]
    assert left(local_aws) == set()
    again = run(modules)
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
    assert (again["buckets"], again["names"]) == ({}, NAMES)


def test_buckets_that_are_not_empty_are_refused_with_their_contents(local_aws: LocalAws, modules: Modules) -> None:
    fill(local_aws, "us-east-1")
    before = len(local_aws.requests())
    with pytest.raises(
        ModuleFailed,
        match=r"us-east-1 has 4 versions, 1 delete marker, 1 unfinished upload, for example r/.*force_empty",
    ):
        run(modules)
    assert not any(entry["mutating"] for entry in local_aws.requests(before))


def test_force_empty_deletes_everything_and_replication_first(
    local_aws: LocalAws, modules: Modules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_BATCH", 2)
    for region in REGIONS:
        fill(local_aws, region)
    replicate(local_aws)
    predicted = run(modules, check=True, force_empty=True)
    gone = run(modules, force_empty=True)
    assert (
        gone["plan"]
        == predicted["plan"]
        == [
            f"Stop replicating {NAMES['eu-north-1']} from eu-north-1",
            *(f"Delete the bucket {NAMES[region]} in {region} and everything in it" for region in REGIONS),
        ]
    )
    assert gone["mutating"][0] == f"DELETE /{NAMES['eu-north-1']}"
    assert left(local_aws) == set()
    assert run(modules, force_empty=True)["mutating"] == []


@pytest.mark.parametrize("killed_after", [0, 1, 3, 5])
def test_a_killed_run_is_completed_by_the_next(local_aws: LocalAws, modules: Modules, killed_after: int) -> None:
    for region in REGIONS:
        fill(local_aws, region)
    replicate(local_aws)
    local_aws.fault(after_mutating=killed_after)
    with pytest.raises(ModuleFailed):
        run(modules, force_empty=True)
    local_aws.fault(None)
    run(modules, force_empty=True)
    assert left(local_aws) == set()


def test_replicas_that_arrive_late_are_deleted_too(
    local_aws: LocalAws, modules: Modules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pending replica arrives after everything was deleted."""
    fill(local_aws, "eu-north-1")
    once = operations.empty

    def then_one_more(s3: Any, bucket: dict[str, str], report: Any) -> None:
        once(s3, bucket, report)
        if late:
            local_aws.client("s3", "eu-north-1").put_object(Bucket=NAMES["eu-north-1"], Key=late.pop(), Body=b"late")

    late = ["one", "two"]
    monkeypatch.setattr(operations, "empty", then_one_more)
    run(modules, force_empty=True)
    assert left(local_aws) == set()


@pytest.mark.parametrize("owner", ["other", None])
def test_unmanaged_buckets_are_never_changed(local_aws: LocalAws, modules: Modules, owner: str | None) -> None:
    s3 = local_aws.client("s3", "us-east-1")
    if owner is None:
        s3.delete_bucket_tagging(Bucket=NAMES["us-east-1"])
    else:
        tags = {"TagSet": [{"Key": "multiregion-edge", "Value": owner}]}
        s3.put_bucket_tagging(Bucket=NAMES["us-east-1"], Tagging=tags)
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match="us-east-1 is not deleted, nor is any other"):
        run(modules, force_empty=True)
    assert not any(entry["mutating"] for entry in local_aws.requests(before))


def test_a_member_of_an_mrap_is_refused_before_any_deletion(local_aws: LocalAws, modules: Modules) -> None:
    fill(local_aws, "eu-north-1")
    control = local_aws.client("s3control", "us-west-2")
    details = {"Name": "shop-live", "Regions": [{"Bucket": name} for name in NAMES.values()]}
    control.create_multi_region_access_point(AccountId=local_aws.account_id, ClientToken="one", Details=details)
    before = len(local_aws.requests())
    try:
        with pytest.raises(ModuleFailed, match="member of the Multi-Region Access Point shop-live: delete that first"):
            run(modules, force_empty=True)
        assert not any(entry["mutating"] for entry in local_aws.requests(before))
    finally:
        control.delete_multi_region_access_point(
            AccountId=local_aws.account_id, ClientToken="two", Details={"Name": "shop-live"}
        )
    run(modules, force_empty=True)
    assert left(local_aws) == set()
