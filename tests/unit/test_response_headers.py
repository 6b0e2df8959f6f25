# SPDX-License-Identifier: GPL-3.0-or-later

"""The response headers policy of a site, and when it exists."""

from __future__ import annotations

import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import normalize, to_api, validate
from ansible_collections.multiregion.edge.plugins.module_utils._rules.cloudfront import check_response_header
from ansible_collections.multiregion.edge.plugins.module_utils._site.response_headers import REMOVED, policy

from unit.site_model import Site, settings_of
from unit.test_phases import THREE, converge, deployed, wanted

SHAPE = botocore.session.get_session().get_service_model("cloudfront").shape_for("ResponseHeadersPolicyConfig")
ID = "67f7725c-6f97-4210-82d7-5512b31e9d03"
LOGS = "arn:aws:s3:::my-logs"
OFF: dict[str, t.Any] = {
    "edge_response_headers": dict.fromkeys(
        ("strict-transport-security", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options")
    ),
    "edge_removed_response_headers": [],
    "edge_server_timing": 0,
}
HSTS = {"access_control_max_age_sec": 31536000, "include_subdomains": False, "preload": False, "override": False}


def made(**variables: t.Any) -> dict[str, t.Any]:
    return policy(settings_of(THREE, **variables))


def security(**variables: t.Any) -> dict[str, t.Any]:
    found = made(edge_response_headers=variables)["security_headers_config"]
    return {member: value for member, value in found.items() if value is not None}


def test_the_default_policy() -> None:
    found = made()
    assert {member: value for member, value in found["security_headers_config"].items() if value} == {
        "strict_transport_security": HSTS,
        "content_type_options": {"override": False},
        "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
        "frame_options": {"frame_option": "SAMEORIGIN", "override": False},
    }
    assert found["custom_headers_config"] is None
    assert [one["header"] for one in found["remove_headers_config"]] == list(REMOVED)
    assert found["server_timing_headers_config"] == {"enabled": True, "sampling_rate": 100.0}
    assert "cors_config" not in found


def test_it_is_what_cloudfront_takes() -> None:
    given = {"Content-Security-Policy": "default-src 'self'", "X-XSS-Protection": "1; mode=block", "X-Team": "web"}
    found = {key: value for key, value in made(edge_response_headers=given).items() if value}
    validate(to_api(SHAPE, {"name": "shop", **normalize(SHAPE, found)}), SHAPE)


def test_what_s3_returns_can_be_removed_and_one_more_header_too() -> None:
    assert len(REMOVED) < 10
    for name in REMOVED:
        check_response_header(name, "removed")


@pytest.mark.parametrize(
    ("header", "value", "member", "expected"),
    [
        ("Strict-Transport-Security", "max-age=0", "strict_transport_security", {"access_control_max_age_sec": 0}),
        (
            "strict-transport-security",
            "max-age=63072000; includeSubDomains; preload",
            "strict_transport_security",
            {"access_control_max_age_sec": 63072000, "include_subdomains": True, "preload": True},
        ),
        ("x-frame-options", "deny", "frame_options", {"frame_option": "DENY"}),
        ("REFERRER-POLICY", "no-referrer", "referrer_policy", {"referrer_policy": "no-referrer"}),
        ("X-XSS-Protection", "0", "xss_protection", {"protection": False}),
        ("Content-Security-Policy", "a", "content_security_policy", {"content_security_policy": "a"}),
    ],
)
def test_a_value_replaces_the_default_one(header: str, value: str, member: str, expected: dict[str, t.Any]) -> None:
    assert expected.items() <= security(**{header: value})[member].items()


@pytest.mark.parametrize("header", ["X-Frame-Options", "x-frame-options"])
def test_null_leaves_a_header_out(header: str) -> None:
    assert set(security(**{header: None})) == {"strict_transport_security", "content_type_options", "referrer_policy"}


def test_other_headers_are_custom_ones() -> None:
    found = made(edge_response_headers={"Permissions-Policy": "camera=()", "X-None": None})
    assert found["custom_headers_config"] == [{"header": "Permissions-Policy", "value": "camera=()", "override": False}]


def test_a_site_that_wants_none_of_it_or_another_policy_has_none() -> None:
    assert made(**OFF) == {}
    assert made(edge_response_headers_policy_id=ID) == {}


@pytest.mark.parametrize("mode", ["mrap", "nearest_bucket"])
@pytest.mark.parametrize(
    ("after", "policy_id"), [(OFF, ""), ({"edge_response_headers_policy_id": ID}, ID)], ids=["none", "another"]
)
def test_the_policy_is_deleted_once_the_distribution_does_not_use_it(
    mode: str, after: dict[str, t.Any], policy_id: str
) -> None:
    site = deployed(wanted(mode))
    assert site.headers_policy == "own"
    converge(site, wanted(mode))
    assert site.headers_policy == "own" and site.headers
    planned = [task for _, task, _ in site.plan(wanted(mode, **after))]
    assert planned.index("distribution") < planned.index("retire")
    converge(site, wanted(mode, **after))
    assert (site.headers_policy, site.headers) == (policy_id, {})
    retired = {task: data for _, task, data in site.plan(wanted(mode, **after))}.get("retire", {})
    assert not retired.get("response_headers_policy")


def test_logs_are_delivered_to_where_they_shall_be_left_or_ended() -> None:
    site = deployed(wanted("mrap"))
    assert "logs" not in [task for _, task, _ in site.plan(wanted("mrap"))]
    converge(site, wanted("mrap", edge_logs=LOGS))
    converge(site, wanted("mrap"))
    assert site.logs == LOGS
    converge(site, wanted("mrap", edge_logs="none"))
    assert site.logs == ""


def test_logs_come_after_the_distribution() -> None:
    planned = [task for _, task, _ in Site().plan(wanted("mrap", edge_logs=LOGS))]
    assert planned.index("distribution") < planned.index("logs")
