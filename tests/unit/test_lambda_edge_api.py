# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of Lambda: retries, waits, and conditions on the observed state."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import operations as apis
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.resource import Present
from botocore.exceptions import ClientError

from unit.fakes import client_error

ACTIVE = {"State": "Active", "LastUpdateStatus": "Successful", "RevisionId": "settled", "Role": "r", "CodeSha256": "a"}
PENDING = {**ACTIVE, "State": "Pending", "LastUpdateStatus": "InProgress", "RevisionId": "on its way"}
UNSPREAD = client_error(
    "InvalidParameterValueException",
    "CreateFunction",
    "The role defined for the function cannot be assumed by Lambda.",
)
BUSY = client_error("ResourceConflictException", "UpdateFunctionCode", "An update is in progress for resource: arn")
STILL_REPLICATED = client_error(
    "InvalidParameterValueException",
    "DeleteFunction",
    "Lambda was unable to delete arn:aws:lambda:us-east-1:111122223333:function:f:3 because it is a replicated "
    "function. Please see our documentation for Deleting Lambda@Edge Functions and Replicas.",
)


class FakeLambda:
    """Answer each call with the next of its answers, the last one repeatedly."""

    def __init__(self, **answers: list[t.Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def __getattr__(self, name: str) -> t.Callable[..., t.Any]:
        def call(**parameters: t.Any) -> t.Any:
            self.calls.append((name, parameters))
            answers = self.answers.get(name, [{}])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def made(self, name: str) -> list[dict[str, t.Any]]:
        return [parameters for call, parameters in self.calls if call == name]


class FakeAws:
    def __init__(self, client: t.Any) -> None:
        self._client = client

    def client(self, service: str, region: str) -> t.Any:
        assert (service, region) in {("lambda", "us-east-1"), ("logs", "eu-west-1")}
        return self._client


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def api_of(client: FakeLambda, timeout: float = 120) -> apis.Operations:
    return apis.Operations(t.cast(t.Any, FakeAws(client)), timeout)


def test_a_call_waits_for_a_new_role() -> None:
    client = FakeLambda(create_function=[UNSPREAD, UNSPREAD, PENDING], get_function_configuration=[PENDING, ACTIVE])
    api_of(client).create_function("f", b"zip", {"Role": "r"}, {})
    assert len(client.made("create_function")) == 3


def test_a_role_that_can_never_be_assumed_ends_with_a_message() -> None:
    client = FakeLambda(create_function=[UNSPREAD])
    with pytest.raises(EdgeError, match=r"cannot be assumed by Lambda\. AWS answered this for 0 s"):
        api_of(client, timeout=0).create_function("f", b"zip", {"Role": "r"}, {})


def test_other_invalid_parameters_are_an_error_without_retries() -> None:
    client = FakeLambda(create_function=[client_error("InvalidParameterValueException", "CreateFunction", "Runtime")])
    with pytest.raises(ClientError, match="Runtime"):
        api_of(client).create_function("f", b"zip", {"Role": "r"}, {})
    assert len(client.made("create_function")) == 1


def test_a_creation_whose_answer_was_lost_counts_as_done() -> None:
    there = client_error("ResourceConflictException", "CreateFunction", "Function already exist: f")
    client = FakeLambda(create_function=[there], get_function_configuration=[ACTIVE])
    api_of(client).create_function("f", b"zip", {"Role": "r"}, {})
    assert len(client.made("create_function")) == 1


def test_a_concurrent_creation_is_detected() -> None:
    there = client_error("ResourceConflictException", "CreateFunction", "Function already exist: f")
    client = FakeLambda(create_function=[there], get_function_configuration=[{**ACTIVE, "Role": "theirs"}])
    with pytest.raises(EdgeError, match="The Role of the Lambda function f was changed") as caught:
        api_of(client).create_function("f", b"zip", {"Role": "r"}, {})
    assert is_stale(caught.value.__cause__)


def test_a_call_waits_for_an_update_in_progress() -> None:
    client = FakeLambda(update_function_code=[BUSY, BUSY, ACTIVE], get_function_configuration=[ACTIVE])
    api_of(client).update_code("f", b"zip")
    assert len(client.made("update_function_code")) == 3


def test_each_change_requires_the_previous_revision() -> None:
    """The revision changes again when Lambda has applied the change; it is accepted if all values are as written."""
    seen = [{**ACTIVE, "RevisionId": each} for each in ("observed", "code", "configuration")]
    client = FakeLambda(
        get_function_configuration=[*seen, ACTIVE],
        update_function_code=[PENDING],
        update_function_configuration=[PENDING],
        publish_version=[{"Version": "7"}],
    )
    api = api_of(client)
    api.function("f")
    api.update_code("f", b"zip")
    api.update_configuration("f", {"Role": "r"})
    api.publish_version("f", "a")
    changes = ("update_function_code", "update_function_configuration", "publish_version")
    assert [client.made(call)[0]["RevisionId"] for call in changes] == ["observed", "code", "configuration"]
    assert client.made("publish_version")[0]["CodeSha256"] == "a"


def test_a_call_waits_for_a_version() -> None:
    client = FakeLambda(get_function_configuration=[PENDING, PENDING, ACTIVE])
    api_of(client).await_version("f", "7")
    assert client.made("get_function_configuration") == [{"FunctionName": "f", "Qualifier": "7"}] * 3


@pytest.mark.parametrize("member", ["Role", "CodeSha256"])
def test_a_later_concurrent_change_is_detected(member: str) -> None:
    client = FakeLambda(update_function_code=[PENDING], get_function_configuration=[{**ACTIVE, member: "theirs"}])
    with pytest.raises(
        EdgeError, match=f"The {member} of the Lambda function f was changed by another process"
    ) as caught:
        api_of(client).update_code("f", b"zip")
    assert is_stale(caught.value.__cause__)


def test_a_failed_update_of_lambda_is_reported() -> None:
    failed = {**ACTIVE, "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no room"}
    client = FakeLambda(update_function_code=[PENDING], get_function_configuration=[failed])
    with pytest.raises(EdgeError, match="could not set it up: no room"):
        api_of(client).update_code("f", b"zip")


def is_stale(error: BaseException | None) -> bool:
    return Present.is_stale(t.cast(t.Any, None), error)


@pytest.mark.parametrize(
    ("code", "message", "stale"),
    [
        ("PreconditionFailedException", "The RevisionId provided does not match", True),
        ("ResourceNotFoundException", "Function not found", True),
        ("InvalidParameterValueException", "CodeSHA256 (a) is different from current CodeSHA256 in $LATEST (b).", True),
        ("InvalidParameterValueException", "The runtime is not supported", False),
        ("AccessDeniedException", "not you", False),
    ],
)
def test_concurrent_changes_are_observed_again(code: str, message: str, stale: bool) -> None:
    assert is_stale(client_error(code, "PublishVersion", message)) is stale
    assert not is_stale(None)


def test_replicated_versions_are_kept_and_reported_once() -> None:
    client = FakeLambda(delete_function=[STILL_REPLICATED])
    api = api_of(client)
    api.delete_version("f", "3")
    api.delete_function("f")
    assert api.replicated == ["3"]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ResourceConflictException"])
def test_deleted_versions_and_those_with_an_alias_are_skipped(code: str) -> None:
    api = api_of(FakeLambda(delete_function=[client_error(code, "DeleteFunction")]))
    api.delete_version("f", "3")
    assert api.replicated == []


def test_any_other_refusal_to_delete_is_an_error() -> None:
    refused = client_error("InvalidParameterValueException", "DeleteFunction", "$LATEST version cannot be deleted")
    with pytest.raises(ClientError, match="LATEST"):
        api_of(FakeLambda(delete_function=[refused])).delete_function("f")


CONFLICT = client_error("OperationAbortedException", "PutRetentionPolicy", "Multiple concurrent requests")
GROUP = {"region": "eu-west-1", "log_group": "/aws/lambda/us-east-1.f"}


@pytest.mark.parametrize(
    ("change", "call", "more", "passes"),
    [
        ("create_log_group", "create_log_group", {"tags": {}}, "ResourceAlreadyExistsException"),
        ("put_log_retention", "put_retention_policy", {"days": 30}, None),
        ("delete_log_group", "delete_log_group", {}, "ResourceNotFoundException"),
    ],
)
def test_a_call_waits_for_a_concurrent_change_of_a_log_group(
    change: str, call: str, more: dict[str, t.Any], passes: str | None
) -> None:
    last: t.Any = client_error(passes, call) if passes else {}
    client = FakeLambda(**{call: [CONFLICT, CONFLICT, last]})
    getattr(api_of(client), change)(**GROUP, **more)
    assert len(client.made(call)) == 3


def test_the_versions_that_distributions_associate() -> None:
    arn = "arn:aws:lambda:us-east-1:111122223333:function:f"

    def behavior(*arns: str) -> dict[str, t.Any]:
        return {"LambdaFunctionAssociations": {"Items": [{"LambdaFunctionARN": each} for each in arns]}}

    items = [
        {"Id": "E1", "DefaultCacheBehavior": behavior(f"{arn}:2", f"{arn}:2"), "CacheBehaviors": {"Quantity": 0}},
        {"Id": "E2", "DefaultCacheBehavior": {}, "CacheBehaviors": {"Items": [behavior(f"{arn}:2", f"{arn}:10")]}},
        {"Id": "E3", "DefaultCacheBehavior": behavior(f"{arn}-eu:3")},
    ]

    class Pages:
        def client(self, service: str, region: str) -> Pages:
            return self

        def list_distributions(self, Marker: str = "") -> dict[str, t.Any]:
            page = {"Items": items[1:]} if Marker == "E1" else {"Items": items[:1], "NextMarker": "E1"}
            return {"DistributionList": page}

    found = apis.EdgeLambdaApi(t.cast(t.Any, Pages())).associations(arn)
    assert found == {"2": ["E1", "E2"], "10": ["E2"]}
