"""The headers of responses: the default ones, others, and none after the settings are switched off."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating, run
from localaws.edge import Edge
from localaws.viewer import Response, get

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(70)]

DEFAULT = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-frame-options": "SAMEORIGIN",
}
OFF: dict[str, Any] = {
    "edge_response_headers": dict.fromkeys(DEFAULT),
    "edge_removed_response_headers": [],
    "edge_server_timing": 0,
}


def policies(site: LocalSite) -> list[str]:
    """The names of the account's own response headers policies."""
    cloudfront = site.local_aws.client("cloudfront")
    found: dict[str, Any] = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    return [
        each["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"]
        for each in found.get("Items", [])
        if each["Type"] == "custom"
    ]


def of_s3(answer: Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("x-amz-") and not name.startswith("x-amz-cf-")}


def test_response_headers(tmp_path: Path) -> None:
    directory = tmp_path / "site"
    directory.mkdir()
    (directory / "index.html").write_text("the page\n")
    (directory / "404.html").write_text("nothing here\n")
    variables = {"edge_name": "headed", "edge_regions": ["eu-north-1", "us-east-1"], "edge_site": str(directory)}
    with LocalSite(variables) as site:
        assert "Create the response headers policy headed" in run(site, "site.yml", "-v")
        run(site, "playbooks/publish.yml")
        assert policies(site) == ["headed"]
        start = last(site)
        assert "no changes" in run(site, "site.yml")
        assert mutating(site, start) == []
        with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path / "edge") as edge:
            for path, status, body in (("/", 200, b"the page\n"), ("/no-such-page", 404, b"nothing here\n")):
                for _ in range(2):  # from the origin, then from the cache
                    answer = get(edge.url, path, pop="ARN")
                    assert (answer.status, answer.body) == (status, body)
                    assert DEFAULT.items() <= answer.headers.items()
                    assert of_s3(answer) == set()
                    assert "cdn-pop" in answer.headers["server-timing"]

            site.variables |= {
                "edge_response_headers": {"X-Frame-Options": None, "Permissions-Policy": "camera=()"},
                "edge_removed_response_headers": ["x-amz-version-id"],
                "edge_server_timing": 0,
            }
            assert "Update the response headers policy headed" in run(site, "site.yml", "-v")
            edge.refresh()
            answer = get(edge.url, "/", pop="ARN")
            assert answer.headers["permissions-policy"] == "camera=()"
            assert not {"x-frame-options", "server-timing", "x-amz-version-id"} & set(answer.headers)
            assert "x-amz-request-id" in answer.headers
            assert answer.headers["x-content-type-options"] == "nosniff"

            site.variables |= OFF
            assert "Delete the response headers policy headed" in run(site, "site.yml")
            edge.refresh()
            answer = get(edge.url, "/", pop="ARN")
            assert not {*DEFAULT, "permissions-policy", "server-timing"} & set(answer.headers)
            assert "x-amz-version-id" in answer.headers
        assert policies(site) == []
        start = last(site)
        assert "no changes" in run(site, "site.yml")
        assert mutating(site, start) == []
