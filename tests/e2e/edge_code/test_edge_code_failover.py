"""Failover to the next bucket, in each origin mode that selects single buckets."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from e2e.edge_code import project
from e2e.edge_code.deployments import NEAREST, RECORD, options_of, publish
from e2e.edge_code.txt_server import TxtServer
from localaws.geo import load_pops
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_host, bucket_names
from localaws.reference.distribution import Distribution, bucket_origin
from localaws.reference.resources import allow_cloudfront_to_read, origin_access_control
from localaws.reference.site import HOME_REGION, REGIONS, Site

VIRGINIA, SYDNEY = "us-east-1", "ap-southeast-2"


class Case(NamedTuple):
    """An origin mode, a point of presence, and the Regions of the two buckets requested."""

    mode: str
    pop: str
    first: str
    second: str


CASES = [
    Case("region_map", "ARN", HOME_REGION, VIRGINIA),
    # The failover origin's own bucket is Virginia's, which has failed: `next` in the function's configuration wins.
    Case("region_map", "IAD", VIRGINIA, HOME_REGION),
    Case("region_map", "SYD", SYDNEY, VIRGINIA),
    # The record has one bucket for all. The next one is the nearest other: by `near` in the function's configuration,
    # for the failover origin's own bucket is Virginia's.
    Case("dns_record", "IAD", SYDNEY, VIRGINIA),
    Case("dns_record", "SYD", SYDNEY, VIRGINIA),
    Case("dns_record", "ARN", SYDNEY, HOME_REGION),
    Case("nearest_bucket", "ARN", HOME_REGION, VIRGINIA),
    Case("nearest_bucket", "IAD", VIRGINIA, HOME_REGION),
    Case("nearest_bucket", "SYD", SYDNEY, VIRGINIA),
]


@pytest.fixture(scope="module")
def sites(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """The site of each mode, deployed at its first use."""
    made: dict[str, Site] = {}
    with ExitStack() as stack:
        records = stack.enter_context(TxtServer({}))

        def of(mode: str) -> Site:
            if mode not in made:
                name = f"{mode.replace('_', '-')}-next"
                site = Site(
                    local_aws,
                    tmp_path_factory.mktemp(name),
                    name,
                    **options_of(local_aws, mode, name, records.address, True),
                )
                publish(site)
                records.texts[RECORD] = [site.deployment.buckets[SYDNEY]]
                made[mode] = site
                stack.enter_context(site.edge)
            return made[mode]

        yield of


@pytest.fixture(params=CASES, ids=lambda case: f"{case.mode}-{case.pop}")
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def site(sites: Callable[[str], Site], case: Case) -> Iterator[Site]:
    site = sites(case.mode)
    site.sent.clear()
    yield site
    site.unreachable.clear()
    site.tamper = False
    site.now += 400 * 86400  # every cached copy expires


def asked(site: Site) -> list[str]:
    return [next(region for region in REGIONS if request.host == site.host(region)) for request in site.sent]


def only_second_has(site: Site, case: Case, name: str, body: bytes) -> None:
    """Delete the object from the first bucket, as before replication."""
    key, buckets = f"{project.RELEASE}/{name}", site.deployment.buckets
    site.local_aws.client("s3", case.second).put_object(Bucket=buckets[case.second], Key=key, Body=body)
    if case.first != HOME_REGION:  # from where it may have been replicated
        site.local_aws.client("s3", case.first).delete_object(Bucket=buckets[case.first], Key=key)


def test_an_object_not_replicated_yet_comes_from_the_next_bucket(site: Site, case: Case) -> None:
    only_second_has(site, case, "new.txt", b"0123456789")
    reply = site.get("/new.txt", case.pop)
    assert (reply.status, reply.body, reply.region) == (200, b"0123456789", case.second)
    assert asked(site) == [case.first, case.second]
    assert site.get("/new.txt", case.pop).result == "Hit"
    # An expired copy is revalidated in the same order.
    site.now += 400 * 86400
    part = site.get("/new.txt", case.pop, Range="bytes=2-4")
    assert (part.status, part.body) == (206, b"234")
    site.now += 400 * 86400
    head = site.get("/new.txt", case.pop, method="HEAD")
    assert (head.status, head.headers["content-length"]) == (200, "10")
    assert asked(site) == [case.first, case.second] * 3


def test_each_request_is_signed_for_the_bucket_that_gets_it(site: Site, case: Case) -> None:
    only_second_has(site, case, "signed+größe.txt", b"x")
    assert site.get("/signed%2bgr%c3%b6%C3%9Fe.txt?acl", case.pop).body == b"x"
    for request, region in zip(site.sent, (case.first, case.second), strict=True):
        headers = {name.lower(): value for name, value in request.headers}
        signed = headers["authorization"]
        assert re.match(rf"AWS4-HMAC-SHA256 Credential=\w+/\d+/{region}/s3/aws4_request, ", signed)
        assert request.target == f"/{project.RELEASE}/signed%2Bgr%C3%B6%C3%9Fe.txt"
        # The origins' headers for the function do not reach S3.
        assert not [name for name in headers if name.startswith("x-origin-")]


@pytest.mark.parametrize(("error", "status"), [(ConnectionRefusedError("refused"), 502), (TimeoutError(), 504)])
def test_an_unreachable_bucket_is_skipped(site: Site, case: Case, error: OSError, status: int) -> None:
    site.unreachable[site.host(case.first)] = error
    page = site.get("/", case.pop)
    assert (page.status, page.body, page.region) == (200, (project.SITE / "index.html").read_bytes(), case.second)
    assert site.get("/_edge/region", case.pop).body.decode() == case.second
    site.unreachable[site.host(case.second)] = error
    reply = site.get("/about/", case.pop)
    assert (reply.status, reply.result) == (status, "Error")
    assert "Traceback" not in reply.body.decode()
    assert asked(site)[-2:] == [case.first, case.second]


def test_a_missing_object_is_a_404_and_access_denied_stays_a_403(site: Site, case: Case) -> None:
    """Failover at 403 would hide a missing permission."""
    assert site.get("/none.txt", case.pop).status == 404
    assert asked(site) == [case.first, case.second]
    site.tamper = True
    assert site.get("/favicon.svg", case.pop).status == 403
    assert asked(site)[2:] == [case.first]


@pytest.mark.parametrize(
    ("value", "buckets"),
    [
        ({"v": 1, "o": [VIRGINIA, SYDNEY]}, [VIRGINIA, SYDNEY]),
        ({"v": 1, "o": [SYDNEY]}, [SYDNEY]),
        # The distribution's own group.
        ({"v": 1, "o": []}, [HOME_REGION, VIRGINIA]),
        ({"v": 1, "o": "broken"}, [HOME_REGION, VIRGINIA]),
        (None, [HOME_REGION, VIRGINIA]),
    ],
    ids=["another order", "one", "none", "broken", "no key"],
)
def test_a_key_takes_regions_out_of_service_and_back(
    sites: Callable[[str], Site], value: dict[str, Any] | None, buckets: list[str]
) -> None:
    site = sites("nearest_bucket")
    cache = load_pops()["SYD"].regional_edge_cache
    key = f"{project.NAME}/n/{cache}"
    try:
        write(site, key, None if value is None else json.dumps(value))
        assert site.get("/_edge/region", "SYD").body.decode() == buckets[0]
        site.sent.clear()
        assert site.get("/none.txt", "SYD").status == 404
        assert asked(site) == buckets
    finally:
        write(site, key, project.origin_keys(NEAREST)[key])
        site.now += 400 * 86400


def write(site: Site, key: str, value: str | None) -> None:
    store, arn = site.local_aws.client("cloudfront-keyvaluestore"), site.deployment.kvs_arn
    etag = store.describe_key_value_store(KvsARN=arn)["ETag"]
    if value is None:
        store.delete_key(KvsARN=arn, Key=key, IfMatch=etag)
    else:
        store.put_key(KvsARN=arn, Key=key, Value=value, IfMatch=etag)
    site.edge.refresh()


@pytest.mark.parametrize(("mode", "signed"), [("mrap", ""), ("region_map", SYDNEY), ("dns_record", VIRGINIA)])
def test_one_function_serves_origins_with_and_without_an_oac(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory, mode: str, signed: str
) -> None:
    """As during a migration between origin modes: requests go to origins of both kinds."""
    name = f"both-{mode.replace('_', '-')}"
    control = origin_access_control(local_aws, name, "sigv4")
    buckets = bucket_names(local_aws, REGIONS, name)
    hosts = {region: bucket_host(region, bucket) for region, bucket in buckets.items()}

    def with_both(distribution: Distribution) -> Distribution:
        added = [bucket_origin(f"bucket-{region}", host, control) for region, host in hosts.items()]
        return replace(distribution, origins=[*distribution.origins, *added])

    virginia = load_pops()["IAD"].regional_edge_cache
    with TxtServer({RECORD: [buckets[VIRGINIA]]}) as records:
        given = options_of(local_aws, mode, name, records.address, True)
        given |= {
            "change": with_both,
            "function_code": project.viewer_function("nearest_bucket"),
            "keys": {
                **project.KEYS,
                **project.origin_keys({virginia: [f"bucket-{SYDNEY}", f"bucket-{HOME_REGION}"]}),
            },
        }
        site = Site(local_aws, tmp_path_factory.mktemp(name), name, **given)
        publish(site)
        allow_cloudfront_to_read(local_aws, site.deployment.distribution_arn, site.deployment.buckets)
        with site.edge:
            reply = site.get("/_edge/region", "IAD")
            assert (reply.status, reply.body.decode()) == (200, SYDNEY)
            by_cloudfront = site.sent[-1]
            site.unreachable[hosts[SYDNEY]] = ConnectionRefusedError("refused")
            assert site.get("/", "IAD").region == HOME_REGION
            site.unreachable.clear()
            reply = site.get("/_edge/region", "SYD")
            assert (reply.status, reply.body.decode()) == (200, signed or SYDNEY)
            by_function = site.sent[-1]
    keys = [re.search(r"Credential=(\w+)/", dict(one.headers)["Authorization"]) for one in (by_cloudfront, by_function)]
    assert all(keys) and keys[0] and keys[1] and keys[0][1] != keys[1][1]
