"""The role `viewer_function` against local AWS: the function and its store are created with the site's tag."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.role_runner import run_role
from modules.runner import SITE, Modules
from modules.users import user

FUNCTION = f"{SITE}-viewer-request"
VARIABLES = {"viewer_function_site": SITE, "viewer_function_tags": {"team": "web"}}
TAGS = {"multiregion-edge": SITE, "team": "web"}


@pytest.fixture
def play(modules: Modules, tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """Run the role as the deployer; return its mutating requests."""
    local_aws = modules.local_aws

    def run(calls: int | None = None, by: Modules = modules, **variables: Any) -> list[str]:
        start = len(local_aws.requests())
        local_aws.fault(calls)
        status, output = run_role(by, tmp_path, "viewer_function", {**VARIABLES, **variables})
        local_aws.fault(None)
        assert (status == 0) == (calls is None), output
        return [f"{each['method']} {each['path']}" for each in local_aws.requests(start) if each["mutating"]]

    yield run
    cloudfront = local_aws.client("cloudfront")
    for function in cloudfront.list_functions(Stage="DEVELOPMENT")["FunctionList"].get("Items", []):
        etag = cloudfront.describe_function(Name=function["Name"], Stage="DEVELOPMENT")["ETag"]
        cloudfront.delete_function(Name=function["Name"], IfMatch=etag)
    for store in cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", []):
        etag = cloudfront.describe_key_value_store(Name=store["Name"])["ETag"]
        cloudfront.delete_key_value_store(Name=store["Name"], IfMatch=etag)


def tags(local_aws: LocalAws, store: bool) -> dict[str, str]:
    cloudfront = local_aws.client("cloudfront")
    arn = f"arn:aws:cloudfront::{local_aws.account_id}:function/{FUNCTION}"
    if store:
        arn = cloudfront.describe_key_value_store(Name=SITE)["KeyValueStore"]["ARN"]
    return {tag["Key"]: tag["Value"] for tag in cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"]}


def test_neither_is_ever_without_its_tag(play: Callable[..., list[str]], local_aws: LocalAws) -> None:
    play(calls=1)
    assert tags(local_aws, store=True) == TAGS
    play(calls=1)
    assert tags(local_aws, store=False) == TAGS
    play()
    assert play() == []


def test_those_without_a_tag_are_tagged_once(play: Callable[..., list[str]], local_aws: LocalAws) -> None:
    play()
    cloudfront = local_aws.client("cloudfront")
    for arn in (
        f"arn:aws:cloudfront::{local_aws.account_id}:function/{FUNCTION}",
        cloudfront.describe_key_value_store(Name=SITE)["KeyValueStore"]["ARN"],
    ):
        cloudfront.untag_resource(Resource=arn, TagKeys={"Items": list(TAGS)})
    assert play() == ["POST /2020-05-31/tagging"] * 2
    assert tags(local_aws, store=True) == tags(local_aws, store=False) == TAGS
    assert play() == []


def test_a_shared_store_keeps_the_site_that_created_it(play: Callable[..., list[str]], local_aws: LocalAws) -> None:
    # docs/deployer is for a store that is not shared.
    both = user(local_aws, [{"Effect": "Allow", "Action": "cloudfront:*", "Resource": "*"}])
    both.run("cloudfront_key_value_store", name=SITE, comment="Host routes", tags={"multiregion-edge": "first"})
    assert "POST /2020-05-31/tagging" in play(by=both)  # the other tag
    assert tags(local_aws, store=True) == {**TAGS, "multiregion-edge": "first"}
    assert play(by=both) == []
