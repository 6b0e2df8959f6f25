"""Every origin request is signed with the Lambda role and verified: without a signature or a permission it is a 403."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.site import LocalSite
from localaws.edge import Edge, OriginRequest
from localaws.viewer import get

pytestmark = pytest.mark.shares("the site")

POLICY_ARN = "arn:aws:iam::111122223333:policy/multiregion-edge-shop-origin-request"
ROLE = "multiregion-edge-shop-origin-request"


def edge_with(site: LocalSite, workdir: Path, send: Callable[[OriginRequest], OriginRequest]) -> Edge:
    return Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", workdir, send=send)


def authorization(request: OriginRequest) -> str:
    return next(value for name, value in request.headers if name.lower() == "authorization")


def test_each_origin_request_is_sigv4a_by_the_lambdas_role(site: LocalSite, tmp_path: Path) -> None:
    seen: list[OriginRequest] = []

    def record(request: OriginRequest) -> OriginRequest:
        seen.append(request)
        return request

    with edge_with(site, tmp_path, record) as edge:
        for path, method in (("/", "GET"), ("/guide/", "HEAD"), ("/large.bin", "GET")):
            assert get(edge.url, path, method=method).status == 200
    assert len(seen) == 3
    for request in seen:
        signed = re.search(r"SignedHeaders=([^,]+)", authorization(request))
        assert authorization(request).startswith("AWS4-ECDSA-P256-SHA256 Credential=ASIA")
        assert signed is not None
        assert signed[1].split(";") == [
            "host",
            "x-amz-cf-id",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-region-set",
            "x-amz-security-token",
        ]
    keys = {re.search(r"Credential=([^/]+)", authorization(request))[1] for request in seen}  # type: ignore[index]
    asked = [each for each in site.local_aws.requests() if each["access_key_id"] in keys]
    assert {each["status"] for each in asked} == {200}
    assert all("accesspoint.s3-global" in each["host"] for each in asked)


def test_a_changed_signature_is_403(site: LocalSite, tmp_path: Path) -> None:
    def tamper(request: OriginRequest) -> OriginRequest:
        last = authorization(request)[-1]
        changed = authorization(request)[:-1] + ("0" if last != "0" else "1")
        headers = [(name, changed if name.lower() == "authorization" else value) for name, value in request.headers]
        return dataclasses.replace(request, headers=headers)

    with edge_with(site, tmp_path, tamper) as edge:
        assert get(edge.url, "/").status == 403


def test_without_the_roles_policy_it_is_403(site: LocalSite, tmp_path: Path) -> None:
    iam = site.local_aws.client("iam")
    iam.detach_role_policy(RoleName=ROLE, PolicyArn=POLICY_ARN)
    try:
        with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path) as edge:
            assert get(edge.url, "/").status == 403
    finally:
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=POLICY_ARN)


def test_the_lambda_package_is_small(site: LocalSite) -> None:
    """Each regional edge cache downloads it before a cold start."""
    packages = list(Path(site.variables["origin_request_directory"]).glob("shop-origin-request-*.zip"))
    assert packages
    assert max(package.stat().st_size for package in packages) <= 2_500_000
