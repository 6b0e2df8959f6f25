"""s3_multi_region_access_point against local AWS: one creation and one deletion, also after interruptions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from localaws.local_aws import LocalAws
from modules.mraps import CREATE, DELETE, Mraps
from modules.runner import SITE, ModuleFailed


def test_it_is_created_once_regardless_of_the_users_region(mrap: Mraps) -> None:
    predicted = mrap.run(check=True, region="af-south-1")
    made = mrap.run(region="af-south-1")
    again = mrap.run(region="af-south-1")
    assert (predicted["changed"], predicted["mutating"]) == (True, [])
    assert (made["plan"], made["mutating"]) == (predicted["plan"], CREATE)
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
    found = made["multi_region_access_point"]
    assert again["multi_region_access_point"] == found
    assert (found["status"], found["regions"]) == ("READY", mrap.buckets)
    assert found["domain_name"] == f"{mrap.alias()}.accesspoint.s3-global.amazonaws.com"
    assert found["arn"] == f"arn:aws:s3::{mrap.local_aws.account_id}:accesspoint/{mrap.alias()}"
    assert predicted["multi_region_access_point"]["regions"] == mrap.buckets


def test_the_module_waits_for_the_creation(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_seconds=0.3, mrap_invisible_seconds=0.1, mrap_done_status="SUCCESS")
    made = mrap.run()
    assert (made["multi_region_access_point"]["status"], made["mutating"]) == ("READY", CREATE)


def test_the_deadline_error_explains_how_to_continue_and_the_next_run_does(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_seconds=3600.0)
    started = mrap.run(wait=False)
    assert started["multi_region_access_point"]["status"] == "CREATING"
    with pytest.raises(ModuleFailed) as failure:
        mrap.run(wait_timeout=0)
    assert str(failure.value) == (
        f"The Multi-Region Access Point {mrap.name}: not ready after 0 s (status CREATING). "
        "Nothing is lost: run it again to keep waiting, or with a larger wait_timeout."
    )
    mrap.local_aws.behave()
    gone_on = mrap.run()
    assert (gone_on["changed"], gone_on["mutating"]) == (False, [])
    assert gone_on["multi_region_access_point"]["status"] == "READY"


def test_the_operation_of_a_killed_run_is_joined(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_seconds=3600.0, mrap_invisible_seconds=3600.0)
    mrap.local_aws.fault(1)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        mrap.run()
    mrap.local_aws.fault(None)
    # It is not visible yet, so it is requested again with the same token; a second creation would fail.
    joined = mrap.run(wait=False)
    assert joined["mutating"] == CREATE
    mrap.local_aws.behave()
    assert mrap.run()["mutating"] == []
    assert mrap.status() == "READY"


def test_repeated_creation_and_deletion(mrap: Mraps) -> None:
    aliases = set()
    for _ in range(3):
        assert mrap.run()["multi_region_access_point"]["status"] == "READY"
        aliases.add(mrap.alias())
        assert mrap.delete()["mutating"] == DELETE
    assert len(aliases) == 3


def test_a_failure_is_reported_and_the_next_run_starts_again(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_seconds=0.2, mrap_failure="InternalErrors")
    with pytest.raises(ModuleFailed, match=f"could not create .* {mrap.name}: InternalErrors: .*run it again"):
        mrap.run()
    mrap.local_aws.behave()
    time.sleep(2)  # CreationTime has whole seconds: until then the failed operation may belong to the next run
    assert mrap.run()["multi_region_access_point"]["status"] == "READY"


def test_problems_of_the_buckets_are_reported(mrap: Mraps) -> None:
    with pytest.raises(ModuleFailed, match=r"could not create .*: NoSuchBucket"):
        mrap.run(buckets=["a-missing-bucket"])


def test_a_partial_creation_is_completed(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_partial=True)
    with pytest.raises(ModuleFailed, match=r"only in part .InternalErrors.*. Run it again to have AWS finish it"):
        mrap.run()
    predicted = mrap.delete(check=True)
    assert predicted["plan"] == [f"Delete the Multi-Region Access Point {mrap.name}; its buckets stay"]
    mrap.local_aws.behave()
    finished = mrap.run()
    assert finished["plan"] == [f"Create the missing part of the Multi-Region Access Point {mrap.name} over 3 buckets"]
    assert mrap.status() == "READY"


def test_it_is_deleted_once(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_seconds=0.3)
    predicted = mrap.delete(check=True)
    deleted = mrap.delete()
    again = mrap.delete()
    assert (predicted["plan"], predicted["mutating"]) == (deleted["plan"], [])
    assert predicted["multi_region_access_point"] is None
    assert (deleted["mutating"], deleted["multi_region_access_point"]) == (DELETE, None)
    assert (again["changed"], again["mutating"]) == (False, [])


def test_the_module_waits_for_the_deletion_of_a_killed_run(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_seconds=3600.0)
    mrap.local_aws.fault(1)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        mrap.delete()
    mrap.local_aws.fault(None)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status DELETING\)"):
        mrap.delete(wait_timeout=0)
    mrap.local_aws.behave(mrap_seconds=0.1)
    assert mrap.delete()["mutating"] == []


def test_a_partial_deletion_is_completed(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_partial=True)
    with pytest.raises(ModuleFailed, match=r"deleted only a part of .*InternalErrors.*Run it again"):
        mrap.delete()
    mrap.local_aws.behave()
    with pytest.raises(ModuleFailed, match="finish that with state: absent"):
        mrap.run()
    assert mrap.delete()["mutating"] == DELETE


def test_a_failed_deletion_is_reported(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_failure="InternalErrors")
    with pytest.raises(ModuleFailed, match=r"did not delete .*InternalErrors"):
        mrap.delete()


def test_an_mrap_that_is_being_deleted_is_created_again(mrap: Mraps) -> None:
    mrap.run()
    before = mrap.alias()
    mrap.local_aws.behave(mrap_seconds=3600.0)
    mrap.delete(wait=False)
    with pytest.raises(ModuleFailed, match="is being deleted: run it again when it is gone, or with wait"):
        mrap.run(wait=False)
    mrap.local_aws.behave(mrap_seconds=0.3)
    mrap.run()
    assert (mrap.status(), mrap.alias() == before) == ("READY", False)


def test_an_mrap_that_is_being_created_is_deleted_afterwards(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_seconds=3600.0)
    mrap.run(wait=False)
    with pytest.raises(ModuleFailed, match="still being created"):
        mrap.delete(wait=False)
    mrap.local_aws.behave(mrap_seconds=0.3)
    assert mrap.delete()["mutating"] == DELETE


def test_a_second_mrap_of_the_site_is_created_only_if_allowed(mrap: Mraps) -> None:
    mrap.run(site=SITE, allow_replacement=True)
    other = Mraps(mrap.modules, {region: mrap.buckets[region] for region in ("eu-north-1", "us-east-1")})
    with pytest.raises(ModuleFailed, match=f"{SITE} has the Multi-Region Access Point {SITE}-"):
        other.run(site=SITE)
    made = other.run(site=SITE, allow_replacement=True)
    assert made["mutating"] == CREATE
    (beside,) = [each for each in made["others"] if each["name"] == mrap.name]
    assert (beside["alias"], beside["status"], beside["regions"]) == (mrap.alias(), "READY", mrap.buckets)
    assert other.name not in [each["name"] for each in made["others"]]
    assert other.run(site=SITE)["mutating"] == []


def test_an_mrap_over_another_sites_buckets_is_not_deleted(
    local_aws: LocalAws, mrap: Mraps, buckets: dict[str, str]
) -> None:
    mrap.run()
    s3 = local_aws.client("s3", "us-east-1")
    s3.put_bucket_tagging(
        Bucket=buckets["us-east-1"], Tagging={"TagSet": [{"Key": "multiregion-edge", "Value": "another"}]}
    )
    try:
        with pytest.raises(ModuleFailed, match=f"{buckets['us-east-1']} of .* belongs to the site 'another'"):
            mrap.delete(site=SITE)
        with pytest.raises(ModuleFailed, match="is not a name for an MRAP of the site 'shop-eu'"):
            mrap.delete(site="shop-eu")
    finally:
        s3.delete_bucket_tagging(Bucket=buckets["us-east-1"])
    assert mrap.delete(site=SITE)["mutating"] == DELETE
