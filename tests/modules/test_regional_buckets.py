"""s3_regional_buckets against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from localaws.local_aws import ROOT, LocalAws
from modules.runner import SITE, ModuleFailed, Modules

MODULE = "s3_regional_buckets"
REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]
SEVENTEEN = [
    *REGIONS,
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-2", "us-west-1", "us-west-2"),
]
READ = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": "BUCKET_ARN/*",
    "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"}},
}

_prefixes = itertools.count()


@pytest.fixture
def prefix() -> str:
    """Bucket names of one test that the deployer's policy allows."""
    return f"{SITE}-111122223333-{next(_prefixes)}"


def run(modules: Modules, prefix: str, regions: list[str] | None = None, **options: Any) -> dict[str, Any]:
    return modules.run(MODULE, site=SITE, prefix=prefix, regions=regions or REGIONS[:2], **options)


def names(prefix: str, regions: list[str] | None = None) -> dict[str, str]:
    return {region: f"{prefix}-111122223333-{region}-an" for region in regions or REGIONS[:2]}


def create(local_aws: LocalAws, region: str, name: str) -> Any:
    """Create an unmanaged bucket in this account. Return the client of its Region."""
    s3 = local_aws.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter", **where)
    return s3


def sids(local_aws: LocalAws, region: str, name: str) -> list[str]:
    document = json.loads(local_aws.client("s3", region).get_bucket_policy(Bucket=name)["Policy"])
    return [statement["Sid"] for statement in document["Statement"]]


class TestPresent:
    def test_check_mode_predicts_and_a_second_run_changes_nothing(self, modules: Modules) -> None:
        predicted = modules.run(MODULE, check=True, site=SITE, regions=REGIONS)
        made = modules.run(MODULE, site=SITE, regions=REGIONS)
        again = modules.run(MODULE, site=SITE, regions=REGIONS)
        assert predicted["mutating"] == [] and predicted["changed"]
        assert made["plan"] == predicted["plan"]
        assert len(made["mutating"]) == len(made["plan"])
        assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
        assert made["names"] == again["names"] == names(SITE, REGIONS)

    def test_the_buckets_have_all_requested_settings(self, local_aws: LocalAws, modules: Modules, prefix: str) -> None:
        run(modules, prefix, noncurrent_days=7, tags={"team": "web", "cost": 42}, policy_statements={"Readers": READ})
        for region, name in names(prefix).items():
            s3 = local_aws.client("s3", region)
            assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
            assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
            rule = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"][0]
            assert rule == {"ObjectOwnership": "BucketOwnerEnforced"}
            assert {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]} == {
                "team": "web",
                "cost": "42",
                "multiregion-edge": SITE,
            }
            (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
            assert lifecycle["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
            statements = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
            assert statements[-1] == {
                **READ,
                "Sid": "MultiregionEdgeReaders",
                "Resource": [f"arn:aws:s3:::{name}/*"],
            }

    def test_statements_no_longer_given_are_removed_and_unmanaged_ones_stay(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        run(modules, prefix, REGIONS[:1], policy_statements={"Readers": READ})
        (name,) = names(prefix, REGIONS[:1]).values()
        s3 = local_aws.client("s3", REGIONS[0])
        document = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
        unmanaged = {**document["Statement"][0], "Sid": "Theirs"}
        s3.put_bucket_policy(
            Bucket=name, Policy=json.dumps({**document, "Statement": [unmanaged, *document["Statement"]]})
        )
        managed = ["MultiregionEdgeDenyInsecureTransport", "MultiregionEdgeDenyOldTls"]
        unspoken = run(modules, prefix, REGIONS[:1])
        assert unspoken["changed"] is False
        run(modules, prefix, REGIONS[:1], policy_statements={})
        assert sids(local_aws, REGIONS[0], name) == ["Theirs", *managed]

    def test_only_the_given_distributions_may_read(self, local_aws: LocalAws, modules: Modules, prefix: str) -> None:
        region, name = REGIONS[0], names(prefix)[REGIONS[0]]
        managed = ["MultiregionEdgeDenyInsecureTransport", "MultiregionEdgeDenyOldTls"]
        grants = ["MultiregionEdgeCloudFrontReads", "MultiregionEdgeCloudFrontIsToldWhatIsMissing"]
        arns = [f"arn:aws:cloudfront::{local_aws.account_id}:distribution/{id_}" for id_ in ("E1", "E2")]
        run(modules, prefix)
        predicted = run(modules, prefix, distribution_arns=arns[:1], check=True, diff=True)
        granted = run(modules, prefix, distribution_arns=arns[:1])
        assert (granted["plan"], len(granted["mutating"])) == (predicted["plan"], 2)
        document = json.loads(local_aws.client("s3", region).get_bucket_policy(Bucket=name)["Policy"])
        assert predicted["diff"]["after"][region]["policy"] == document
        assert sids(local_aws, region, name) == managed + grants
        assert run(modules, prefix, distribution_arns=arns[:1])["mutating"] == []
        run(modules, prefix, distribution_arns=arns, policy_statements={"Readers": READ})
        assert sids(local_aws, region, name) == [*managed, "MultiregionEdgeReaders", *grants]
        unspoken = run(modules, prefix)
        assert unspoken["mutating"] == []
        run(modules, prefix, distribution_arns=[])
        assert sids(local_aws, region, name) == managed
        assert run(modules, prefix, distribution_arns=[])["mutating"] == []

    def test_a_distribution_that_does_not_exist_yet_is_accepted_in_check_mode_only(
        self, modules: Modules, prefix: str
    ) -> None:
        unknown = ["(known after apply)"]
        assert run(modules, prefix, distribution_arns=unknown, check=True)["changed"]
        with pytest.raises(ModuleFailed, match="must be arn:aws:cloudfront::<account>:distribution/<id>"):
            run(modules, prefix, distribution_arns=unknown)

    def test_buckets_are_encrypted_with_the_given_keys_and_then_with_s3s_own(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        keys = {region: local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in REGIONS[:2]}
        run(modules, prefix, kms_keys=keys)
        again = run(modules, prefix, kms_keys=keys)
        assert again["mutating"] == []
        for region, name in names(prefix).items():
            answer = local_aws.client("s3", region).get_bucket_encryption(Bucket=name)
            (rule,) = answer["ServerSideEncryptionConfiguration"]["Rules"]
            assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == keys[region]
            assert rule["BucketKeyEnabled"] is True
        without = run(modules, prefix)
        assert len(without["mutating"]) == 2
        assert run(modules, prefix)["mutating"] == []

    def test_a_key_that_cannot_be_used_is_refused_before_any_change(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        kms = local_aws.client("kms", REGIONS[0])
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.disable_key(KeyId=key)
        with pytest.raises(ModuleFailed, match=f"{key} for eu-north-1 is in the state Disabled: enable it"):
            run(modules, prefix, REGIONS[:1], kms_keys={REGIONS[0]: key})

    def test_names_may_be_in_the_global_namespace(self, local_aws: LocalAws, prefix: str) -> None:
        """The deployer's policy names account-regional buckets only, so this is the account's root."""
        made = Modules(local_aws, ROOT).run(MODULE, site=SITE, regions=REGIONS[:2], namespace="global", prefix=prefix)
        assert made["names"] == {region: f"{prefix}-{region}" for region in REGIONS[:2]}

    def test_the_module_waits_for_delayed_configuration(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        local_aws.behave(bucket_configuration_seconds=0.4)
        run(modules, prefix)
        again = run(modules, prefix)
        assert (again["changed"], again["mutating"]) == (False, [])

    def test_configuration_that_does_not_take_effect_ends_with_a_message(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        run(modules, prefix)
        local_aws.behave(bucket_configuration_seconds=60)
        with pytest.raises(
            ModuleFailed, match=r"configuration: not ready after 0 s \(not yet seen in eu-north-1, us-east-1\)"
        ):
            run(modules, prefix, noncurrent_days=3, wait_timeout=0)

    def test_only_the_regions_that_changed_are_read_again(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        run(modules, prefix)
        local_aws.client("s3", "us-east-1").delete_bucket_lifecycle(Bucket=names(prefix)["us-east-1"])
        unchanged = run(modules, prefix, check=True)["api_calls"]["read"]
        before = len(local_aws.requests())
        repaired = run(modules, prefix)
        read_again = [entry for entry in local_aws.requests(before) if entry["service"] == "s3"][unchanged:]
        assert repaired["mutating"] == [f"PUT /{names(prefix)['us-east-1']}"]
        assert read_again and all("us-east-1" in entry["path"] for entry in read_again)

    def test_the_module_waits_for_a_conflicting_change(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        local_aws.behave(bucket_conflicts=2)
        made = run(modules, prefix, REGIONS[:1])
        assert len(made["mutating"]) == len(made["plan"]) + 2
        assert run(modules, prefix, REGIONS[:1])["mutating"] == []

    def test_a_lasting_conflict_ends_with_a_message(self, local_aws: LocalAws, modules: Modules, prefix: str) -> None:
        local_aws.behave(bucket_conflicts=1000)
        with pytest.raises(ModuleFailed, match=r"The bucket .* in eu-north-1: OperationAborted .* larger wait_timeout"):
            run(modules, prefix, REGIONS[:1], wait_timeout=0)

    @pytest.mark.parametrize("killed_after", [0, 2, 5, 9])
    def test_a_killed_run_is_completed_by_the_next(
        self, local_aws: LocalAws, modules: Modules, prefix: str, killed_after: int
    ) -> None:
        local_aws.fault(after_mutating=killed_after)
        with pytest.raises(ModuleFailed) as killed:
            run(modules, prefix)
        local_aws.fault(None)
        rest = run(modules, prefix)
        assert len(killed.value.result["done"]) == killed_after
        assert rest["changed"] and set(rest["plan"]).isdisjoint(killed.value.result["done"])
        assert run(modules, prefix)["mutating"] == []

    def test_reads_grow_by_the_same_number_with_every_region(self, modules: Modules, prefix: str) -> None:
        run(modules, prefix, SEVENTEEN)
        again = run(modules, prefix, SEVENTEEN)
        whose_account, head_bucket, aspects = 1, 1, 7
        assert again["api_calls"] == {"read": whose_account + 17 * (head_bucket + aspects), "write": 0}


class TestAdoption:
    def test_an_empty_bucket_of_the_account_is_adopted(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        create(local_aws, "eu-north-1", names(prefix)["eu-north-1"])
        made = run(modules, prefix)
        assert not any("Create the bucket" in sentence and "eu-north-1" in sentence for sentence in made["plan"])
        assert run(modules, prefix)["mutating"] == []

    def test_a_bucket_with_objects_is_adopted_only_if_named(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        given = names(prefix, ["eu-north-1"])
        s3 = create(local_aws, "eu-north-1", given["eu-north-1"])
        s3.put_object(Bucket=given["eu-north-1"], Key="theirs.txt", Body=b"theirs")
        with pytest.raises(ModuleFailed, match="exists already with objects in it"):
            run(modules, prefix, ["eu-north-1"])
        adopted = modules.run(MODULE, site=SITE, regions=["eu-north-1"], names=given)
        assert adopted["changed"]
        assert s3.get_object(Bucket=given["eu-north-1"], Key="theirs.txt")["Body"].read() == b"theirs"
        assert run(modules, prefix, ["eu-north-1"])["mutating"] == []

    def test_another_sites_bucket_is_not_changed(self, local_aws: LocalAws, modules: Modules, prefix: str) -> None:
        given = names(prefix)
        s3 = create(local_aws, "us-east-1", given["us-east-1"])
        tags = [{"Key": "multiregion-edge", "Value": "other"}]
        s3.put_bucket_tagging(Bucket=given["us-east-1"], Tagging={"TagSet": tags})
        before = len(local_aws.requests())
        with pytest.raises(ModuleFailed, match=r"in us-east-1 belongs to the site 'other'"):
            modules.run(MODULE, site=SITE, regions=REGIONS[:2], names=given)
        assert not any(entry["mutating"] for entry in local_aws.requests(before))


class TestRegions:
    def test_an_enabled_opt_in_region_is_like_any_other(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        assert run(modules, prefix, ["af-south-1"])["changed"]

    def test_a_disabled_region_is_refused_before_any_call_to_s3(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        local_aws.behave(disabled_regions="af-south-1")
        before = len(local_aws.requests())
        with pytest.raises(ModuleFailed, match=r"af-south-1 must be enabled in the account.*enable-region"):
            run(modules, prefix, ["eu-north-1", "af-south-1"])
        assert {entry["service"] for entry in local_aws.requests(before)} == {"sts", "ec2"}

    def test_without_opt_in_regions_the_enabled_regions_are_not_read(
        self, local_aws: LocalAws, modules: Modules, prefix: str
    ) -> None:
        before = len(local_aws.requests())
        run(modules, prefix, check=True)
        assert "ec2" not in {entry["service"] for entry in local_aws.requests(before)}
