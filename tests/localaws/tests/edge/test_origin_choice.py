"""The selection of origins by a viewer function, and its refusals."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from localaws.edge import EdgeError
from localaws.edge.header_rules import RuleBroken
from localaws.edge.origin.choice import choose
from localaws.edge.origin.origins import AccessControl, Target, parse_origins
from localaws.edge.snapshot import check_signers
from localaws.reference.distribution import bucket_origin, custom_origin

SIGV4 = AccessControl("sigv4", "always")
ORIGINS = parse_origins(
    {
        "Origins": {
            "Items": [
                bucket_origin("a", "a.s3.eu-north-1.amazonaws.com", "oac"),
                bucket_origin("b", "b.s3.us-east-1.amazonaws.com", "oac"),
                custom_origin("c", "www.example.com"),
            ]
        }
    },
    {"oac": SIGV4},
)
ASSIGNED = Target((ORIGINS["a"], ORIGINS["b"]), frozenset({503}))


def chosen(helper: str, *arguments: Any) -> Target:
    return choose(ORIGINS, ASSIGNED, {"helper": helper, "arguments": list(arguments)})


def group(*ids: str, codes: Any = (404,), **more: Any) -> dict[str, Any]:
    members = [{"originId": one} for one in ids]
    return {"originIds": members, "failoverCriteria": {"statusCodes": list(codes)}, **more}


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        (custom_origin("o", "b.s3.us-east-1.amazonaws.com", "oac"), "needs an S3OriginConfig"),
        (bucket_origin("o", "www.example.com", ""), "not the name of an S3 bucket"),
        (
            {**bucket_origin("o", "b.s3.us-east-1.amazonaws.com", ""), "S3OriginConfig": {"OriginAccessIdentity": "x"}},
            "OACs only",
        ),
    ],
)
def test_origins_that_cloudfront_refuses(origin: dict[str, Any], message: str) -> None:
    with pytest.raises(EdgeError, match=message):
        parse_origins({"Origins": {"Items": [origin]}}, {"oac": SIGV4})


def test_no_lambda_function_beside_sigv4a() -> None:
    function = "arn:aws:lambda:us-east-1:111122223333:function:f:1"
    origins = parse_origins(
        {"Origins": {"Items": [custom_origin("o", "a.mrap.accesspoint.s3-global.amazonaws.com", "oac")]}},
        {"oac": AccessControl("sigv4a", "always")},
    )
    check_signers(Target((origins["o"],)), None)
    with pytest.raises(EdgeError, match=r"origin o has .* sigv4a"):
        check_signers(Target((ORIGINS["a"], origins["o"])), function)
    check_signers(Target((ORIGINS["a"],)), function)  # no request reaches the other one


def test_without_a_selection_the_distributions_target_serves() -> None:
    assert choose(ORIGINS, ASSIGNED, None) == ASSIGNED


def test_origins_are_selected_with_all_their_settings() -> None:
    assert chosen("selectRequestOriginById", "b").members == (ORIGINS["b"],)
    assert chosen("selectRequestOriginById", "c", {"hostHeader": "x.example.com"}).members[0].host == "x.example.com"
    found = chosen("createRequestOriginGroup", group("b", "a", codes=(404, 503)))
    assert found == Target((ORIGINS["b"], ORIGINS["a"]), frozenset({404, 503}))


def test_an_update_changes_the_first_member_only() -> None:
    found = chosen("updateRequestOrigin", {"domainName": "z.s3.sa-east-1.amazonaws.com", "originPath": "/p"})
    first, second = found.members
    assert (first.domain_name, first.path, first.access_control) == ("z.s3.sa-east-1.amazonaws.com", "/p", SIGV4)
    assert (second, found.failover_codes) == (ORIGINS["b"], frozenset({503}))
    off = chosen("updateRequestOrigin", {"originAccessControlConfig": {"enabled": False}})
    assert off.members[0].access_control is None


@pytest.mark.parametrize(
    ("helper", "argument", "message"),
    [
        ("selectRequestOriginById", "x", "no origin 'x'; it has a, b, c"),
        ("selectRequestOriginById", None, "no origin None"),
        ("createRequestOriginGroup", None, "takes an object"),
        ("createRequestOriginGroup", group("a"), "exactly two"),
        ("createRequestOriginGroup", group("a", "b", "c"), "exactly two"),
        ("createRequestOriginGroup", {**group("a", "b"), "originIds": ["a", "b"]}, "exactly two"),
        ("createRequestOriginGroup", group("a", "a"), "must differ"),
        ("createRequestOriginGroup", group("a", "x"), "no origin 'x'"),
        ("createRequestOriginGroup", group("a", "b", codes=()), "statusCodes"),
        ("createRequestOriginGroup", group("a", "b", codes=(418,)), "statusCodes"),
        ("createRequestOriginGroup", {**group("a", "b"), "failoverCriteria": [404]}, "statusCodes"),
        ("createRequestOriginGroup", group("a", "b", failover=[404]), "has no failover"),
        ("updateRequestOrigin", {"domain": "x"}, "has no domain"),
        ("updateRequestOrigin", {"domainName": "X.example.com"}, "lower-case"),
        ("updateRequestOrigin", {"originPath": "p"}, "begins"),
        ("updateRequestOrigin", {"originPath": "/p/"}, "does not end"),
        ("updateRequestOrigin", {"hostHeader": "h"}, "S3 origin"),
        ("updateRequestOrigin", {"customHeaders": {"X-Amz-Acl": "x"}}, "customHeaders"),
        (
            "updateRequestOrigin",
            {"originAccessControlConfig": {"enabled": True, "signingProtocol": "sigv4a"}},
            "signingBehavior",
        ),
    ],
)
def test_selections_that_cloudfront_refuses(helper: str, argument: Any, message: str) -> None:
    with pytest.raises(RuleBroken, match=message):
        chosen(helper, argument)
