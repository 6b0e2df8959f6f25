# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats of names in user input."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._rules.names import (
    check_mrap_arn,
    is_host_name,
    is_record_name,
)

ARN = "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"
LONG = ".".join(["a" * 49] * 5)


@pytest.mark.parametrize(
    ("text", "host", "record"),
    [
        ("example.com", True, True),
        ("a.b.c.xn--p1ai", True, True),
        ("0-0.example.io", True, True),
        (f"{LONG}.com", True, True),  # 253 characters
        (f"{LONG}.info", False, False),
        (f"{'a' * 63}.example.com", True, True),
        (f"{'a' * 64}.example.com", False, False),
        ("_dns.example.com", False, True),
        ("a_b.example.com", False, True),
        ("*.example.com", False, False),
        ("localhost", False, False),
        ("192.0.2.1", False, False),
        ("-a.example.com", False, False),
        ("a-.example.com", False, False),
        ("a..example.com", False, False),
        ("example.com.", False, False),
        ("Example.com", False, False),
        ("example.com\n", False, False),
        ("", False, False),
    ],
)
def test_names_in_dns(text: str, host: bool, record: bool) -> None:
    assert (is_host_name(text), is_record_name(text)) == (host, record)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", True),
        ("*.example.com", True),
        ("*", False),
        ("*.com", False),
        ("*.*.example.com", False),
        ("a.*.example.com", False),
    ],
)
def test_a_wildcard_is_the_first_label(text: str, host: bool) -> None:
    assert is_host_name(text, wildcard=True) == is_record_name(text, wildcard=True) == host


def test_the_arn_of_a_multi_region_access_point() -> None:
    check_mrap_arn(ARN, "arn")


@pytest.mark.parametrize(
    "arn",
    [
        "my-site-3f9a1c2b",
        "mfzwi23gnjvgw.mrap",
        "arn:aws:s3:us-west-2:111122223333:accesspoint/mfzwi23gnjvgw.mrap",
        "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw",
        f"{ARN}/object/*",
        KNOWN_AFTER_APPLY,
    ],
)
def test_invalid_mrap_arns(arn: str) -> None:
    with pytest.raises(EdgeError, match=r"arn: .* is not the ARN of a Multi-Region Access Point"):
        check_mrap_arn(arn, "arn")
