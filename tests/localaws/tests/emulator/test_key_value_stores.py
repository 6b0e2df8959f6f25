"""CloudFront KeyValueStores."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.wire import code_of

VALUE = "v" * 1024


class Store:
    def __init__(self, local_aws: LocalAws, name: str) -> None:
        self.cloudfront, self.name = local_aws.client("cloudfront"), name
        self.keys = local_aws.client("cloudfront-keyvaluestore")
        made = self.cloudfront.create_key_value_store(Name=name, Tags={"Items": [{"Key": "team", "Value": "web"}]})
        self.arn: str = made["KeyValueStore"]["ARN"]
        self.id: str = made["KeyValueStore"]["Id"]

    def describe(self) -> dict[str, Any]:
        found: dict[str, Any] = self.keys.describe_key_value_store(KvsARN=self.arn)
        return found

    def update(self, etag: str | None = None, **change: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.keys.update_keys(
            KvsARN=self.arn, IfMatch=etag or self.describe()["ETag"], **change
        )
        return answer

    def delete(self) -> None:
        etag = self.cloudfront.describe_key_value_store(Name=self.name)["ETag"]
        self.cloudfront.delete_key_value_store(Name=self.name, IfMatch=etag)


@pytest.fixture
def store(local_aws: LocalAws) -> Iterator[Store]:
    made = Store(local_aws, "limits")
    yield made
    made.delete()


def pairs(numbers: range, value: str = "v") -> list[dict[str, str]]:
    return [{"Key": f"k{number:05}", "Value": value} for number in numbers]


def test_a_store_has_an_id_and_a_recreated_one_is_empty(local_aws: LocalAws) -> None:
    first = Store(local_aws, "again")
    assert first.arn == f"arn:aws:cloudfront::{local_aws.account_id}:key-value-store/{first.id}"
    tags = first.cloudfront.list_tags_for_resource(Resource=first.arn)["Tags"]["Items"]
    assert tags == [{"Key": "team", "Value": "web"}]
    first.update(Puts=pairs(range(3)))
    first.delete()
    second = Store(local_aws, "again")
    assert second.arn != first.arn
    assert second.describe()["ItemCount"] == 0
    assert code_of(first.describe) == ("ResourceNotFoundException", 404)
    second.delete()


def test_every_write_is_counted_and_makes_the_etag_before_it_stale(store: Store) -> None:
    before = store.describe()["ETag"]
    answer = store.update(before, Puts=[{"Key": "é", "Value": "é1"}, {"Key": "b", "Value": ""}])
    assert (answer["ItemCount"], answer["TotalSizeInBytes"]) == (2, 6)
    assert store.describe()["ETag"] == answer["ETag"] != before
    assert code_of(lambda: store.update(before, Puts=pairs(range(1)))) == ("ConflictException", 409)
    answer = store.update(answer["ETag"], Puts=pairs(range(1)), Deletes=[{"Key": "b"}])
    assert (answer["ItemCount"], answer["TotalSizeInBytes"]) == (2, 12)


def test_a_store_holds_five_megabytes(store: Store) -> None:
    each = len("k00000") + 1024
    fits = 5 * 1024 * 1024 // each
    for start in range(0, fits, 50):
        store.update(Puts=pairs(range(start, min(start + 50, fits)), VALUE))
    one_more = pairs(range(fits, fits + 1), VALUE)
    assert code_of(lambda: store.update(Puts=one_more)) == ("ServiceQuotaExceededException", 402)
    put = {"KvsARN": store.arn, "IfMatch": store.describe()["ETag"], **one_more[0]}
    assert code_of(lambda: store.keys.put_key(**put)) == ("ServiceQuotaExceededException", 402)
    assert store.describe()["ItemCount"] == fits
    store.update(Puts=pairs(range(1), "shorter"))


def test_a_page_has_at_most_fifty_keys(store: Store) -> None:
    store.update(Puts=pairs(range(50)))
    store.update(Puts=pairs(range(50, 60)))
    listed = store.keys.list_keys(KvsARN=store.arn, MaxResults=50)
    assert len(listed["Items"]) == 50
    assert len(store.keys.list_keys(KvsARN=store.arn, NextToken=listed["NextToken"])["Items"]) == 10
    too_many = code_of(lambda: store.keys.list_keys(KvsARN=store.arn, MaxResults=51))
    assert too_many == ("ValidationException", 400)


def test_a_store_in_use_is_not_deleted(local_aws: LocalAws, store: Store) -> None:
    config = {
        "Comment": "",
        "Runtime": "cloudfront-js-2.0",
        "KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": store.arn}]},
    }
    code = b"function handler(event) { return event.request; }"
    etag = store.cloudfront.create_function(Name="user", FunctionConfig=config, FunctionCode=code)["ETag"]
    assert code_of(store.delete) == ("CannotDeleteEntityWhileInUse", 409)
    store.cloudfront.delete_function(Name="user", IfMatch=etag)
