# SPDX-License-Identifier: GPL-3.0-or-later

"""The origin request function: every request that it signs is verified by an independent verifier."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from edge.origin_events import (
    CREDENTIALS,
    HOST,
    TOKEN,
    Event,
    Handler,
    arriving,
    custom,
    event,
    packaged,
    verified,
)
from edge.sigv4a_verifier import verify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Handler]:
    with packaged(tmp_path_factory.mktemp("package")) as module:
        yield t.cast(Handler, module.handler)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


CASES: dict[str, Event] = {
    "GET": event(),
    "HEAD": event(method="HEAD"),
    "OPTIONS": event(method="OPTIONS", Origin="https://example.com", Access_Control_Request_Method="GET"),
    "a range": event(Range="bytes=0-99", If_Range='"etag"'),
    "a revalidation": event(If_None_Match='"etag"', If_Modified_Since="Fri, 20 Nov 2026 12:00:00 GMT"),
    "read-only headers": event(Via="2.0 x.cloudfront.net", Accept_Encoding="br,gzip", CDN_Loop="cloudfront"),
    "a query string": event(querystring="versionId=1&acl"),
    "commands of a viewer": event(
        X_Amz_Security_Token="mine", X_Amz_Request_Payer="requester", Authorization="Basic x"
    ),
    "a viewer's x-amz-cf-id": event(X_Amz_Cf_Id="mine"),
    "another Host before": event(Host="www.example.com"),
    "an origin path": event(origin=custom(path="/site")),
    "the root below an origin path": event("/", origin=custom(path="/site")),
    "OPTIONS of the root": event("/", "OPTIONS"),
    "an origin path to be encoded": event(origin=custom(path="/my site+1")),
    "headers of the origin": event(origin=custom(X_Origin_Record="a.example.com", Authorization="x", X_Amz_Acl="y")),
    "a space": event("/r/1/a b.html"),
    "an encoded space": event("/r/1/a%20b.html"),
    "a plus": event("/r/1/a+b.html"),
    "a percent sign": event("/r/1/100%25.html"),
    "a percent sign by itself": event("/r/1/100%.html"),
    "unicode": event("/r/1/grüße/日本.html"),
    "bytes that are no UTF-8": event("/r/1/caf%E9.html"),
    "bytes that are no UTF-8 and not encoded": event("/r/1/caf\udce9.html"),
    "dots and double slashes": event("/r/1/../x//y/./z"),
    "a slash within a name": event("/r/1/a%2Fb"),
    "all that may be unencoded": event("/azAZ09-._~"),
    "sub-delimiters": event("/r/1/!$&'()*,;=:@.html"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_signed_request_verifies(handler: Handler, case: Event) -> None:
    request = handler(copy.deepcopy(case))
    assert verified(request) == [
        "host",
        "x-amz-cf-id",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
    ]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_only_the_uri_the_query_string_the_headers_and_the_origin_change(handler: Handler, case: Event) -> None:
    before = case["Records"][0]["cf"]["request"]
    after = handler(copy.deepcopy(case))
    changed = ("uri", "querystring", "headers", "origin")
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in before.items() if k not in changed}
    origins = [{**each["origin"]["custom"], "path": "", "customHeaders": {}} for each in (before, after)]
    assert origins[0] == origins[1]
    kept = {
        name: values
        for name, values in before["headers"].items()
        if name not in ("host", "authorization") and not name.startswith("x-amz-")
    }
    added = {name for name in after["headers"] if name not in kept}
    assert kept.items() <= after["headers"].items()
    assert added == {
        "host",
        "authorization",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
    }


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_headers_have_the_format_that_cloudfront_accepts(handler: Handler, case: Event) -> None:
    headers = handler(copy.deepcopy(case))["headers"]
    for name, values in headers.items():
        assert name == name.lower()
        assert [value["key"].lower() for value in values] == [name]
        assert all(isinstance(value["value"], str) and "\n" not in value["value"] for value in values)
    assert not [name for name in headers if name.startswith("x-amz-cf-")]  # CloudFront refuses the function's answer
    assert headers["host"] == [{"key": "Host", "value": HOST}]


def test_the_origins_path_is_sent_as_signed(handler: Handler) -> None:
    request = handler(event("/a+b", origin=custom(path="/my site")))
    assert request["origin"]["custom"]["path"] + request["uri"] == "/my%20site/a%2Bb"


def test_headers_for_the_function_and_commands_to_s3_are_removed(handler: Handler) -> None:
    """CloudFront answers 502 for a header that is in both places, and S3 403 for one that is not signed."""
    origin = custom(X_Origin_Record="a.example.com", Authorization="mine", X_Amz_Acl="y", X_Site="shop")
    request = handler(event(origin=origin, X_Origin_Record="a viewer's"))
    assert request["origin"]["custom"]["customHeaders"] == {"x-site": [{"key": "X-Site", "value": "shop"}]}
    assert "x-origin-record" not in request["headers"]
    verified(request)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_bucket_itself_is_never_requested(handler: Handler, method: str) -> None:
    """S3 would list it, because the role may list: without that right a missing key would be a 403."""
    answer = handler(event("/", method, "list-type=2"))
    assert (answer["status"], answer["statusDescription"]) == ("404", "Not Found")


@pytest.mark.parametrize("uri", ["/\ud800", "/a/\udfff.html", "/\ud83d"])
def test_a_uri_that_has_no_bytes_is_a_bad_request(handler: Handler, uri: str) -> None:
    """An unpaired surrogate. Bytes that are not UTF-8 are surrogates from U+DC80 to U+DCFF, and are sent."""
    answer = handler(event(uri))
    assert (answer["status"], answer["statusDescription"]) == ("400", "Bad Request")


def test_a_query_string_that_has_no_bytes_is_a_bad_request(tmp_path: Path) -> None:
    with packaged(tmp_path, {"mode": "mrap", "query": ["v"]}) as module:
        assert module.handler(event(querystring="v=\ud800"))["status"] == "400"


def test_a_signature_is_valid_for_one_request_only(handler: Handler) -> None:
    request = handler(event())
    for change in ({"uri": "/r/2/index.html"}, {"method": "HEAD"}):
        with pytest.raises(Exception, match="SignatureDoesNotMatch"):
            verified({**request, **change})


def test_a_viewers_security_token_is_not_sent(handler: Handler) -> None:
    request = handler(event(X_Amz_Security_Token="mine"))
    assert request["headers"]["x-amz-security-token"][0]["value"] == TOKEN


def test_without_a_session_token_no_token_is_sent(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    request = handler(event())
    assert "x-amz-security-token" not in request["headers"]
    assert "x-amz-security-token" not in verified(request, token=None)


def test_new_credentials_of_the_environment_are_used_at_once(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    handler(event())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIANEW")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    request = handler(event())
    assert verify("GET", request["uri"], arriving(request), "ASIANEW", "another", TOKEN)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_methods_that_change_objects_are_refused(handler: Handler, method: str) -> None:
    answer = handler(event(method=method))
    assert (answer["status"], answer["statusDescription"]) == ("405", "Method Not Allowed")
    assert "uri" not in answer


def test_a_405_lists_the_allowed_methods(handler: Handler) -> None:
    """RFC 9110, 15.5.6: the origin server MUST generate an Allow header field in a 405 response."""
    headers = handler(event(method="POST")).get("headers", {})
    assert {method.strip() for method in headers["allow"][0]["value"].split(",")} == {"GET", "HEAD", "OPTIONS"}


S3_ORIGIN = {"s3": {"domainName": "b.s3.eu-north-1.amazonaws.com", "path": "", "region": "eu-north-1"}}


@pytest.mark.parametrize(
    "origin",
    [
        S3_ORIGIN,
        custom("www.example.com"),
        custom("b.s3.eu-north-1.amazonaws.com"),
        custom("mrap.accesspoint.s3-global.amazonaws.com"),
        custom(f"{HOST}.example.com"),
        custom(X_Origin_Failover="1"),
    ],
    ids=[
        "an S3 origin",
        "a server",
        "a bucket",
        "no alias",
        "a host that only contains the MRAP's",
        "a failover origin",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_for_other_origins_are_unchanged(handler: Handler, origin: dict[str, t.Any], method: str) -> None:
    case = event("/a+b%2fc", method, "a=1", origin, Authorization="Basic x", X_Amz_Meta="y")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    after = handler(case)
    assert after is case["Records"][0]["cf"]["request"]
    assert after == before


def test_a_request_without_an_origin_is_unchanged(handler: Handler) -> None:
    case = event()
    del case["Records"][0]["cf"]["request"]["origin"]
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    assert handler(case) == before


UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"


def strictly(key: bytes) -> str:
    """The encoding that S3 uses for the signature."""
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in key)


# Characters that a viewer may send unencoded: printable ASCII without %, and without ? and #, which end a path.
RAW = [byte for byte in range(0x21, 0x7F) if byte not in b"%?#"]


@st.composite
def keys_and_their_encodings(draw: st.DrawFn) -> tuple[bytes, str]:
    """A key, and one of its possible encodings by a viewer."""
    text = draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=24))
    key = b"/" + text.encode()
    written = "/"
    for byte in key[1:]:
        forms = [f"%{byte:02X}", f"%{byte:02x}"] + ([chr(byte)] if byte in RAW else [])
        written += draw(st.sampled_from(forms))
    return key, written


@given(keys_and_their_encodings())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_encoding_of_a_key_is_sent_and_signed_in_the_strict_encoding(
    handler: Handler, case: tuple[bytes, str]
) -> None:
    key, written = case
    request = handler(event(written))
    assert request["uri"] == strictly(key)
    verified(request)


@given(st.text(st.characters(codec="utf-8"), max_size=24))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_unencoded_text_is_encoded_and_a_second_encoding_changes_nothing(handler: Handler, text: str) -> None:
    uri = "/a" + text
    once = handler(event(uri))["uri"]
    assert handler(event(once))["uri"] == once
    assert set(once.encode()) <= set(UNRESERVED + b"%")
    if "%" not in text:
        assert once == strictly(uri.encode())
