"""Expired copies: their revalidation, and the answers to the viewer."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate

import pytest

from localaws.reference.site import Site
from localaws.viewer import Response


@pytest.fixture(autouse=True)
def _later(site: Site) -> Iterator[None]:
    site.sent.clear()
    yield
    site.unreachable.clear()
    site.now += 400 * 86400


def stale(site: Site, key: str, body: bytes = b"0123456789") -> Response:
    site.put(key, body, CacheControl="max-age=5")
    first = site.get(f"/{key}")
    assert first.result == "Miss"
    site.now += 6
    site.sent.clear()
    return first


def test_a_fresh_copy_answers_conditions_itself(site: Site) -> None:
    site.put("fresh", b"x")
    first = site.get("/fresh")
    later = formatdate(usegmt=True)
    site.sent.clear()
    for condition in ({"If_None_Match": first.headers["etag"]}, {"If_None_Match": "*"}, {"If_Modified_Since": later}):
        reply = site.get("/fresh", **condition)
        assert (reply.status, reply.body, reply.result) == (304, b"", "Hit")
        assert reply.headers["etag"] == first.headers["etag"]
        assert "content-length" not in reply.headers
    # If-None-Match wins over If-Modified-Since (RFC 9110, section 13.2.2).
    assert site.get("/fresh", If_None_Match='"other"', If_Modified_Since=later).status == 200
    assert site.sent == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_expired_copy_is_revalidated_with_its_own_validators(site: Site, method: str) -> None:
    first = stale(site, f"revalidated-{method}")
    reply = site.get(f"/revalidated-{method}", method=method)
    assert (reply.status, reply.result, reply.headers["content-length"]) == (200, "RefreshHit", "10")
    (request,) = site.sent
    sent = {name.lower(): value for name, value in request.headers}
    assert sent["if-none-match"] == first.headers["etag"]
    assert sent["if-modified-since"] == first.headers["last-modified"]
    assert request.method == method
    assert site.get(f"/revalidated-{method}").result == "Hit"


def test_a_viewers_condition_and_range_are_judged_on_the_revalidated_copy(site: Site) -> None:
    first = stale(site, "conditions")
    reply = site.get("/conditions", If_None_Match=first.headers["etag"])
    assert (reply.status, reply.result) == (304, "RefreshHit")
    site.now += 6
    part = site.get("/conditions", Range="bytes=2-4")
    assert (part.status, part.body, part.result) == (206, b"234", "RefreshHit")
    # The range was the viewer's business: a part of the object would not be a copy of it.
    assert all(name.lower() != "range" for name, _ in site.sent[-1].headers)


def test_a_changed_object_replaces_the_copy(site: Site) -> None:
    first = stale(site, "changed")
    site.put("changed", b"abcdefghij", CacheControl="max-age=5")
    reply = site.get("/changed", If_None_Match=first.headers["etag"])
    assert (reply.status, reply.body, reply.result) == (200, b"abcdefghij", "Miss")
    part = site.get("/changed", Range="bytes=0-1")
    assert (part.status, part.body, part.result) == (206, b"ab", "Hit")


def test_a_stale_copy_is_better_than_no_answer(site: Site) -> None:
    stale(site, "kept")
    site.unreachable[site.deployment.mrap_host] = ConnectionRefusedError("refused")
    reply = site.get("/kept")
    assert (reply.status, reply.body, reply.result) == (200, b"0123456789", "Hit")
    assert int(reply.headers["age"]) >= 6
    # For the error caching minimum TTL the origin is left alone.
    site.unreachable.clear()
    site.get("/kept")
    assert len(site.sent) == 1
    site.now += 11
    assert site.get("/kept").result == "RefreshHit"


def test_a_4xx_is_no_reason_to_keep_a_copy(site: Site) -> None:
    stale(site, "deleted")
    for region, bucket in site.deployment.buckets.items():
        site.local_aws.client("s3", region).delete_object(Bucket=bucket, Key="deleted")
    assert site.get("/deleted").status == 404


def test_an_unreachable_origin_is_cached_as_an_error(site: Site) -> None:
    site.put("silent", b"x")
    site.unreachable[site.deployment.mrap_host] = TimeoutError()
    assert (site.get("/silent").status, site.get("/silent").status) == (504, 504)
    assert len(site.sent) == 1
    site.unreachable.clear()
    assert site.get("/silent").status == 504
    site.now += 11
    assert site.get("/silent").body == b"x"
