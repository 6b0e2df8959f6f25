"""The allowed results of Lambda@Edge, and the headers its signature must cover."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localaws.edge.header_rules import RuleBroken, check_origin_request, check_signature_covers


def given() -> dict[str, Any]:
    return {
        "clientIp": "192.0.2.1",
        "method": "GET",
        "uri": "/a",
        "querystring": "",
        "headers": {"via": [{"key": "Via", "value": "1.1 x"}], "host": [{"key": "Host", "value": "h"}]},
        "origin": {"custom": {"domainName": "h", "customHeaders": {"x-c": [{"key": "X-C", "value": "1"}]}, "path": ""}},
    }


def entry(name: str, value: str = "1") -> list[dict[str, str]]:
    return [{"key": name, "value": value}]


def test_an_unchanged_request_and_new_headers_are_allowed() -> None:
    answer = given()
    answer["headers"]["authorization"] = entry("Authorization")
    del answer["headers"]["via"]
    del answer["querystring"]
    check_origin_request(given(), answer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a["headers"].update({"x-edge-a": entry("X-Edge-A")}), "x-edge-a"),
        (lambda a: a["headers"].update({"x-amz-cf-id": entry("X-Amz-Cf-Id")}), "x-amz-cf-id"),
        (lambda a: a["headers"].update({"connection": entry("Connection")}), "connection"),
        (lambda a: a["headers"].update({"via": entry("Via", "2.0 y")}), "changed the header via"),
        (lambda a: a["headers"].update({"if-none-match": entry("If-None-Match")}), "added the header if-none-match"),
        (lambda a: a["headers"].update({"X-Upper": entry("X-Upper")}), "X-Upper"),
        (lambda a: a["headers"].update({"x-a": entry("X-B")}), "only its case"),
        (lambda a: a["headers"].update({"x-a": entry("X-A", "1\r\nx-b: 2")}), "control characters"),
        (lambda a: a["headers"].update({"x-c": entry("X-C")}), "both in headers and"),
        (lambda a: a.update(method="HEAD"), "method"),
        (lambda a: a.update(clientIp="192.0.2.2"), "clientIp"),
        (lambda a: a.update(uri="a"), "URI"),
        (lambda a: a.update(uri="/a b"), "URI"),
        (lambda a: a.update(querystring="a b"), "query string"),
        (lambda a: a["origin"]["custom"].update(path="p"), "path"),
        (lambda a: a["origin"]["custom"].update(path="/p/"), "path"),
        (lambda a: a["origin"]["custom"]["customHeaders"].update({"x-amz-acl": entry("X-Amz-Acl")}), "customHeaders"),
        (lambda a: a["origin"]["custom"]["customHeaders"].update({"range": entry("Range")}), "customHeaders"),
        (lambda a: a["origin"].update(s3={"domainName": "b"}), "exactly one"),
        (lambda a: a.update(origin={}), "exactly one"),
        (lambda a: a.update(headers=[]), "headers object"),
    ],
)
def test_what_cloudfront_refuses_from_lambda(change: Callable[[dict[str, Any]], None], message: str) -> None:
    answer = given()
    change(answer)
    with pytest.raises(RuleBroken, match=message):
        check_origin_request(given(), answer)


def test_every_amz_header_must_be_signed() -> None:
    authorization = (
        "Authorization",
        "AWS4-ECDSA-P256-SHA256 Credential=a/b, SignedHeaders=host;x-amz-date, Signature=0",
    )
    check_signature_covers([authorization, ("X-Amz-Date", "now"), ("Via", "x")])
    check_signature_covers([("X-Amz-Cf-Id", "no signature, no rule")])
    with pytest.raises(RuleBroken, match=r"does not cover x-amz-cf-id: .* refuse it with 403"):
        check_signature_covers([authorization, ("X-Amz-Date", "now"), ("X-Amz-Cf-Id", "id")])
