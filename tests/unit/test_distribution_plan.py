# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution: ours laid over what is live."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import resource as resources
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import Desired, Observed, plan
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY, to_api

from unit.fakes import FakeModule

SHAPE = botocore.session.get_session().get_service_model("cloudfront").shape_for("DistributionConfig")
LAMBDA = "arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3"
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/0f3a9c1d"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f3a9c1d"

CONFIG: dict[str, t.Any] = {
    "comment": "my-site (multiregion.edge)",
    "enabled": True,
    "default_root_object": "index.html",
    "origins": [
        {
            "id": "access-point",
            "domain_name": "x.mrap.accesspoint.s3-global.amazonaws.com",
            "custom_origin_config": {"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only"},
        }
    ],
    "default_cache_behavior": {
        "target_origin_id": "access-point",
        "viewer_protocol_policy": "redirect-to-https",
        "cache_policy_id": "658327ea",
        "lambda_function_associations": [{"event_type": "origin-request", "lambda_function_arn": LAMBDA}],
    },
}
FACTS = {"id": "EDFDVBD6EXAMPLE", "arn": "arn:aws:cloudfront::1:distribution/EDFDVBD6EXAMPLE", "status": "Deployed"}


def desired(**other: t.Any) -> Desired:
    return Desired("my-site", {**copy.deepcopy(CONFIG), **other}, {"team": "web"})


def behavior(**other: t.Any) -> dict[str, t.Any]:
    return {"default_cache_behavior": {**CONFIG["default_cache_behavior"], **other}}


def live(tags: dict[str, str] | None = None, **other: t.Any) -> Observed:
    """As CloudFront returns it: with members that nobody asked for."""
    config = {**copy.deepcopy(CONFIG), "caller_reference": "multiregion.edge/my-site", **other}
    api = to_api(SHAPE, config)
    api["Logging"] = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
    api.setdefault("Aliases", {"Quantity": 0})
    api["Origins"]["Items"][0] |= {"ConnectionAttempts": 3, "CustomHeaders": {"Quantity": 0}}
    return Observed(FACTS, api, tags or {"team": "web", "multiregion-edge": "my-site"})


def test_there_is_none() -> None:
    result = plan(None, desired(), SHAPE)
    (step,) = result.steps
    assert (step.call, step.sentence) == ("create_distribution", "Create the distribution of my-site")
    assert step.arguments["tags"] == {"team": "web", "multiregion-edge": "my-site"}
    assert step.arguments["config"]["CallerReference"] == "multiregion.edge/my-site"
    assert step.arguments["config"]["Origins"]["Quantity"] == 1


def test_nothing_to_do() -> None:
    result = plan(live(), desired(), SHAPE)
    assert result.steps == ()
    assert result.before == result.after


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"comment": "my-site, other"}, "comment"),
        ({"enabled": "false"}, "enabled"),
        ({"price_class": "PriceClass_100"}, "price_class"),
        (behavior(compress=True), "default_cache_behavior"),
        ({"origins": [{**CONFIG["origins"][0], "connection_attempts": 2}]}, "origins"),
        ({"http_version": "http2and3", "default_root_object": "i"}, "default_root_object, http_version"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_difference_is_one_update_that_names_it(changes: dict[str, t.Any], named: str) -> None:
    (step,) = plan(live(), desired(**changes), SHAPE).steps
    assert (step.call, step.arguments["distribution_id"]) == ("update_distribution", "EDFDVBD6EXAMPLE")
    assert step.sentence == f"Update the distribution EDFDVBD6EXAMPLE: {named}"


def test_a_host_name_is_the_same_in_capitals() -> None:
    certificate = {"viewer_certificate": {"iam_certificate_id": "x", "ssl_support_method": "sni-only"}}
    seen = live(aliases=["www.example.com"], **certificate)
    assert plan(seen, desired(aliases=["WWW.Example.com", "www.example.com"], **certificate), SHAPE).steps == ()


def test_countries_go_with_their_restriction() -> None:
    observed = live(restrictions={"geo_restriction": {"restriction_type": "whitelist", "items": ["DE"]}})
    (step,) = plan(observed, desired(restrictions={"geo_restriction": {"restriction_type": "none"}}), SHAPE).steps
    assert step.arguments["config"]["Restrictions"] == {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}


def test_a_secret_header_is_written_and_not_shown() -> None:
    def with_header(value: str) -> dict[str, t.Any]:
        return {"origins": [{**CONFIG["origins"][0], "custom_headers": [{"header_name": "x", "header_value": value}]}]}

    result = plan(live(**with_header("old-secret")), desired(**with_header("new-secret")), SHAPE)
    (header,) = result.steps[0].arguments["config"]["Origins"]["Items"][0]["CustomHeaders"]["Items"]
    assert header["HeaderValue"] == "new-secret"
    assert "secret" not in f"{result.before}{result.after}"
    assert result.before != result.after


def test_what_others_set_survives_an_update() -> None:
    observed = live(web_acl_id=WEB_ACL, custom_error_responses=[{"error_code": 404, "error_caching_min_ttl": 5}])
    (step,) = plan(observed, desired(comment="new"), SHAPE).steps
    assert step.arguments["config"] == {**observed.config, "Comment": "new"}


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        ({"multiregion-edge": "my-site"}, {"team": "web"}),
        ({"multiregion-edge": "my-site", "team": "ops", "cost": "42"}, {"team": "web"}),
        ({"cost": "42"}, {"team": "web", "multiregion-edge": "my-site"}),
    ],
)
def test_tags_are_added_and_others_left(tags: dict[str, str], missing: dict[str, str]) -> None:
    (step,) = plan(live(tags), desired(), SHAPE).steps
    assert (step.call, step.arguments) == ("put_tags", {"arn": FACTS["arn"], "tags": missing})


def test_ids_that_are_not_known_yet_are_no_mistake_in_check_mode() -> None:
    association = {"event_type": "origin-request", "lambda_function_arn": KNOWN_AFTER_APPLY}
    config = behavior(lambda_function_associations=[association])
    origin = {**CONFIG["origins"][0], "domain_name": KNOWN_AFTER_APPLY}
    assert plan(None, desired(**config, origins=[origin]), SHAPE).steps
    certificate = {"acm_certificate_arn": KNOWN_AFTER_APPLY}
    assert plan(None, desired(aliases=["a.example.com"], viewer_certificate=certificate), SHAPE).steps


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (behavior(target_origin_id="nowhere"), "target_origin_id: 'nowhere' is no origin's id; there are access-point"),
        (
            {
                "cache_behaviors": [
                    {"path_pattern": "/x", "target_origin_id": "y", "viewer_protocol_policy": "allow-all"}
                ]
            },
            "target_origin_id: 'y'",
        ),
        (
            behavior(
                lambda_function_associations=[
                    {"event_type": "origin-request", "lambda_function_arn": LAMBDA.replace(":3", ":$LATEST")}
                ]
            ),
            "must be a numbered version in us-east-1",
        ),
        (
            behavior(
                lambda_function_associations=[
                    {"event_type": "origin-request", "lambda_function_arn": LAMBDA.replace("us-east-1", "eu-west-1")}
                ]
            ),
            "must be a numbered version in us-east-1",
        ),
        ({"aliases": ["a.example.com"]}, "aliases: a.example.com need a certificate"),
        (
            {"viewer_certificate": {"acm_certificate_arn": CERTIFICATE.replace("us-east-1", "eu-west-1")}},
            "is not in us-east-1",
        ),
        (behavior(viewer_protocol_policy=None, target_origin_id=None), "target_origin_id|TargetOriginId"),
        ({"origins": [{"domain_name": "x.example.com"}]}, "[Ii]d"),
        ({"commment": "x"}, "did you mean comment"),
    ],
    ids=[
        "no such origin",
        "nor of a cache behavior",
        "$LATEST",
        "a function elsewhere",
        "alias without certificate",
        "certificate elsewhere",
        "a behavior without its required members",
        "an origin without an id",
        "misspelt",
    ],
)
def test_what_cloudfront_would_refuse_is_refused_at_once(changes: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        plan(None, desired(**changes), SHAPE)


DEFAULT_CERTIFICATE = {
    "cloud_front_default_certificate": True,
    "minimum_protocol_version": "TLSv1",
    "certificate_source": "cloudfront",
    "ssl_support_method": "vip",
}
OWN_CERTIFICATE = {
    "acm_certificate_arn": CERTIFICATE,
    "ssl_support_method": "sni-only",
    "minimum_protocol_version": "TLSv1.2_2021",
}


def test_an_own_certificate_replaces_the_default_one() -> None:
    """As the role asks for it when the first alias comes. CloudFront takes one of the three kinds, never two."""
    observed = live(viewer_certificate=DEFAULT_CERTIFICATE)
    wanted = desired(aliases=["a.example.com"], viewer_certificate=OWN_CERTIFICATE)
    (step,) = plan(observed, wanted, SHAPE).steps
    certificate = step.arguments["config"]["ViewerCertificate"]
    assert certificate["ACMCertificateArn"] == CERTIFICATE
    assert not certificate.get("CloudFrontDefaultCertificate")
    assert certificate.get("CertificateSource") in (None, "acm")


def test_the_default_certificate_replaces_an_own_one() -> None:
    observed = live(aliases=["a.example.com"], viewer_certificate={**OWN_CERTIFICATE, "certificate": CERTIFICATE})
    wanted = desired(aliases=[], viewer_certificate={"cloud_front_default_certificate": True})
    (step,) = plan(observed, wanted, SHAPE).steps
    assert "ACMCertificateArn" not in step.arguments["config"]["ViewerCertificate"]


def test_members_without_an_option_of_their_own_are_taken_from_config(monkeypatch: pytest.MonkeyPatch) -> None:
    class Api:
        config_shape = SHAPE

    monkeypatch.setattr(resources, "DistributionApi", lambda aws, wait_timeout: Api())
    params = {key: spec.get("default") for key, spec in resources.ARGUMENTS.items()}
    options = {"origins": CONFIG["origins"], "default_cache_behavior": CONFIG["default_cache_behavior"]}
    given = {"web_acl_id": WEB_ACL, "comment": "of my own", "default_root_object": "index.html"}
    module = FakeModule(**{**params, **options, "name": "my-site", "config": given})
    resource = resources.Distribution(t.cast(t.Any, module), t.cast(t.Any, None))
    after = resource.plan(resources.State(None)).after
    assert (after["web_acl_id"], after["comment"]) == (WEB_ACL, "of my own")


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        (DEFAULT_CERTIFICATE, {"cloud_front_default_certificate": True}),
        ({**OWN_CERTIFICATE, "certificate": CERTIFICATE, "certificate_source": "acm"}, OWN_CERTIFICATE),
    ],
    ids=["default", "own"],
)
def test_a_certificate_as_aws_tells_it_is_no_difference(seen: dict[str, t.Any], asked: dict[str, t.Any]) -> None:
    aliases = ["a.example.com"] if "acm_certificate_arn" in asked else []
    result = plan(
        live(aliases=aliases, viewer_certificate=seen), desired(aliases=aliases, viewer_certificate=asked), SHAPE
    )
    assert [step.call for step in result.steps] in ([], ["put_tags"])


def test_null_removes_and_what_nobody_set_is_removed_already() -> None:
    set_by_somebody = live(web_acl_id=WEB_ACL, cache_tag_config={"header_name": "x-amz-meta-cache-tag"})
    nulls = {"web_acl_id": None, "cache_tag_config": None, "logging": None, "restrictions": None, "http_version": None}
    (step,) = plan(set_by_somebody, desired(**nulls), SHAPE).steps
    assert step.sentence.endswith(": cache_tag_config, web_acl_id")
    assert not step.arguments["config"].keys() & {"WebACLId", "CacheTagConfig"}
    filled = live(
        web_acl_id="",
        http_version="http2",
        restrictions={"geo_restriction": {"restriction_type": "none", "items": []}},
        continuous_deployment_policy_id="",
    )
    assert plan(filled, desired(**nulls, continuous_deployment_policy_id=None), SHAPE).steps == ()


def test_null_inside_an_option_removes_a_member_of_one_element() -> None:
    origin = {**CONFIG["origins"][0], "origin_path": "/a", "origin_shield": {"enabled": True}}
    (step,) = plan(live(origins=[origin]), desired(origins=[{**origin, "origin_shield": None}]), SHAPE).steps
    (sent,) = step.arguments["config"]["Origins"]["Items"]
    assert "OriginShield" not in sent and sent["OriginPath"] == "/a"


def bucket(origin_id: str, **other: t.Any) -> dict[str, t.Any]:
    host = f"{origin_id}.s3.eu-north-1.amazonaws.com"
    return {"id": origin_id, "domain_name": host, "s3_origin_config": {"origin_access_identity": ""}, **other}


def group(group_id: str, *members: str) -> dict[str, t.Any]:
    return {
        "id": group_id,
        "failover_criteria": {"status_codes": [500, 404]},
        "members": [{"origin_id": member} for member in members],
    }


LIVE_ORIGINS: dict[str, t.Any] = {
    "origins": [CONFIG["origins"][0], bucket("a"), bucket("b")],
    "origin_groups": [group("both", "a", "b")],
}


@pytest.mark.parametrize(
    ("purge", "given", "origins", "groups"),
    [
        (True, {"origins": [bucket("c")], "origin_groups": []}, ["c"], []),
        (False, {"origins": [bucket("c")], "origin_groups": []}, ["c", "access-point", "a", "b"], ["both"]),
        (False, {"origins": [bucket("a")]}, ["access-point", "a", "b"], ["both"]),
        (
            False,
            {"origins": [bucket("c")], "origin_groups": [group("new", "c", "a")]},
            ["c", "access-point", "a", "b"],
            ["new", "both"],
        ),
    ],
)
def test_origins_that_are_not_named(
    purge: bool, given: dict[str, t.Any], origins: list[str], groups: list[str]
) -> None:
    target = {} if "access-point" in origins else behavior(target_origin_id="c")
    wanted = Desired("my-site", {**copy.deepcopy(CONFIG), **given, **target}, {"team": "web"}, purge_origins=purge)
    result = plan(live(**LIVE_ORIGINS), wanted, SHAPE)
    assert list(result.after["origins"] or {}) == origins or sorted(result.after["origins"]) == sorted(origins)
    assert list(result.after["origin_groups"] or {}) == groups
    assert bool(result.steps) == (set(origins) != {"access-point", "a", "b"})


PATHS = [
    {"path_pattern": "/a/*", "target_origin_id": "access-point", "viewer_protocol_policy": "https-only"},
    {"path_pattern": "/*", "target_origin_id": "access-point", "viewer_protocol_policy": "https-only"},
]


@pytest.mark.parametrize(
    ("seen", "asked", "is_changed"),
    [
        ({"cache_behaviors": PATHS}, {"cache_behaviors": PATHS[::-1]}, True),
        ({"cache_behaviors": PATHS}, {"cache_behaviors": PATHS}, False),
        (LIVE_ORIGINS, {**LIVE_ORIGINS, "origin_groups": [group("both", "b", "a")]}, True),
        (LIVE_ORIGINS, {**LIVE_ORIGINS, "origins": LIVE_ORIGINS["origins"][::-1]}, False),
        (
            {"custom_error_responses": [{"error_code": 404, "error_caching_min_ttl": 10}, {"error_code": 500}]},
            {"custom_error_responses": [{"error_code": 500}, {"error_code": 404}]},
            False,
        ),
    ],
    ids=["precedence", "same", "first and second of a group", "origins are a set", "error pages are a set"],
)
def test_where_the_order_counts(seen: dict[str, t.Any], asked: dict[str, t.Any], is_changed: bool) -> None:
    assert bool(plan(live(**seen), desired(**asked), SHAPE).steps) == is_changed


def test_the_difference_is_that_of_one_origin_not_of_all() -> None:
    changed = [CONFIG["origins"][0], bucket("a", connection_attempts=1), bucket("b")]
    result = plan(live(**LIVE_ORIGINS), desired(origins=changed), SHAPE)
    assert {key for key in result.before if result.before[key] != result.after[key]} == {"origins"}
    before, after = result.before["origins"], result.after["origins"]
    assert {key for key in before if before[key] != after[key]} == {"a"}


def test_what_botocore_does_not_know_is_not_removed() -> None:
    observed = dataclasses.replace(live(), unknown=["Origins.Origin.Quantum"])
    assert plan(observed, desired(), SHAPE).steps == ()
    with pytest.raises(EdgeError, match=r"has Origins.Origin.Quantum, .*Update boto3 and botocore"):
        plan(observed, desired(comment="new"), SHAPE)


def test_nor_is_a_choice_that_it_does_not_know() -> None:
    observed = live()
    observed.config["HttpVersion"] = "http4"
    assert plan(observed, desired(), SHAPE).steps == ()
    with pytest.raises(EdgeError, match=r"has what this botocore does not know \(http_version must be one of"):
        plan(observed, desired(comment="new"), SHAPE)


@pytest.mark.parametrize(
    ("enabled", "status", "wait", "calls", "last"),
    [
        (True, "Deployed", True, ["update_distribution", "delete_distribution"], "Delete the distribution"),
        (False, "InProgress", True, ["delete_distribution"], "Delete the distribution"),
        (True, "Deployed", False, ["update_distribution"], "The next run deletes the distribution"),
        (False, "InProgress", False, [], "The next run deletes the distribution"),
        (False, "Deployed", False, ["delete_distribution"], "Delete the distribution"),
    ],
)
def test_absent(enabled: bool, status: str, wait: bool, calls: list[str], last: str) -> None:
    observed = dataclasses.replace(live(enabled=enabled), facts={**FACTS, "status": status})
    wanted = Desired("my-site", {}, {}, absent=True, wait=wait)
    result = plan(observed, wanted, SHAPE)
    assert [step.call for step in result.steps] == calls
    assert result.sentences[-1].startswith(last)
    assert (result.after is None) == ("delete_distribution" in calls)
    for step in result.steps:
        if step.call == "update_distribution":
            assert step.arguments["config"] == {**observed.config, "Enabled": False}
    assert plan(None, wanted, SHAPE).steps == ()


ACCESS_POINT = {"id": "access-point", "domain_name": "x.mrap.accesspoint.s3-global.amazonaws.com"}
SIGNED: dict[str, t.Any] = {**ACCESS_POINT, "origin_access_control_id": "EOAC"}
AS_S3 = {**SIGNED, "s3_origin_config": {"origin_access_identity": ""}}
AS_CUSTOM = {**SIGNED, "custom_origin_config": CONFIG["origins"][0]["custom_origin_config"]}


@pytest.mark.parametrize(
    ("seen", "asked", "shape", "is_s3", "has_other"),
    [
        (None, SIGNED, "auto", False, True),
        (None, SIGNED, "s3", True, False),
        (None, AS_CUSTOM, "s3", True, False),
        (None, AS_S3, "custom", False, False),
        (AS_S3, AS_CUSTOM, "auto", None, False),
        (AS_CUSTOM, AS_CUSTOM, "auto", None, False),
        (AS_CUSTOM, AS_S3, "auto", None, False),
        (AS_S3, AS_CUSTOM, "custom", False, False),
        (AS_S3, {**AS_CUSTOM, "origin_access_control_id": ""}, "auto", False, False),
        (CONFIG["origins"][0], SIGNED, "auto", False, True),
    ],
)
def test_the_shape_of_an_access_point_that_cloudfront_signs_for(
    seen: dict[str, t.Any] | None, asked: dict[str, t.Any], shape: str, is_s3: bool | None, has_other: bool
) -> None:
    """*is_s3* None: it stays as it is."""
    unsigned = behavior(lambda_function_associations=[])
    config = {**copy.deepcopy(CONFIG), "origins": [asked], **unsigned}
    wanted = Desired("my-site", config, {"team": "web"}, mrap_origin_shape=shape)
    result = plan(live(origins=[seen], **unsigned) if seen else None, wanted, SHAPE)
    assert bool(result.steps) == (is_s3 is not None)
    for step in result.steps:
        (origin,) = step.arguments["config"]["Origins"]["Items"]
        assert ("S3OriginConfig" in origin, "CustomOriginConfig" in origin) == (is_s3, not is_s3)
        assert ("other_shape" in step.arguments) == has_other
        if has_other:
            (other,) = step.arguments["other_shape"]["Origins"]["Items"]
            assert ("S3OriginConfig" in other, "CustomOriginConfig" in other) == (not is_s3, is_s3)


def test_a_cache_policy_takes_the_place_of_what_was_before_there_were_any() -> None:
    before = {**CONFIG["default_cache_behavior"], "min_ttl": 5, "default_ttl": 7, "max_ttl": 9}
    before["forwarded_values"] = {"query_string": False, "cookies": {"forward": "none"}}
    del before["cache_policy_id"]
    (step,) = plan(live(default_cache_behavior=before), desired(), SHAPE).steps
    sent = step.arguments["config"]["DefaultCacheBehavior"]
    assert sent["CachePolicyId"] and not sent.keys() & {"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"}
