# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a named resource of CloudFront: found by name and updated, or an equal one adopted."""

from __future__ import annotations

import dataclasses
import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import ConfigApi
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.kind import (
    CACHE_POLICY,
    ORIGIN_ACCESS_CONTROL,
    ORIGIN_REQUEST_POLICY,
    RESPONSE_HEADERS_POLICY,
    Kind,
    Live,
    same,
)
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.plan import Desired, adopted, plan
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan
from ansible_collections.multiregion.edge.plugins.module_utils._rules.ownership import MARK

from unit.operations import operations

OPERATIONS = operations(ConfigApi)

MODEL = botocore.session.get_session().get_service_model("cloudfront")
KEY = "parameters_in_cache_key_and_forwarded_to_origin"
NOTHING: dict[str, t.Any] = {
    "headers_config": {"header_behavior": "none"},
    "cookies_config": {"cookie_behavior": "none"},
    "query_strings_config": {"query_string_behavior": "none"},
}
# As CloudFront returns them, with empty lists.
RETURNED: dict[str, t.Any] = {
    "headers_config": {"header_behavior": "none", "headers": []},
    "cookies_config": {"cookie_behavior": "none", "cookies": []},
    "query_strings_config": {"query_string_behavior": "none", "query_strings": []},
}
COMPRESSED = {"enable_accept_encoding_gzip": True, "enable_accept_encoding_brotli": True}


def cached(shortest: int = 1, usual: int = 86_400, longest: int = 31_536_000, **key: t.Any) -> dict[str, t.Any]:
    return {
        "min_ttl": shortest,
        "default_ttl": usual,
        "max_ttl": longest,
        KEY: {**COMPRESSED, **RETURNED, **key},
    }


def policy(config_id: str, name: str, comment: str = MARK, managed: bool = False, **config: t.Any) -> Live:
    return Live(config_id, {"name": name, "comment": comment, **(config or cached())}, managed)


def planned(
    live: list[Live], config: dict[str, t.Any], kind: Kind = CACHE_POLICY, adopt: str = "never", absent: bool = False
) -> Plan:
    return plan(OPERATIONS, kind, live, Desired("shop", config, adopt, absent), MODEL.shape_for(kind.config))


@pytest.mark.parametrize(
    ("kind", "config", "api"),
    [
        (
            ORIGIN_ACCESS_CONTROL,
            {"signing_protocol": "sigv4a"},
            {
                "Name": "shop",
                "Description": MARK,
                "SigningProtocol": "sigv4a",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            },
        ),
        (
            ORIGIN_REQUEST_POLICY,
            {"comment": f"mine {MARK}", "cookies_config": {"cookie_behavior": "all"}},
            {
                "Name": "shop",
                "Comment": f"mine {MARK}",
                "HeadersConfig": {"HeaderBehavior": "none"},
                "CookiesConfig": {"CookieBehavior": "all"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
            },
        ),
        (
            RESPONSE_HEADERS_POLICY,
            {"remove_headers_config": [{"header": "server"}]},
            {
                "Name": "shop",
                "Comment": MARK,
                "RemoveHeadersConfig": {"Quantity": 1, "Items": [{"Header": "server"}]},
            },
        ),
    ],
    ids=["an origin access control", "an origin request policy", "a response headers policy"],
)
def test_creation(kind: Kind, config: dict[str, t.Any], api: dict[str, t.Any]) -> None:
    (step,) = planned([], config, kind).steps
    assert (step.name, step.arguments["config"]) == ("create", api)


@pytest.mark.parametrize(
    ("given", "ttls", "compressed"),
    [
        ({}, (1, 86_400, 31_536_000), True),
        ({"max_ttl": 0}, (0, 0, 0), False),
        ({"max_ttl": 60}, (1, 60, 60), True),
        ({"default_ttl": 0}, (0, 0, 31_536_000), True),
        ({"min_ttl": 100_000}, (100_000, 100_000, 31_536_000), True),
        ({"min_ttl": "40000000"}, (40_000_000, 40_000_000, 40_000_000), True),
        ({"min_ttl": None, "max_ttl": 5}, (1, 5, 5), True),
    ],
    ids=str,
)
def test_ttls_that_are_not_given_are_consistent_with_given_ones(
    given: dict[str, t.Any], ttls: tuple[int, ...], compressed: bool
) -> None:
    after = planned([], given).after
    assert (after["min_ttl"], after["default_ttl"], after["max_ttl"]) == ttls
    assert {after[KEY][name] for name in COMPRESSED} == {compressed}


@pytest.mark.parametrize(
    ("live", "given", "changed"),
    [
        (cached(), {}, None),
        (cached(), {"comment": f"new {MARK}"}, "comment"),
        (cached(), {"min_ttl": 1, KEY: dict(NOTHING)}, None),
        (cached(), {"max_ttl": None}, None),
        (cached(5, 60, 600), {"max_ttl": None}, "max_ttl"),
        (cached(), {KEY: {"enable_accept_encoding_gzip": False}}, KEY),
        (
            cached(headers_config={"header_behavior": "whitelist", "headers": ["A", "B"]}),
            {KEY: {"headers_config": {"headers": ["b", "a"]}}},
            None,
        ),
        (
            cached(headers_config={"header_behavior": "whitelist", "headers": ["A", "B"]}),
            {KEY: {"headers_config": {"header_behavior": "none"}}},
            KEY,
        ),
        (
            cached(cookies_config={"cookie_behavior": "whitelist", "cookies": ["a", "b"]}),
            {KEY: {"cookies_config": {"cookies": ["A", "b"]}}},
            KEY,
        ),
    ],
    ids=[
        "nothing is given",
        "a comment",
        "as AWS returns it, without empty lists",
        "null of what is a default",
        "null is back to the default",
        "a member deep down",
        "headers have neither case nor order",
        "a behavior without a list removes the live one",
        "cookies have case",
    ],
)
def test_a_managed_resource_is_updated_where_it_differs(
    live: dict[str, t.Any], given: dict[str, t.Any], changed: str | None
) -> None:
    result = planned([policy("1", "shop", f"mine {MARK}", **live)], given)
    if changed is None:
        assert (result.steps, result.before) == ((), result.after)
    else:
        (step,) = result.steps
        assert (step.name, step.arguments["config_id"]) == ("update", "1")
        assert step.sentence == f"Update the cache policy shop: {changed}"
        assert result.after["id"] == "1"
        again = Live("1", {key: value for key, value in result.after.items() if key != "id"})
        assert planned([again], given).steps == ()


MANAGED = policy("m", "Managed-CachingOptimized", "AWS's", managed=True)
OWN, THEIRS, OTHER = policy("o", "own"), policy("a", "theirs", "theirs"), policy("x", "x", **cached(2))


@pytest.mark.parametrize(
    ("live", "adopt", "used"),
    [
        ([THEIRS, OWN, MANAGED, OTHER], "equal", "m"),
        ([THEIRS, OWN, OTHER], "equal", "o"),
        ([OTHER, THEIRS], "equal", "a"),
        ([OTHER], "equal", None),
        ([THEIRS, OWN, MANAGED], "managed", "m"),
        ([THEIRS, OWN], "managed", None),
        ([THEIRS, OWN, MANAGED], "never", None),
        ([policy("s", "shop"), MANAGED], "equal", None),
    ],
    ids=[
        "AWS's first",
        "then own",
        "then any",
        "none",
        "managed",
        "no managed one",
        "never",
        "one of the name",
    ],
)
def test_an_equal_one_is_adopted(live: list[Live], adopt: str, used: str | None) -> None:
    shape = MODEL.shape_for(CACHE_POLICY.config)
    found = adopted(CACHE_POLICY, live, Desired("shop", {}, adopt), shape)
    assert (found.id if found else None) == used
    has_one = used is not None or any(each.config["name"] == "shop" for each in live)
    assert [step.name for step in planned(live, {}, adopt=adopt).steps] == ([] if has_one else ["create"])


@pytest.mark.parametrize(
    ("one", "given", "absent", "words"),
    [
        (policy("1", "shop", "theirs"), {}, False, None),
        (policy("1", "shop", "theirs"), {"comment": f"own {MARK}"}, False, None),
        (policy("1", "shop", "theirs"), {"min_ttl": 2}, False, "The cache policy shop exists already and is not this"),
        (policy("1", "shop", "theirs"), {}, True, "exists already and is not this collection's"),
        (policy("1", "shop", "", managed=True), {"min_ttl": 1}, False, None),
        (policy("1", "shop", "", managed=True), {"min_ttl": 2}, False, "The cache policy shop is AWS's own"),
        (policy("1", "shop", "", managed=True), {}, True, "is AWS's own and cannot be changed"),
    ],
    ids=["theirs", "another comment", "changed", "deleted", "AWS's", "AWS's changed", "AWS's deleted"],
)
def test_an_unmanaged_resource_is_used_unchanged_or_refused(
    one: Live, given: dict[str, t.Any], absent: bool, words: str | None
) -> None:
    if words is None:
        assert planned([one], given, absent=absent).steps == ()
    else:
        with pytest.raises(EdgeError, match=words):
            planned([one], given, absent=absent)


def test_members_unknown_to_botocore_are_not_removed() -> None:
    own = dataclasses.replace(policy("1", "shop"), unknown=["StaleTTL"])
    assert planned([own], {}).steps == ()
    assert planned([own], {}, absent=True).steps
    with pytest.raises(
        EdgeError, match=r"The cache policy shop has StaleTTL, which the installed botocore does not know"
    ):
        planned([own], {"min_ttl": 2})


def test_a_managed_resource_is_deleted_by_its_name_only() -> None:
    """An equal resource that would be adopted is not deleted."""
    (step,) = planned([OWN, policy("1", "shop")], {"min_ttl": 9}, absent=True).steps
    assert (step.name, step.arguments) == ("delete", {"config_id": "1"})
    assert planned([OWN], {}, adopt="equal", absent=True).steps == ()


WHITELIST = {"header_behavior": "whitelist", "headers": ["X-A"]}


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        (
            CACHE_POLICY,
            {"min_ttl": 5, "default_ttl": 4},
            r"min_ttl \(5\), default_ttl \(4\) and max_ttl .* in this order",
        ),
        (CACHE_POLICY, {"min_ttl": -1}, "from 0 on"),
        (
            CACHE_POLICY,
            {"max_ttl": 0, KEY: {"headers_config": WHITELIST}},
            "must not have headers_config.header_behavior",
        ),
        (CACHE_POLICY, {"max_ttl": 0, KEY: COMPRESSED}, "enable_accept_encoding_gzip, enable_accept_encoding_brotli"),
        (CACHE_POLICY, {KEY: {"headers_config": {"header_behavior": "whitelist"}}}, "whitelist needs headers"),
        (CACHE_POLICY, {KEY: {"headers_config": {**WHITELIST, "header_behavior": "none"}}}, "none takes no headers"),
        (CACHE_POLICY, {KEY: {"cookies_config": {"cookie_behavior": "all", "cookies": ["a"]}}}, "all takes no cookies"),
        (
            CACHE_POLICY,
            {KEY: {"headers_config": {**WHITELIST, "headers": ["accept-encoding"]}}},
            "has Accept-Encoding, which CloudFront refuses",
        ),
        (CACHE_POLICY, {KEY: {"header_config": {}}}, "did you mean headers_config"),
        (CACHE_POLICY, {KEY: {"headers_config": {"header_behavior": "some"}}}, "must be one of none, whitelist"),
        (CACHE_POLICY, {"comment": f"{'x' * 111}{MARK}"}, "comment: has 129 characters"),
        (
            ORIGIN_REQUEST_POLICY,
            {"headers_config": {**WHITELIST, "headers": ["authorization"]}},
            "has Authorization, which CloudFront takes in a cache policy only",
        ),
        (
            ORIGIN_REQUEST_POLICY,
            {"query_strings_config": {"query_string_behavior": "allExcept", "query_strings": []}},
            "allExcept needs query_strings",
        ),
        (
            RESPONSE_HEADERS_POLICY,
            {"cors_config": {"access_control_allow_origins": ["*"]}},
            "cors_config.access_control_allow_headers, .*cors_config.origin_override are required",
        ),
        (
            RESPONSE_HEADERS_POLICY,
            {
                "security_headers_config": {
                    "xss_protection": {"protection": True, "override": True, "mode_block": True, "report_uri": "/x"}
                }
            },
            "has mode_block and report_uri",
        ),
        (
            RESPONSE_HEADERS_POLICY,
            {"remove_headers_config": [{"header": "Server"}, {"header": "server"}]},
            "remove_headers_config names server twice",
        ),
        (
            RESPONSE_HEADERS_POLICY,
            {"server_timing_headers_config": {"enabled": True, "sampling_rate": 101}},
            "sampling_rate is 101.0 and must be a percentage",
        ),
        (ORIGIN_ACCESS_CONTROL, {"signing_behavior": "sometimes"}, "signing_behavior must be one of never, always"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_values_that_cloudfront_would_refuse_are_refused_before_any_call(
    kind: Kind, config: dict[str, t.Any], words: str
) -> None:
    with pytest.raises(EdgeError, match=words):
        planned([], config, kind)


@pytest.mark.parametrize(
    ("kind", "name", "good"),
    [
        (CACHE_POLICY, "a-b_C9", True),
        (CACHE_POLICY, "a b", False),
        (CACHE_POLICY, "a" * 129, False),
        (ORIGIN_ACCESS_CONTROL, "b.s3.eu-west-1.amazonaws.com", True),
        (ORIGIN_ACCESS_CONTROL, "a" * 65, False),
        (RESPONSE_HEADERS_POLICY, "", False),
    ],
    ids=str,
)
def test_names(kind: Kind, name: str, good: bool) -> None:
    shape = MODEL.shape_for(kind.config)
    if good:
        assert plan(OPERATIONS, kind, [], Desired(name, {}), shape).steps
    else:
        with pytest.raises(EdgeError, match=r"cannot be the name of an? "):
            plan(OPERATIONS, kind, [], Desired(name, {}), shape)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": []}, {}, True),
        ({"a": ""}, {"a": None}, True),
        ({"a": False}, {}, True),
        ({"a": 0}, {}, False),
        ({"a": {"override": False}}, {}, False),
        ({"a": {"override": False}}, {"a": {"override": True}}, False),
        ({"x": [{"header": "A", "v": 1}, {"header": "B"}]}, {"x": [{"header": "b"}, {"header": "a", "v": 1}]}, True),
        ({"x": [{"header": "A", "v": 1}]}, {"x": [{"header": "a", "v": 2}]}, False),
        ({"access_control_allow_headers": ["A"]}, {"access_control_allow_headers": ["a"]}, True),
        ({"access_control_allow_origins": ["A"]}, {"access_control_allow_origins": ["a"]}, False),
    ],
    ids=str,
)
def test_configurations_with_the_same_effect(one: t.Any, other: t.Any, is_same: bool) -> None:
    assert same(one, other) is same(other, one) is is_same
