# SPDX-License-Identifier: GPL-3.0-or-later

"""The verifier itself: it accepts valid signatures, and rejects all others."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from edge.sigv4a_verifier import (
    Rejected,
    canonical_query,
    canonical_request,
    private_key,
    sigv4_signature,
    string_to_sign,
    verify,
)

ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HEADERS = {
    "host": "x.mrap.accesspoint.s3-global.amazonaws.com",
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "x-amz-date": "20261120T120000Z",
    "x-amz-region-set": "*",
}


def signed(path: str = "/r/1/a%20b.html", method: str = "GET", **extra: str) -> dict[str, str]:
    """Headers with an Authorization that is computed here, step by step."""
    headers = {**HEADERS, **{name.replace("_", "-"): value for name, value in extra.items()}}
    names = sorted(headers)
    request = canonical_request(method, path, headers, names, "UNSIGNED-PAYLOAD")
    message = string_to_sign(request, HEADERS["x-amz-date"], "s3")
    signature = private_key(ACCESS_KEY, SECRET_KEY).sign(message.encode(), ec.ECDSA(hashes.SHA256())).hex()
    headers["authorization"] = (
        f"AWS4-ECDSA-P256-SHA256 Credential={ACCESS_KEY}/20261120/s3/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


def test_the_derived_key_is_the_published_one() -> None:
    """The key of all vectors of awslabs/aws-c-auth (tests/aws-signing-test-suite/v4a/*/public-key.json)."""
    numbers = private_key(ACCESS_KEY, SECRET_KEY).public_key().public_numbers()
    assert f"{numbers.x:064x}" == "b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1"
    assert f"{numbers.y:064x}" == "865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518"


def test_the_canonical_request_and_the_string_to_sign_are_as_documented() -> None:
    headers = {"host": "h", "x-amz-date": "20261120T120000Z", "x-amz-meta": "  two   words "}
    request = canonical_request(
        "GET", "/a%20b//../c", headers, ["host", "x-amz-date", "x-amz-meta"], "UNSIGNED-PAYLOAD"
    )
    assert request == (
        "GET\n/a%20b//../c\n\nhost:h\nx-amz-date:20261120T120000Z\nx-amz-meta:two words\n\n"
        "host;x-amz-date;x-amz-meta\nUNSIGNED-PAYLOAD"
    )
    lines = string_to_sign("", "20261120T120000Z", "s3").split("\n")
    assert lines == [
        "AWS4-ECDSA-P256-SHA256",
        "20261120T120000Z",
        "20261120/s3/aws4_request",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]


def test_a_valid_signature_is_accepted() -> None:
    assert verify("GET", "/r/1/a%20b.html", signed(), ACCESS_KEY, SECRET_KEY) == sorted(HEADERS)
    assert verify("GET", "/r/1/a%20b.html", {**signed(), "range": "bytes=0-9"}, ACCESS_KEY, SECRET_KEY)
    token = signed(x_amz_security_token="t")
    assert verify("GET", "/r/1/a%20b.html", token, ACCESS_KEY, SECRET_KEY, "t")


@pytest.mark.parametrize(
    ("method", "path", "changed", "secret"),
    [
        ("HEAD", "/r/1/a%20b.html", {}, SECRET_KEY),
        ("GET", "/r/1/a b.html", {}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"host": "other"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"x-amz-date": "20261120T120001Z"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"x-amz-date": "20261121T120000Z"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"x-amz-region-set": "us-east-1"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"x-amz-cf-id": "unsigned"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"x-amz-security-token": "unasked"}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {"authorization": ""}, SECRET_KEY),
        ("GET", "/r/1/a%20b.html", {}, "another secret"),
    ],
    ids=["method", "path", "host", "time", "day", "Region set", "unsigned", "token", "no signature", "secret"],
)
def test_an_invalid_signature_is_rejected(method: str, path: str, changed: dict[str, str], secret: str) -> None:
    with pytest.raises(Rejected):
        verify(method, path, {**signed(), **changed}, ACCESS_KEY, secret)


def test_a_token_that_did_not_arrive_is_rejected() -> None:
    with pytest.raises(Rejected, match="token"):
        verify("GET", "/r/1/a%20b.html", signed(), ACCESS_KEY, SECRET_KEY, "t")


# AWS, "Examples: Signature calculations in AWS Signature Version 4" of the S3 API reference, GET Object.
EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE = {
    "host": "examplebucket.s3.amazonaws.com",
    "range": "bytes=0-9",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    "authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
}


def test_sigv4_of_the_published_example_is_accepted_for_its_region_only() -> None:
    key = ("AKIAIOSFODNN7EXAMPLE", EXAMPLE_SECRET)
    assert "range" in verify("GET", "/test.txt", EXAMPLE, *key, region="us-east-1")
    for method, path, region in (
        ("HEAD", "/test.txt", "us-east-1"),
        ("GET", "/test.text", "us-east-1"),
        ("GET", "/test.txt", "eu-north-1"),
        ("GET", "/test.txt", None),
    ):
        with pytest.raises(Rejected):
            verify(method, path, EXAMPLE, *key, region=region)
    with pytest.raises(Rejected, match="SignatureDoesNotMatch"):
        verify("GET", "/test.txt", EXAMPLE, *key, region="us-east-1", query="acl")


def test_a_query_string_is_signed_in_canonical_form() -> None:
    """The same source, GET Bucket (List Objects) and GET Bucket Lifecycle."""
    assert canonical_query("prefix=J&max-keys=2") == "max-keys=2&prefix=J"
    assert canonical_query("lifecycle") == "lifecycle="
    assert canonical_query("b=%7e/&a=%2f&a=1") == "a=%2F&a=1&b=~%2F"
    assert len(sigv4_signature("", "s", "20130524", "us-east-1", "s3")) == 64
