"""s3_multi_region_access_point and its _info against local AWS, where operations take their time and fail."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import time
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils.testing import patch_module_args

from cloud.local import LocalCloud
from demo.site import deployer_policy
from modules.runner import SITE, ModuleFailed, Modules

# eu-north-1 is one of the Regions that are on; af-south-1 is one that has to be opted into.
REGIONS = ["eu-north-1", "us-east-1", "af-south-1"]
_numbers = itertools.count(1)


class AccessPoints:
    """One access point a test, called as the site's are."""

    def __init__(self, modules: Modules, buckets: dict[str, str]) -> None:
        self.modules = modules
        self.cloud = modules.cloud
        self.buckets = buckets
        self.name = f"{SITE}-{next(_numbers):08x}"
        self.control = self.cloud.client("s3control", "us-west-2")

    def run(self, modules: Modules | None = None, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {"name": self.name, "buckets": list(self.buckets.values()), **options}
        return named(modules or self.modules, "s3_multi_region_access_point", given, check)

    def delete(self, **options: Any) -> dict[str, Any]:
        return self.run(state="absent", buckets=None, **options)

    def status(self) -> str:
        seen = self.control.get_multi_region_access_point(AccountId=self.cloud.account_id, Name=self.name)
        return str(seen["AccessPoint"]["Status"])

    def alias(self) -> str:
        seen = self.control.get_multi_region_access_point(AccountId=self.cloud.account_id, Name=self.name)
        return str(seen["AccessPoint"]["Alias"])

    def policy(self, action: str) -> dict[str, Any]:
        arn = f"arn:aws:s3::{self.cloud.account_id}:accesspoint/{self.alias()}"
        principal = {"AWS": self.cloud.account_id}
        statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": f"{arn}/object/*"}
        return {"Version": "2012-10-17", "Statement": [statement]}


def named(modules: Modules, module: str, options: dict[str, Any], check: bool = False) -> dict[str, Any]:
    """Modules.run(), which has a parameter called `name` itself, for modules with an option `name`."""
    options = {key: value for key, value in options.items() if value is not None}

    def with_options(arguments: dict[str, Any]) -> Any:
        return patch_module_args({**arguments, **options})

    with mock.patch("modules.runner.patch_module_args", with_options):
        return modules.run(module, check=check)


@pytest.fixture(scope="module")
def buckets(cloud: LocalCloud) -> dict[str, str]:
    names = {region: f"{SITE}-{cloud.account_id}-{region}-an" for region in REGIONS}
    for region, name in names.items():
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        cloud.client("s3", region).create_bucket(Bucket=name, BucketNamespace="account-regional", **location)
    return names


@pytest.fixture
def point(modules: Modules, buckets: dict[str, str]) -> AccessPoints:
    return AccessPoints(modules, buckets)


CREATE = ["POST /v20180820/async-requests/mrap/create"]
PUT_POLICY = ["POST /v20180820/async-requests/mrap/put-policy"]
DELETE = ["POST /v20180820/async-requests/mrap/delete"]


def test_it_is_created_once_whatever_the_users_region(point: AccessPoints) -> None:
    foretold = point.run(check=True, region="af-south-1")
    made = point.run(region="af-south-1")
    again = point.run(region="af-south-1")
    assert (foretold["changed"], foretold["mutating"]) == (True, [])
    assert (made["plan"], made["mutating"]) == (foretold["plan"], CREATE)
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
    found = made["multi_region_access_point"]
    assert again["multi_region_access_point"] == found
    assert (found["status"], found["regions"]) == ("READY", point.buckets)
    assert found["domain_name"] == f"{point.alias()}.accesspoint.s3-global.amazonaws.com"
    assert found["arn"] == f"arn:aws:s3::{point.cloud.account_id}:accesspoint/{point.alias()}"
    assert foretold["multi_region_access_point"]["regions"] == point.buckets


def test_it_is_waited_for(point: AccessPoints) -> None:
    point.cloud.behave(access_point_seconds=0.3, access_point_invisible_seconds=0.1, access_point_done_word="SUCCESS")
    made = point.run()
    assert (made["multi_region_access_point"]["status"], made["mutating"]) == ("READY", CREATE)


def test_a_deadline_says_how_to_go_on_and_the_next_run_does(point: AccessPoints) -> None:
    point.cloud.behave(access_point_seconds=3600.0)
    started = point.run(wait=False)
    assert started["multi_region_access_point"]["status"] == "CREATING"
    with pytest.raises(ModuleFailed) as failure:
        point.run(wait_timeout=0)
    assert str(failure.value) == (
        f"The Multi-Region Access Point {point.name}: not ready after 0 s (status CREATING). "
        "Nothing is lost: run it again to keep waiting, or with a larger wait_timeout."
    )
    point.cloud.behave()
    gone_on = point.run()
    assert (gone_on["changed"], gone_on["mutating"]) == (False, [])
    assert gone_on["multi_region_access_point"]["status"] == "READY"


def test_a_killed_run_is_joined(point: AccessPoints) -> None:
    point.cloud.behave(access_point_seconds=3600.0, access_point_invisible_seconds=3600.0)
    point.cloud.fault(1)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        point.run()
    point.cloud.fault(None)
    # It is not to be seen yet, so it is asked for again; a second creation would fail and not go on.
    joined = point.run(wait=False)
    assert joined["mutating"] == CREATE
    point.cloud.behave()
    assert point.run()["mutating"] == []
    assert point.status() == "READY"


def test_created_and_deleted_again_and_again(point: AccessPoints) -> None:
    aliases = set()
    for _ in range(3):
        assert point.run()["multi_region_access_point"]["status"] == "READY"
        aliases.add(point.alias())
        assert point.delete()["mutating"] == DELETE
    assert len(aliases) == 3


def test_a_failure_is_told_and_the_next_run_begins_anew(point: AccessPoints) -> None:
    point.cloud.behave(access_point_seconds=0.2, access_point_failure="InternalErrors")
    with pytest.raises(ModuleFailed, match=f"could not create .* {point.name}: InternalErrors: .*run it again"):
        point.run()
    point.cloud.behave()
    time.sleep(2)  # AWS's clock tells whole seconds: until then the failed operation may be the next run's own
    assert point.run()["multi_region_access_point"]["status"] == "READY"


def test_what_is_wrong_with_the_buckets_is_told(point: AccessPoints) -> None:
    with pytest.raises(ModuleFailed, match=r"could not create .*: NoSuchBucket"):
        point.run(buckets=["not-a-bucket-of-anybody"])


def test_what_was_created_in_part_is_finished(point: AccessPoints) -> None:
    point.cloud.behave(access_point_partial=True)
    with pytest.raises(ModuleFailed, match=r"only in part .InternalErrors.*. Run it again to have AWS finish it"):
        point.run()
    foretold = point.delete(check=True)
    assert foretold["plan"] == [f"Delete the Multi-Region Access Point {point.name}; its buckets stay"]
    point.cloud.behave()
    finished = point.run()
    assert finished["plan"] == [f"Create the missing part of the Multi-Region Access Point {point.name} over 3 buckets"]
    assert point.status() == "READY"


def test_it_is_deleted_once(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_seconds=0.3)
    foretold = point.delete(check=True)
    deleted = point.delete()
    again = point.delete()
    assert (foretold["plan"], foretold["mutating"]) == (deleted["plan"], [])
    assert foretold["multi_region_access_point"] is None
    assert (deleted["mutating"], deleted["multi_region_access_point"]) == (DELETE, None)
    assert (again["changed"], again["mutating"]) == (False, [])


def test_a_killed_deletion_is_waited_for(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_seconds=3600.0)
    point.cloud.fault(1)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        point.delete()
    point.cloud.fault(None)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status DELETING\)"):
        point.delete(wait_timeout=0)
    point.cloud.behave(access_point_seconds=0.1)
    assert point.delete()["mutating"] == []


def test_what_was_deleted_in_part_is_finished(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_partial=True)
    with pytest.raises(ModuleFailed, match=r"deleted only a part of .*InternalErrors.*Run it again"):
        point.delete()
    point.cloud.behave()
    with pytest.raises(ModuleFailed, match="finish that with state: absent"):
        point.run()
    assert point.delete()["mutating"] == DELETE


def test_a_failed_deletion_is_told(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_failure="InternalErrors")
    with pytest.raises(ModuleFailed, match=r"did not delete .*InternalErrors"):
        point.delete()


def test_one_that_is_being_deleted_is_created_again(point: AccessPoints) -> None:
    point.run()
    before = point.alias()
    point.cloud.behave(access_point_seconds=3600.0)
    point.delete(wait=False)
    with pytest.raises(ModuleFailed, match="is being deleted: run it again when it is gone, or with wait"):
        point.run(wait=False)
    point.cloud.behave(access_point_seconds=0.3)
    point.run()
    assert (point.status(), point.alias() == before) == ("READY", False)


def test_one_that_is_being_created_is_deleted_afterwards(point: AccessPoints) -> None:
    point.cloud.behave(access_point_seconds=3600.0)
    point.run(wait=False)
    with pytest.raises(ModuleFailed, match="still being created"):
        point.delete(wait=False)
    point.cloud.behave(access_point_seconds=0.3)
    assert point.delete()["mutating"] == DELETE


def test_another_one_of_the_site_stands_beside_it_only_if_that_is_wanted(point: AccessPoints) -> None:
    point.run(site=SITE, allow_replacement=True)
    other = AccessPoints(point.modules, {region: point.buckets[region] for region in ("eu-north-1", "us-east-1")})
    with pytest.raises(ModuleFailed, match=f"{SITE} has the Multi-Region Access Point {SITE}-"):
        other.run(site=SITE)
    made = other.run(site=SITE, allow_replacement=True)
    assert made["mutating"] == CREATE
    (beside,) = [each for each in made["others"] if each["name"] == point.name]
    assert (beside["alias"], beside["status"], beside["regions"]) == (point.alias(), "READY", point.buckets)
    assert other.name not in [each["name"] for each in made["others"]]
    assert other.run(site=SITE)["mutating"] == []


def test_what_another_sites_buckets_are_under_is_not_deleted(
    cloud: LocalCloud, point: AccessPoints, buckets: dict[str, str]
) -> None:
    point.run()
    s3 = cloud.client("s3", "us-east-1")
    s3.put_bucket_tagging(
        Bucket=buckets["us-east-1"], Tagging={"TagSet": [{"Key": "multiregion-edge", "Value": "another"}]}
    )
    try:
        with pytest.raises(ModuleFailed, match=f"{buckets['us-east-1']} of .* belongs to the site 'another'"):
            point.delete(site=SITE)
        with pytest.raises(ModuleFailed, match="is none that an access point of the site 'shop-eu' has"):
            point.delete(site="shop-eu")
    finally:
        s3.delete_bucket_tagging(Bucket=buckets["us-east-1"])
    assert point.delete(site=SITE)["mutating"] == DELETE


class TestPolicy:
    def test_it_is_put_once_and_waited_for(self, point: AccessPoints) -> None:
        point.run()
        point.cloud.behave(access_point_policy_seconds=0.3)
        policy = point.policy("s3:GetObject")
        foretold = point.run(policy=policy, check=True)
        put = point.run(policy=policy)
        again = point.run(policy=policy)
        assert (put["plan"], put["mutating"]) == (foretold["plan"], PUT_POLICY)
        assert (again["changed"], again["mutating"]) == (False, [])
        assert put["multi_region_access_point"]["status"] == "READY"

    def test_it_is_not_put_again_while_it_spreads(self, point: AccessPoints) -> None:
        point.run()
        policy = point.policy("s3:GetObject")
        point.cloud.behave(access_point_policy_seconds=3600.0)
        assert point.run(policy=policy, wait=False)["mutating"] == PUT_POLICY
        with pytest.raises(ModuleFailed, match=f"The policy of {point.name}: not ready after 0 s .Proposed, not Estab"):
            point.run(policy=policy, wait_timeout=0)
        point.cloud.behave(access_point_policy_seconds=0.1)
        gone_on = point.run(policy=policy)
        assert (gone_on["changed"], gone_on["mutating"]) == (False, [])

    def test_another_one_spreads_first(self, point: AccessPoints) -> None:
        point.run()
        point.cloud.behave(access_point_policy_seconds=3600.0)
        point.run(policy=point.policy("s3:PutObject"), wait=False)
        wanted = point.policy("s3:GetObject")
        assert point.run(policy=wanted, wait=False)["plan"] == []
        before = len(point.cloud.requests())
        with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status INCONSISTENT_ACROSS_REGIONS\)"):
            point.run(policy=wanted, wait_timeout=0)
        assert not [entry for entry in point.cloud.requests(before) if entry["mutating"]]
        point.cloud.behave()
        assert point.run(policy=wanted)["mutating"] == PUT_POLICY
        assert point.run(policy=wanted)["mutating"] == []

    def test_one_follows_another_and_comes_back(self, point: AccessPoints) -> None:
        point.run()
        for action in ("s3:GetObject", "s3:PutObject", "s3:GetObject"):
            point.run(policy=point.policy(action))
            answer = point.control.get_multi_region_access_point_policy(
                AccountId=point.cloud.account_id, Name=point.name
            )
            assert action in answer["Policy"]["Established"]["Policy"]

    def test_one_that_aws_does_not_take_is_told(self, point: AccessPoints) -> None:
        point.run()
        wrong = point.policy("s3:GetObject")
        wrong["Statement"][0]["Resource"] = "arn:aws:s3:::somewhere-else/*"
        with pytest.raises(ModuleFailed, match=r"did not take the policy .*MalformedPolicy"):
            point.run(policy=wrong)

    def test_one_that_is_none_is_refused_before_the_first_call(self, point: AccessPoints) -> None:
        before = len(point.cloud.requests())
        with pytest.raises(ModuleFailed, match="policy must be a whole policy document"):
            point.run(policy={"Effect": "Allow"})
        assert point.cloud.requests(before) == []


class TestInfo:
    def test_one_and_a_sites_and_all(self, point: AccessPoints) -> None:
        point.run()
        policy = point.policy("s3:GetObject")
        point.run(policy=policy)
        (found,) = named(point.modules, "s3_multi_region_access_point_info", {"name": point.name})["access_points"]
        assert found.pop("created_at")
        assert found == {
            "name": point.name,
            "alias": point.alias(),
            "arn": f"arn:aws:s3::{point.cloud.account_id}:accesspoint/{point.alias()}",
            "domain_name": f"{point.alias()}.accesspoint.s3-global.amazonaws.com",
            "status": "READY",
            "buckets": sorted(point.buckets.values()),
            "regions": point.buckets,
            "policy_established": policy,
            "policy_proposed": None,
            "routes": dict.fromkeys(point.buckets, 100),
        }
        other = AccessPoints(point.modules, {"us-east-1": point.buckets["us-east-1"]})
        other.name = f"other-{point.name}"
        other.run()
        of_site, of_all = (
            {
                found["name"]: found
                for found in point.modules.run("s3_multi_region_access_point_info", **options)["access_points"]
            }
            for options in ({"site": SITE}, {})
        )
        assert point.name in of_site and other.name not in of_site
        assert {point.name, other.name} <= set(of_all)
        assert list(of_all) == sorted(of_all)

    def test_what_goes_on_is_told(self, point: AccessPoints) -> None:
        point.run()
        policy = point.policy("s3:GetObject")
        point.cloud.behave(
            access_point_policy_seconds=3600.0,
            routes_unavailable="us-east-1,us-west-2,ap-southeast-2,ap-northeast-1,eu-west-1",
        )
        point.run(policy=policy, wait=False)
        (found,) = named(point.modules, "s3_multi_region_access_point_info", {"name": point.name})["access_points"]
        assert (found["policy_established"], found["policy_proposed"]) == (None, policy)
        assert (found["status"], found["routes"]) == ("INCONSISTENT_ACROSS_REGIONS", None)

    def test_what_may_not_be_read_is_told(self, point: AccessPoints) -> None:
        nobody = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
        without = Modules(point.cloud, point.cloud.create_user("nobody", nobody))
        with pytest.raises(ModuleFailed, match=r"AccessDenied from GetMultiRegionAccessPoint: .*Allow the call"):
            named(without, "s3_multi_region_access_point_info", {"name": point.name})

    def test_there_is_none(self, point: AccessPoints) -> None:
        found = named(point.modules, "s3_multi_region_access_point_info", {"name": point.name})
        assert (found["changed"], found["access_points"]) == (False, [])


@pytest.mark.parametrize(
    "action",
    [
        "s3:CreateMultiRegionAccessPoint",
        "s3:DeleteMultiRegionAccessPoint",
        "s3:DescribeMultiRegionAccessPointOperation",
        "s3:GetBucketTagging",
        "s3:GetMultiRegionAccessPoint",
        "s3:GetMultiRegionAccessPointPolicy",
        "s3:ListMultiRegionAccessPoints",
        "s3:PutMultiRegionAccessPointPolicy",
    ],
)
def test_every_permission_is_needed_and_its_lack_is_told(point: AccessPoints, action: str) -> None:
    """The deployer's policy without one action: what needs it fails with a sentence that names the call."""
    policy = deployer_policy(SITE, point.cloud.account_id)
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each != action] or ["s3:NothingAtAll"]
    user = f"without-{action.partition(':')[2]}"
    without = Modules(point.cloud, point.cloud.create_user(user, policy))
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {action.partition(':')[2]}: .*Allow the call"):
        point.run(without, site=SITE, allow_replacement=True)
        point.run(without, site=SITE, policy=point.policy("s3:GetObject"))
        point.run(without, site=SITE, buckets=None, state="absent")
