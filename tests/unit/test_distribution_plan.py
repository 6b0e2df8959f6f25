# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution: ours laid over what is live."""

from __future__ import annotations

import copy
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
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f3a9c1d"

CONFIG: dict[str, t.Any] = {
    "comment": "my-site (multiregion.edge)",
    "enabled": True,
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
    return Observed(FACTS, api, "E2QWRUHEXAMPLE", tags or {"team": "web", "multiregion-edge": "my-site"})


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
    assert (step.call, step.arguments["etag"]) == ("update_distribution", "E2QWRUHEXAMPLE")
    assert step.sentence == f"Update the distribution EDFDVBD6EXAMPLE: {named}"


def test_what_others_set_survives_an_update() -> None:
    observed = live(web_acl_id="arn:waf", custom_error_responses=[{"error_code": 404, "error_caching_min_ttl": 5}])
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

    monkeypatch.setattr(resources, "DistributionApi", lambda aws: Api())
    params = {key: spec.get("default") for key, spec in resources.ARGUMENTS.items()}
    options = {"origins": CONFIG["origins"], "default_cache_behavior": CONFIG["default_cache_behavior"]}
    given = {"web_acl_id": "arn:waf", "comment": "of my own"}
    module = FakeModule(**{**params, **options, "name": "my-site", "config": given})
    resource = resources.Distribution(t.cast(t.Any, module), t.cast(t.Any, None))
    after = resource.plan(None).after
    assert (after["web_acl_id"], after["comment"]) == ("arn:waf", "of my own")


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
