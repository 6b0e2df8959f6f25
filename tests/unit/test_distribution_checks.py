# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks before the first call: each refusal with its message, and similar valid values."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.checks import check
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.references import References, named_by

Config = dict[str, t.Any]

LAMBDA = "arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3"
FUNCTION = "arn:aws:cloudfront::111122223333:function/my-site-viewer-request"
CERTIFICATE = {"acm_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/0f3a9c1d"}
ACCESS_POINT_HOST = "x.mrap.accesspoint.s3-global.amazonaws.com"
BUCKET_HOST = "b.s3.eu-north-1.amazonaws.com"
CUSTOM = {"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only"}


def custom(host: str = "www.example.org", **other: t.Any) -> Config:
    return {"id": "one", "domain_name": host, "custom_origin_config": CUSTOM, **other}


def bucket(host: str = BUCKET_HOST, **other: t.Any) -> Config:
    return {"id": "one", "domain_name": host, "s3_origin_config": {"origin_access_identity": ""}, **other}


def group(*members: str, codes: t.Sequence[int] = (500,)) -> Config:
    criteria = {"status_codes": list(codes)}
    return {"id": "group", "failover_criteria": criteria, "members": [{"origin_id": member} for member in members]}


def at(event: str, arn: str = LAMBDA) -> Config:
    return {"event_type": event, "lambda_function_arn": arn}


def function_at(event: str) -> Config:
    return {"event_type": event, "function_arn": FUNCTION}


def site(origin: Config | None = None, behavior: Config | None = None, **other: t.Any) -> Config:
    origins = [origin or custom()]
    default = {"target_origin_id": "one", "viewer_protocol_policy": "https-only", "cache_policy_id": "cache"}
    return {
        "comment": "",
        "enabled": True,
        "default_root_object": "index.html",
        "origins": origins,
        "default_cache_behavior": {**default, **(behavior or {})},
        **other,
    }


def control(protocol: str, kind: str = "s3") -> Config:
    return {"signing_protocol": protocol, "origin_access_control_origin_type": kind}


def cache_policy(behavior: str, *headers: str) -> Config:
    rule = {"headers_config": {"header_behavior": behavior, "headers": list(headers)}}
    return {"name": "Mine", "parameters_in_cache_key_and_forwarded_to_origin": rule}


def origin_policy(behavior: str, *headers: str) -> Config:
    return {"name": "Mine", "headers_config": {"header_behavior": behavior, "headers": list(headers)}}


FOUND: dict[tuple[str, str], Config | None] = {
    ("origin_access_control_id", "SIGV4"): control("sigv4"),
    ("origin_access_control_id", "SIGV4A"): control("sigv4a"),
    ("origin_access_control_id", "LAMBDA"): control("sigv4", "lambda"),
    ("cache_policy_id", "cache"): cache_policy("none"),
    ("cache_policy_id", "host"): cache_policy("whitelist", "Origin", "host"),
    ("cache_policy_id", "authorization"): cache_policy("whitelist", "Authorization"),
    ("origin_request_policy_id", "cors"): origin_policy("whitelist", "Origin", "Access-Control-Request-Method"),
    ("origin_request_policy_id", "all"): origin_policy("allViewer"),
    ("origin_request_policy_id", "all and more"): origin_policy("allViewerAndWhitelistCloudFront", "CloudFront-Is-X"),
    ("origin_request_policy_id", "but host"): origin_policy("allExcept", "host"),
    ("origin_request_policy_id", "but both"): origin_policy("allExcept", "host", "authorization"),
}
REFERENCES = References(FOUND, {"taken.example.com": "the distribution EOTHER (theirs)"})

ACCESS_POINT = custom(ACCESS_POINT_HOST)
SIGNED_ACCESS_POINT = custom(ACCESS_POINT_HOST, origin_access_control_id="SIGV4A")
SIGNED_BUCKET = bucket(origin_access_control_id="SIGV4")
TWO = {"origins": [custom(), {**custom(), "id": "two"}]}
PATH = {"target_origin_id": "one", "viewer_protocol_policy": "https-only"}

REFUSED: list[tuple[str, Config, str]] = [
    ("no such target", site(behavior={"target_origin_id": "x"}), "'x' is not an origin's id; choose one of one"),
    (
        "nor of a path",
        site(cache_behaviors=[{**PATH, "path_pattern": "/a", "target_origin_id": "x"}]),
        r"cache_behaviors\[/a\]: target_origin_id: 'x'",
    ),
    ("a path twice", site(cache_behaviors=[{**PATH, "path_pattern": "/a"}] * 2), "'/a' is there more than once"),
    (
        "no such member",
        site(**TWO, origin_groups=[group("one", "x")]),
        "'x' is not an origin's id; choose one of one, two",
    ),
    ("one member", site(origin_groups=[group("one")]), "exactly 2 members"),
    ("twice the same", site(origin_groups=[group("one", "one")]), "exactly 2 members"),
    ("a code", site(**TWO, origin_groups=[group("one", "two", codes=[404, 418])]), "status_codes .* not 418"),
    ("no code", site(**TWO, origin_groups=[group("one", "two", codes=[])]), "status_codes .* not none"),
    ("an id twice", site(origins=[custom(), custom()]), "'one' is the id of several"),
    (
        "$LATEST",
        site(behavior={"lambda_function_associations": [at("origin-request", f"{LAMBDA[:-1]}$LATEST")]}),
        "num",
    ),
    ("an alias", site(behavior={"lambda_function_associations": [at("origin-request", f"{LAMBDA[:-1]}live")]}), "num"),
    (
        "elsewhere",
        site(
            behavior={"lambda_function_associations": [at("origin-request", LAMBDA.replace("us-east-1", "eu-west-1"))]}
        ),
        "must be a numbered version in us-east-1",
    ),
    (
        "two for one event",
        site(behavior={"lambda_function_associations": [at("origin-request"), at("origin-request")]}),
        "several functions are for origin-request",
    ),
    (
        "both kinds for one event",
        site(
            behavior={
                "function_associations": [function_at("viewer-request")],
                "lambda_function_associations": [at("viewer-request")],
            }
        ),
        "several functions are for viewer-request",
    ),
    (
        "both kinds at viewer events",
        site(
            behavior={
                "function_associations": [function_at("viewer-request")],
                "lambda_function_associations": [at("viewer-response")],
            }
        ),
        "exclude one another at viewer events",
    ),
    (
        "a function at the origin",
        site(behavior={"function_associations": [function_at("origin-request")]}),
        "cannot be for origin-request",
    ),
    (
        "certificate elsewhere",
        site(viewer_certificate={"acm_certificate_arn": "arn:aws:acm:eu-west-1:1:certificate/0"}),
        "is not in us-east-1",
    ),
    (
        "TLS with the default certificate",
        site(viewer_certificate={"cloud_front_default_certificate": True, "minimum_protocol_version": "TLSv1.2_2021"}),
        "always TLSv1, not TLSv1.2_2021",
    ),
    ("alias without certificate", site(aliases=["a.example.com"]), "a.example.com need a certificate"),
    ("no host name", site(aliases=["https://a.example.com"], viewer_certificate=CERTIFICATE), "must be a host name"),
    ("a wildcard inside", site(aliases=["a.*.example.com"], viewer_certificate=CERTIFICATE), "must be a host name"),
    (
        "the alias of another distribution",
        site(aliases=["Taken.example.com"], viewer_certificate=CERTIFICATE),
        r"is that of the distribution EOTHER \(theirs\), which is left as it is. Move the alias first",
    ),
    ("a long comment", site(comment="x" * 129), "has 129 characters; CloudFront takes 128"),
    (
        "a page without its code",
        site(custom_error_responses=[{"error_code": 404, "response_page_path": "/404.html"}]),
        r"custom_error_responses\[404\]: response_page_path and response_code go together",
    ),
    ("a regional web ACL", site(web_acl_id="arn:aws:wafv2:eu-west-1:1:regional/webacl/a/1"), "scope CLOUDFRONT"),
    ("no kind", site({"id": "one", "domain_name": "www.example.org"}), "give one of custom_origin_config"),
    ("two kinds", site({**custom(BUCKET_HOST), **bucket()}), "exclude one another: give one of them"),
    ("global host", site(bucket("b.s3.amazonaws.com")), r"307 .* give b.s3.<region>.amazonaws.com"),
    (
        "website with OAC",
        site(custom("b.s3-website.eu-north-1.amazonaws.com", origin_access_control_id="SIGV4")),
        "is a bucket's website, which takes no signed requests",
    ),
    ("website as bucket", site(bucket("b.s3-website-us-east-1.amazonaws.com")), "is a bucket's website"),
    (
        "a bucket as a custom origin with OAC",
        site(custom(BUCKET_HOST, origin_access_control_id="SIGV4")),
        "is a bucket: give s3_origin_config",
    ),
    (
        "a bucket without anything",
        site({"id": "one", "domain_name": BUCKET_HOST}),
        "is a bucket: give s3_origin_config",
    ),
    ("no bucket", site(bucket("www.example.org")), "s3_origin_config is for buckets"),
    (
        "OAC and OAI",
        site({**SIGNED_BUCKET, "s3_origin_config": {"origin_access_identity": "origin-access-identity/cloudfront/E"}}),
        "exclude one another: give s3_origin_config",
    ),
    (
        "Origin Shield before an MRAP",
        site({**ACCESS_POINT, "origin_shield": {"enabled": True, "origin_shield_region": "us-east-1"}}),
        "Origin Shield would send every request from its one Region",
    ),
    (
        "no default root object",
        {**site(ACCESS_POINT), "default_root_object": ""},
        "/ is the list of the keys of x.mrap",
    ),
    (
        "sigv4 at an MRAP",
        site({**ACCESS_POINT, "origin_access_control_id": "SIGV4"}),
        "signing_protocol is sigv4a",
    ),
    (
        "sigv4a at a bucket",
        site({**SIGNED_BUCKET, "origin_access_control_id": "SIGV4A"}),
        "signing_protocol is sigv4[.]",
    ),
    ("of Lambda at a bucket", site({**SIGNED_BUCKET, "origin_access_control_id": "LAMBDA"}), "is for lambda, and b.s3"),
    (
        "sigv4a and a Lambda",
        site(SIGNED_ACCESS_POINT, {"lambda_function_associations": [at("origin-request")]}),
        "origin-request and the origin one, whose origin access control signs sigv4a, exclude one another",
    ),
    (
        "the same in a group",
        site(
            behavior={"target_origin_id": "group", "lambda_function_associations": [at("origin-response")]},
            origins=[{**bucket(), "id": "two"}, SIGNED_ACCESS_POINT],
            origin_groups=[group("two", "one")],
        ),
        "origin-response and the origin one, whose origin access control signs sigv4a",
    ),
    (
        "Host in the key",
        site(ACCESS_POINT, {"cache_policy_id": "host"}),
        "cache policy Mine forwards the viewer's Host to x",
    ),
    (
        "Authorization in it",
        site(SIGNED_BUCKET, {"cache_policy_id": "authorization"}),
        "forwards the viewer's Authorization",
    ),
    (
        "all",
        site(SIGNED_BUCKET, {"origin_request_policy_id": "all"}),
        "origin request policy Mine forwards .* Host to b.s3",
    ),
    ("all and more", site(ACCESS_POINT, {"origin_request_policy_id": "all and more"}), "viewer's Host"),
    ("all but Host", site(ACCESS_POINT, {"origin_request_policy_id": "but host"}), "viewer's Authorization"),
    (
        "of a path, in a group",
        site(
            custom(),
            origins=[custom(), {**bucket(), "id": "two"}],
            origin_groups=[group("one", "two")],
            cache_behaviors=[
                {**PATH, "path_pattern": "/a", "target_origin_id": "group", "origin_request_policy_id": "all"}
            ],
        ),
        r"cache_behaviors\[/a\]: the origin request policy Mine forwards the viewer's Host to b.s3",
    ),
    (
        "before there were policies",
        site(ACCESS_POINT, {"cache_policy_id": "", "forwarded_values": {"headers": ["*"]}}),
        "forwarded_values forwards the viewer's Host",
    ),
]

TAKEN: list[tuple[str, Config]] = [
    ("a custom origin", site()),
    ("all viewer headers to a server that accepts them", site(behavior={"origin_request_policy_id": "all"})),
    ("a website", site(custom("b.s3-website.eu-north-1.amazonaws.com"))),
    (
        "a bucket that a Lambda signs for",
        site(custom(BUCKET_HOST), {"lambda_function_associations": [at("origin-request")]}),
    ),
    (
        "an MRAP that a Lambda signs for",
        site(ACCESS_POINT, {"lambda_function_associations": [at("origin-request")]}),
    ),
    ("one that CloudFront signs for", site(SIGNED_ACCESS_POINT)),
    ("in the other shape", site(bucket(ACCESS_POINT_HOST, origin_access_control_id="SIGV4A"))),
    (
        "with functions at viewer events",
        site(
            SIGNED_ACCESS_POINT,
            {"function_associations": [function_at("viewer-request"), function_at("viewer-response")]},
        ),
    ),
    ("buckets", site(SIGNED_BUCKET, {"origin_request_policy_id": "cors"})),
    ("all but both", site(SIGNED_BUCKET, {"origin_request_policy_id": "but both"})),
    ("Origin Shield before a bucket", site({**SIGNED_BUCKET, "origin_shield": {"enabled": True}})),
    ("aliases", site(aliases=["*.example.com", "a.b-c.example.com"], viewer_certificate=CERTIFICATE)),
    (
        "more than AWS's first quotas",
        site(
            aliases=[f"a{n}.example.com" for n in range(101)],
            cache_behaviors=[{**PATH, "path_pattern": f"/{n}"} for n in range(76)],
            viewer_certificate=CERTIFICATE,
        ),
    ),
    ("an error page", site(custom_error_responses=[{"error_code": 404, "error_caching_min_ttl": 1}])),
    ("a group", site(**TWO, origin_groups=[group("one", "two", codes=[400, 403, 404, 416, 429, 500, 502, 503, 504])])),
]


@pytest.mark.parametrize(("config", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(config: Config, words: str) -> None:
    given = {key: value for key, value in config.items() if key != "default_root_object"}
    with pytest.raises(EdgeError, match=words):
        check(config, given, REFERENCES)


@pytest.mark.parametrize("config", [case[1] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_accepted(config: Config) -> None:
    check(config, config, REFERENCES)


def test_an_explicit_empty_default_root_object_is_accepted() -> None:
    config = {**site(ACCESS_POINT), "default_root_object": ""}
    check(config, config, REFERENCES)


@pytest.mark.parametrize(
    ("member", "noun"),
    [
        ("origin_access_control_id", "origin access control"),
        ("cache_policy_id", "cache policy"),
        ("origin_request_policy_id", "origin request policy"),
    ],
)
def test_referenced_resources_must_exist(member: str, noun: str) -> None:
    with pytest.raises(EdgeError, match=f"{member}: there is no {noun} NONE"):
        check(site(), {}, References({(member, "NONE"): None}))


def test_only_checked_resources_are_read() -> None:
    config = site(
        origins=[custom(), {**SIGNED_BUCKET, "id": "two"}],
        cache_behaviors=[
            {**PATH, "path_pattern": "/b", "target_origin_id": "two", "cache_policy_id": "of b"},
            {**PATH, "path_pattern": "/c", "target_origin_id": "two", "cache_policy_id": KNOWN_AFTER_APPLY},
        ],
    )
    assert named_by(config) == {("origin_access_control_id", "SIGV4"), ("cache_policy_id", "of b")}


def test_values_not_known_yet_are_accepted() -> None:
    later = copy.deepcopy(site(ACCESS_POINT))
    later["origins"][0] |= {"domain_name": KNOWN_AFTER_APPLY, "origin_access_control_id": KNOWN_AFTER_APPLY}
    later["default_cache_behavior"] |= {
        "cache_policy_id": KNOWN_AFTER_APPLY,
        "origin_request_policy_id": KNOWN_AFTER_APPLY,
        "lambda_function_associations": [at("origin-request", KNOWN_AFTER_APPLY)],
    }
    later |= {"aliases": [KNOWN_AFTER_APPLY], "viewer_certificate": {"acm_certificate_arn": KNOWN_AFTER_APPLY}}
    assert named_by(later) == set()
    check(later, later, References())
