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
    """The page as the buckets have it: one, if all have the same."""
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


def test_the_page_of_the_release_that_was_published_last_is_shown(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    first, second, without = (
        {**OPTIONS, "src": site(tmp_path / name, page, **{name: "x"}), "release": name}
        for name, page in (("first", "lost in one"), ("second", "lost in two"), ("without", None))
    )
    foretold = modules.run("s3_release", check=True, **first)
    assert foretold["mutating"] == []
    assert foretold["plan"][1:] == [f"Copy r/first/404.html to {PAGE}, the page for what is missing"]
    made = modules.run("s3_release", diff=True, **first)
    assert made["plan"] == foretold["plan"]
    assert made["diff"]["before"]["error_page"] == ""
    assert made["diff"]["after"]["error_page"] == "r/first/404.html"
    assert shown(local_aws, buckets) == as_page("lost in one")
    again = modules.run("s3_release", diff=True, **first)
    assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]

    assert modules.run("s3_release", diff=True, **second)["diff"]["before"]["error_page"] == "another one"
    assert shown(local_aws, buckets) == as_page("lost in two")

    # Back to the first one, whose directory is not needed.
    back = modules.run("s3_release", **OPTIONS, release="first")
    assert back["plan"] == foretold["plan"][1:]
    assert len(back["mutating"]) == 1
    assert modules.run("s3_release", **OPTIONS, release="first")["mutating"] == []
    assert shown(local_aws, buckets) == as_page("lost in one")

    # One that has none leaves what is there.
    modules.run("s3_release", **without)
    assert modules.run("s3_release", **without)["mutating"] == []
    assert shown(local_aws, buckets) == as_page("lost in one")


def test_it_is_of_the_name_that_was_given_or_is_left_alone(
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
def test_a_run_that_is_killed_after_any_change_is_finished_by_the_next(
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
    # Who does not wait has the page at home.
    result = modules.run("s3_release", **options, wait=False)
    assert result["plan"] == [f"Copy {result['release']['prefix']}/404.html to {PAGE}, the page for what is missing"]
    assert modules.run("s3_release", **options, wait=False)["mutating"] == []
    local_aws.behave()


def test_what_s3_still_replicates_is_waited_for_and_not_written_again(
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


def test_going_back_to_an_older_release_does_not_wait_for_the_page(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    older, newer = (modules.run("s3_release", **OPTIONS, src=site(tmp_path / page, page)) for page in ("old", "new"))
    local_aws.behave(replication_seconds=3600.0)
    back = {**OPTIONS, "release": older["release"]["name"]}
    assert len(modules.run("s3_release", **back)["mutating"]) == 1
    assert shown(local_aws, buckets) == as_page("old") | as_page("new")
    assert modules.run("s3_release", **back)["mutating"] == []
    assert newer["release"] != older["release"]


def test_a_region_that_is_new_gets_it_too(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    """S3 replicates nothing that was there before, and will say for ever that the page is replicated."""
    options = {**OPTIONS, "src": site(tmp_path / "site", "everywhere")}
    modules.run("s3_release", **options)
    remove(local_aws, buckets, THIRD)
    foretold = modules.run("s3_release", check=True, **options)
    assert expect(modules, local_aws, buckets, options, "everywhere")["plan"] == foretold["plan"]
    assert len(foretold["plan"]) == 1


@pytest.mark.parametrize("region", [HOME, OTHER])
def test_what_somebody_else_wrote_there_is_replaced(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path, region: str
) -> None:
    options = {**OPTIONS, "src": site(tmp_path / "site", "ours")}
    modules.run("s3_release", **options)
    local_aws.client("s3", region).put_object(Bucket=buckets[region], Key=PAGE, Body=b"ours", ContentType="text/plain")
    assert modules.run("s3_release", **options)["changed"]
    expect(modules, local_aws, buckets, options, "ours")


def test_a_lacking_right_is_told(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], tmp_path: Path
) -> None:
    policy = deployer_policy(SITE, local_aws.account_id)
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    user: Credentials = local_aws.create_user("reads-nothing", policy | {"Statement": [*policy["Statement"], deny]})
    with pytest.raises(ModuleFailed, match=r"403 from HeadObject.*|AccessDenied.*"):
        Modules(local_aws, user).run("s3_release", **OPTIONS, src=site(tmp_path / "site", "lost"))


def test_objects_under_kms_keys(local_aws: LocalAws, modules: Modules, tmp_path: Path) -> None:
    """Each has an ETag of its own, which says nothing about its bytes."""
    keys = {region: local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in [HOME]}
    names = {HOME: f"{SITE}-{local_aws.account_id}-kms-{local_aws.account_id}-{HOME}-an"}
    modules.run("s3_regional_buckets", site=SITE, regions=[HOME], names=names, kms_keys=keys)
    options = {**OPTIONS, "regions": [HOME], "names": names, "src": site(tmp_path / "site", "encrypted")}
    assert modules.run("s3_release", **options)["changed"]
    assert modules.run("s3_release", **options)["mutating"] == []
    assert shown(local_aws, names) == as_page("encrypted")
