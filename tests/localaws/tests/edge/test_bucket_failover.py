"""What the bucket that was picked does not answer, the next one does: in each mode that picks single buckets."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from localaws.geo import load_pops
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_host, bucket_names
from localaws.reference.distribution import Distribution, bucket_origin
from localaws.reference.resources import access_control, let_cloudfront_read
from localaws.tests.edge import project
from localaws.tests.edge.deployed import HOME_REGION, REGIONS, Site
from localaws.tests.edge.modes import NEAREST, RECORD, how, publish
from localaws.tests.edge.name_server import NameServer

VIRGINIA, SYDNEY = "us-east-1", "ap-southeast-2"


class Way(NamedTuple):
    """A viewer at a point of presence, and the buckets that are asked one after the other."""

    mode: str
    pop: str
    first: str
    second: str


WAYS = [
    Way("region_map", "ARN", HOME_REGION, VIRGINIA),
    # The failover origin's own bucket is Virginia's, which has failed: the signer's `next` says otherwise.
    Way("region_map", "IAD", VIRGINIA, HOME_REGION),
    Way("region_map", "SYD", SYDNEY, HOME_REGION),
    # The record names one bucket for all, and the failover origin is another.
    Way("dns_record", "IAD", SYDNEY, VIRGINIA),
    Way("dns_record", "SYD", SYDNEY, VIRGINIA),
    Way("nearest_bucket", "ARN", HOME_REGION, VIRGINIA),
    Way("nearest_bucket", "IAD", VIRGINIA, HOME_REGION),
    Way("nearest_bucket", "SYD", SYDNEY, HOME_REGION),
]


@pytest.fixture(scope="module")
def sites(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Each mode's site, deployed when it is first asked for."""
    made: dict[str, Site] = {}
    with ExitStack() as stack:
        records = stack.enter_context(NameServer({}))

        def of(mode: str) -> Site:
            if mode not in made:
                name = f"{mode.replace('_', '-')}-next"
                site = Site(
                    local_aws, tmp_path_factory.mktemp(name), name, **how(local_aws, mode, name, records.address, True)
                )
                publish(site)
                records.texts[RECORD] = [site.deployment.buckets[SYDNEY]]
                made[mode] = site
                stack.enter_context(site.edge)
            return made[mode]

        yield of


@pytest.fixture(params=WAYS, ids=lambda way: f"{way.mode}-{way.pop}")
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def site(sites: Callable[[str], Site], way: Way) -> Iterator[Site]:
    site = sites(way.mode)
    site.sent.clear()
    yield site
    site.unreachable.clear()
    site.tamper = False
    site.now += 400 * 86400  # nothing is left fresh in the cache


def asked(site: Site) -> list[str]:
    return [next(region for region in REGIONS if request.host == site.host(region)) for request in site.sent]


def only_second_has(site: Site, way: Way, name: str, body: bytes) -> None:
    """As before replication: the first bucket has not got it yet."""
    key, buckets = f"{project.RELEASE}/{name}", site.deployment.buckets
    site.local_aws.client("s3", way.second).put_object(Bucket=buckets[way.second], Key=key, Body=body)
    if way.second == HOME_REGION:  # from where it has just been replicated
        site.local_aws.client("s3", way.first).delete_object(Bucket=buckets[way.first], Key=key)


def test_what_is_not_replicated_yet_comes_from_the_next_bucket(site: Site, way: Way) -> None:
    only_second_has(site, way, "new.txt", b"0123456789")
    reply = site.get("/new.txt", way.pop)
    assert (reply.status, reply.body, reply.region) == (200, b"0123456789", way.second)
    assert asked(site) == [way.first, way.second]
    assert site.get("/new.txt", way.pop).result == "Hit"
    # A copy that ran out is asked for again the same way.
    site.now += 400 * 86400
    part = site.get("/new.txt", way.pop, Range="bytes=2-4")
    assert (part.status, part.body) == (206, b"234")
    site.now += 400 * 86400
    head = site.get("/new.txt", way.pop, method="HEAD")
    assert (head.status, head.headers["content-length"]) == (200, "10")
    assert asked(site) == [way.first, way.second] * 3


def test_each_request_is_signed_for_the_bucket_that_gets_it(site: Site, way: Way) -> None:
    only_second_has(site, way, "signed+größe.txt", b"x")
    assert site.get("/signed%2bgr%c3%b6%C3%9Fe.txt?acl", way.pop).body == b"x"
    for request, region in zip(site.sent, (way.first, way.second), strict=True):
        headers = {name.lower(): value for name, value in request.headers}
        signed = headers["authorization"]
        assert re.match(rf"AWS4-HMAC-SHA256 Credential=\w+/\d+/{region}/s3/aws4_request, ", signed)
        assert request.target == f"/{project.RELEASE}/signed%2Bgr%C3%B6%C3%9Fe.txt"
        # What the origins tell the signer is not for S3.
        assert not [name for name in headers if name.startswith("x-origin-")]


@pytest.mark.parametrize(("error", "status"), [(ConnectionRefusedError("refused"), 502), (TimeoutError(), 504)])
def test_a_bucket_that_does_not_answer_is_passed_over(site: Site, way: Way, error: OSError, status: int) -> None:
    site.unreachable[site.host(way.first)] = error
    page = site.get("/", way.pop)
    assert (page.status, page.body, page.region) == (200, (project.SITE / "index.html").read_bytes(), way.second)
    assert site.get("/_edge/region", way.pop).body.decode() == way.second
    site.unreachable[site.host(way.second)] = error
    reply = site.get("/about/", way.pop)
    assert (reply.status, reply.result) == (status, "Error")
    assert "Traceback" not in reply.body.decode()
    assert asked(site)[-2:] == [way.first, way.second]


def test_what_is_nowhere_is_a_404_and_a_refusal_stays_a_403(site: Site, way: Way) -> None:
    """A right that is missing would be hidden if the next bucket stepped in."""
    assert site.get("/none.txt", way.pop).status == 404
    assert asked(site) == [way.first, way.second]
    site.tamper = True
    assert site.get("/favicon.svg", way.pop).status == 403
    assert asked(site)[2:] == [way.first]


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
def test_a_key_takes_regions_out_and_puts_them_back(
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
def test_origins_that_cloudfront_signs_for_stand_behind_the_same_function(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory, mode: str, signed: str
) -> None:
    """As while a site goes from one mode to another: the router sends requests to origins of both sorts."""
    name = f"both-{mode.replace('_', '-')}"
    control = access_control(local_aws, name, "sigv4")
    buckets = bucket_names(local_aws, REGIONS, name)
    hosts = {region: bucket_host(region, bucket) for region, bucket in buckets.items()}

    def with_both(distribution: Distribution) -> Distribution:
        added = [bucket_origin(f"bucket-{region}", host, control) for region, host in hosts.items()]
        return replace(distribution, origins=[*distribution.origins, *added])

    virginia = load_pops()["IAD"].regional_edge_cache
    with NameServer({RECORD: [buckets[VIRGINIA]]}) as records:
        given = how(local_aws, mode, name, records.address, True)
        given |= {
            "change": with_both,
            "function_code": project.router("nearest_bucket"),
            "keys": {
                **project.KEYS,
                **project.origin_keys({virginia: [f"bucket-{SYDNEY}", f"bucket-{HOME_REGION}"]}),
            },
        }
        site = Site(local_aws, tmp_path_factory.mktemp(name), name, **given)
        publish(site)
        let_cloudfront_read(local_aws, site.deployment.distribution_arn, site.deployment.buckets)
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
