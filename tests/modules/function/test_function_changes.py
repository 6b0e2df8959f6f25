"""cloudfront_function and its _info against local AWS: created, changed in every part, unchanged and deleted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from localaws.local_aws import LocalAws
from modules.cloudfront_functions import CREATE, DELETE, NAME, PUBLISH, UPDATE, Function, goes, to
from modules.runner import ModuleFailed, Modules


@pytest.fixture(scope="module")
def store(local_aws: LocalAws) -> str:
    arn: str = local_aws.client("cloudfront").create_key_value_store(Name="read")["KeyValueStore"]["ARN"]
    return arn


def test_it_is_created_tested_published_and_then_unchanged(function: Function) -> None:
    predicted = function.run(check=True)
    assert (predicted["changed"], predicted["mutating"]) == (True, [])
    assert predicted["function"]["status"] == "(known after apply)"
    assert predicted["tests"] == [{"name": "goes to /a", "outcome": "pending", "compute_utilization": None}]
    made = function.run()
    assert (
        made["plan"]
        == predicted["plan"]
        == [
            f"Create the CloudFront Function {NAME}",
            f"Test the CloudFront Function {NAME} with 1 case",
            f"Publish the CloudFront Function {NAME} to LIVE",
        ]
    )
    assert made["mutating"] == [CREATE, PUBLISH]
    assert made["tests"] == [{"name": "goes to /a", "outcome": "passed", "compute_utilization": 12}]
    assert (made["function"]["status"], function.code()) == ("UNASSOCIATED", to("/a"))

    before = len(function.local_aws.requests())
    again = function.run()
    assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
    assert (again["tests"][0]["outcome"], function.tests(before)) == ("skipped", 0)
    assert again["function"] == made["function"]
    assert function.run(check=True)["function"] == made["function"]


def test_every_part_is_updated(function: Function, store: str) -> None:
    function.run()
    for changed in (
        {"code": to("/b"), "tests": [goes("/b")]},
        {"comment": "Another one"},
        {"key_value_store_arns": [store]},
        {"key_value_store_arns": []},
        {"runtime": "cloudfront-js-1.0"},
        {"runtime": "cloudfront-js-2.0"},
    ):
        predicted = function.run(check=True, **changed)
        made = function.run()
        assert made["plan"] == predicted["plan"]
        assert made["mutating"] == [UPDATE, PUBLISH]
        assert function.run()["mutating"] == []
    assert function.code() == to("/b")
    assert function.config()["Comment"] == "Another one (multiregion.edge)"
    assert function.config()["Runtime"] == "cloudfront-js-2.0"


def test_the_diff_has_the_code_once(function: Function) -> None:
    function.run()
    diff = function.run(diff=True, check=True, code=to("/b"))["diff"]
    assert (diff["before"]["code"], diff["after"]["code"]) == (to("/a"), to("/b"))
    assert "code" not in diff["after"]["development"]
    assert diff["before"]["development"] != diff["after"]["development"]


def test_the_code_can_be_read_from_a_file(function: Function, tmp_path: Path) -> None:
    file = tmp_path / "viewer.js"
    file.write_text(to("/a"))
    function.run()
    assert function.run(code=None, src=str(file))["changed"] is False
    file.write_bytes(b"\xff")
    with pytest.raises(ModuleFailed, match="is not text in UTF-8"):
        function.run()
    with pytest.raises(ModuleFailed, match=r"src: .*none\.js cannot be read: No such file"):
        function.run(src=str(tmp_path / "none.js"))


def test_tags_are_added_and_unmanaged_ones_stay(function: Function) -> None:
    assert function.run(tags={"team": "edge", "number": 7})["mutating"] == [CREATE, PUBLISH]
    arn = f"arn:aws:cloudfront::{function.local_aws.account_id}:function/{NAME}"
    function.client.tag_resource(Resource=arn, Tags={"Items": [{"Key": "theirs", "Value": "stays"}]})
    assert function.run()["changed"] is False
    made = function.run(tags={"team": "other"})
    assert made["plan"] == [f"Tag the CloudFront Function {NAME}"]
    found = {
        item["Key"]: item["Value"] for item in function.client.list_tags_for_resource(Resource=arn)["Tags"]["Items"]
    }
    assert found == {"team": "other", "number": "7", "theirs": "stays"}


def test_it_is_deleted_once(function: Function) -> None:
    function.run()
    predicted = function.absent(check=True)
    assert (predicted["plan"], predicted["mutating"]) == ([f"Delete the CloudFront Function {NAME}"], [])
    gone = function.absent()
    assert (gone["mutating"], gone["function"], gone["tests"]) == ([DELETE], None, [])
    again = function.absent()
    assert (again["changed"], again["mutating"]) == (False, [])


def test_facts(function: Function, local_aws: LocalAws) -> None:
    info = function.modules.run("cloudfront_function_info", name=NAME)
    assert (info["changed"], info["functions"]) == (False, [])
    function.write(to("/a"))
    unpublished = function.modules.run("cloudfront_function_info", name=NAME)["functions"][0]
    assert (unpublished["published"], unpublished["live"]) == (False, None)
    made = function.run()
    distribution = function.associate()
    found = function.modules.run("cloudfront_function_info", name=NAME)["functions"]
    assert found == function.modules.run("cloudfront_function_info")["functions"]
    assert (found[0]["name"], found[0]["arn"]) == (NAME, made["function"]["arn"])
    assert (found[0]["managed"], found[0]["published"]) == (True, True)
    assert found[0]["distributions"] == [distribution]
    live = found[0]["live"]
    assert live["code_sha256"] == found[0]["development"]["code_sha256"] == made["function"]["code_sha256"]
    assert (live["status"], live["code_bytes"]) == ("DEPLOYED", made["function"]["code_bytes"])
    assert live["etag"] != found[0]["development"]["etag"]
    function.write(to("/tried"))
    assert function.modules.run("cloudfront_function_info", name=NAME)["functions"][0]["published"] is False


def test_facts_without_a_name_list_managed_functions_only(modules: Modules, local_aws: LocalAws) -> None:
    for number in range(2):
        local_aws.client("cloudfront").create_function(
            Name=f"unmanaged-{number}",
            FunctionConfig={"Comment": "theirs", "Runtime": "cloudfront-js-2.0"},
            FunctionCode=to("/").encode(),
        )
    assert modules.run("cloudfront_function_info")["functions"] == []
