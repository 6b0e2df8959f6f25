"""s3_replication against local AWS, with the IAM role and the policies of the role `replication`."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.users import deployer
from unit.role_variables import rendered

REGIONS = [
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
]
HOME, SECOND, THIRD = "eu-north-1", "us-east-1", "ap-south-1"
ROLE = f"multiregion-edge-{SITE}-replication"


class Site:
    """17 buckets, and the IAM role that the role `replication` creates for some of them."""

    def __init__(self, local_aws: LocalAws, modules: Modules) -> None:
        self.local_aws = local_aws
        self.modules = modules
        self.clients = {region: local_aws.client("s3", region) for region in REGIONS}
        self.role_arn = f"arn:aws:iam::{local_aws.account_id}:role/{ROLE}"
        self.names = {region: f"{SITE}-{local_aws.account_id}-{region}-an" for region in REGIONS}
        for region, name in self.names.items():
            location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.clients[region].create_bucket(Bucket=name, **location)
            self.clients[region].put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self._variables = {"replication_site": SITE, "replication_account_id": local_aws.account_id}
        services = rendered("replication", "__replication_services", **self._variables)
        statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        local_aws.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))

    def buckets(self, *regions: str) -> dict[str, str]:
        return {region: self.names[region] for region in regions or (HOME, SECOND, THIRD)}

    def allow(self, without: str = "", **variables: Any) -> list[str]:
        """Give the IAM role its policies, except the statement *without*. Return the Sids of the statements."""
        options = {"replication_buckets": self.buckets(), "replication_home_region": HOME, **variables}
        policies = rendered("replication", "__replication_policies", **self._variables, **options)
        iam = self.local_aws.client("iam")
        for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
            iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
        sids = []
        for policy in policies:
            statements = [statement for statement in policy["statements"] if statement["Sid"] != without]
            sids += [statement["Sid"] for statement in statements]
            if statements:
                document = json.dumps({"Version": "2012-10-17", "Statement": statements})
                iam.put_role_policy(RoleName=ROLE, PolicyName=policy["name"], PolicyDocument=document)
        return sids

    def run(self, *regions: str, modules: Modules | None = None, **options: Any) -> dict[str, Any]:
        given = {"buckets": self.buckets(*regions), "home_region": HOME, "role_arn": self.role_arn, **options}
        return (modules or self.modules).run("s3_replication", **given)

    def put_and_find(self, source: str, key: str, *regions: str, **headers: Any) -> tuple[str, set[str]]:
        """Write an object in *source*. Return its replication status, and the Regions that have it."""
        self.clients[source].put_object(Bucket=self.names[source], Key=key, Body=b"1", **headers)
        head = self.clients[source].head_object(Bucket=self.names[source], Key=key)
        found = {region for region in regions if self.has(region, key)}
        return head.get("ReplicationStatus", ""), found

    def has(self, region: str, key: str) -> bool:
        listed = self.clients[region].list_objects_v2(Bucket=self.names[region], Prefix=key)
        return bool(listed["KeyCount"])

    def live(self, region: str) -> dict[str, Any] | None:
        s3 = self.clients[region]
        try:
            configuration: dict[str, Any] = s3.get_bucket_replication(Bucket=self.names[region])
        except s3.exceptions.ClientError:
            return None
        return configuration["ReplicationConfiguration"]


@pytest.fixture(scope="module")
def made(local_aws: LocalAws, modules: Modules) -> Site:
    return Site(local_aws, modules)


@pytest.fixture
def site(made: Site) -> Iterator[Site]:
    """A site without rules, with the permissions of a hub of three Regions."""
    made.allow()
    yield made
    made.local_aws.behave()
    made.local_aws.fault(None)
    for region in REGIONS:
        made.clients[region].delete_bucket_replication(Bucket=made.names[region])


def test_a_mesh_of_17_regions_in_one_task(site: Site) -> None:
    site.allow(replication_buckets=site.names, replication_topology="mesh")
    predicted = site.run(*REGIONS, topology="mesh", check=True)
    made = site.run(*REGIONS, topology="mesh")
    assert predicted["mutating"] == [] and predicted["plan"] == made["plan"]
    assert len(made["mutating"]) == len(made["plan"]) == 17
    assert made["replication"] == predicted["replication"]
    assert sum(len(region["rules"]) for region in made["replication"].values()) == 17 * 16
    # One read per bucket before, two after, and one for the account id.
    assert made["api_calls"] == {"read": 17 + 2 * 17 + 1, "write": 17}
    again = site.run(*REGIONS, topology="mesh")
    assert (again["changed"], again["mutating"]) == (False, [])
    assert again["api_calls"] == {"read": 17 + 1, "write": 0}
    for region in (REGIONS[0], REGIONS[-1]):
        assert site.put_and_find(region, f"from-{region}", *REGIONS) == ("COMPLETED", set(REGIONS))


def test_a_hub_replicates_from_its_home_region_only(site: Site) -> None:
    made = site.run()
    assert made["plan"] == [f"Replicate {site.names[HOME]} from {HOME} to {THIRD}, {SECOND}"]
    assert (made["sources"], made["previous_sources"]) == ([site.names[HOME]], [])
    assert made["destinations"] == [site.names[THIRD], site.names[SECOND]]
    assert site.put_and_find(HOME, "home", HOME, SECOND, THIRD) == ("COMPLETED", {HOME, SECOND, THIRD})
    assert site.put_and_find(SECOND, "second", HOME, SECOND, THIRD) == ("", {SECOND})


def test_every_option_is_applied_and_read_back(site: Site) -> None:
    keys = {region: f"arn:aws:kms:{region}:{site.local_aws.account_id}:key/1" for region in (HOME, SECOND, THIRD)}
    options: list[dict[str, Any]] = [
        {"time_control": True},
        {"kms_keys": keys},
        {"delete_markers": False, "replica_modifications": False, "metrics": False},
    ]
    for given in options:
        assert site.run(**given)["changed"] is True
        assert site.run(**given)["mutating"] == []


def test_changes_of_topology_home_region_and_regions(site: Site) -> None:
    site.allow(replication_topology="mesh")
    hub = site.run()["replication"]
    to_mesh = site.run(topology="mesh")
    assert len(to_mesh["mutating"]) == 2
    to_hub = site.run()
    assert to_hub["replication"] == hub
    assert to_hub["previous_sources"] == sorted(site.buckets().values())
    moved = site.run(home_region=SECOND)
    assert [words.split()[0] for words in moved["plan"]] == ["Replicate", "Wait", "Stop"]
    assert (moved["previous_sources"], moved["sources"]) == ([site.names[HOME]], [site.names[SECOND]])
    assert (site.live(HOME), site.live(THIRD)) == (None, None)
    fewer = site.run(HOME, SECOND, home_region=SECOND)
    assert fewer["plan"] == [f"Change the replication of {site.names[SECOND]} from {SECOND}: stop {THIRD}"]
    assert site.run(HOME, SECOND, home_region=SECOND)["changed"] is False


UNMANAGED = {
    "ID": "backup",
    "Priority": 1,
    "Status": "Enabled",
    "Filter": {"Prefix": "r/"},
    "DeleteMarkerReplication": {"Status": "Disabled"},
}


def put_unmanaged(site: Site, region: str, role_arn: str) -> None:
    rule = {**UNMANAGED, "Destination": {"Bucket": f"arn:aws:s3:::{site.names['us-west-2']}"}}
    site.clients[region].put_bucket_replication(
        Bucket=site.names[region], ReplicationConfiguration={"Role": role_arn, "Rules": [rule]}
    )


def test_unmanaged_rules_stay_until_purged(site: Site) -> None:
    put_unmanaged(site, HOME, site.role_arn)
    put_unmanaged(site, THIRD, site.role_arn)
    made = site.run()
    assert [rule["id"] for rule in made["replication"][HOME]["rules"] if not rule["managed"]] == ["backup"]
    assert site.run()["changed"] is False
    absent = site.run(state="absent")
    assert (absent["sources"], site.live(SECOND)) == ([], None)
    assert [rule["ID"] for rule in (site.live(HOME) or {})["Rules"]] == ["backup"]
    assert site.run(state="absent")["mutating"] == []
    purged = site.run(purge=True)
    assert site.live(THIRD) is None
    assert not [rule for rule in purged["replication"][HOME]["rules"] if not rule["managed"]]


def test_a_bucket_has_one_iam_role(site: Site) -> None:
    put_unmanaged(site, HOME, f"arn:aws:iam::{site.local_aws.account_id}:role/theirs")
    with pytest.raises(ModuleFailed, match="already replicates by rules of its own, such as 'backup'"):
        site.run()


def test_the_module_waits_until_the_rules_are_read_back(site: Site) -> None:
    site.run()
    site.local_aws.behave(bucket_configuration_seconds=0.6)
    made = site.run(home_region=SECOND)
    assert made["changed"] is True
    # Visible immediately: the module waited for it.
    assert (site.live(HOME), site.live(SECOND) is None) == (None, False)
    with pytest.raises(ModuleFailed, match=f"Replication: not ready after 0 s \\(not yet in effect in {HOME}\\)"):
        site.run(wait_timeout=0)


def test_a_call_that_conflicts_with_another_change_is_repeated(site: Site) -> None:
    site.local_aws.behave(bucket_conflicts=1)
    assert site.run()["changed"] is True


MARKER = "_edge/region"


def markers(site: Site) -> dict[str, list[str]]:
    """What the versions of each bucket's marker contain."""
    found = {}
    for region, bucket in site.buckets().items():
        s3 = site.clients[region]
        versions = s3.list_object_versions(Bucket=bucket, Prefix=MARKER)
        assert not versions.get("DeleteMarkers")
        found[region] = [
            s3.get_object(Bucket=bucket, Key=MARKER, VersionId=each["VersionId"])["Body"].read().decode()
            for each in versions.get("Versions", [])
        ]
    return found


def remove_marker(site: Site, region: str) -> None:
    s3, bucket = site.clients[region], site.names[region]
    for version in s3.list_object_versions(Bucket=bucket, Prefix=MARKER).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=MARKER, VersionId=version["VersionId"])


OWN = {region: [region] for region in (HOME, SECOND, THIRD)}


@pytest.mark.parametrize("topology", ["hub", "mesh"])
def test_markers_are_not_replicated_also_after_rules_that_did(site: Site, topology: str) -> None:
    site.allow(replication_topology=topology)
    site.run(topology=topology)
    sources = [region for region in (HOME, SECOND, THIRD) if site.live(region)]
    for region in sources:
        before = site.live(region) or {}
        rules = [{**rule, "Filter": {"Prefix": ""}} for rule in before["Rules"]]
        site.clients[region].put_bucket_replication(
            Bucket=site.names[region], ReplicationConfiguration={**before, "Rules": rules}
        )
    site.modules.run("s3_region_markers", buckets=site.buckets())
    assert markers(site) == OWN

    changed = site.run(topology=topology)
    assert [sentence.partition(":")[0] for sentence in changed["plan"]] == [
        f"Change the replication of {site.names[region]} from {region}"
        for region in (HOME, SECOND, THIRD)
        if region in sources
    ]
    assert markers(site) == OWN
    for region in sources:
        remove_marker(site, region)
    done = site.modules.run("s3_region_markers", buckets=site.buckets())
    # Nothing has to be deleted.
    assert sorted(done["mutating"]) == [f"PUT /{site.names[region]}/{MARKER}" for region in sorted(sources)]
    assert markers(site) == OWN
    assert site.put_and_find(HOME, "_edge/404.html", SECOND, THIRD) == ("COMPLETED", {SECOND, THIRD})
    assert site.run(topology=topology)["mutating"] == []


def test_where_s3_refuses_not_the_markers_are_replicated_and_removed(site: Site) -> None:
    site.local_aws.behave(replication_without_not=True)
    made = site.run()
    assert any("S3 refuses Not in the Filter" in warning for warning in made["warnings"])
    assert {rule["ID"] for rule in (site.live(HOME) or {})["Rules"]} == {
        f"multiregion-edge-{region}-everything" for region in (SECOND, THIRD)
    }
    assert [rule["id"] for rule in made["replication"][HOME]["rules"]] == [
        f"multiregion-edge-{region}-everything" for region in (THIRD, SECOND)
    ]
    remove_marker(site, HOME)
    site.modules.run("s3_region_markers", buckets=site.buckets())
    assert markers(site) == OWN
    again = site.run()
    assert (again["mutating"], again["changed"]) == ([], False)
    fewer = site.run(HOME, SECOND)
    assert fewer["plan"] == [f"Change the replication of {site.names[HOME]} from {HOME}: stop {THIRD}"]
    assert site.run(HOME, SECOND)["mutating"] == []


class TestVersioning:
    BUCKET = "us-west-1"

    @pytest.fixture
    def without(self, site: Site) -> Iterator[None]:
        s3 = site.clients[self.BUCKET]
        s3.put_bucket_versioning(Bucket=site.names[self.BUCKET], VersioningConfiguration={"Status": "Suspended"})
        yield
        site.local_aws.behave()
        s3.put_bucket_versioning(Bucket=site.names[self.BUCKET], VersioningConfiguration={"Status": "Enabled"})

    @pytest.mark.parametrize("home", [BUCKET, HOME])
    def test_without_it_the_bucket_is_named(self, site: Site, without: None, home: str) -> None:
        with pytest.raises(ModuleFailed) as failure:
            site.run(self.BUCKET, HOME, home_region=home)
        assert f"versioning, which is not enabled on {site.names[self.BUCKET]}: enable it" in str(failure.value)


@pytest.mark.parametrize("kill_after", range(4))
def test_a_killed_run_is_completed_by_the_next(site: Site, kill_after: int) -> None:
    """From a mesh to a hub with other rules: one call changes the home's rules, two remove those of the others."""
    site.run(topology="mesh")
    site.local_aws.fault(kill_after)
    changes: dict[str, Any] = {"home_region": SECOND, "delete_markers": False}
    with pytest.raises(ModuleFailed, match="LocalFault"):
        site.run(**changes)
    site.local_aws.fault(None)
    assert len([region for region in (HOME, SECOND, THIRD) if site.live(region)]) == 3 - max(0, kill_after - 1)
    site.run(**changes)
    assert [region for region in (HOME, SECOND, THIRD) if site.live(region)] == [SECOND]
    assert site.run(**changes)["mutating"] == []


class TestLeastPrivilege:
    def test_each_statement_of_the_roles_policy_is_needed(self, site: Site) -> None:
        site.run()
        sids = site.allow()
        needed = [sid for sid in sids if sid not in ("ReplicateAgain", "ListWhatIsThere")]
        assert len(needed) == 3
        for sid in needed:
            site.allow(without=sid)
            status, regions = site.put_and_find(HOME, sid, SECOND, THIRD)
            assert (sid, status, regions) == (sid, "FAILED", set())

    @pytest.mark.parametrize("bucket_key", [True, False])
    def test_each_statement_about_keys_is_needed(self, site: Site, bucket_key: bool) -> None:
        """The context of S3's requests to KMS has the bucket with an S3 Bucket Key, and the object without."""
        keys = {
            region: site.local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"]
            for region in (HOME, SECOND, THIRD)
        }
        site.run(kms_keys=keys)
        headers = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": keys[HOME], "BucketKeyEnabled": bucket_key}
        for without in ("", "DecryptTheObjects", "EncryptTheReplicas"):
            assert {"DecryptTheObjects", "EncryptTheReplicas"} - {without} <= set(
                site.allow(without=without, replication_kms_keys=keys)
            )
            key = f"secret-{bucket_key}-{without}"
            found = site.put_and_find(HOME, key, SECOND, THIRD, **headers)
            assert (without, *found) == (without, *(("FAILED", set()) if without else ("COMPLETED", {SECOND, THIRD})))

    def test_each_statement_about_batch_jobs_is_needed(self, site: Site) -> None:
        site.clients[HOME].put_object(Bucket=site.names[HOME], Key="again/1", Body=b"1")
        site.run()
        options = {"source_region": HOME, "method": "batch", "role_arn": site.role_arn, "prefix": "again/"}
        for without in ("ReplicateAgain", "ListWhatIsThere"):
            site.allow(without=without)
            with pytest.raises(ModuleFailed, match="Still to do after the batch job: Bring 1 object"):
                site.modules.run("s3_replication_backfill", buckets=site.buckets(), **options)
        site.allow()
        assert site.modules.run("s3_replication_backfill", buckets=site.buckets(), **options)["complete"]
        assert site.has(SECOND, "again/1") and site.has(THIRD, "again/1")

    @pytest.mark.parametrize(
        "action", ["s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration", "iam:PassRole"]
    )
    def test_each_action_of_the_deployer_is_needed_and_named(self, site: Site, action: str) -> None:
        with pytest.raises(ModuleFailed) as failure:
            site.run(modules=deployer(site.local_aws, action))
        assert action in str(failure.value) and "AccessDenied" in str(failure.value)
