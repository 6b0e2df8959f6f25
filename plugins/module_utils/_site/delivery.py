# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""How CloudFront serves the site: the edge_* variables about its names, and about what it adds to a request. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .parsing import (
    Given,
    as_choice,
    as_hosts,
    as_list,
    as_text,
)

_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+")
_WEB_ACL = re.compile(r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[0-9a-f-]{36}")
_POLICY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_QUERY_STRING = re.compile(r"[A-Za-z0-9._~-]{1,128}")

_PRICE_CLASSES = ("PriceClass_100", "PriceClass_200", "PriceClass_All")
# Source: CloudFront Developer Guide, "Quotas on cache policies".
_MAX_QUERY_STRINGS = 10


def delivery_settings(given: Given) -> dict[str, t.Any]:
    """Raises EdgeError with one sentence for the first thing that is wrong."""
    aliases = as_hosts(given, "edge_aliases")
    return {
        "aliases": aliases,
        "certificate_arn": _certificate(given, aliases),
        "price_class": as_choice(given, "edge_price_class", _PRICE_CLASSES, "PriceClass_All"),
        "web_acl_arn": _web_acl(given),
        "response_headers_policy_id": _policy_id(given),
        "query_strings": _query_strings(given),
    }


def _certificate(given: Given, aliases: list[str]) -> str:
    certificate = as_text(given, "edge_certificate_arn")
    if aliases and not certificate and not as_text(given, "edge_dns_zone"):
        raise EdgeError(
            f"edge_certificate_arn is missing: {', '.join(aliases)} need an ACM certificate of us-east-1 "
            "that covers them. Give it, or give their Route 53 zone as edge_dns_zone, and one is requested."
        )
    if certificate and not _CERTIFICATE.fullmatch(certificate):
        raise EdgeError(f"edge_certificate_arn: {certificate!r} is not the ARN of an ACM certificate in us-east-1.")
    return certificate


def _web_acl(given: Given) -> str:
    acl = as_text(given, "edge_web_acl_arn")
    if acl and not _WEB_ACL.fullmatch(acl):
        raise EdgeError(
            f"edge_web_acl_arn: {acl!r} is not the ARN of a WAFv2 web ACL for CloudFront, which begins with "
            "arn:aws:wafv2:us-east-1:<account>:global/webacl/."
        )
    return acl


def _policy_id(given: Given) -> str:
    policy = as_text(given, "edge_response_headers_policy_id")
    if policy and not _POLICY_ID.fullmatch(policy):
        raise EdgeError(f"edge_response_headers_policy_id: {policy!r} is not the id of a response headers policy.")
    return policy


def _query_strings(given: Given) -> list[str]:
    option = "edge_query_strings"
    names = as_list(given, option)
    if wrong := [name for name in names if not _QUERY_STRING.fullmatch(name)]:
        raise EdgeError(f"{option}: {wrong[0]!r} is not the name of a query string parameter.")
    if len(names) > _MAX_QUERY_STRINGS:
        raise EdgeError(f"{option} has {len(names)} names; a cache policy takes {_MAX_QUERY_STRINGS}.")
    return names
