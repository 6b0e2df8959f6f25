"""s3_replication_info against local AWS: problems are named, and probe objects are removed."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._replication_health import probe_objects

from demo.site import deployer_policy
from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules

HOME, NEAR, FAR = "eu-north-1", "us-east-1", "ap-south-1"
REGIONS = (HOME, NEAR, FAR)
ROLE = f"multiregion-edge-{SITE}-replication"
MODULE = "s3_replication_info"
ENABLED = {"Status": "Enabled"}


class Site:
    """Buckets that replicate, created and broken as root."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        self.role = f"arn:aws:iam::{local_aws.account_id}:role/{ROLE}"
        self.buckets = {region: f"{SITE}-{local_aws.account_id}-{region}-an" for region in REGIONS}
        for region, name in self.buckets.items():
            where = {} if region == NEAR else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3(region).create_bucket(Bucket=name, **where)
        elsewhere = {"LocationConstraint": "eu-west-1"}
        self.s3("eu-west-1").create_bucket(Bucket="another-accounts", CreateBucketConfiguration=elsewhere)
        local_aws.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=_trust("s3.amazonaws.com"))

    def s3(self, region: str) -> Any:
        return self.local_aws.client("s3", region)

    def repair(self) -> None:
        iam = self.local_aws.client("iam")
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=_trust("s3.amazonaws.com"))
        self.allow("s3:*")
        for region in REGIONS:
            self.version(region, "Enabled")
            self.encrypt(region, "AES256")
            versions = self.s3(region).list_object_versions(Bucket=self.buckets[region])
            for version in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
                self.s3(region).delete_object(
                    Bucket=self.buckets[region], Key=version["Key"], VersionId=version["VersionId"]
                )
        for region in REGIONS:
            self.replicate(region)

    def allow(self, *actions: str) -> None:
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        self.local_aws.client("iam").put_role_policy(RoleName=ROLE, PolicyName="p", PolicyDocument=json.dumps(policy))

    def suspend(self, region: str) -> None:
        self.s3(region).delete_bucket_replication(Bucket=self.buckets[region])
        self.version(region, "Suspended")

    def version(self, region: str, status: str) -> None:
        configuration = {"Status": status}
        self.s3(region).put_bucket_versioning(Bucket=self.buckets[region], VersioningConfiguration=configuration)

    def encrypt(self, region: str, algorithm: str) -> None:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
        self.s3(region).put_bucket_encryption(
            Bucket=self.buckets[region], ServerSideEncryptionConfiguration={"Rules": [rule]}
        )

    def replicate(self, source: str, role: str | None = None, **changes: Any) -> None:
        """Replicate from *source* to all others; *changes* are those of the rule to FAR, None removes it."""
        rules = [
            {
                "ID": f"multiregion-edge-{region}",
                "Priority": 1 + REGIONS.index(region),
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": ENABLED,
                "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"},
                **(changes if region == FAR else {}),
            }
            for region, bucket in self.buckets.items()
            if region != source
        ]
        self.s3(source).put_bucket_replication(
            Bucket=self.buckets[source],
            ReplicationConfiguration={
                "Role": role or self.role,
                "Rules": [rule for rule in rules if rule["Status"] is not None],
            },
        )


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def made(local_aws: LocalAws) -> Site:
    return Site(local_aws)


@pytest.fixture
def site(made: Site) -> Site:
    """A healthy site: every Region replicates to every other."""
    made.repair()
    return made


def info(modules: Modules, site: Site, **options: Any) -> dict[str, Any]:
    return modules.run(MODULE, **{"buckets": site.buckets, "home_region": HOME, **options})


def test_a_healthy_hub(modules: Modules, site: Site) -> None:
    found = info(modules, site, role_arn=site.role)
    assert (found["healthy"], found["problems"], found["changed"], found["mutating"]) == (True, [], False, [])
    assert [(edge["source"], edge["destination"]) for edge in found["edges"]] == [(HOME, FAR), (HOME, NEAR)]
    assert (found["edges"][0]["rule_id"], found["edges"][0]["rule_status"]) == (f"multiregion-edge-{FAR}", "Enabled")
    assert found["edges"][0]["failed_objects"] is found["scanned_objects"] is found["edges"][0]["probe_seconds"] is None


BREAKS: dict[str, tuple[Callable[[Site], object], str]] = {
    "destination suspended": (
        lambda site: site.suspend(FAR),
        "versioning of .* in ap-south-1 is suspended",
    ),
    "rule missing": (lambda site: site.replicate(HOME, Status=None), "has no replication rule to .*ap-south-1-an: set"),
    "rule disabled": (
        lambda site: site.replicate(HOME, Status="Disabled"),
        "rule multiregion-edge-ap-south-1 of .* is",
    ),
    "rule limited": (lambda site: site.replicate(HOME, Filter={"Prefix": "r/"}), "only keys that begin with r/"),
    "role gone": (lambda site: site.replicate(HOME, role=f"{site.role}-old"), "replicates with the role .*-old, not"),
    "trust": (
        lambda site: site.local_aws.client("iam").update_assume_role_policy(
            RoleName=ROLE, PolicyDocument=_trust("ec2.amazonaws.com")
        ),
        "S3 may not assume the role",
    ),
    "kms": (lambda site: site.encrypt(HOME, "aws:kms"), "encrypts with KMS"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_problem_is_named(modules: Modules, site: Site, name: str) -> None:
    breaks, sentence = BREAKS[name]
    breaks(site)
    found = info(modules, site, role_arn=site.role)
    (edge,) = [edge for edge in found["edges"] if edge["destination"] == FAR]
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(edge["problem"])
    assert (edge["healthy"], found["healthy"]) == (False, False)
    assert edge["problem"].startswith("eu-north-1 to ap-south-1: ") and edge["problem"] in found["problems"]


def test_a_missing_bucket_is_a_problem(modules: Modules, site: Site) -> None:
    name = f"{SITE}-111122223333-eu-west-1-an"
    buckets = {HOME: site.buckets[HOME], "eu-west-1": name}
    found = info(modules, site, buckets=buckets, probe=True, scan_prefix="")
    words = "is not there in eu-west-1: create it with s3_regional_buckets."
    assert found["problems"] == [f"eu-north-1 to eu-west-1: the bucket {name} {words}"]
    assert found["mutating"] == []


def test_a_bucket_without_read_permission_is_an_error(modules: Modules, site: Site) -> None:
    buckets = {HOME: site.buckets[HOME], "eu-west-1": "another-accounts"}
    words = (
        "The bucket another-accounts in eu-west-1 belongs to another account than 111122223333, or s3:ListBucket on it"
    )
    with pytest.raises(ModuleFailed, match=words):
        info(modules, site, buckets=buckets)


def test_the_roles_permissions_are_simulated_where_allowed(modules: Modules, site: Site) -> None:
    site.allow("s3:Get*", "s3:ListBucket")
    policy = deployer_policy(SITE, site.local_aws.account_id)
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "CheckTheReplicationRole"]
    assert info(Modules(site.local_aws, site.local_aws.create_user("may-not-ask", policy)), site)["healthy"]
    far, _near = info(modules, site)["edges"]
    assert far["problem"] == (
        f"eu-north-1 to ap-south-1: the role {site.role} may not s3:ReplicateObject, s3:ReplicateDelete on "
        f"arn:aws:s3:::{site.buckets[FAR]}/*: allow it in its policies."
    )
    site.allow("s3:*")
    assert info(modules, site)["healthy"]


def test_probe_objects_are_replicated_and_removed(modules: Modules, site: Site) -> None:
    site.local_aws.behave(replication_seconds=0.3)
    found = info(modules, site, topology="mesh", probe=True)
    assert (found["healthy"], found["changed"], len(found["edges"])) == (True, False, 6)
    assert all(0.2 < edge["probe_seconds"] < 60 for edge in found["edges"])
    assert left_over(site) == []


def left_over(site: Site) -> list[str]:
    return [
        version["Key"]
        for region, bucket in site.buckets.items()
        for versions in [site.s3(region).list_object_versions(Bucket=bucket)]
        for version in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]
    ]


def test_a_probe_object_that_does_not_arrive_is_a_problem_and_is_removed(modules: Modules, site: Site) -> None:
    site.local_aws.behave(replication_seconds=600)
    found = info(modules, site, probe=True, probe_timeout=0)
    assert found["problems"] == [
        f"eu-north-1 to {region}: the probe object did not arrive within 0 s: look at the source's replication status "
        "and at the role's and the KMS keys' permissions."
        for region in (FAR, NEAR)
    ]
    assert left_over(site) == []


def test_no_probe_object_in_check_mode(modules: Modules, site: Site) -> None:
    assert info(modules, site, probe=True, check=True)["mutating"] == []


def test_probe_objects_of_a_killed_run_are_removed_by_a_later_one(
    modules: Modules, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.local_aws.fault(1)
    with pytest.raises(ModuleFailed):
        info(modules, site, probe=True)
    site.local_aws.fault(None)
    assert left_over(site)

    info(modules, site, probe=True)
    assert left_over(site), "it might be another run's that is waiting for it"
    monkeypatch.setattr(probe_objects, "_LEFTOVER_AFTER", -310.0)
    info(modules, site, probe=True, probe_timeout=300)
    assert left_over(site) == []


def test_failed_objects_are_found_and_reported_per_edge(modules: Modules, site: Site) -> None:
    site.suspend(FAR)
    for key in ("r/1/a", "r/1/b", "other"):
        site.s3(HOME).put_object(Bucket=site.buckets[HOME], Key=key, Body=b"x")
    site.version(FAR, "Enabled")
    found = info(modules, site, scan_prefix="r/")
    failed = {edge["destination"]: (edge["failed_objects"], edge["pending_objects"]) for edge in found["edges"]}
    assert (failed, found["scanned_objects"]) == ({FAR: (2, 0), NEAR: (0, 0)}, 2)
    assert "eu-north-1 to ap-south-1: 2 objects failed to replicate, such as r/1/a: remove" in found["problems"][0]
    assert info(modules, site, scan_prefix="", scan_limit=1)["scanned_objects"] == 1


def test_pending_objects_are_no_problem(modules: Modules, site: Site) -> None:
    site.local_aws.behave(replication_seconds=600)
    site.s3(HOME).put_object(Bucket=site.buckets[HOME], Key="r/1/a", Body=b"x")
    found = info(modules, site, scan_prefix="")
    assert [(edge["pending_objects"], edge["failed_objects"]) for edge in found["edges"]] == [(1, 0), (1, 0)]


def test_metrics_of_the_rule_are_returned(modules: Modules, site: Site) -> None:
    site.replicate(HOME, Destination={"Bucket": f"arn:aws:s3:::{site.buckets[FAR]}", "Metrics": ENABLED})
    site.allow("s3:Get*", "s3:ListBucket")
    for number in range(2):
        site.s3(HOME).put_object(Bucket=site.buckets[HOME], Key=f"failed/{number}", Body=b"x")
    site.allow("s3:*")
    site.local_aws.behave(replication_seconds=3600)
    for number in range(3):
        site.s3(HOME).put_object(Bucket=site.buckets[HOME], Key=f"pending/{number}", Body=b"x" * 300)
    far, near = info(modules, site)["edges"]
    assert (far["pending_operations"], far["pending_bytes"]) == (3, 900) and far["lag_seconds"] > 0
    assert far["failed_operations"] == 2 and "2 operations failed in the last hour" in far["problem"]
    assert (near["lag_seconds"], near["failed_operations"], near["healthy"]) == (None, None, True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"home_region": None}, "home_region is missing"),
        ({"home_region": "sa-east-1"}, "home_region: sa-east-1 is not among the Regions of buckets"),
        ({"scan_limit": 0}, "scan_limit must be at least 1"),
    ],
)
def test_invalid_options_are_refused(modules: Modules, site: Site, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ModuleFailed, match=sentence):
        info(modules, site, **options)
