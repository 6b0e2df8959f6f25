"""edge_query_strings: pages that differ by query parameter, and the site after their removal."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating, run
from localaws.edge import Edge
from localaws.viewer import get

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(70)]

VIEWERS = "ARN"


def policies(site: LocalSite) -> list[str]:
    """The names of the account's own cache policies."""
    found: dict[str, Any] = site.local_aws.client("cloudfront").list_cache_policies(Type="custom")["CachePolicyList"]
    return [each["CachePolicy"]["CachePolicyConfig"]["Name"] for each in found.get("Items", [])]


def test_listed_parameters_are_in_the_cache_key_until_they_are_removed(tmp_path: Path) -> None:
    directory = tmp_path / "site"
    directory.mkdir()
    (directory / "index.html").write_text("the page\n")
    variables = {
        "edge_name": "asked",
        "edge_regions": ["eu-north-1", "us-east-1"],
        "edge_site": str(directory),
        "edge_query_strings": ["page", "lang"],
    }
    with LocalSite(variables) as site:
        run(site, "site.yml")
        run(site, "playbooks/publish.yml")
        assert policies(site) == ["asked"]
        host = site.local_aws.client("cloudfront").get_distribution(Id=site.distribution_id())["Distribution"][
            "DomainName"
        ]
        run(site, "playbooks/routes.yml", edge_routes={host: {"query": ["page"]}})
        with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path / "edge") as edge:
            # The host route allows one of the distribution's parameters, and no other.
            assert results(edge, "?page=1", "?page=2") == ["Miss", "Miss"]
            assert results(edge, "?utm=a&page=1", "?page=2&lang=en") == ["Hit", "Hit"]
            assert results(edge, "", "?lang=de", "?utm=b") == ["Miss", "Hit", "Hit"]

            site.variables["edge_query_strings"] = []
            assert "Delete the cache policy asked" in run(site, "site.yml")
            edge.refresh()
            assert results(edge, "?page=3") == ["Hit"]
        assert policies(site) == []
        start = last(site)
        assert "no changes" in run(site, "site.yml")
        assert mutating(site, start) == []


def results(edge: Edge, *queries: str) -> list[str]:
    """Whether each answer is from the cache of one edge location."""
    answers = [get(edge.url, f"/{query}", pop=VIEWERS) for query in queries]
    assert {(answer.status, answer.body) for answer in answers} == {(200, b"the page\n")}
    return [answer.result for answer in answers]
