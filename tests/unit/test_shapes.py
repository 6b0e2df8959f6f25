# SPDX-License-Identifier: GPL-3.0-or-later

"""_shapes with botocore's DistributionConfig: conversion, overlay, comparison."""

from __future__ import annotations

import string
import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import (
    drop_none,
    equal,
    from_api,
    normalize,
    overlay,
    to_api,
    to_snake_case,
    validate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

SHAPE = botocore.session.get_session().get_service_model("cloudfront").shape_for("DistributionConfig")

# As CloudFront returns it.
API_CONFIG: dict[str, t.Any] = {
    "CallerReference": "ref",
    "Aliases": {"Quantity": 2, "Items": ["a.example.com", "b.example.com"]},
    "Comment": "",
    "Enabled": True,
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "one",
                "DomainName": "one.example.com",
                "OriginPath": "",
                "CustomHeaders": {"Quantity": 0},
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "https-only",
                    "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
                },
            }
        ],
    },
    "OriginGroups": {"Quantity": 0},
    "DefaultCacheBehavior": {
        "TargetOriginId": "one",
        "ViewerProtocolPolicy": "redirect-to-https",
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "AllowedMethods": {
            "Quantity": 2,
            "Items": ["HEAD", "GET"],
            "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
        },
        "FunctionAssociations": {
            "Quantity": 1,
            "Items": [{"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::1:function/f"}],
        },
    },
    "CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 403, "ErrorCachingMinTTL": 10}]},
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
}


@pytest.mark.parametrize(
    ("member", "snake"),
    [
        ("HTTPPort", "http_port"),
        ("IsIPV6Enabled", "is_ipv6_enabled"),
        ("DefaultTTL", "default_ttl"),
        ("FunctionARN", "function_arn"),
        ("ACMCertificateArn", "acm_certificate_arn"),
        ("OriginSslProtocols", "origin_ssl_protocols"),
    ],
)
def test_members_have_botocores_spelling(member: str, snake: str) -> None:
    assert to_snake_case(member) == snake


def test_a_returned_configuration_is_unchanged_after_both_conversions() -> None:
    assert to_api(SHAPE, from_api(SHAPE, API_CONFIG)) == API_CONFIG


def test_lists_are_plain_without_quantities() -> None:
    config = from_api(SHAPE, API_CONFIG)
    assert config["aliases"] == ["a.example.com", "b.example.com"]
    assert config["origin_groups"] == []
    assert config["origins"][0]["custom_headers"] == []
    assert config["origins"][0]["custom_origin_config"]["origin_ssl_protocols"] == ["TLSv1.2"]
    methods = config["default_cache_behavior"]["allowed_methods"]
    assert methods == {"items": ["HEAD", "GET"], "cached_methods": ["HEAD", "GET"]}
    assert config["default_cache_behavior"]["trusted_signers"] == {"enabled": False}


@pytest.mark.parametrize(
    ("given_methods", "api"),
    [
        (["GET", "HEAD"], {"Quantity": 2, "Items": ["GET", "HEAD"]}),
        (
            {"items": ["GET", "HEAD"], "cached_methods": ["GET"]},
            {"Quantity": 2, "Items": ["GET", "HEAD"], "CachedMethods": {"Quantity": 1, "Items": ["GET"]}},
        ),
        ({"items": ["GET"], "quantity": 7}, {"Quantity": 1, "Items": ["GET"]}),
    ],
    ids=["a list alone", "with cached methods", "a wrong quantity is put right"],
)
def test_allowed_methods(given_methods: t.Any, api: t.Any) -> None:
    config = to_api(SHAPE, {"default_cache_behavior": {"allowed_methods": given_methods}})
    assert config["DefaultCacheBehavior"]["AllowedMethods"] == api


@pytest.mark.parametrize(
    ("config", "api"),
    [
        ({"enabled": "yes"}, {"Enabled": True}),
        ({"enabled": "False"}, {"Enabled": False}),
        ({"enabled": 1}, {"Enabled": True}),
        ({"comment": 2026}, {"Comment": "2026"}),
        (
            {"custom_error_responses": [{"error_code": "404", "error_caching_min_ttl": "5"}]},
            {"CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 404, "ErrorCachingMinTTL": 5}]}},
        ),
        ({"aliases": []}, {"Aliases": {"Quantity": 0}}),
        ({"comment": None, "enabled": True}, {"Enabled": True}),
        ({"web_acl_id": KNOWN_AFTER_APPLY}, {"WebACLId": KNOWN_AFTER_APPLY}),
        ({"aliases": KNOWN_AFTER_APPLY}, {"Aliases": KNOWN_AFTER_APPLY}),
        ({"http_version": KNOWN_AFTER_APPLY}, {"HttpVersion": KNOWN_AFTER_APPLY}),
    ],
    ids=str,
)
def test_values_from_surveys_and_check_mode(config: t.Any, api: t.Any) -> None:
    assert to_api(SHAPE, config) == api


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"alias": []}, ["alias is not a member of DistributionConfig", "did you mean aliases?"]),
        ({"zzz": 1}, ["zzz is not a member of DistributionConfig", "it has aliases,"]),
        ({"origins": [{"domian_name": "x"}]}, ["origins[0].domian_name", "did you mean domain_name?"]),
        (
            {"default_cache_behavior": {"viewer_protocol_policy": "https"}},
            ["default_cache_behavior.viewer_protocol_policy must be one of", "redirect-to-https", "not 'https'"],
        ),
        ({"enabled": "maybe"}, ["enabled must be true or false, not 'maybe'"]),
        ({"origins": "one"}, ["origins must be a list, not 'one'"]),
        ({"origins": ["one"]}, ["origins[0] must be a dictionary, not 'one'"]),
        ({"origins": [{"connection_attempts": "many"}]}, ["origins[0].connection_attempts must be a integer"]),
        ({"origins": [{"connection_attempts": 1.5}]}, ["origins[0].connection_attempts must be a", "1.5"]),
        ({"comment": {"en": "x"}}, ["comment must be a string"]),
        ({"default_root_object": ["index.html"]}, ["default_root_object must be a string"]),
    ],
    ids=str,
)
def test_invalid_values_are_refused_with_their_path(config: t.Any, words: list[str]) -> None:
    with pytest.raises(EdgeError) as refusal:
        to_api(SHAPE, config)
    for word in words:
        assert word in str(refusal.value)


def test_normalize_has_the_types_of_aws_and_keeps_null() -> None:
    given_config = {
        "enabled": "yes",
        "comment": 7,
        "default_root_object": None,
        "aliases": None,
        "origins": [{"id": "one", "connection_attempts": "2", "origin_path": None, "s3_origin_config": {}}],
        "default_cache_behavior": {"allowed_methods": ["GET"], "compress": None},
        "web_acl_id": KNOWN_AFTER_APPLY,
    }
    assert normalize(SHAPE, given_config) == {
        **given_config,
        "enabled": True,
        "comment": "7",
        "origins": [{"id": "one", "connection_attempts": 2, "origin_path": None, "s3_origin_config": {}}],
        "default_cache_behavior": {"allowed_methods": {"items": ["GET"]}, "compress": None},
    }
    with pytest.raises(EdgeError, match="did you mean comment"):
        normalize(SHAPE, {"commment": None})


def test_drop_none() -> None:
    value = {"a": None, "b": {"c": None, "d": 0}, "e": [{"f": None}, ({"g": None},)], "h": False}
    assert drop_none(value) == {"b": {"d": 0}, "e": [{}, [{}]], "h": False}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"Comment": None}, "caller_reference, origins, default_cache_behavior, enabled are required."),
        ({"Origins": {"Quantity": 1, "Items": [{"Id": "a"}]}}, "origins[0].domain_name is required."),
        (
            {"DefaultCacheBehavior": {"TargetOriginId": "a"}},
            "default_cache_behavior.viewer_protocol_policy is required.",
        ),
        ({"CallerReference": 7}, "CallerReference"),
    ],
    ids=["several", "deep in a list", "deep", "another error of botocore"],
)
def test_required_members_are_reported_in_the_users_spelling(config: t.Any, words: str) -> None:
    whole: dict[str, t.Any] = {**API_CONFIG, **config}
    if None in config.values():
        whole = {"Comment": ""}
    validate(API_CONFIG, SHAPE)
    with pytest.raises(EdgeError) as refusal:
        validate(whole, SHAPE)
    assert words in str(refusal.value)


CORS = botocore.session.get_session().get_service_model("cloudfront").shape_for("ResponseHeadersPolicyCorsConfig")


def test_an_empty_list_with_required_items_has_the_items_member() -> None:
    config = {"access_control_allow_headers": [], "access_control_expose_headers": []}
    assert to_api(CORS, config) == {
        "AccessControlAllowHeaders": {"Quantity": 0, "Items": []},
        "AccessControlExposeHeaders": {"Quantity": 0},
    }


def test_overlay_keeps_other_members() -> None:
    live = from_api(SHAPE, API_CONFIG)
    after = overlay(live, {"comment": "new", "origins": [{"id": "one", "origin_path": "/x"}]})
    assert after["comment"] == "new"
    assert after["origins"] == [{**live["origins"][0], "origin_path": "/x"}]
    assert {key: after[key] for key in after if key not in ("comment", "origins")} == {
        key: live[key] for key in live if key not in ("comment", "origins")
    }


@pytest.mark.parametrize(
    ("live", "desired", "after"),
    [
        ([{"id": "a", "x": 1}, {"id": "b"}], [{"id": "c"}, {"id": "a"}], [{"id": "c"}, {"id": "a", "x": 1}]),
        (
            [{"path_pattern": "/a", "ttl": 5}],
            [{"path_pattern": "/b"}, {"path_pattern": "/a"}],
            [{"path_pattern": "/b"}, {"path_pattern": "/a", "ttl": 5}],
        ),
        (["HEAD", "GET"], ["GET", "HEAD"], ["HEAD", "GET"]),
        (["HEAD", "GET"], ["GET"], ["GET"]),
        ([{"origin_id": "a"}], [{"origin_id": "b"}], [{"origin_id": "b"}]),
        (None, {"x": 1}, {"x": 1}),
        ({"x": {"y": 1}}, {"x": {"z": 2}}, {"x": {"y": 1, "z": 2}}),
        ({"x": [1]}, {"x": []}, {"x": []}),
        ({"x": 1, "y": 2}, {"x": None}, {"y": 2}),
        ({"x": {"y": 1, "z": 2}}, {"x": {"y": None}}, {"x": {"z": 2}}),
        ([{"id": "a", "x": 1, "y": 2}], [{"id": "a", "x": None}], [{"id": "a", "y": 2}]),
        ({}, {"x": {"y": None, "z": 1}}, {"x": {"z": 1}}),
        ([], [{"id": "a", "x": None}], [{"id": "a"}]),
    ],
    ids=[
        "a list is replaced, members survive",
        "cache behaviors in the order asked for",
        "AWS's order of a set stays",
        "a member of a set goes",
        "elements without an identity are replaced",
        "nothing live",
        "deep",
        "a list is emptied",
        "null removes",
        "null removes deep down",
        "null removes in an element",
        "null where nothing is",
        "null in a new element",
    ],
)
def test_overlay_of_lists(live: t.Any, desired: t.Any, after: t.Any) -> None:
    assert overlay(live, desired) == after


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["a", "b"], ["b", "a"], True),
        (["a", "a"], ["a"], False),
        (["a", "b"], ["a", "c"], False),
        ([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}], True),
        ([{"id": "a", "x": 1}], [{"id": "a", "x": 2}], False),
        ([{"id": "a"}], [{"id": "a"}, {"id": "b"}], False),
        ([{"path_pattern": "/a"}, {"path_pattern": "/b"}], [{"path_pattern": "/b"}, {"path_pattern": "/a"}], False),
        ([{"origin_id": "a"}, {"origin_id": "b"}], [{"origin_id": "b"}, {"origin_id": "a"}], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([], [{"id": "a"}], False),
        ([{"id": "a"}], ["a"], False),
        ([{"id": "a"}, {"id": "a"}], [{"id": "a"}, {"id": "b"}], False),
    ],
    ids=[
        "scalars are a set",
        "of which each counts",
        "another scalar",
        "structures with an identity are a set",
        "whose members count",
        "one more",
        "the order of cache behaviors counts",
        "the order in an origin group counts",
        "one more member",
        "empty and not",
        "a structure and a scalar",
        "one identity twice",
    ],
)
def test_equal(one: t.Any, other: t.Any, same: bool) -> None:
    assert equal(one, other) is same
    assert equal(other, one) is same


names = st.text(string.ascii_lowercase, min_size=1, max_size=3)
values = st.one_of(st.booleans(), st.integers(0, 3), names)


def identified(key: str) -> st.SearchStrategy[list[dict[str, t.Any]]]:
    item = st.fixed_dictionaries({key: names}, optional={"comment": names, "ttl": st.integers(0, 3)})
    return st.lists(item, max_size=4, unique_by=lambda item: item[key])


configs = st.fixed_dictionaries(
    {},
    optional={
        "comment": names,
        "enabled": st.booleans(),
        "aliases": st.lists(names, max_size=4),
        "origins": identified("id"),
        "cache_behaviors": identified("path_pattern"),
        "groups": st.lists(st.dictionaries(names, values, max_size=2), max_size=3),
        "nested": st.dictionaries(names, st.lists(names, max_size=3), max_size=3),
    },
)


@given(configs, configs)
def test_overlay_is_idempotent(live: t.Any, desired: t.Any) -> None:
    once = overlay(live, desired)
    assert overlay(once, desired) == once


@given(configs)
def test_everything_equals_itself_and_its_overlay_over_itself(config: t.Any) -> None:
    assert equal(config, config)
    assert overlay(config, config) == config


@given(configs, configs)
def test_equal_is_symmetric(one: t.Any, other: t.Any) -> None:
    assert equal(one, other) == equal(other, one)


origins = st.fixed_dictionaries(
    {"id": names, "domain_name": names},
    optional={
        "origin_path": names,
        "connection_attempts": st.integers(1, 3),
        "custom_headers": st.lists(
            st.fixed_dictionaries({"header_name": names, "header_value": names}),
            max_size=2,
            unique_by=lambda item: item["header_name"],
        ),
    },
)


@given(st.lists(origins, max_size=3, unique_by=lambda item: item["id"]), st.lists(names, max_size=3), st.booleans())
@settings(max_examples=50)
def test_the_conversion_to_the_api_and_back_changes_nothing(origins: t.Any, aliases: t.Any, enabled: bool) -> None:
    config = {"origins": origins, "aliases": aliases, "enabled": enabled}
    assert from_api(SHAPE, to_api(SHAPE, config)) == config
