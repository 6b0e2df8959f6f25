"""s3_release against local AWS: the error page follows the release, in every Region."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.site import deployer_policy
from localaws.local_aws import Credentials, LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.test_region_markers import replicate

REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]
HOME, OTHER, THIRD = REGIONS
PAGE = "_edge/404.html"
OPTIONS: dict[str, Any] = {"site": SITE, "regions": REGIONS, "home_region": HOME}


@pytest.fixture(scope="module")
def buckets(modules: Modules, local_aws: LocalAws) -> dict[str, str]:
    names: dict[str, str] = modules.run("s3_regional_buckets", site=SITE, regions=REGIONS)["names"]
    replicate(local_aws, names, HOME)
    return names


@pytest.fixture(autouse=True)
def no_page(local_aws: LocalAws, buckets: dict[str, str]) -> None:
    for region in REGIONS:
        remove(local_aws, buckets, region)


def remove(local_aws: LocalAws, buckets: dict[str, str], region: str) -> None:
    s3 = local_aws.client("s3", region)
    for version in s3.list_object_versions(Bucket=buckets[region], Prefix=PAGE).get("Versions", []):
        s3.delete_object(Bucket=buckets[region], Key=PAGE, VersionId=version["VersionId"])


def site(directory: Path, page: str | None, **files: str) -> str:
    directory.mkdir()
    for name, text in {"index.html": "home", "404.html": page, **files}.items():
        if text is not None:
            (directory / name).write_text(text)
    return str(directory)


def shown(local_aws: LocalAws, buckets: dict[str, str]) -> set[tuple[str, str, str] | None]:
    """The page in the buckets: one value if all are equal."""
    found: set[tuple[str, str, str] | None] = set()
    for region, bucket in buckets.items():
        s3 = local_aws.client("s3", region)
        if s3.list_objects_v2(Bucket=bucket, Prefix=PAGE)["KeyCount"]:
            answer = s3.get_object(Bucket=bucket, Key=PAGE)
            found.add((answer["Body"].read().decode(), answer["ContentType"], answer["CacheControl"]))
        else:
            found.add(None)
    return found


def as_page(text: str) -> set[tuple[str, str, str] | None]:
    return {(text, "text/html; charset=utf-8", "public, max-age=0, s-maxage=60, must-revalidate")}


def test_the_error_page_is_that_of_the_last_published_release(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    first, second, without = (
        {**OPTIONS, "src": site(tmp_path / name, page, **{name: "x"}), "release": name}
        for name, page in (("first", "lost in one"), ("second", "lost in two"), ("without", None))
    )
    predicted = modules.run("s3_release", check=True, **first)
    assert predicted["mutating"] == []
    assert predicted["plan"][1:] == [f"Copy r/first/404.html to {PAGE}, the page for what is missing"]
    made = modules.run("s3_release", diff=True, **first)
    assert made["plan"] == predicted["plan"]
    assert made["diff"]["before"]["error_page"] == ""
    assert made["diff"]["after"]["error_page"] == "r/first/404.html"
    assert shown(local_aws, buckets) == as_page("lost in one")
    again = modules.run("s3_release", diff=True, **first)
    assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]

    assert modules.run("s3_release", diff=True, **second)["diff"]["before"]["error_page"] == "another one"
    assert shown(local_aws, buckets) == as_page("lost in two")

    # Return to the first release, whose directory is not needed.
    back = modules.run("s3_release", **OPTIONS, release="first")
    assert back["plan"] == predicted["plan"][1:]
    assert len(back["mutating"]) == 1
    assert modules.run("s3_release", **OPTIONS, release="first")["mutating"] == []
    assert shown(local_aws, buckets) == as_page("lost in one")

    # A release without a page keeps the current one.
    modules.run("s3_release", **without)
    assert modules.run("s3_release", **without)["mutating"] == []
    assert shown(local_aws, buckets) == as_page("lost in one")


def test_the_page_is_the_file_of_the_given_name_or_is_not_changed(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    src = site(tmp_path / "site", "lost", **{"missing.html": "missing"})
    modules.run("s3_release", **OPTIONS, src=src, error_page="")
    assert shown(local_aws, buckets) == {None}
    modules.run("s3_release", **OPTIONS, src=src, error_page="missing.html")
    assert shown(local_aws, buckets) == as_page("missing")
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match=r"error_page: the site has no file '/404\.html': give the path of one"):
        modules.run("s3_release", **OPTIONS, src=src, error_page="/404.html")
    assert not [entry for entry in local_aws.requests(before) if entry["service"] == "s3"]


@pytest.mark.parametrize("number", range(1, 5))
def test_a_run_killed_after_any_change_is_completed_by_the_next(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path, number: int
) -> None:
    options = {**OPTIONS, "src": site(tmp_path / "site", f"lost {number}")}
    user = local_aws.create_user(f"killed-{number}", deployer_policy(SITE, local_aws.account_id))
    local_aws.fault(number, of=user)
    with pytest.raises(ModuleFailed):
        Modules(local_aws, user).run("s3_release", **options)
    local_aws.fault(None)
    expect(modules, local_aws, buckets, options, f"lost {number}")


def expect(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], options: dict[str, Any], text: str
) -> dict[str, Any]:
    result = modules.run("s3_release", **options)
    assert shown(local_aws, buckets) == as_page(text)
    assert modules.run("s3_release", **options)["mutating"] == []
    return result


def test_every_region_has_the_release_before_the_page_shows_it(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    options = {**OPTIONS, "src": site(tmp_path / "site", "lost late")}
    local_aws.behave(replication_seconds=3600.0)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(.* lacks"):
        modules.run("s3_release", **options, wait_timeout=0)
    assert shown(local_aws, buckets) == {None}
    # Without a wait, the home Region has the page.
    result = modules.run("s3_release", **options, wait=False)
    assert result["plan"] == [f"Copy {result['release']['prefix']}/404.html to {PAGE}, the page for what is missing"]
    assert modules.run("s3_release", **options, wait=False)["mutating"] == []
    local_aws.behave()


def test_the_module_waits_for_pending_replication_and_does_not_write_again(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    options = {**OPTIONS, "src": site(tmp_path / "site", "on its way")}
    modules.run("s3_release", **options, error_page="")
    local_aws.behave(replication_seconds=3600.0)
    modules.run("s3_release", **options, wait=False)
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match=r"The error page: .*ap-south-1, us-east-1 have another one, or none"):
        modules.run("s3_release", **options, wait_timeout=0)
    assert not [entry for entry in local_aws.requests(before) if entry["mutating"]]


def test_a_return_to_an_older_release_does_not_wait_for_the_page(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    older, newer = (modules.run("s3_release", **OPTIONS, src=site(tmp_path / page, page)) for page in ("old", "new"))
    local_aws.behave(replication_seconds=3600.0)
    back = {**OPTIONS, "release": older["release"]["name"]}
    assert len(modules.run("s3_release", **back)["mutating"]) == 1
    assert shown(local_aws, buckets) == as_page("old") | as_page("new")
    assert modules.run("s3_release", **back)["mutating"] == []
    assert newer["release"] != older["release"]


def test_a_new_region_gets_the_page_too(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    """S3 does not replicate existing objects, and keeps the status COMPLETED for the page."""
    options = {**OPTIONS, "src": site(tmp_path / "site", "everywhere")}
    modules.run("s3_release", **options)
    remove(local_aws, buckets, THIRD)
    predicted = modules.run("s3_release", check=True, **options)
    assert expect(modules, local_aws, buckets, options, "everywhere")["plan"] == predicted["plan"]
    assert len(predicted["plan"]) == 1


@pytest.mark.parametrize("region", [HOME, OTHER])
def test_a_page_written_by_another_user_is_replaced(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path, region: str
) -> None:
    options = {**OPTIONS, "src": site(tmp_path / "site", "wanted")}
    modules.run("s3_release", **options)
    local_aws.client("s3", region).put_object(
        Bucket=buckets[region], Key=PAGE, Body=b"wanted", ContentType="text/plain"
    )
    assert modules.run("s3_release", **options)["changed"]
    expect(modules, local_aws, buckets, options, "wanted")


def test_a_missing_permission_is_reported(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    policy = deployer_policy(SITE, local_aws.account_id)
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    user: Credentials = local_aws.create_user("reads-nothing", policy | {"Statement": [*policy["Statement"], deny]})
    with pytest.raises(ModuleFailed, match=r"403 from HeadObject.*|AccessDenied.*"):
        Modules(local_aws, user).run("s3_release", **OPTIONS, src=site(tmp_path / "site", "lost"))


def test_objects_under_kms_keys(local_aws: LocalAws, modules: Modules, tmp_path: Path) -> None:
    """Each has a different ETag, which does not depend on the content alone."""
    keys = {region: local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in [HOME]}
    names = {HOME: f"{SITE}-{local_aws.account_id}-kms-{local_aws.account_id}-{HOME}-an"}
    modules.run("s3_regional_buckets", site=SITE, regions=[HOME], names=names, kms_keys=keys)
    options = {**OPTIONS, "regions": [HOME], "names": names, "src": site(tmp_path / "site", "encrypted")}
    assert modules.run("s3_release", **options)["changed"]
    assert modules.run("s3_release", **options)["mutating"] == []
    assert shown(local_aws, names) == as_page("encrypted")
