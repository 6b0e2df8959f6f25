"""A viewer's requests: cache and nearest bucket, hosts and points of presence, paths and connections."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import http.client
import json
import socket
from urllib.parse import quote, urlsplit

from localaws.reference.site import Site
from localaws.tests.edge.samples import SYDNEY


def test_miss_then_hit(site: Site) -> None:
    site.put("a.txt", b"hello", ContentType="text/plain", CacheControl="max-age=100")
    first = site.get("/a.txt", "ARN")
    assert (first.status, first.body, first.result) == (200, b"hello", "Miss")
    assert first.headers["content-type"] == "text/plain"
    assert first.headers["content-length"] == "5"
    assert first.headers["x-amz-cf-pop"].startswith("ARN")
    assert "age" not in first.headers
    site.now += 30
    second = site.get("/a.txt", "ARN")
    assert (second.status, second.body, second.result) == (200, b"hello", "Hit")
    assert 30 <= int(second.headers["age"]) < 40
    assert second.headers["x-amz-cf-id"] != first.headers["x-amz-cf-id"]
    assert second.headers["etag"] == first.headers["etag"]


def test_head_and_range_and_conditions(site: Site) -> None:
    site.put("digits", b"0123456789")
    head = site.get("/digits", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"], head.result) == (200, b"", "10", "Miss")
    part = site.get("/digits", Range="bytes=2-4")
    assert (part.status, part.body, part.result) == (206, b"234", "Miss")
    etag = head.headers["etag"]
    assert site.get("/digits", If_None_Match=etag).status == 304
    assert site.get("/digits").result == "Miss"
    assert site.get("/digits", method="HEAD").result == "Hit"
    part = site.get("/digits", Range="bytes=-3")
    assert (part.status, part.body, part.result) == (206, b"789", "Hit")
    assert part.headers["content-range"] == "bytes 7-9/10"
    assert site.get("/digits", If_None_Match=etag).result == "Hit"
    assert site.get("/digits", Range="bytes=10-").status == 416


def test_each_point_of_presence_has_its_cache_and_its_nearest_bucket(site: Site) -> None:
    for pop, region in [("ARN", "eu-north-1"), ("IAD", "us-east-1"), ("SYD", "ap-southeast-2")]:
        for x_cache in ("Miss", "Hit"):
            reply = site.get("/where", pop)
            assert (reply.result, reply.body.decode()) == (x_cache, region)
            assert reply.headers["x-local-bucket-region"] == region
            assert reply.headers["x-amz-cf-pop"][:3] == pop
    assert site.get("/where").result == "Hit"  # the home Region is nearest to ARN


def test_an_expired_copy_is_revalidated(site: Site) -> None:
    site.put("old", b"1", CacheControl="max-age=5")
    assert site.get("/old").result == "Miss"
    site.now += 6
    assert (site.get("/old").result, site.get("/old").result) == ("RefreshHit", "Hit")
    site.put("old", b"2", CacheControl="max-age=5")
    assert site.get("/old").body == b"1"
    site.now += 6
    assert (site.get("/old").body, site.get("/old").result) == (b"2", "Hit")


def test_a_missing_object_is_cached_for_ten_seconds(site: Site) -> None:
    reply = site.get("/late")
    assert (reply.status, reply.result) == (404, "Error")
    site.put("late", b"here")
    assert site.get("/late").status == 404
    site.now += 11
    assert site.get("/late").body == b"here"


def test_hosts(site: Site) -> None:
    own = site.deployment.domain_name
    for host in (own, own.upper(), f"{own}:443", "localhost:1", "127.0.0.1", "[::1]:8080"):
        reply = site.get("/who", Host=host)
        assert (reply.status, json.loads(reply.body)["host"]) == (200, own)
    assert site.get("/who", Host="other.example.com").status == 404
    assert site.get("/who", Host="").status == 404


def test_a_header_selects_the_point_of_presence(site: Site) -> None:
    reply = site.get("/who", "syd")
    found = json.loads(reply.body)
    assert (found["pop"], found["region"], found["release"]) == ("SYD", SYDNEY.regional_edge_cache, "r1")
    assert "x-edge-location" not in found["headers"]
    assert (reply.result, reply.headers["x-made"]) == ("FunctionGeneratedResponse", "yes")
    refused = site.get("/who", "XXX")
    assert refused.status == 400
    assert b"ARN" in refused.body
    assert site.get("/who", "").status in (200, 400)


def test_paths_are_passed_on_byte_for_byte(site: Site) -> None:
    key = "a b+c/ü(1)&'~/ok"
    site.put(key, b"special")
    encoded = "/" + quote(key, safe="/~")
    assert site.get(encoded).body == b"special"
    for number, path in enumerate(
        [encoded.replace("%28", "("), encoded.replace("%29", ")"), encoded.replace("%27", "'")]
    ):
        assert (site.get(path).body, number) == (b"special", number)
    assert site.get(encoded.replace("%26", "&")).body == b"special"
    # Another spelling is another cache key.
    assert site.get(encoded.replace("%C3%BC", "%c3%bc")).result == "Miss"
    site.put("/double//slash/../x", b"kept")
    assert site.get("//double//slash/../x").body == b"kept"
    site.put("%41", b"percent")
    assert site.get("/%2541").body == b"percent"


def test_raw_unicode_bytes_reach_the_function_as_text(site: Site) -> None:
    where = urlsplit(site.edge.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as viewer:
        viewer.sendall("GET /echo/à//x?é HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: viewer.recv(4096), b""))
    assert answer.endswith("\r\n\r\n/echo/à//x".encode())


def test_a_big_object(site: Site) -> None:
    body = hashlib.shake_256(b"big").digest(40 * 1024 * 1024)
    region = "ap-southeast-2"
    site.local_aws.client("s3", region).put_object(Bucket=site.deployment.buckets[region], Key="big", Body=body)
    for x_cache in ("Miss", "Hit"):
        reply = site.get("/big", "SYD")
        assert reply.result == x_cache
        assert hashlib.sha256(reply.body).digest() == hashlib.sha256(body).digest()
    part = site.get("/big", "SYD", Range="bytes=20000000-20000009")
    assert (part.status, part.body) == (206, body[20000000:20000010])


def test_requests_that_are_too_large(site: Site) -> None:
    host = f"https://{site.deployment.domain_name}/?"
    assert site.get("/" + "a" * (8192 - len(host))).status == 404
    assert site.get("/" + "a" * (8193 - len(host))).status == 413
    big = {f"X_{number}": "a" * 8000 for number in range(5)}
    reply = site.get("/a", **big)
    assert (reply.status, b"32768" in reply.body) == (413, True)


def test_keep_alive(site: Site) -> None:
    site.put("kept", b"x" * 1000)
    where = urlsplit(site.edge.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    sockets = set()
    for path in ("/kept", "/kept", "/nothing", "/throw"):
        connection.request("GET", path)
        connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()
