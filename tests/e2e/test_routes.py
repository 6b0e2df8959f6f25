"""playbooks/routes.yml writes the host routes of a file or a variable. It needs the site's key value store only."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.site import LocalSite

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(20)]

ROUTES = """
www.example.com:
  release: 2026-11-20
  redirects:
    - {from: /blog, to: https://blog.example.com}
  canary:
"*.example.com":
  maintenance: true
"""
KEYS = {
    "small/h/www.example.com": {"v": 2, "p": "r/2026-11-20", "r": [["/blog", "https://blog.example.com"]]},
    "small/h/*.example.com": {"v": 2, "m": 300},
}


@pytest.fixture
def routed() -> Iterator[LocalSite]:
    """Local AWS with only the key value store of a site, in which another site has a key."""
    with LocalSite({"edge_name": "small", "edge_regions": ["eu-north-1"]}) as site:
        arn = site.local_aws.client("cloudfront").create_key_value_store(Name="small")["KeyValueStore"]["ARN"]
        keys = site.local_aws.client("cloudfront-keyvaluestore")
        etag = keys.describe_key_value_store(KvsARN=arn)["ETag"]
        keys.put_key(KvsARN=arn, Key="other/h/www.example.com", Value='{"v":1,"p":"r/a"}', IfMatch=etag)
        yield site


def keys_of(site: LocalSite) -> dict[str, Any]:
    arn = site.local_aws.client("cloudfront").describe_key_value_store(Name="small")["KeyValueStore"]["ARN"]
    items = site.local_aws.client("cloudfront-keyvaluestore").list_keys(KvsARN=arn, MaxResults=50)["Items"]
    return {item["Key"]: json.loads(item["Value"]) for item in items if item["Key"].startswith("small/")}


def route(site: LocalSite, *arguments: str, fails: bool = False, **variables: Any) -> str:
    extra = ("--extra-vars", json.dumps(variables))
    outcome = site.playbook("playbooks/routes.yml", *arguments, *extra, capture=True)
    assert (outcome.returncode != 0) == fails, outcome.stdout
    assert "Traceback" not in outcome.stdout
    return " ".join(outcome.stdout.split())


def test_a_file_of_routes_is_shown_by_check_mode_then_written_then_unchanged(routed: LocalSite, tmp_path: Path) -> None:
    (tmp_path / "routes.yml").write_text(ROUTES)
    file = str(tmp_path / "routes.yml")
    assert "Route *.example.com: maintenance 300" in route(routed, "--check", "--diff", edge_routes=file)
    assert keys_of(routed) == {}
    route(routed, edge_routes=file)
    assert keys_of(routed) == KEYS
    assert "no changes" in route(routed, edge_routes=file)

    # A string, as from a survey. Hosts that it does not name are deleted only if requested.
    text = "{www.example.com: {maintenance: 60}}"
    route(routed, edge_routes=text)
    assert keys_of(routed) == KEYS | {"small/h/www.example.com": KEYS["small/h/www.example.com"] | {"m": 60}}
    assert "Remove *.example.com" in route(routed, edge_routes=text, edge_routes_purge="true")
    assert list(keys_of(routed)) == ["small/h/www.example.com"]

    assert "edge_routes is missing" in route(routed, fails=True)
    assert "edge_routes: there is no file" in route(routed, fails=True, edge_routes="nowhere.yml")
    assert "hosts.a.example.com.rewrite: 'x' is not valid" in route(
        routed, fails=True, edge_routes={"a.example.com": {"rewrite": "x"}}
    )
