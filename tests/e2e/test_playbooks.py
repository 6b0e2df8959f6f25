"""The playbooks on a live site: a second run, invalid input, an older release, and other Regions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating, recap, tasks
from localaws.edge import Edge
from localaws.viewer import get

pytestmark = [pytest.mark.shares("the site"), pytest.mark.takes(5)]


# The output of an unchanged run fits on a page. Skipped tasks count, and take as long as a read.
MOST_TASKS = {"site.yml": 36, "playbooks/publish.yml": 5}


def test_a_second_run_changes_nothing(site: LocalSite) -> None:
    for playbook in ("site.yml", "playbooks/publish.yml"):
        start = last(site)
        outcome = site.playbook(playbook, capture=True)
        assert outcome.returncode == 0, outcome.stdout
        assert recap(outcome.stdout) == (0, 0)
        assert tasks(outcome.stdout) <= MOST_TASKS[playbook]
        assert mutating(site, start) == []


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"edge_regions": "eu-nort-1,us-east-1"}, "edge_regions: 'eu-nort-1' is not a Region"),
        ({"edge_regions": "eu-north-1,eu-north-1"}, "edge_regions names eu-north-1 more than once"),
        ({"edge_home_region": "eu-west-1"}, "edge_home_region: eu-west-1 is not among edge_regions"),
        ({"edge_name": "n" * 33}, "3 to 32 lower-case letters"),
        ({"edge_site": "/nowhere/at/all"}, "edge_site: there is no directory '/nowhere/at/all'"),
        ({"edge_region": "eu-north-1"}, "did you mean edge_regions?"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_invalid_input_is_refused_with_one_message_before_any_call(
    site: LocalSite, variables: dict[str, str], sentence: str
) -> None:
    start = last(site)
    outcome = site.playbook("playbooks/publish.yml", "--extra-vars", json.dumps(variables), capture=True)
    assert outcome.returncode != 0
    assert sentence in " ".join(outcome.stdout.split())
    assert "Traceback" not in outcome.stdout
    assert site.local_aws.requests(start) == []


def test_a_return_to_an_older_release_is_one_write(site: LocalSite, edge: Edge, tmp_path: Path) -> None:
    def pointer() -> str:
        cloudfront = site.local_aws.client("cloudfront")
        arn = cloudfront.describe_key_value_store(Name="shop")["KeyValueStore"]["ARN"]
        items = site.local_aws.client("cloudfront-keyvaluestore").list_keys(KvsARN=arn)["Items"]
        return str(json.loads(items[0]["Value"])["p"])

    def publish(**variables: str) -> None:
        outcome = site.playbook("playbooks/publish.yml", "--extra-vars", json.dumps(variables), capture=True)
        assert outcome.returncode == 0, outcome.stdout

    first = pointer()
    (tmp_path / "index.html").write_text("the next one")
    publish(edge_site=str(tmp_path))
    assert pointer() != first
    edge.refresh()
    assert get(edge.url, "/").body == b"the next one"
    start = last(site)
    publish(edge_site="", edge_release=first.removeprefix("r/"))
    assert pointer() == first
    assert len(mutating(site, start)) == 1
    edge.refresh()
    assert get(edge.url, "/").body != b"the next one"


def test_a_replacement_that_is_not_allowed_is_refused_and_changes_nothing(site: LocalSite, edge: Edge) -> None:
    regions = [region for region in site.variables["edge_regions"] if region != "ap-southeast-2"]
    start = last(site)
    variables = json.dumps({"edge_regions": [*regions, "ca-central-1"]})
    outcome = site.playbook("site.yml", "--extra-vars", variables, capture=True)
    assert outcome.returncode != 0
    output = " ".join(outcome.stdout.split())
    assert "it adds ca-central-1 and leaves out ap-southeast-2" in output
    assert "edge_allow_replacement=true" in output
    assert mutating(site, start) == []
    assert get(edge.url, "/").status == 200
