"""cloudfront_function and its _info against local AWS, as the deployer: nothing goes LIVE that fails its tests."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule
from ansible_collections.multiregion.edge.plugins.module_utils._function.api import FunctionApi

from cloud.fixture_distribution import Distribution, custom_origin
from cloud.local import LocalCloud
from demo.site import deployer_policy
from modules.role_runner import run_role
from modules.runner import SITE, ModuleFailed, Modules

NAME = f"{SITE}-viewer-request"
UPDATE, TEST, PUBLISH = f"PUT /2020-05-31/function/{NAME}", f"/{NAME}/test", f"POST /2020-05-31/function/{NAME}/publish"
CREATE, DELETE = "POST /2020-05-31/function", f"DELETE /2020-05-31/function/{NAME}"
_numbers = itertools.count(1)


def to(uri: str) -> str:
    """The code of a function that sends everything there."""
    return (
        f"function handler(event) {{ console.log('to {uri}'); event.request.uri = '{uri}'; return event.request; }}\n"
    )


def goes(uri: str) -> dict[str, Any]:
    return {"name": f"goes to {uri}", "event": {"request": {"uri": "/old"}}, "expect": {"uri": uri, "method": "GET"}}


class Function:
    """One, as its task has it and as somebody else sees it."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.cloud = modules.cloud
        self.client = modules.cloud.client("cloudfront")
        self.options: dict[str, Any] = {"name": NAME, "code": to("/a"), "tests": [goes("/a")]}

    def run(self, check: bool = False, diff: bool = False, **changed: Any) -> dict[str, Any]:
        self.options |= changed
        given = {key: value for key, value in self.options.items() if value is not None}
        return self.modules.run("cloudfront_function", check=check, diff=diff, **given)

    def absent(self, check: bool = False) -> dict[str, Any]:
        return self.modules.run("cloudfront_function", check=check, name=NAME, state="absent")

    def code(self, stage: str = "LIVE") -> str:
        return str(self.client.get_function(Name=NAME, Stage=stage)["FunctionCode"].read().decode())

    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]
        return dict(found["FunctionConfig"])

    def write(self, code: str, comment: str = "theirs (multiregion.edge)") -> None:
        """By somebody else, to DEVELOPMENT, which is made if need be."""
        config = {"Comment": comment, "Runtime": "cloudfront-js-2.0"}
        given: dict[str, Any] = {"Name": NAME, "FunctionConfig": config, "FunctionCode": code.encode()}
        try:
            etag = self.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        except self.client.exceptions.NoSuchFunctionExists:
            self.client.create_function(**given)
            return
        self.client.update_function(IfMatch=etag, **given)

    def tests(self, before: int) -> int:
        """How many tests were run since."""
        return sum(entry["path"].endswith(TEST) for entry in self.cloud.requests(before))

    def associate(self) -> str:
        """With a new distribution. Its id."""
        arn = f"arn:aws:cloudfront::{self.cloud.account_id}:function/{NAME}"
        made = Distribution(f"function-{next(_numbers)}", arn, [custom_origin("origin", "origin.example.com")])
        return str(self.client.create_distribution(DistributionConfig=made.config())["Distribution"]["Id"])

    def free(self) -> None:
        """Out of all distributions."""
        for item in self.client.list_distributions()["DistributionList"].get("Items", []):
            found = self.client.get_distribution_config(Id=item["Id"])
            config = found["DistributionConfig"]
            config["DefaultCacheBehavior"]["FunctionAssociations"] = {"Quantity": 0}
            self.client.update_distribution(Id=item["Id"], IfMatch=found["ETag"], DistributionConfig=config)


# What it takes besides docs/deployer: of the function's own, and of what has none.
_OWN = ["DeleteFunction", "ListTagsForResource", "TagResource", "TestFunction"]
_ANY = ["ListDistributions", "ListFunctions"]


def rights(cloud: LocalCloud, without: str = "") -> dict[str, Any]:
    """The deployer's policy, but for one action."""
    policy = deployer_policy(SITE, cloud.account_id)
    own = f"arn:aws:cloudfront::{cloud.account_id}:function/{NAME}"
    for actions, resource in ((_OWN, own), (_ANY, "*")):
        named = [f"cloudfront:{action}" for action in actions]
        policy["Statement"].append({"Effect": "Allow", "Action": named, "Resource": resource})
    for statement in policy["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [action for action in actions if action != without] or ["none:Nothing"]
    return policy


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud) -> Modules:
    return Modules(cloud, cloud.create_user("functions", rights(cloud)))


@pytest.fixture
def function(modules: Modules) -> Any:
    made = Function(modules)
    yield made
    made.cloud.fault(None)
    made.free()
    try:
        etag = made.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
    except made.client.exceptions.NoSuchFunctionExists:
        return
    made.client.delete_function(Name=NAME, IfMatch=etag)


@pytest.fixture
def warned() -> Iterator[list[str]]:
    """What modules warn of: Ansible keeps the warnings of all that run in one process together."""
    found: list[str] = []
    with mock.patch.object(AnsibleAWSModule, "warn", lambda self, warning: found.append(warning)):
        yield found


@pytest.fixture(scope="module")
def store(cloud: LocalCloud) -> str:
    arn: str = cloud.client("cloudfront").create_key_value_store(Name="read")["KeyValueStore"]["ARN"]
    return arn


def test_it_is_created_tested_published_and_then_left_alone(function: Function) -> None:
    foretold = function.run(check=True)
    assert (foretold["changed"], foretold["mutating"]) == (True, [])
    assert foretold["function"]["status"] == "(known after apply)"
    assert foretold["tests"] == [{"name": "goes to /a", "outcome": "pending", "compute_utilization": None}]
    made = function.run()
    assert (
        made["plan"]
        == foretold["plan"]
        == [
            f"Create the CloudFront Function {NAME}",
            f"Test the CloudFront Function {NAME} with 1 case",
            f"Publish the CloudFront Function {NAME} to LIVE",
        ]
    )
    assert made["mutating"] == [CREATE, PUBLISH]
    assert made["tests"] == [{"name": "goes to /a", "outcome": "passed", "compute_utilization": 12}]
    assert (made["function"]["status"], function.code()) == ("UNASSOCIATED", to("/a"))

    before = len(function.cloud.requests())
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
        foretold = function.run(check=True, **changed)
        made = function.run()
        assert made["plan"] == foretold["plan"]
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


def test_the_code_can_be_a_files(function: Function, tmp_path: Path) -> None:
    file = tmp_path / "router.js"
    file.write_text(to("/a"))
    function.run()
    assert function.run(code=None, src=str(file))["changed"] is False
    file.write_bytes(b"\xff")
    with pytest.raises(ModuleFailed, match="is not text in UTF-8"):
        function.run()
    with pytest.raises(ModuleFailed, match=r"src: .*none\.js cannot be read: No such file"):
        function.run(src=str(tmp_path / "none.js"))


def test_what_fails_its_tests_does_not_go_live(function: Function) -> None:
    function.run()
    broken = {"code": to("/b"), "tests": [goes("/b"), goes("/a"), {"name": "redirects", "expect": {"status": 301}}]}
    with pytest.raises(ModuleFailed) as caught:
        function.run(**broken)
    message = str(caught.value)
    assert f"The CloudFront Function {NAME} is not published, and LIVE stays as it is" in message
    assert "goes to /a: uri is '/b', not '/a' (its log: to /b); redirects: status is absent, not '301'" in message
    assert "goes to /b" not in message
    assert caught.value.result["done"] == [f"Update the CloudFront Function {NAME}"]
    assert (function.code("DEVELOPMENT"), function.code()) == (to("/b"), to("/a"))
    # It is tested again as long as it is not LIVE.
    assert function.run(check=True)["plan"][0] == f"Test the CloudFront Function {NAME} with 3 cases"
    with pytest.raises(ModuleFailed, match="not published"):
        function.run()
    mended = function.run(tests=[goes("/b")])
    assert (mended["mutating"], function.code()) == ([PUBLISH], to("/b"))


def test_back_to_what_is_live_after_a_failure_is_not_tested(function: Function) -> None:
    function.run()
    with pytest.raises(ModuleFailed, match="not published"):
        function.run(code=to("/b"))
    before = len(function.cloud.requests())
    assert function.run(code=to("/a"))["mutating"] == [UPDATE]
    assert function.tests(before) == 0


def test_a_function_that_takes_too_long_does_not_go_live(function: Function) -> None:
    function.cloud.behave(function_compute_utilization=81)
    with pytest.raises(ModuleFailed, match="it took 81 % of the time that CloudFront allows, more than 80 %"):
        function.run()
    assert function.run(max_compute_utilization=81)["tests"][0]["compute_utilization"] == 81


def test_where_there_is_no_testfunction_that_is_a_warning(function: Function, warned: list[str]) -> None:
    function.cloud.behave(function_tests_unsupported=True)
    made = function.run()
    assert made["mutating"] == [CREATE, PUBLISH]
    assert made["tests"][0]["outcome"] == "skipped"
    assert len(warned) == 1 and "is published without its tests" in warned[0]


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize("there", [False, True], ids=["created", "updated"])
def test_a_run_that_was_killed_is_gone_on_with(function: Function, made: int, there: bool) -> None:
    if there:
        function.run(code=to("/old"), tests=[])
    function.cloud.fault(made, of=function.modules.credentials)
    with pytest.raises(ModuleFailed, match="LocalFault"):
        function.run(code=to("/a"), tests=[goes("/a")])
    function.cloud.fault(None)
    rest = [UPDATE if there else CREATE, PUBLISH][made:]
    result = function.run()
    assert (result["mutating"], function.code()) == (rest, to("/a"))
    assert function.run()["changed"] is False


def before_call(call: str, interfere: Callable[[], None]) -> Any:
    """A FunctionApi before whose first such call somebody else does something."""
    original, pending = getattr(FunctionApi, call), [interfere]

    def interfered(self: FunctionApi, *arguments: Any, **options: Any) -> Any:
        if pending:
            pending.pop()()
        return original(self, *arguments, **options)

    return mock.patch.object(FunctionApi, call, interfered)


@pytest.mark.parametrize("call", ["update_function", "test_function", "publish_function"])
def test_a_change_by_somebody_else_meanwhile_is_seen_and_told(function: Function, warned: list[str], call: str) -> None:
    function.run()
    with before_call(call, lambda: function.write(to("/theirs"))):
        function.run(code=to("/b"), tests=[goes("/b")])
    assert function.code() == function.code("DEVELOPMENT") == to("/b")
    assert [warning.partition(" became")[0] for warning in warned] == ["development.code_sha256", "development.comment"]
    assert function.run()["changed"] is False


def test_an_answer_to_the_creation_that_was_lost(function: Function, warned: list[str]) -> None:
    with before_call("create_function", lambda: function.write(to("/a"), "(multiregion.edge)")):
        made = function.run()
    assert (made["mutating"], function.code()) == ([CREATE, CREATE, PUBLISH], to("/a"))
    assert warned == []
    assert function.run()["changed"] is False


def test_what_somebody_else_made_meanwhile_is_not_taken(function: Function) -> None:
    refused = pytest.raises(ModuleFailed, match="is not this collection's")
    with before_call("create_function", lambda: function.write(to("/theirs"), "theirs")), refused:
        function.run()
    with refused:
        function.absent()
    assert function.code("DEVELOPMENT") == to("/theirs")


def test_one_that_was_deleted_meanwhile_is_made_again(function: Function) -> None:
    function.run()

    def delete() -> None:
        etag = function.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        function.client.delete_function(Name=NAME, IfMatch=etag)

    with before_call("update_function", delete):
        function.run(code=to("/b"), tests=[goes("/b")])
    assert function.code() == to("/b")


def test_it_is_deleted_once(function: Function) -> None:
    function.run()
    foretold = function.absent(check=True)
    assert (foretold["plan"], foretold["mutating"]) == ([f"Delete the CloudFront Function {NAME}"], [])
    gone = function.absent()
    assert (gone["mutating"], gone["function"], gone["tests"]) == ([DELETE], None, [])
    again = function.absent()
    assert (again["changed"], again["mutating"]) == (False, [])


def test_one_that_changes_before_its_deletion_is_deleted(function: Function) -> None:
    function.run()
    with before_call("delete_function", lambda: function.write(to("/theirs"))):
        assert function.absent()["changed"] is True
    assert function.absent()["changed"] is False


def test_one_that_is_used_is_not_deleted(function: Function) -> None:
    function.run()
    made: list[str] = []
    refused = pytest.raises(ModuleFailed, match=r"CloudFront still uses the function .* run it again")
    with before_call("delete_function", lambda: made.append(function.associate())), refused:
        function.absent()
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=f"is used by {made[0]}: take it out"):
            function.absent(check=check)
    function.free()
    assert function.absent()["changed"] is True


def test_live_is_waited_for_also_by_a_later_run(function: Function) -> None:
    function.run()
    function.associate()
    function.cloud.behave(function_seconds=3600)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s .its LIVE stage is IN_PROGRESS.*run it again"):
        function.run(code=to("/b"), tests=[goes("/b")], wait_timeout=0)
    with pytest.raises(ModuleFailed, match="not ready after 0 s"):
        function.run()
    assert function.run(wait=False)["function"]["status"] == "IN_PROGRESS"
    function.cloud.behave()
    done = function.run(wait=True)
    assert (done["changed"], done["function"]["status"]) == (False, "DEPLOYED")


def test_tags_are_added_and_others_stay(function: Function) -> None:
    assert function.run(tags={"team": "edge", "number": 7})["mutating"] == [CREATE, PUBLISH]
    arn = f"arn:aws:cloudfront::{function.cloud.account_id}:function/{NAME}"
    function.client.tag_resource(Resource=arn, Tags={"Items": [{"Key": "theirs", "Value": "stays"}]})
    assert function.run()["changed"] is False
    made = function.run(tags={"team": "other"})
    assert made["plan"] == [f"Tag the CloudFront Function {NAME}"]
    found = {
        item["Key"]: item["Value"] for item in function.client.list_tags_for_resource(Resource=arn)["Tags"]["Items"]
    }
    assert found == {"team": "other", "number": "7", "theirs": "stays"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "a.b"}, "must be 1 to 64 letters"),
        ({"code": "x = 1"}, "has no function handler"),
        ({"code": to("/a").ljust(10_241)}, "has 10241 bytes"),
        ({"key_value_store_arns": ["my-site"]}, "'my-site' is not the ARN"),
        ({"max_compute_utilization": 0}, "is a percentage, from 1 to 100"),
        ({"tests": [{"name": "a", "expect": {"location": "/"}}]}, "what is expected of 'a' has no location"),
    ],
)
def test_bad_input_is_refused_before_any_call_and_in_check_mode(
    function: Function, changed: dict[str, Any], words: str
) -> None:
    before = len(function.cloud.requests())
    with pytest.raises(ModuleFailed, match=words):
        function.run(check=True, **changed)
    assert function.cloud.requests(before) == []


def test_a_store_that_will_be_made_is_taken_in_check_mode_only(function: Function) -> None:
    unknown = ["(known after apply)"]
    assert function.run(check=True, key_value_store_arns=unknown)["function"]["key_value_store_arns"] == unknown
    with pytest.raises(ModuleFailed, match="is not the ARN of a key value store"):
        function.run()


def test_facts(function: Function, cloud: LocalCloud) -> None:
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


def test_facts_without_a_name_are_of_ours_only(modules: Modules, cloud: LocalCloud) -> None:
    for number in range(2):
        cloud.client("cloudfront").create_function(
            Name=f"foreign-{number}",
            FunctionConfig={"Comment": "theirs", "Runtime": "cloudfront-js-2.0"},
            FunctionCode=to("/").encode(),
        )
    assert modules.run("cloudfront_function_info")["functions"] == []


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("cloudfront:TestFunction", "TestFunction"),
        ("cloudfront:PublishFunction", "PublishFunction"),
        ("cloudfront:UpdateFunction", "UpdateFunction"),
        ("cloudfront:ListTagsForResource", "ListTagsForResource"),
        ("cloudfront:TagResource", "TagResource"),
    ],
)
def test_each_right_is_needed_and_its_lack_is_told(function: Function, action: str, call: str) -> None:
    function.run()
    without = rights(function.cloud, action)
    function.modules = Modules(function.cloud, function.cloud.create_user(f"without-{call}", without))
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        function.run(code=to("/b"), tests=[goes("/b")], tags={"team": "edge"})


def test_the_role_tests_its_router(function: Function, tmp_path: Path) -> None:
    variables = {"viewer_function_site": SITE}
    told = {
        "ansible.builtin.debug": {"msg": "{{ viewer_function_result.tests | map(attribute='outcome') | join(' ') }}"}
    }
    status, output = run_role(function.modules, tmp_path, "viewer_function", variables, told)
    assert status == 0, output
    assert "passed passed passed passed" in output
    variables["viewer_function_origin"] = "nearest_bucket"
    status, output = run_role(function.modules, tmp_path, "viewer_function", variables, told)
    assert status == 0 and "passed passed passed passed" in output, output
    live = function.code()
    broken = [{"name": "never so", "event": {}, "expect": {"uri": "/never"}}]
    other = {**variables, "viewer_function_tests": broken, "viewer_function_origin": "mrap"}
    status, output = run_role(function.modules, tmp_path, "viewer_function", other)
    assert status != 0 and "LIVE stays as it is" in output and "never so: uri is absent" in output
    assert function.code() == live
