# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations on an MRAP: that of a killed run is joined, a past one gets one successor, a failure is reported."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.api import MrapApi, Operation
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.plan import Mrap
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.policy import Policies

from unit.fakes import client_error

NAME = "my-site-3f9a1c2b"
NOW = timedelta(0)
LONG_AGO = timedelta(days=3)
A_MOMENT_AGO = timedelta(seconds=5)
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}
OTHER_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]}


def mrap(status: str) -> Mrap:
    return Mrap(NAME, "mfzwi23gnjvgw.mrap", status, "2026-11-20T08:00:00+00:00", {"eu-north-1": "b"})


class FakeApi:
    """S3 Control with these past operations. It answers the token of each one with that operation, as AWS does.

    A new operation ends immediately with *outcome*. *statuses* and *policy_reads* are the results of reads, the
    last one repeatedly; None is no MRAP.
    """

    def __init__(
        self,
        *history: Operation,
        statuses: t.Sequence[str | None] = (None,),
        policy_reads: t.Sequence[Policies] = (Policies(),),
        outcome: Operation | None = None,
    ) -> None:
        self._history = list(history)
        self._outcome = outcome or Operation("IN_PROGRESS", NOW)
        self._operations: dict[str, Operation] = {}
        self._statuses = list(statuses)
        self._policies = list(policy_reads)
        self.tokens: list[str] = []
        self.begun = 0

    def _begin(self, client_token: str) -> str:
        self.tokens.append(client_token)
        request_token = f"arn:{client_token}"
        if request_token not in self._operations:
            self.begun += not self._history
            self._operations[request_token] = self._history.pop(0) if self._history else self._outcome
        return request_token

    def create(self, client_token: str, name: str, buckets: list[str]) -> str:
        return self._begin(client_token)

    def delete(self, client_token: str, name: str) -> str:
        return self._begin(client_token)

    def put_policy(self, client_token: str, name: str, policy: t.Any) -> str:
        return self._begin(client_token)

    def operation(self, request_token: str) -> Operation:
        return self._operations[request_token]

    def mrap(self, name: str) -> Mrap | None:
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return mrap(status) if status else None

    def policies(self, name: str) -> Policies:
        return self._policies.pop(0) if len(self._policies) > 1 else self._policies[0]


def changes(api: FakeApi) -> Operations:
    return Operations(t.cast(MrapApi, api), "111122223333", NAME, timeout=0)


def ended(status: str, age: timedelta, code: str = "", message: str = "") -> Operation:
    return Operation(status, age, code, message)


@pytest.mark.parametrize(
    ("history", "tokens", "begun"),
    [
        ([], 1, 1),
        ([ended("IN_PROGRESS", LONG_AGO)], 1, 0),
        ([ended("NEW", A_MOMENT_AGO)], 1, 0),
        ([ended("A_WORD_OF_TOMORROW", LONG_AGO)], 1, 0),
        ([ended("FAILED", NOW)], 1, 0),
        ([ended("FAILED", A_MOMENT_AGO)], 2, 1),
        ([ended("SUCCEEDED", LONG_AGO)], 2, 1),
        ([ended("success", NOW)], 2, 1),
        ([ended("SUCCEEDED", LONG_AGO), ended("FAILED", LONG_AGO), ended("SUCCESS", A_MOMENT_AGO)], 4, 1),
        ([ended("SUCCEEDED", LONG_AGO), ended("FAILED", LONG_AGO), ended("IN_PROGRESS", A_MOMENT_AGO)], 3, 0),
    ],
    ids=[
        "the first one",
        "a killed run's, still going on",
        "a killed run's, just begun",
        "what is unknown goes on",
        "this run's, failed at once",
        "failed before",
        "deleted since",
        "deleted since, within a moment",
        "created, deleted and failed again and again",
        "a killed run's, after others",
    ],
)
def test_the_operation_of_a_creation(history: list[Operation], tokens: int, begun: int) -> None:
    api = FakeApi(*history)
    changes(api).create_mrap(NAME, ["b"], "token")
    assert (len(api.tokens), api.begun) == (tokens, begun)
    assert api.tokens[0] == "token" and len(set(api.tokens)) == tokens
    assert all(len(token) <= 64 for token in api.tokens)


def test_every_run_finds_the_same_successor() -> None:
    runs = [FakeApi(ended("SUCCEEDED", LONG_AGO), ended("IN_PROGRESS", NOW)) for _ in range(2)]
    for api in runs:
        changes(api).create_mrap(NAME, ["b"], "token")
    assert runs[0].tokens == runs[1].tokens


def test_an_mrap_that_has_appeared_is_not_created_again() -> None:
    api = FakeApi(ended("SUCCEEDED", LONG_AGO), statuses=[None, "READY"])
    changes(api).create_mrap(NAME, ["b"], "token")
    assert api.tokens == ["token"]


def test_the_number_of_past_operations_is_limited() -> None:
    api = FakeApi(outcome=ended("FAILED", LONG_AGO))
    with pytest.raises(EdgeError, match="AWS remembers 100 operations"):
        changes(api).create_mrap(NAME, ["b"], "token")


def test_an_mrap_is_created_after_the_deletion_of_the_old_one() -> None:
    api = FakeApi(statuses=["DELETING"])
    with pytest.raises(EdgeError, match=r"before it is created: not ready after 0 s .status DELETING"):
        changes(api).create_mrap(NAME, ["b"], "token")
    assert api.tokens == []


def test_no_mrap_is_created_during_a_partial_deletion() -> None:
    api = FakeApi(statuses=["PARTIALLY_DELETED"])
    with pytest.raises(EdgeError, match="only in part: finish that with state: absent"):
        changes(api).create_mrap(NAME, ["b"], "token")
    assert api.tokens == []


def test_an_mrap_is_deleted_after_its_creation() -> None:
    api = FakeApi(statuses=["CREATING"])
    with pytest.raises(EdgeError, match=r"before it is deleted: not ready after 0 s .status CREATING"):
        changes(api).delete_mrap(NAME, "token")
    assert api.tokens == []


def test_an_mrap_whose_creation_failed_is_not_deleted() -> None:
    """The creation failed while the deletion waited for it."""
    api = FakeApi(statuses=[None])
    run = changes(api)
    run.delete_mrap(NAME, "token")
    run.until_gone()
    assert api.tokens == []


@pytest.mark.parametrize(
    ("statuses", "outcome", "words"),
    [
        (["CREATING"], None, "not ready after 0 s (status CREATING). Nothing is lost: run it again"),
        ([None], None, "not ready after 0 s (status CREATING)"),
        ([None], ended("FAILED", NOW, "NoSuchBucket", "It is not there."), "could not create .*: NoSuchBucket: It is"),
        (["CREATING"], ended("failed", NOW, "AccessDenied"), "could not create .*: AccessDenied. Fix that"),
        ([None], ended("FAILED", NOW), "could not create .*: no reason given. Fix that"),
        (["PARTIALLY_CREATED"], None, "not ready after 0 s (status PARTIALLY_CREATED)"),
        (
            ["PARTIALLY_CREATED"],
            ended("FAILED", NOW, "InternalErrors", "Try again"),
            "only in part (InternalErrors: Try again). Run it again to have AWS finish it, or delete it",
        ),
        ([None], ended("FAILED", NOW, "MultiRegionAccessPointAlreadyOwnedByYou"), "not ready after 0 s"),
        ([None, None, "CREATING"], ended("SUCCEEDED", NOW), "not ready after 0 s (status CREATING)"),
    ],
    ids=[
        "it goes on",
        "it goes on and is not seen yet",
        "it failed",
        "it failed, and is seen",
        "it failed without a reason",
        "a part is there, and it goes on",
        "a part is there, and that is all",
        "another one has created it",
        "it succeeded, and is seen late",
    ],
)
def test_messages_about_a_creation(statuses: list[str | None], outcome: Operation | None, words: str) -> None:
    api = FakeApi(statuses=[None, *statuses], outcome=outcome)
    run = changes(api)
    run.create_mrap(NAME, ["b"], "token")
    with pytest.raises(EdgeError, match=words.replace("(", "[(]").replace(")", "[)]")):
        run.until_serving()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "AWS gave up .*, which was being created: run it again"),
        ("PARTIALLY_CREATED", "only in part .no reason given.. Run it again"),
    ],
)
def test_messages_about_a_creation_by_another_run(status: str | None, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        changes(FakeApi(statuses=[status])).until_serving()


@pytest.mark.parametrize("status", ["READY", "INCONSISTENT_ACROSS_REGIONS"])
def test_an_mrap_in_service_is_not_waited_for(status: str) -> None:
    assert changes(FakeApi(statuses=[status])).until_serving() == mrap(status)


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        ("READY", None, "not ready after 0 s .status READY."),
        ("DELETING", ended("SUCCEEDED", NOW), "not ready after 0 s .status DELETING."),
        (
            "READY",
            ended("FAILED", NOW, "InternalErrors", "Sorry."),
            "did not delete .* .InternalErrors: Sorry.. Run it",
        ),
        (
            "PARTIALLY_DELETED",
            ended("FAILED", NOW, "InternalErrors"),
            "deleted only a part .* .InternalErrors.. Run it",
        ),
        ("READY", ended("FAILED", NOW, "NoSuchMultiRegionAccessPoint"), "not ready after 0 s"),
    ],
)
def test_messages_about_a_deletion(status: str, outcome: Operation | None, words: str) -> None:
    run = changes(FakeApi(statuses=[status], outcome=outcome))
    run.delete_mrap(NAME, "token")
    with pytest.raises(EdgeError, match=words):
        run.until_gone()


@pytest.mark.parametrize("status", ["READY", "PARTIALLY_DELETED"])
def test_messages_about_a_deletion_by_another_run(status: str) -> None:
    with pytest.raises(EdgeError, match=r"AWS (did not delete|deleted only a part of) .*no reason given"):
        changes(FakeApi(statuses=[status])).until_gone()


def test_a_failed_partial_deletion_is_repeated() -> None:
    api = FakeApi(ended("FAILED", LONG_AGO), statuses=["PARTIALLY_DELETED"])
    changes(api).delete_mrap(NAME, "token")
    assert len(api.tokens) == 2


class TestPolicy:
    def test_it_is_put_once(self) -> None:
        api = FakeApi(statuses=["READY"], policy_reads=[Policies(OTHER_POLICY)])
        changes(api).put_policy(NAME, POLICY)
        assert len(api.tokens) == 1

    @pytest.mark.parametrize("policies", [Policies(POLICY), Policies(OTHER_POLICY, POLICY)])
    def test_it_is_not_put_if_another_run_has_put_it(self, policies: Policies) -> None:
        api = FakeApi(statuses=["READY"], policy_reads=[policies])
        changes(api).put_policy(NAME, POLICY)
        assert api.tokens == []

    def test_it_is_not_put_while_another_one_propagates(self) -> None:
        api = FakeApi(statuses=["READY"], policy_reads=[Policies(None, OTHER_POLICY)])
        with pytest.raises(EdgeError, match=r"The policy that .* was given before: not ready after 0 s .Proposed"):
            changes(api).put_policy(NAME, POLICY)
        assert api.tokens == []

    def test_it_is_not_put_during_another_operation(self) -> None:
        api = FakeApi(statuses=["INCONSISTENT_ACROSS_REGIONS"])
        with pytest.raises(EdgeError, match=r"not ready after 0 s .status INCONSISTENT_ACROSS_REGIONS."):
            changes(api).put_policy(NAME, POLICY)
        assert api.tokens == []

    def test_it_may_be_restored_after_another_one(self) -> None:
        """POLICY, OTHER_POLICY, POLICY, OTHER_POLICY, POLICY: AWS would answer the old token with the old operation."""
        seen = set()
        for before in (None, OTHER_POLICY):
            api = FakeApi(statuses=["READY"], policy_reads=[Policies(before)])
            changes(api).put_policy(NAME, POLICY)
            seen |= set(api.tokens)
        api = FakeApi(ended("SUCCEEDED", LONG_AGO), statuses=["READY"], policy_reads=[Policies(OTHER_POLICY)])
        changes(api).put_policy(NAME, POLICY)
        assert (len(seen), len(seen | set(api.tokens)), api.begun) == (2, 3, 1)

    @pytest.mark.parametrize(
        ("after", "outcome", "words"),
        [
            (Policies(None, POLICY), None, "The policy of .*: not ready after 0 s .Proposed, not Established yet."),
            (Policies(), None, "The policy of .*: not ready after 0 s"),
            (Policies(), ended("FAILED", NOW, "MalformedPolicy", "No."), "did not take .* .MalformedPolicy: No.. Fix"),
        ],
    )
    def test_messages(self, after: Policies, outcome: Operation | None, words: str) -> None:
        run = changes(FakeApi(statuses=["READY"], policy_reads=[Policies(), after], outcome=outcome))
        run.put_policy(NAME, POLICY)
        with pytest.raises(EdgeError, match=words):
            run.until_established(POLICY)

    def test_messages_if_another_run_put_it_and_aws_dropped_it(self) -> None:
        api = FakeApi(statuses=["READY"], policy_reads=[Policies(OTHER_POLICY)])
        with pytest.raises(EdgeError, match=r"did not take the policy .* .no reason given."):
            changes(api).until_established(POLICY)


class FakeControl:
    """Answer DescribeMultiRegionAccessPointOperation as S3 Control does."""

    def __init__(self, answer: dict[str, t.Any] | Exception) -> None:
        self.answer = answer

    def client(self, service: str, region: str) -> FakeControl:
        assert (service, region) == ("s3control", "us-west-2")
        return self

    account_id = "111122223333"

    def describe_multi_region_access_point_operation(self, **_: t.Any) -> dict[str, t.Any]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def operation(answer: dict[str, t.Any] | Exception) -> Operation:
    return MrapApi(t.cast(t.Any, FakeControl(answer))).operation("arn:token")


def test_the_age_of_an_operation_uses_the_clock_of_aws() -> None:
    found = operation(
        {
            "AsyncOperation": {
                "RequestStatus": "FAILED",
                "CreationTime": datetime(1999, 12, 31, 23, 59, 50, tzinfo=UTC),
                "ResponseDetails": {"ErrorDetails": {"Code": "NoSuchBucket", "Message": "It is not there"}},
            },
            "ResponseMetadata": {"HTTPHeaders": {"date": "Sat, 01 Jan 2000 00:00:00 GMT"}},
        }
    )
    assert found == Operation("FAILED", timedelta(seconds=10), "NoSuchBucket", "It is not there")


def test_an_operation_that_is_not_visible_yet_is_in_progress() -> None:
    found = operation(client_error("NoSuchAsyncRequest", "DescribeMultiRegionAccessPointOperation"))
    assert not found.ended
