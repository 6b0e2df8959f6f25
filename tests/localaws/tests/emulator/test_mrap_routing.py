"""A request to the Multi-Region Access Point is answered by the bucket with the shortest round trip."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import concurrent.futures

from localaws.geo import load_regions
from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import PATH, REGIONS
from localaws.tests.emulator.wire import Wire


def location_of(region: str) -> dict[str, str]:
    where = load_regions()[region].location
    return {"x-local-location": f"{where.latitude},{where.longitude}"}


def test_a_request_is_answered_by_the_nearest_bucket(mrap: Wire) -> None:
    for region in REGIONS:
        answer = mrap.get(PATH, added=location_of(region))
        assert (answer.status, answer.region, answer.body) == (200, region, region.encode())


def test_the_nearest_bucket_is_the_nearest_on_the_network(mrap: Wire) -> None:
    # From Cape Town; on the globe Sao Paulo is nearer than Dublin.
    assert mrap.get(PATH, added={"x-local-location": "-33.0,18.0"}).body == b"eu-west-1"


def test_without_a_location_the_emulator_chooses(mrap: Wire) -> None:
    assert mrap.get(PATH).region == "us-east-1"
    assert mrap.get(PATH, method="HEAD").region == "us-east-1"
    assert mrap.get(PATH, added={"x-local-location": "north"}).status == 400


def test_the_nearest_bucket_is_right_under_concurrency(mrap: Wire) -> None:
    wanted = REGIONS * 12
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda region: mrap.get(PATH, added=location_of(region)), wanted))
    assert [(answer.region, answer.body.decode()) for answer in answers] == list(zip(wanted, wanted, strict=True))


def test_a_dial_of_zero_takes_a_bucket_out_of_service(local_aws: LocalAws, deployment: Deployment, mrap: Wire) -> None:
    def dial(percentage: int) -> None:
        local_aws.client("s3control", "us-west-2").submit_multi_region_access_point_routes(
            AccountId=local_aws.account_id,
            Mrap=deployment.mrap_arn,
            RouteUpdates=[{"Bucket": deployment.buckets["eu-north-1"], "TrafficDialPercentage": percentage}],
        )

    dial(0)
    try:
        assert mrap.get(PATH, added=location_of("eu-north-1")).body == b"eu-west-1"
    finally:
        dial(100)
    assert mrap.get(PATH, added=location_of("eu-north-1")).body == b"eu-north-1"
