# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of access log deliveries."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._access_logs.api import AccessLogsApi
from ansible_collections.multiregion.edge.plugins.module_utils._access_logs.plan import (
    Delivery,
    Desired,
    Destination,
    Observed,
    check,
    plan,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY

from unit.operations import operations

OPERATIONS = operations(AccessLogsApi)

DISTRIBUTION = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"
BUCKET = Destination("arn:aws:s3:::my-logs/shop", "json")
SOURCE = "multiregion-shop-EDFDVBD6EXAMPLE"
FIELDS = ["timestamp", "cs-host"]
DESIRED = Desired("shop", DISTRIBUTION, BUCKET, {"record_fields": FIELDS}, {"team": "web"})
DESTINATION = DESIRED.destination_name
NOTHING = Observed({}, {}, [])


def live(source: str = SOURCE, of: str = DISTRIBUTION, **settings: t.Any) -> Observed:
    delivery = Delivery("d1", source, DESTINATION, settings or {"record_fields": FIELDS})
    return Observed({source: of}, {DESTINATION: BUCKET}, [delivery])


def calls(observed: Observed, desired: Desired) -> list[str]:
    return [step.name for step in plan(OPERATIONS, observed, desired).steps]


def test_creation() -> None:
    source, destination, delivery = plan(OPERATIONS, NOTHING, DESIRED).steps
    tags = {"team": "web", "multiregion-edge": "shop"}
    assert source.arguments == {"name": SOURCE, "distribution_arn": DISTRIBUTION, "tags": tags}
    assert destination.arguments["destination_arn"] == "arn:aws:s3:::my-logs/shop"
    assert delivery.arguments["settings"] == {"record_fields": FIELDS}


@pytest.mark.parametrize(
    ("observed", "desired", "expected"),
    [
        (live(), DESIRED, []),
        (live(record_fields=FIELDS[::-1]), DESIRED, ["update_delivery"]),
        (live(record_fields=FIELDS, field_delimiter=";"), DESIRED, []),
        (Observed({SOURCE: DISTRIBUTION}, {}, []), DESIRED, ["put_destination", "create_delivery"]),
        (Observed({SOURCE: DISTRIBUTION}, {DESTINATION: BUCKET}, []), DESIRED, ["create_delivery"]),
        (
            live(),
            dataclasses.replace(DESIRED, destination=Destination("arn:aws:s3:::others", "json")),
            ["put_destination", "create_delivery", "delete_delivery", "delete_destination"],
        ),
        (
            live(),
            dataclasses.replace(DESIRED, destination=Destination(BUCKET.resource_arn, "parquet")),
            ["put_destination", "create_delivery", "delete_delivery", "delete_destination"],
        ),
        (
            live("multiregion-shop-EOLD", "arn:aws:cloudfront::111122223333:distribution/EOLD"),
            DESIRED,
            ["put_source", "create_delivery", "delete_delivery", "delete_source"],
        ),
        (live(), Desired("shop", absent=True), ["delete_delivery", "delete_source", "delete_destination"]),
        (NOTHING, Desired("shop", absent=True), []),
        (live("multiregion-shop-eu-E1", "arn:E1"), Desired("shop", absent=True), ["delete_destination"]),
        (live("theirs", "arn:E1"), Desired("other", absent=True), []),
    ],
    ids=[
        "unchanged",
        "order of fields",
        "a delimiter that was not set",
        "killed after the source",
        "killed after the destination",
        "another bucket",
        "another format",
        "another distribution",
        "absent",
        "absent already",
        "another site whose name begins alike",
        "another site",
    ],
)
def test_steps(observed: Observed, desired: Desired, expected: list[str]) -> None:
    assert calls(observed, desired) == expected


@pytest.mark.parametrize(
    ("seen", "asked", "expected"),
    [
        ("AWSLogs/111122223333/CloudFront/{yyyy}/{MM}", "{yyyy}/{MM}", []),
        ("AWSLogs/111122223333/CloudFront/{yyyy}/{MM}", "/{yyyy}/{MM}", []),
        ("{yyyy}/{MM}", "{yyyy}/{MM}", []),
        ("AWSLogs/111122223333/CloudFront/{yyyy}/{MM}", "{MM}", ["update_delivery"]),
        ("{yyyy}/{MM}", "{yyyy}/{MM}/{dd}", ["update_delivery"]),
    ],
)
def test_cloudfronts_prefix_of_a_suffix_is_no_difference(seen: str, asked: str, expected: list[str]) -> None:
    desired = dataclasses.replace(DESIRED, settings={"s3_suffix_path": asked, "s3_enable_hive_compatible_path": False})
    assert calls(live(s3_suffix_path=seen), desired) == expected


@pytest.mark.parametrize(
    ("desired", "expected"),
    [
        (DESIRED, []),
        (
            dataclasses.replace(DESIRED, destination=Destination("arn:aws:s3:::others", "json")),
            ["put_destination", "create_delivery", "delete_delivery", "delete_destination"],
        ),
        (Desired("shop", absent=True), ["delete_delivery"] * 3 + ["delete_source", "delete_destination"]),
    ],
    ids=["unchanged", "another bucket", "the source goes"],
)
def test_unmanaged_deliveries_of_the_managed_source_stay(desired: Desired, expected: list[str]) -> None:
    managed = live()
    theirs = [Delivery("d2", SOURCE, "security", {}), Delivery("d3", SOURCE, "", {})]
    destinations = {**managed.destinations, "security": Destination("arn:aws:s3:::security", "json")}
    assert calls(Observed(managed.sources, destinations, [*managed.deliveries, *theirs]), desired) == expected


def test_an_unmanaged_source_is_not_changed() -> None:
    with pytest.raises(EdgeError, match="has the delivery source 'theirs' already, and AWS takes one"):
        plan(OPERATIONS, live("theirs"), DESIRED)


def test_a_distribution_that_does_not_exist_yet() -> None:
    desired = dataclasses.replace(DESIRED, distribution_arn=KNOWN_AFTER_APPLY)
    check(desired)
    assert calls(NOTHING, desired) == ["put_source", "put_destination", "create_delivery"]


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        (dataclasses.replace(DESIRED, name="Shop"), "name: 'Shop' must be"),
        (dataclasses.replace(DESIRED, distribution_arn="EDFDVBD6EXAMPLE"), "distribution_arn: 'EDF.* must be arn:aws"),
        (
            dataclasses.replace(DESIRED, destination=Destination("my-logs", "json")),
            "destination_arn: 'my-logs' must be",
        ),
        (
            dataclasses.replace(
                DESIRED, destination=Destination("arn:aws:logs:eu-west-1:111122223333:log-group:a", "json")
            ),
            "in us-east-1",
        ),
        (
            dataclasses.replace(
                DESIRED, destination=Destination("arn:aws:logs:us-east-1:111122223333:log-group:a", "parquet")
            ),
            "parquet is for buckets only",
        ),
        (
            dataclasses.replace(
                DESIRED,
                destination=Destination("arn:aws:logs:us-east-1:111122223333:log-group:a", "json"),
                settings={"s3_suffix_path": "x"},
            ),
            "s3_suffix_path: is for buckets only",
        ),
    ],
)
def test_refused_before_any_call(desired: Desired, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check(desired)
