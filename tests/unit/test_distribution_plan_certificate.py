# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a distribution's certificate: one kind replaces another, and AWS's additions are no difference."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import plan

from unit.distributions import CERTIFICATE, SHAPE, desired, live
from unit.operations import operations

OPERATIONS = operations(Operations)

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
    """As the role requests with the first alias. CloudFront accepts one of the three kinds, never two."""
    observed = live(viewer_certificate=DEFAULT_CERTIFICATE)
    wanted = desired(aliases=["a.example.com"], viewer_certificate=OWN_CERTIFICATE)
    (step,) = plan(OPERATIONS, observed, wanted, SHAPE).steps
    certificate = step.arguments["config"]["ViewerCertificate"]
    assert certificate["ACMCertificateArn"] == CERTIFICATE
    assert not certificate.get("CloudFrontDefaultCertificate")
    assert certificate.get("CertificateSource") in (None, "acm")


def test_the_default_certificate_replaces_an_own_one() -> None:
    observed = live(aliases=["a.example.com"], viewer_certificate={**OWN_CERTIFICATE, "certificate": CERTIFICATE})
    wanted = desired(aliases=[], viewer_certificate={"cloud_front_default_certificate": True})
    (step,) = plan(OPERATIONS, observed, wanted, SHAPE).steps
    assert "ACMCertificateArn" not in step.arguments["config"]["ViewerCertificate"]


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        (DEFAULT_CERTIFICATE, {"cloud_front_default_certificate": True}),
        ({**OWN_CERTIFICATE, "certificate": CERTIFICATE, "certificate_source": "acm"}, OWN_CERTIFICATE),
    ],
    ids=["default", "own"],
)
def test_a_certificate_as_aws_returns_it_is_no_difference(seen: dict[str, t.Any], asked: dict[str, t.Any]) -> None:
    aliases = ["a.example.com"] if "acm_certificate_arn" in asked else []
    result = plan(
        OPERATIONS,
        live(aliases=aliases, viewer_certificate=seen),
        desired(aliases=aliases, viewer_certificate=asked),
        SHAPE,
    )
    assert [step.name for step in result.steps] in ([], ["put_tags"])
