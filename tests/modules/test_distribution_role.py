"""The role `distribution` against local AWS: the site has an origin access control of its own."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.distributions import Distributions, bucket, modules_of
from modules.role_runner import run_role
from modules.runner import SITE


@pytest.fixture
def site(local_aws: LocalAws) -> Distributions:
    found = Distributions(local_aws, modules_of(local_aws))
    found.clear()
    return found


def viewer_function(site: Distributions) -> str:
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    code = b"function handler(event) { return event.request; }"
    made = site.client.create_function(Name="role-viewer", FunctionConfig=config, FunctionCode=code)
    site.client.publish_function(Name="role-viewer", IfMatch=made["ETag"])
    return str(made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])


def controls(site: Distributions) -> dict[str, str]:
    """The names of all origin access controls, by id."""
    found = site.client.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    return {item["Id"]: item["Name"] for item in found}


def test_an_equal_origin_access_control_of_others_is_not_used(site: Distributions, tmp_path: Path) -> None:
    theirs = site.control("sigv4")
    site.run(origins=[bucket("eu-north-1", theirs)], default_cache_behavior=behavior(site))
    origin = {key: value for key, value in bucket("eu-north-1", "").items() if key != "origin_access_control_id"}
    variables = {
        "distribution_site": SITE,
        "distribution_origins": [origin],
        "distribution_target_origin_id": origin["id"],
        "distribution_viewer_request_arn": viewer_function(site),
        "distribution_signing_protocol": "sigv4",
    }
    status, output = run_role(site.modules, tmp_path, "distribution", variables)
    assert status == 0, output
    used = site.config()["Origins"]["Items"][0]["OriginAccessControlId"]
    assert controls(site)[used] == f"{SITE}-sigv4"
    assert theirs in controls(site)

    before = len(site.local_aws.requests())
    status, output = run_role(site.modules, tmp_path, "distribution", variables)
    assert status == 0, output
    assert not [entry for entry in site.local_aws.requests(before) if entry["mutating"]]


def behavior(site: Distributions) -> dict[str, Any]:
    found: dict[str, Any] = {**site.options()["default_cache_behavior"], "target_origin_id": "eu-north-1"}
    return found
