# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution: one update of the differences, which keeps unmanaged settings."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import resource as resources
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import Desired, plan

from unit.distributions import CONFIG, FACTS, SHAPE, WEB_ACL, behavior, desired, live
from unit.fakes import FakeModule
from unit.operations import operations

OPERATIONS = operations(Operations)


def test_creation() -> None:
    result = plan(OPERATIONS, None, desired(), SHAPE)
    (step,) = result.steps
    assert (step.name, step.sentence) == ("create_distribution", "Create the distribution of my-site")
    assert step.arguments["tags"] == {"team": "web", "multiregion-edge": "my-site"}
    assert step.arguments["config"]["CallerReference"] == "multiregion.edge/my-site"
    assert step.arguments["config"]["Origins"]["Quantity"] == 1


def test_nothing_to_do() -> None:
    result = plan(OPERATIONS, live(), desired(), SHAPE)
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
    (step,) = plan(OPERATIONS, live(), desired(**changes), SHAPE).steps
    assert (step.name, step.arguments["distribution_id"]) == ("update_distribution", "EDFDVBD6EXAMPLE")
    assert step.sentence == f"Update the distribution EDFDVBD6EXAMPLE: {named}"


def test_host_names_are_compared_without_case() -> None:
    certificate = {"viewer_certificate": {"iam_certificate_id": "x", "ssl_support_method": "sni-only"}}
    seen = live(aliases=["www.example.com"], **certificate)
    assert (
        plan(OPERATIONS, seen, desired(aliases=["WWW.Example.com", "www.example.com"], **certificate), SHAPE).steps
        == ()
    )


def test_countries_are_removed_with_their_restriction() -> None:
    observed = live(restrictions={"geo_restriction": {"restriction_type": "whitelist", "items": ["DE"]}})
    (step,) = plan(
        OPERATIONS, observed, desired(restrictions={"geo_restriction": {"restriction_type": "none"}}), SHAPE
    ).steps
    assert step.arguments["config"]["Restrictions"] == {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}


def test_a_secret_header_is_set_and_not_shown() -> None:
    def with_header(value: str) -> dict[str, t.Any]:
        return {"origins": [{**CONFIG["origins"][0], "custom_headers": [{"header_name": "x", "header_value": value}]}]}

    result = plan(OPERATIONS, live(**with_header("old-secret")), desired(**with_header("new-secret")), SHAPE)
    (header,) = result.steps[0].arguments["config"]["Origins"]["Items"][0]["CustomHeaders"]["Items"]
    assert header["HeaderValue"] == "new-secret"
    assert "secret" not in f"{result.before}{result.after}"
    assert result.before != result.after


def test_unmanaged_settings_survive_an_update() -> None:
    observed = live(web_acl_id=WEB_ACL, custom_error_responses=[{"error_code": 404, "error_caching_min_ttl": 5}])
    (step,) = plan(OPERATIONS, observed, desired(comment="new"), SHAPE).steps
    assert step.arguments["config"] == {**observed.config, "Comment": "new"}


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        ({"multiregion-edge": "my-site"}, {"team": "web"}),
        ({"multiregion-edge": "my-site", "team": "ops", "cost": "42"}, {"team": "web"}),
        ({"cost": "42"}, {"team": "web", "multiregion-edge": "my-site"}),
    ],
)
def test_tags_are_added_and_unmanaged_ones_stay(tags: dict[str, str], missing: dict[str, str]) -> None:
    (step,) = plan(OPERATIONS, live(tags), desired(), SHAPE).steps
    assert (step.name, step.arguments) == ("put_tags", {"arn": FACTS["arn"], "tags": missing})


def test_members_without_an_option_are_taken_from_config(monkeypatch: pytest.MonkeyPatch) -> None:
    class Api:
        config_shape = SHAPE

        def create_distribution(self) -> None: ...

    monkeypatch.setattr(resources, "Operations", lambda aws, wait_timeout: Api())
    params = {key: spec.get("default") for key, spec in resources.ARGUMENTS.items()}
    options = {"origins": CONFIG["origins"], "default_cache_behavior": CONFIG["default_cache_behavior"]}
    given = {"web_acl_id": WEB_ACL, "comment": "of my own", "default_root_object": "index.html"}
    module = FakeModule(**{**params, **options, "name": "my-site", "config": given})
    resource = resources.Distribution(t.cast(t.Any, module), t.cast(t.Any, None))
    after = resource.plan(resources.State(None)).after
    assert (after["web_acl_id"], after["comment"]) == (WEB_ACL, "of my own")


def test_null_removes_a_setting_and_is_no_change_if_unset() -> None:
    set_elsewhere = live(web_acl_id=WEB_ACL, cache_tag_config={"header_name": "x-amz-meta-cache-tag"})
    nulls = {"web_acl_id": None, "cache_tag_config": None, "logging": None, "restrictions": None, "http_version": None}
    (step,) = plan(OPERATIONS, set_elsewhere, desired(**nulls), SHAPE).steps
    assert step.sentence.endswith(": cache_tag_config, web_acl_id")
    assert not step.arguments["config"].keys() & {"WebACLId", "CacheTagConfig"}
    filled = live(
        web_acl_id="",
        http_version="http2",
        restrictions={"geo_restriction": {"restriction_type": "none", "items": []}},
        continuous_deployment_policy_id="",
    )
    assert plan(OPERATIONS, filled, desired(**nulls, continuous_deployment_policy_id=None), SHAPE).steps == ()


def test_a_cache_policy_replaces_the_legacy_cache_settings() -> None:
    before = {**CONFIG["default_cache_behavior"], "min_ttl": 5, "default_ttl": 7, "max_ttl": 9}
    before["forwarded_values"] = {"query_string": False, "cookies": {"forward": "none"}}
    del before["cache_policy_id"]
    (step,) = plan(OPERATIONS, live(default_cache_behavior=before), desired(), SHAPE).steps
    sent = step.arguments["config"]["DefaultCacheBehavior"]
    assert sent["CachePolicyId"] and not sent.keys() & {"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"}


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
    result = plan(OPERATIONS, observed, wanted, SHAPE)
    assert [step.name for step in result.steps] == calls
    assert result.sentences[-1].startswith(last)
    assert (result.after is None) == ("delete_distribution" in calls)
    for step in result.steps:
        if step.name == "update_distribution":
            assert step.arguments["config"] == {**observed.config, "Enabled": False}
    assert plan(OPERATIONS, None, wanted, SHAPE).steps == ()
