# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution's origins, their groups and their order, merged with the live ones."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import Desired, plan

from unit.distributions import CONFIG, SHAPE, behavior, desired, live
from unit.operations import operations

OPERATIONS = operations(Operations)


def test_null_within_an_option_removes_a_member_of_one_element() -> None:
    origin = {**CONFIG["origins"][0], "origin_path": "/a", "origin_shield": {"enabled": True}}
    (step,) = plan(
        OPERATIONS, live(origins=[origin]), desired(origins=[{**origin, "origin_shield": None}]), SHAPE
    ).steps
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
    result = plan(OPERATIONS, live(**LIVE_ORIGINS), wanted, SHAPE)
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
def test_where_the_order_matters(seen: dict[str, t.Any], asked: dict[str, t.Any], is_changed: bool) -> None:
    assert bool(plan(OPERATIONS, live(**seen), desired(**asked), SHAPE).steps) == is_changed


def test_the_difference_shows_one_origin_only() -> None:
    changed = [CONFIG["origins"][0], bucket("a", connection_attempts=1), bucket("b")]
    result = plan(OPERATIONS, live(**LIVE_ORIGINS), desired(origins=changed), SHAPE)
    assert {key for key in result.before if result.before[key] != result.after[key]} == {"origins"}
    before, after = result.before["origins"], result.after["origins"]
    assert {key for key in before if before[key] != after[key]} == {"a"}


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
def test_the_origin_type_of_an_mrap_with_an_origin_access_control(
    seen: dict[str, t.Any] | None, asked: dict[str, t.Any], shape: str, is_s3: bool | None, has_other: bool
) -> None:
    """*is_s3* None: the type does not change."""
    unsigned = behavior(lambda_function_associations=[])
    config = {**copy.deepcopy(CONFIG), "origins": [asked], **unsigned}
    wanted = Desired("my-site", config, {"team": "web"}, mrap_origin_shape=shape)
    result = plan(OPERATIONS, live(origins=[seen], **unsigned) if seen else None, wanted, SHAPE)
    assert bool(result.steps) == (is_s3 is not None)
    for step in result.steps:
        (origin,) = step.arguments["config"]["Origins"]["Items"]
        assert ("S3OriginConfig" in origin, "CustomOriginConfig" in origin) == (is_s3, not is_s3)
        assert ("other_shape" in step.arguments) == has_other
        if has_other:
            (other,) = step.arguments["other_shape"]["Origins"]["Items"]
            assert ("S3OriginConfig" in other, "CustomOriginConfig" in other) == (not is_s3, is_s3)
