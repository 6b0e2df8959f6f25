# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls about buckets: the meaning of S3's answers."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from botocore.exceptions import ClientError

from unit.fakes import client_error

TAGS = {"multiregion-edge": "my-site"}


class FakeClient:
    """Answer each operation with the next of its answers; raise it if it is an exception."""

    def __init__(self, **answers: list[t.Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def __getattr__(self, operation: str) -> t.Any:
        def call(**parameters: t.Any) -> t.Any:
            self.calls.append((operation, parameters))
            answer = self.answers[operation].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class FakeAws:
    account_id = "111122223333"

    def __init__(self, client: FakeClient) -> None:
        self._client = client

    def client(self, service: str, region: str) -> FakeClient:
        return self._client


def api(client: FakeClient, timeout: float = 5) -> Operations:
    return Operations(t.cast(t.Any, FakeAws(client)), timeout)


def owned_by(owner: str | None) -> t.Any:
    if owner is None:
        return client_error("NoSuchTagSet", "GetBucketTagging")
    return {"TagSet": [{"Key": "multiregion-edge", "Value": owner}]}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (client_error("403", "HeadBucket"), "b in eu-north-1 is not this account's"),
        (client_error("400", "HeadBucket"), "S3 in eu-north-1 does not take these credentials"),
        ({"BucketRegion": "us-east-1"}, "b is in us-east-1, not in eu-north-1"),
    ],
)
def test_an_unusable_bucket_is_refused_with_the_reason(answer: t.Any, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        api(FakeClient(head_bucket=[answer])).exists("eu-north-1", "b")


@pytest.mark.parametrize(
    ("answer", "there"), [({"BucketRegion": "eu-north-1"}, True), (client_error("404", "HeadBucket"), False)]
)
def test_only_buckets_of_the_account_are_read(answer: t.Any, there: bool) -> None:
    client = FakeClient(head_bucket=[answer])
    assert api(client).exists("eu-north-1", "b") is there
    assert client.calls == [("head_bucket", {"Bucket": "b", "ExpectedBucketOwner": "111122223333"})]


@pytest.mark.parametrize(
    ("region", "configuration"),
    [
        ("us-east-1", {}),
        ("eu-north-1", {"LocationConstraint": "eu-north-1"}),
    ],
)
def test_a_new_bucket_is_created_with_the_managed_tag(region: str, configuration: dict[str, str]) -> None:
    client = FakeClient(create_bucket=[{}])
    api(client).create_bucket(region, "b", TAGS)
    ((_, parameters),) = client.calls
    tag_set = [{"Key": "multiregion-edge", "Value": "my-site"}]
    assert parameters["CreateBucketConfiguration"] == {**configuration, "Tags": tag_set}
    assert "BucketNamespace" not in parameters


def test_a_creation_whose_answer_was_lost_counts_as_done() -> None:
    client = FakeClient(
        create_bucket=[client_error("BucketAlreadyOwnedByYou", "CreateBucket")],
        get_bucket_tagging=[owned_by("my-site")],
    )
    api(client).create_bucket("eu-north-1", "b", TAGS)


@pytest.mark.parametrize("owner", ["other", None])
def test_a_bucket_that_is_created_concurrently_is_not_adopted(owner: str | None) -> None:
    client = FakeClient(
        create_bucket=[client_error("BucketAlreadyOwnedByYou", "CreateBucket")], get_bucket_tagging=[owned_by(owner)]
    )
    with pytest.raises(EdgeError, match="b in eu-north-1 was created by another process just now"):
        api(client).create_bucket("eu-north-1", "b", TAGS)


def test_a_new_bucket_may_not_be_visible_everywhere_yet() -> None:
    client = FakeClient(
        create_bucket=[{}], put_bucket_versioning=[client_error("NoSuchBucket", "PutBucketVersioning"), {}]
    )
    buckets = api(client)
    buckets.create_bucket("eu-north-1", "b", TAGS)
    buckets.put_versioning("eu-north-1", "b", "Enabled")
    assert [operation for operation, _ in client.calls].count("put_bucket_versioning") == 2


def test_an_existing_bucket_that_s3_does_not_find_is_deleted() -> None:
    client = FakeClient(put_bucket_versioning=[client_error("NoSuchBucket", "PutBucketVersioning")])
    with pytest.raises(ClientError, match="NoSuchBucket"):
        api(client).put_versioning("eu-north-1", "b", "Enabled")


def test_a_deletion_whose_answer_was_lost_counts_as_done() -> None:
    client = FakeClient(delete_bucket=[client_error("NoSuchBucket", "DeleteBucket")])
    api(client).delete_bucket("eu-north-1", "b", everything=False)


def test_a_bucket_that_gets_objects_during_the_run_is_not_emptied_without_force() -> None:
    client = FakeClient(delete_bucket=[client_error("BucketNotEmpty", "DeleteBucket")])
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        api(client).delete_bucket("eu-north-1", "b", everything=False)


def test_all_pages_of_mraps_are_read() -> None:
    made = {"Status": "READY", "CreatedAt": datetime(2026, 11, 20, tzinfo=UTC)}
    a, b = {"Region": "eu-north-1", "Bucket": "a"}, {"Region": "us-east-1", "Bucket": "b"}
    pages = [
        {"AccessPoints": [{**made, "Name": "one", "Regions": [a, b]}], "NextToken": "more"},
        {"AccessPoints": [{**made, "Name": "two", "Regions": [b]}]},
    ]
    client = FakeClient(list_multi_region_access_points=pages)
    assert api(client).mraps() == {"a": ["one"], "b": ["one", "two"]}
    assert [parameters.get("NextToken") for _, parameters in client.calls] == [None, "more"]
