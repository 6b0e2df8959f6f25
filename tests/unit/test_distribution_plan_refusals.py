# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution refuses values that CloudFront would refuse, and the loss of unknown members."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import plan

from unit.distributions import CERTIFICATE, CONFIG, LAMBDA, SHAPE, behavior, desired, live
from unit.operations import operations

OPERATIONS = operations(Operations)


def test_ids_not_known_yet_are_accepted_in_check_mode() -> None:
    association = {"event_type": "origin-request", "lambda_function_arn": KNOWN_AFTER_APPLY}
    config = behavior(lambda_function_associations=[association])
    origin = {**CONFIG["origins"][0], "domain_name": KNOWN_AFTER_APPLY}
    assert plan(OPERATIONS, None, desired(**config, origins=[origin]), SHAPE).steps
    certificate = {"acm_certificate_arn": KNOWN_AFTER_APPLY}
    assert plan(OPERATIONS, None, desired(aliases=["a.example.com"], viewer_certificate=certificate), SHAPE).steps


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            behavior(target_origin_id="nowhere"),
            "target_origin_id: 'nowhere' is not an origin's id; choose one of access-point",
        ),
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
def test_values_that_cloudfront_would_refuse_are_refused_before_any_call(changes: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        plan(OPERATIONS, None, desired(**changes), SHAPE)


def test_members_unknown_to_botocore_are_not_removed() -> None:
    observed = dataclasses.replace(live(), unknown=["Origins.Origin.Quantum"])
    assert plan(OPERATIONS, observed, desired(), SHAPE).steps == ()
    with pytest.raises(
        EdgeError,
        match=r"has Origins.Origin.Quantum, which the installed botocore does not know.*pip install --upgrade",
    ):
        plan(OPERATIONS, observed, desired(comment="new"), SHAPE)


def test_values_unknown_to_botocore_are_not_removed() -> None:
    observed = live()
    observed.config["HttpVersion"] = "http4"
    assert plan(OPERATIONS, observed, desired(), SHAPE).steps == ()
    with pytest.raises(
        EdgeError, match=r"has a value \(http_version must be one of.*, which the installed botocore does not know"
    ):
        plan(OPERATIONS, observed, desired(comment="new"), SHAPE)
