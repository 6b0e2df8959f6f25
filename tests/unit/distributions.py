# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired and the live configuration of a distribution."""

from __future__ import annotations

import copy
import typing as t

import botocore.session
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import to_api
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import Desired, Observed

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
    """As CloudFront returns it, with members that were not set."""
    config = {**copy.deepcopy(CONFIG), "caller_reference": "multiregion.edge/my-site", **other}
    api = to_api(SHAPE, config)
    api["Logging"] = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
    api.setdefault("Aliases", {"Quantity": 0})
    api["Origins"]["Items"][0] |= {"ConnectionAttempts": 3, "CustomHeaders": {"Quantity": 0}}
    return Observed(FACTS, api, tags or {"team": "web", "multiregion-edge": "my-site"})


def without_member(model: dict[str, t.Any], member: str) -> dict[str, t.Any]:
    """The model of an older botocore: no shape has *member*."""
    shapes = {name: dict(shape) for name, shape in model["shapes"].items()}
    for shape in shapes.values():
        shape["members"] = {key: value for key, value in shape.get("members", {}).items() if key != member}
    return {**model, "shapes": shapes}
