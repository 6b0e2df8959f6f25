"""The playbooks on an empty account: check mode, an interrupted run, a single role, and a run by AWX's engine."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible_runner
import pytest

from demo.inputs import REPOSITORY
from demo.site import LocalSite
from e2e.playbook_results import last, mutating, recap

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(20)]

THREE = {"edge_name": "small", "edge_regions": ["eu-north-1", "us-east-1", "ap-southeast-2"]}


@pytest.fixture
def empty() -> Iterator[LocalSite]:
    """Local AWS with nothing in it."""
    with LocalSite(THREE) as local_site:
        yield local_site


def test_check_mode_on_an_empty_account_completes_and_shows_the_plan(empty: LocalSite) -> None:
    start = last(empty)
    outcome = empty.playbook("site.yml", "--check", "--diff", "-v", capture=True)
    assert outcome.returncode == 0, outcome.stdout
    assert recap(outcome.stdout)[1] == 0
    assert mutating(empty, start) == []
    for sentence in (
        "Create the bucket small-111122223333-eu-north-1-an in eu-north-1",
        "Create the Multi-Region Access Point small-",
        "Replicate small-111122223333-eu-north-1-an from eu-north-1 to ap-southeast-2, us-east-1",
        "Publish the CloudFront Function small-viewer-request to LIVE",
        "Publish a version of the Lambda function small-origin-request",
        "Create the distribution of small",
        "(known after apply)",
        "predicted round trip: at most 148 ms from an edge cache to the nearest bucket (ap-south-1 to eu-north-1)",
    ):
        assert sentence in outcome.stdout


def test_a_first_deployment_meets_what_aws_does_not_know_yet() -> None:
    """A new account, and what was made a moment ago: each is waited for or warned of, and nothing stops the run."""
    with LocalSite({**THREE, **NAMES, "edge_web_acl_arn": WEB_ACL}) as empty:
        empty.local_aws.behave(
            iam_seconds=1.0,
            iam_service_seconds=2.0,
            lambda_version_seconds=3.0,
            certificate_seconds=3.0,
            certificate_propagation_seconds=5.0,
            web_acl_propagation_seconds=5.0,
            lambda_concurrency=10,
            denied_regions="sa-east-1",
        )
        deployed = empty.playbook("site.yml", capture=True)
        assert deployed.returncode == 0, deployed.stdout
        output = " ".join(deployed.stdout.split())
        for shown in (
            "Version 1 of the Lambda function small-origin-request: state Pending",
            "until CloudFront knows the certificate",
            "until CloudFront knows the web ACL",
            "Few Lambda functions may run at once in this account: ap-northeast-1 (10), ",
            "A service control policy denies CloudWatch Logs in sa-east-1: ",
        ):
            assert shown in output
        start = last(empty)
        assert recap(empty.playbook("site.yml", capture=True).stdout) == (0, 0)
        assert mutating(empty, start) == []


NAMES = {"edge_aliases": ["www.small.example"], "edge_dns_zone": "small.example"}
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/new/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("calls", [3, 17, 30])
def test_an_interrupted_run_is_resumed_by_another_run(empty: LocalSite, calls: int) -> None:
    empty.local_aws.fault(calls)
    broken = empty.playbook("site.yml", capture=True)
    assert broken.returncode != 0
    assert "Traceback" not in broken.stdout
    empty.local_aws.fault(None)
    resumed = empty.playbook("site.yml", capture=True)
    assert resumed.returncode == 0, resumed.stdout
    start = last(empty)
    assert recap(empty.playbook("site.yml", capture=True).stdout) == (0, 0)
    assert mutating(empty, start) == []


def test_another_playbook_uses_one_role_of_the_installed_collection(tmp_path: Path) -> None:
    """The collection is installed from the tarball, not from this checkout."""
    with LocalSite({"edge_name": "theirs"}) as empty:
        run_another_playbook(empty, tmp_path)


def run_another_playbook(empty: LocalSite, tmp_path: Path) -> None:
    environment = {**os.environ, **empty.environment(region="us-east-1")}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(tmp_path / "installed")

    def ansible(*command: str) -> str:
        outcome = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    ansible("ansible-galaxy", "collection", "build", str(REPOSITORY), "--output-path", str(tmp_path))
    (tarball,) = tmp_path.glob("multiregion-edge-*.tar.gz")
    ansible("ansible-galaxy", "collection", "install", str(tarball), "--collections-path", str(tmp_path / "installed"))
    installed = tmp_path / "installed" / "ansible_collections" / "multiregion" / "edge"
    for leftover in (".venv", ".venv-2.21", "build", "collections", "site.yml", ".git"):
        assert not (installed / leftover).exists()
    play = tmp_path / "theirs.yml"
    play.write_text(
        """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: multiregion.edge.buckets
      vars:
        buckets_site: theirs
        buckets_regions: [eu-west-1, us-west-2]
    - ansible.builtin.assert:
        that: buckets_result.names['us-west-2'] == 'theirs-111122223333-us-west-2-an'
"""
    )
    assert recap(ansible("ansible-playbook", str(play)))[0] == 2  # the buckets, and their Region marker objects
    assert recap(ansible("ansible-playbook", str(play)))[0] == 0
    names = [bucket["Name"] for bucket in empty.local_aws.client("s3").list_buckets()["Buckets"]]
    assert sorted(names) == ["theirs-111122223333-eu-west-1-an", "theirs-111122223333-us-west-2-an"]


def test_awx_runs_it_with_strings_and_no_region(tmp_path: Path) -> None:
    """ansible-runner is AWX's engine; a survey gives strings, and AWX's credential sets no Region."""
    with LocalSite({**THREE, "edge_name": "survey"}) as empty:
        run_as_awx(empty, tmp_path)


def run_as_awx(empty: LocalSite, tmp_path: Path) -> None:
    environment = empty.environment(region=None)
    assert not {"AWS_REGION", "AWS_DEFAULT_REGION"} & set(environment)
    variables: dict[str, Any] = {
        "edge_name": "survey",
        "edge_regions": "eu-north-1, us-east-1",
        "edge_tags": "{team: web}",
        "edge_permissions_boundary": str(empty.variables["edge_permissions_boundary"]),
        "origin_request_directory": str(empty.variables["origin_request_directory"]),
    }
    outcome = ansible_runner.run(
        private_data_dir=str(tmp_path),
        project_dir=str(REPOSITORY),
        playbook="site.yml",
        inventory="localhost ansible_connection=local",
        extravars=variables,
        envvars=environment,
        quiet=True,
    )
    assert outcome.status == "successful", outcome.stdout.read()
    (stats,) = [each["event_data"] for each in outcome.events if each["event"] == "playbook_on_stats"]
    artifacts = stats["artifact_data"]["multiregion_edge"]
    assert artifacts["regions"] == ["eu-north-1", "us-east-1"]
    assert artifacts["domain_name"].endswith(".cloudfront.net")
    assert artifacts["mrap_alias"].endswith(".mrap")
    assert artifacts["changes"][0] == "Create the bucket survey-111122223333-eu-north-1-an in eu-north-1"


def test_unmanaged_resources_are_not_changed(empty: LocalSite) -> None:
    cloudfront = empty.local_aws.client("cloudfront")
    code = b"function handler(event) { return event.request; }"
    config = {"Comment": "billing's", "Runtime": "cloudfront-js-2.0"}
    cloudfront.create_function(Name="small-viewer-request", FunctionConfig=config, FunctionCode=code)
    outcome = empty.playbook("site.yml", capture=True)
    assert outcome.returncode != 0
    assert "small-viewer-request exists already and is not this collection's" in outcome.stdout
    left = cloudfront.get_function(Name="small-viewer-request", Stage="DEVELOPMENT")["FunctionCode"].read()
    assert left == code
