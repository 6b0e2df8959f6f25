"""CloudFront Functions: TestFunction, refusals, and the delayed LIVE stage."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws, LocalAwsError
from localaws.reference.distribution import Distribution, custom_origin
from localaws.tests.emulator.wire import code_of

PASS = b"function handler(event) { return event.request; }"
STORED = b"""import cf from 'cloudfront';
async function handler(event) {
  console.log('asked for ' + event.request.uri);
  const value = await cf.kvs().get('key');
  return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: value } } };
}"""
SECOND = "cloudfront-js-2.0"
EVENT = {
    "version": "1.0",
    "context": {"eventType": "viewer-request"},
    "viewer": {"ip": "198.51.100.11"},
    "request": {"method": "GET", "uri": "/a", "querystring": {}, "headers": {}, "cookies": {}},
}
_numbers = itertools.count()


class Function:
    """A function for a test."""

    def __init__(self, local_aws: LocalAws, code: bytes = PASS, store: str = "") -> None:
        self.client = local_aws.client("cloudfront")
        self.name = f"function-{next(_numbers)}"
        made = self.client.create_function(Name=self.name, FunctionConfig=config(store), FunctionCode=code)
        self.etag: str = made["ETag"]
        self.arn: str = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]

    def test(self, event: Any = EVENT, stage: str = "DEVELOPMENT", etag: str = "") -> dict[str, Any]:
        document = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = self.client.test_function(Name=self.name, IfMatch=etag or self.etag, Stage=stage, EventObject=document)
        result: dict[str, Any] = answer["TestResult"]
        return result

    def update(self, code: bytes, store: str = "", **changed: Any) -> str:
        """The new ETag."""
        answer = self.client.update_function(
            Name=self.name, IfMatch=self.etag, FunctionConfig={**config(store), **changed}, FunctionCode=code
        )
        self.etag = answer["ETag"]
        return self.etag

    def publish(self) -> None:
        self.client.publish_function(Name=self.name, IfMatch=self.etag)

    def status(self) -> str:
        summary = self.client.describe_function(Name=self.name, Stage="LIVE")["FunctionSummary"]
        return str(summary["Status"])


def config(store: str = "") -> dict[str, Any]:
    items = {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]} if store else {"Quantity": 0}
    return {"Comment": "", "Runtime": SECOND, "KeyValueStoreAssociations": items}


@pytest.fixture(scope="module")
def store(local_aws: LocalAws) -> str:
    arn: str = local_aws.client("cloudfront").create_key_value_store(Name="tested")["KeyValueStore"]["ARN"]
    keys = local_aws.client("cloudfront-keyvaluestore")
    keys.put_key(KvsARN=arn, Key="key", Value="/b", IfMatch=keys.describe_key_value_store(KvsARN=arn)["ETag"])
    return arn


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def associate(local_aws: LocalAws, function: Function) -> str:
    """The id of a new distribution with the function."""
    made = Distribution(function.name, function.arn, [custom_origin("origin", "origin.example.com")])
    answer = local_aws.client("cloudfront").create_distribution(DistributionConfig=made.config())
    return str(answer["Distribution"]["Id"])


def test_a_function_is_tested_with_an_event(local_aws: LocalAws) -> None:
    result = Function(local_aws).test()
    assert json.loads(result["FunctionOutput"]) == {"request": EVENT["request"]}
    assert (result["FunctionErrorMessage"], result["FunctionExecutionLogs"]) == ("", [])
    assert result["ComputeUtilization"] == "12"
    summary = result["FunctionSummary"]
    assert summary["FunctionMetadata"]["Stage"] == "DEVELOPMENT" and summary["Status"] == "UNPUBLISHED"


def test_it_reads_the_keys_of_its_store_and_logs(local_aws: LocalAws, store: str) -> None:
    result = Function(local_aws, STORED, store).test()
    response = json.loads(result["FunctionOutput"])["response"]
    assert (response["statusCode"], response["headers"]) == (302, {"location": {"value": "/b"}})
    assert result["FunctionExecutionLogs"] == ["asked for /a"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (b"function handler(event) { return event.none.uri; }", "TypeError"),
        (b"function handler(event) { return event.request", "SyntaxError"),
        (b"function handler(event) { return event?.request; }", "optional chaining"),
        (b"function handler(event) { return 1; }", "did not return a request or a response"),
        (b"function handle(event) { return event.request; }", "no function named handler"),
    ],
)
def test_a_failing_function_is_a_result_not_a_refusal(local_aws: LocalAws, code: bytes, words: str) -> None:
    result = Function(local_aws, code).test()
    assert words in result["FunctionErrorMessage"] and result["FunctionOutput"] == ""


def test_the_selected_origin_is_not_checked(local_aws: LocalAws) -> None:
    code = b"import cf from 'cloudfront';\nfunction handler(event) { cf.selectRequestOriginById('none'); "
    result = Function(local_aws, code + b"return event.request; }").test()
    assert result["FunctionErrorMessage"] == "" and "request" in json.loads(result["FunctionOutput"])


def test_each_stage_is_tested_by_its_etag(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    refused = ("InvalidIfMatchVersion", 400)
    assert code_of(lambda: function.test(etag="E1")) == refused
    assert code_of(lambda: function.test(stage="LIVE")) == ("NoSuchFunctionExists", 404)
    function.publish()
    live = function.client.describe_function(Name=function.name, Stage="LIVE")["ETag"]
    old = function.etag
    function.update(b"function handler(event) { return { statusCode: 204 }; }")
    assert code_of(lambda: function.test(etag=old)) == refused
    assert json.loads(function.test()["FunctionOutput"]) == {"response": {"statusCode": 204}}
    assert "request" in json.loads(function.test(stage="LIVE", etag=live)["FunctionOutput"])


@pytest.mark.parametrize("event", [b"none", b"[]", b"{}", b'{"request": "/"}'])
def test_an_invalid_event_is_refused(local_aws: LocalAws, event: bytes) -> None:
    assert code_of(lambda: Function(local_aws).test(event)) == ("InvalidArgument", 400)


def test_behaviours_of_testfunction(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    local_aws.behave(function_compute_utilization=91)
    assert function.test()["ComputeUtilization"] == "91"
    local_aws.behave(function_tests_unsupported=True)
    assert code_of(function.test) == ("UnsupportedOperation", 400)
    with pytest.raises(LocalAwsError, match="not a behaviour"):
        local_aws.behave(function_compute_utilization="much")


def test_a_test_changes_nothing(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    before = len(local_aws.requests())
    function.test()
    assert [entry["mutating"] for entry in local_aws.requests(before)] == [False]
    function.publish()


def test_refusals(local_aws: LocalAws, store: str) -> None:
    function = Function(local_aws)
    two = {"Quantity": 2, "Items": [{"KeyValueStoreARN": store}, {"KeyValueStoreARN": f"{store}2"}]}
    refused = ("InvalidArgument", 400)
    assert code_of(lambda: function.update(PASS, Runtime="cloudfront-js-1.0", store=store)) == refused
    assert code_of(lambda: function.update(PASS, KeyValueStoreAssociations=two)) == refused
    assert code_of(lambda: function.update(PASS, f"{store}-none")) == refused
    assert code_of(lambda: function.update(PASS.ljust(10_241))) == ("FunctionSizeLimitExceeded", 413)
    assert code_of(lambda: Function(local_aws, PASS.ljust(10_241))) == ("FunctionSizeLimitExceeded", 413)
    function.update(PASS.ljust(10_240), store)


def test_an_update_returns_the_next_etag(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    assert function.update(PASS + b"\n") == function.client.describe_function(Name=function.name)["ETag"]
    assert function.client.get_function(Name=function.name)["FunctionCode"].read() == PASS + b"\n"


def test_a_function_in_use_cannot_be_deleted(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    function.publish()
    distribution = associate(local_aws, function)

    def delete() -> None:
        function.client.delete_function(Name=function.name, IfMatch=function.etag)

    assert code_of(delete) == ("FunctionInUse", 409)
    found = function.client.get_distribution_config(Id=distribution)
    changed = {**found["DistributionConfig"]}
    changed["DefaultCacheBehavior"]["FunctionAssociations"] = {"Quantity": 0}
    function.client.update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=changed)
    delete()
    assert code_of(delete) == ("NoSuchFunctionExists", 404)


def test_the_live_stage_is_in_progress_if_associated(local_aws: LocalAws) -> None:
    function = Function(local_aws)
    local_aws.behave(function_seconds=3600)
    function.publish()
    assert function.status() == "UNASSOCIATED"
    associate(local_aws, function)
    assert function.status() == "IN_PROGRESS"
    local_aws.behave()
    assert function.status() == "DEPLOYED"
