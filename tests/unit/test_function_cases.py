# SPDX-License-Identifier: GPL-3.0-or-later

"""The test cases of a CloudFront Function: the event of each, and the conditions for success."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._function.cases import check_cases, event, failures
from ansible_collections.multiregion.edge.plugins.module_utils._function.operations import Operations

from unit.fakes import client_error

HOST = "d111111abcdef8.cloudfront.net"
REQUEST = {
    "uri": "/guide/index.html",
    "method": "GET",
    "querystring": {"a": {"value": "1"}},
    "headers": {
        "host": {"value": "www.example.com"},
        "accept": {"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]},
    },
    "cookies": {"edge-canary": {"value": "1"}},
}
RESPONSE = {
    "statusCode": 301,
    "statusDescription": "Moved Permanently",
    "headers": {"location": {"value": "/new"}},
    "body": {"encoding": "text", "data": "moved"},
}


def case(expect: t.Any = None, name: str = "case", **event: t.Any) -> dict[str, t.Any]:
    return {"name": name, "event": event, "expect": expect or {}}


def made(**given: t.Any) -> dict[str, t.Any]:
    document: dict[str, t.Any] = json.loads(event(case(**given)))
    return document


def test_the_default_is_a_get_of_the_root() -> None:
    document = made()
    assert document["version"] == "1.0"
    assert document["context"]["eventType"] == "viewer-request"
    assert document["viewer"] == {"ip": "198.51.100.11"}
    assert document["request"] == {
        "method": "GET",
        "uri": "/",
        "querystring": {},
        "headers": {"host": {"value": HOST}},
        "cookies": {},
    }
    assert "response" not in document


def test_given_values_are_in_the_event_also_as_plain_text() -> None:
    headers = {"Host": "www.example.com", "x-number": 7, "accept": {"value": "a"}}
    request = made(request={"method": "POST", "uri": "/a", "headers": headers, "querystring": {"q": "1"}})["request"]
    assert (request["method"], request["uri"], request["querystring"]) == ("POST", "/a", {"q": {"value": "1"}})
    assert request["headers"] == {
        "host": {"value": "www.example.com"},
        "x-number": {"value": "7"},
        "accept": {"value": "a"},
    }
    assert made(viewer={"ip": "192.0.2.7"}, context={"requestId": "mine"})["context"]["requestId"] == "mine"


def test_the_event_of_a_response() -> None:
    document = made(response={"headers": {"server": "S3"}})
    assert document["context"]["eventType"] == "viewer-response"
    assert (document["response"]["statusCode"], document["response"]["headers"]) == (200, {"server": {"value": "S3"}})


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([case(), case()], "two cases are named 'case'"),
        ([case(uri="/")], "the event of 'case' has no uri; it has version, context, viewer, request, response"),
        ([case(request="/")], "request in the event of 'case' must be a dictionary"),
        ([case({"statusCode": 200})], "what is expected of 'case' has no statusCode; it has uri"),
        ([case({"headers": "host"})], "headers expected of 'case' must be a dictionary"),
        ([case(request={"uri": "/" * 40_960})], "larger than the 40960 bytes"),
    ],
)
def test_cases_that_are_refused(cases: list[dict[str, t.Any]], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_cases(cases)


@pytest.mark.parametrize(
    ("output", "expect"),
    [
        ({"request": REQUEST}, {}),
        ({"request": REQUEST}, {"uri": "/guide/index.html", "method": "GET"}),
        ({"request": REQUEST}, {"querystring": {"a": "1"}}),
        ({"request": REQUEST}, {"querystring": "a=1"}),
        ({"request": {**REQUEST, "querystring": "a=1&b=&b=2"}}, {"querystring": {"a": 1, "b": ["", "2"]}}),
        ({"request": {**REQUEST, "querystring": ""}}, {"querystring": {}}),
        ({"request": REQUEST}, {"headers": {"Host": "www.example.com", "x-none": None}}),
        ({"request": REQUEST}, {"headers": {"accept": ["a", "b"]}}),
        ({"request": REQUEST}, {"cookies": {"edge-canary": 1}}),
        ({"response": RESPONSE}, {"status": 301, "headers": {"location": "/new"}, "body": "moved"}),
        ({"response": {**RESPONSE, "body": "moved"}}, {"body": "moved"}),
    ],
)
def test_results_that_pass(output: dict[str, t.Any], expect: dict[str, t.Any]) -> None:
    assert failures(case(expect), {"FunctionOutput": json.dumps(output), "ComputeUtilization": "80"}, 80) == []


@pytest.mark.parametrize(
    ("output", "expect", "words"),
    [
        ({"request": REQUEST}, {"uri": "/other"}, ["uri is '/guide/index.html', not '/other'"]),
        ({"request": REQUEST}, {"querystring": {}}, ["querystring is {'a': '1'}, not {}"]),
        ({"request": REQUEST}, {"headers": {"host": None}}, ["headers.host is 'www.example.com', not absent"]),
        ({"request": REQUEST}, {"headers": {"x-a": 1}}, ["headers.x-a is absent, not '1'"]),
        ({"request": REQUEST}, {"status": 404}, ["status is absent, not '404'"]),
        ({"response": RESPONSE}, {"status": 404, "uri": "/"}, ["status is '301', not '404'", "uri is absent, not '/'"]),
    ],
)
def test_results_that_fail(output: dict[str, t.Any], expect: dict[str, t.Any], words: list[str]) -> None:
    assert failures(case(expect), {"FunctionOutput": json.dumps(output)}, 80) == words


def test_an_error_fails_and_so_does_a_high_utilization() -> None:
    error = {"FunctionErrorMessage": "SyntaxError:\n  at 1", "FunctionOutput": "", "ComputeUtilization": "0"}
    assert failures(case(), error, 80) == ["the function failed: SyntaxError: at 1"]
    slow = {"FunctionOutput": json.dumps({"request": REQUEST}), "ComputeUtilization": "81"}
    assert failures(case(), slow, 80) == ["it took 81 % of the time that CloudFront allows, more than 80 %"]
    assert failures(case(), slow, 81) == []


class Answers(Operations):
    """Answers of TestFunction, in order."""

    def __init__(self, *answers: t.Any) -> None:
        self._answers = list(answers)
        self.warnings: list[str] = []
        self._warn = self.warnings.append
        self.taken = {}

    def test_function(self, name: str, event: bytes) -> dict[str, t.Any]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"FunctionOutput": json.dumps({"request": REQUEST}), "ComputeUtilization": "9", **answer}

    @property
    def left(self) -> int:
        return len(self._answers)


def test_all_cases_are_run_and_all_failures_are_reported_with_logs() -> None:
    answers = Answers({"FunctionExecutionLogs": ["one", "two"]}, {"ComputeUtilization": ""}, {})
    cases = [case({"uri": "/x"}, "first"), case(name="second"), case({"status": 200}, "third")]
    with pytest.raises(EdgeError) as caught:
        answers.run_tests("viewer", cases, 80)
    assert str(caught.value) == (
        "The CloudFront Function viewer is not published, and LIVE stays as it is, for it fails its tests: "
        "first: uri is '/guide/index.html', not '/x' (its log: one / two); third: status is absent, not '200'."
    )
    assert answers.taken == {"first": 9, "second": None, "third": 9}


@pytest.mark.parametrize(
    ("measured", "taken", "calls"), [(["30"], 30, 1), (["95", "40"], 40, 2), (["95", "99", "80"], 80, 3)]
)
def test_a_slow_case_is_measured_again(measured: list[str], taken: int, calls: int) -> None:
    answers = Answers(*({"ComputeUtilization": one} for one in measured))
    answers.run_tests("viewer", [case()], 80)
    assert (answers.taken, answers.left) == ({"case": taken}, 0)


def test_a_case_fails_after_three_slow_measurements() -> None:
    answers = Answers(*({"ComputeUtilization": one} for one in ("95", "91", "99")))
    with pytest.raises(EdgeError, match="case: it took 91 % of the time"):
        answers.run_tests("viewer", [case()], 80)


def test_a_missing_testfunction_is_a_warning_and_any_other_refusal_a_failure() -> None:
    answers = Answers(client_error("UnsupportedOperation", "TestFunction"))
    answers.run_tests("viewer", [case()], 80)
    assert answers.taken == {} and "is published without its tests" in answers.warnings[0]
    with pytest.raises(Exception, match="AccessDenied"):
        Answers(client_error("AccessDenied", "TestFunction")).run_tests("viewer", [case()], 80)


class Client:
    """CloudFront with one function or none; it records the requested ETags."""

    def __init__(self, **answers: t.Any) -> None:
        self._answers = answers
        self.etags: list[str] = []

    def __getattr__(self, call: str) -> t.Callable[..., t.Any]:
        def answer(**given: t.Any) -> t.Any:
            if "IfMatch" in given:
                self.etags.append(given["IfMatch"])
            found = self._answers.get(call, {})
            if isinstance(found, Exception):
                raise found
            return found

        return answer


class FakeAws:
    def __init__(self, client: Client) -> None:
        self._client = client

    def client(self, service: str, region: str) -> Client:
        return self._client


CONFIG = {"code": "x", "comment": "", "runtime": "cloudfront-js-2.0", "key_value_store_arns": []}


@pytest.mark.parametrize(
    ("answer", "etag"),
    [
        ({"ETag": "E2"}, "E2"),
        ({"ResponseMetadata": {"HTTPHeaders": {"etag": "E2"}}}, "E2"),
        ({"ResponseMetadata": {"HTTPHeaders": {}}}, ""),
    ],
    ids=["as the model spells it", "as all others are spelt", "not at all"],
)
def test_each_write_has_the_etag_of_the_previous_one(answer: dict[str, t.Any], etag: str) -> None:
    client = Client(create_function={"ETag": "E1"}, update_function=answer)
    api: t.Any = Operations(FakeAws(client), print)  # type: ignore[arg-type]
    api.create_function(name="f", tags={}, **CONFIG)
    api.update_function(name="f", **CONFIG)
    api.publish_function(name="f")
    assert client.etags == ["E1", etag]


def test_a_function_that_cloudfront_cannot_run_fails_its_case() -> None:
    client = Client(test_function=client_error("TestFunctionFailed", "TestFunction", "no memory"))
    api: t.Any = Operations(FakeAws(client), print)  # type: ignore[arg-type]
    with pytest.raises(EdgeError, match="case: the function failed: TestFunctionFailed from TestFunction: no memory"):
        api.run_tests("f", [case()], 80)
