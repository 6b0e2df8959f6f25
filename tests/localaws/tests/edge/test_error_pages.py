"""Custom error responses: page, status and time to live."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from localaws.edge.cache.store import error_time_to_live
from localaws.local_aws import LocalAws
from localaws.reference.distribution import Distribution
from localaws.reference.site import HOME_REGION, Site
from localaws.tests.edge.samples import FUNCTION
from localaws.tests.edge.test_cache import POLICY

SYDNEY = "ap-southeast-2"
PAGES = {
    403: ("/errors/none.html", 403, 7),
    404: ("/errors/404.html", 404, 30),
    502: ("/errors/down.html", 200, 5),
    504: ("", 0, 0),
}


@pytest.fixture(scope="module")
def pages(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """CloudFront signs for an MRAP."""

    def with_pages(distribution: Distribution) -> Distribution:
        return replace(distribution, error_pages=PAGES)

    workdir = tmp_path_factory.mktemp("pages")
    site = Site(local_aws, workdir, "pages", function_code=FUNCTION, keys={"release": "r1"}, change=with_pages)
    for region, bucket in site.deployment.buckets.items():
        local_aws.client("s3", region).put_object(
            Bucket=bucket, Key="errors/404.html", Body=f"not in {region}".encode(), ContentType="text/html"
        )
    site.put("errors/down.html", b"down")
    with site.edge:
        yield site


@pytest.fixture(autouse=True)
def _later(pages: Site) -> Iterator[None]:
    pages.sent.clear()
    yield
    pages.unreachable.clear()
    pages.now += 400 * 86400


def test_the_page_is_fetched_through_the_same_origin_and_shown_for_the_error(pages: Site) -> None:
    for pop, region in (("ARN", HOME_REGION), ("SYD", SYDNEY)):
        reply = pages.get("/missing", pop)
        assert (reply.status, reply.body, reply.result) == (404, f"not in {region}".encode(), "Error")
        assert reply.headers["content-type"] == "text/html"
    assert [request.target for request in pages.sent] == ["/missing", "/errors/404.html"] * 2
    assert {request.host for request in pages.sent} == {pages.deployment.mrap_host}
    # The page is cached like any object; the viewer's condition does not apply to it.
    pages.sent.clear()
    assert pages.get("/other", "ARN", Range="bytes=0-1", If_None_Match="*").body == b"not in eu-north-1"
    assert [request.target for request in pages.sent] == ["/other"]


def test_head_has_the_page_s_length(pages: Site) -> None:
    reply = pages.get("/missing", method="HEAD")
    assert (reply.status, reply.body, reply.headers["content-length"]) == (404, b"", "17")


def test_the_error_is_cached_for_its_minimum_ttl(pages: Site) -> None:
    assert pages.get("/late").status == 404
    pages.put("late", b"here")
    pages.now += 29
    assert (pages.get("/late").status, pages.get("/late").body) == (404, b"not in eu-north-1")
    pages.now += 2
    assert pages.get("/late").body == b"here"


def test_a_cached_page_is_shown_for_an_unreachable_origin(pages: Site) -> None:
    assert pages.get("/errors/down.html").body == b"down"
    pages.unreachable[pages.deployment.mrap_host] = ConnectionRefusedError("refused")
    for _ in range(2):
        reply = pages.get("/anything")
        assert (reply.status, reply.body, reply.result) == (200, b"down", "Error")
    assert len(pages.sent) == 2
    pages.unreachable.clear()
    pages.now += 6
    assert pages.get("/anything").status == 404


def test_a_missing_page_shows_its_own_status(pages: Site) -> None:
    pages.put("secret", b"x")
    pages.tamper = True  # a 403 for the object, and another one for the page
    try:
        assert pages.get("/secret").status == 403
    finally:
        pages.tamper = False
    # "CloudFront caches 403 only if your origin returns Cache-Control max-age".
    assert pages.get("/secret").body == b"x"


def test_an_error_without_a_ttl_is_not_cached(pages: Site) -> None:
    pages.unreachable[pages.deployment.mrap_host] = TimeoutError()
    assert (pages.get("/slow-one").status, pages.get("/slow-one").status) == (504, 504)
    assert len(pages.sent) == 2


@pytest.mark.parametrize(
    ("status", "cache_control", "seconds"),
    [
        (404, "", 10),
        (404, "max-age=60", 60),
        (404, "max-age=5", 10),
        (404, "no-store", 0),
        (500, "no-store", 10),
        (503, "s-maxage=99999999", 31536000),
        (403, "", 0),
        (403, "max-age=5", 10),
        (416, "max-age=60", 0),
        (429, "max-age=60", 0),
    ],
)
def test_time_to_live_of_errors(status: int, cache_control: str, seconds: float) -> None:
    headers = [("Cache-Control", cache_control)] if cache_control else []
    assert error_time_to_live(status, headers, 10, POLICY, 1000.0) == seconds
