"""The molecule scenarios of extensions/molecule, against local AWS: each role as another playbook uses it."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from demo.inputs import REPOSITORY
from localaws.local_aws import LocalAws

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(120)]

SCENARIOS = REPOSITORY / "extensions" / "molecule"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

# Such a line starts and ends a step.
STEP = re.compile(r"\[(\w+) > (\w+)\] Execut(ing|ed)")


class OtherRegion(BaseHTTPRequestHandler):
    """Stands in for a site of which one Region is out of service: the other one serves."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"us-east-1\n")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), OtherRegion) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(local_aws: LocalAws, site_url: str) -> tuple[int, str, dict[str, list[str]]]:
    """molecule's exit status, its output, and the mutating operations of each step of each scenario."""
    environment = {
        **os.environ,
        **local_aws.environment(local_aws.create_user("molecule", EVERYTHING)),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / "build" / "collections"),
        "ANSIBLE_HOME": str(REPOSITORY / "build" / "ansible"),
        "MOLECULE_SITE_URL": site_url,
        "MOLECULE_PACKAGES": str(REPOSITORY / "build" / "cache"),
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }
    printed: list[str] = []
    steps: dict[str, list[str]] = {}
    seen = max(each["sequence"] for each in local_aws.requests())
    command = ["molecule", "test", "--all"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line)
            step = STEP.search(line)
            if step and step[3] == "ed":
                requests = local_aws.requests(seen)
                seen = max([seen, *(each["sequence"] for each in requests)])
                steps[f"{step[1]} {step[2]}"] = [each["operation"] for each in requests if each["mutating"]]
    return process.returncode, "".join(printed), steps


def test_every_role_alone(site_url: str) -> None:
    """Check mode and a second run change nothing, and destroy leaves nothing behind."""
    with LocalAws() as local_aws:
        local_aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="example.com")
        before = contents(local_aws)
        status, printed, steps = run(local_aws, site_url)
        assert status == 0, printed
        assert contents(local_aws) == before
    for role in (path.name for path in (REPOSITORY / "roles").iterdir()):
        assert steps[f"{role} converge"], f"{role} changes nothing, or has no scenario"
        assert steps[f"{role} check"] == steps[f"{role} idempotence"] == []


def contents(local_aws: LocalAws) -> dict[str, list[Any]]:
    """The resources in the account, of every type that the roles create."""
    cloudfront, iam, logs = local_aws.client("cloudfront"), local_aws.client("iam"), local_aws.client("logs")
    control, route53 = local_aws.client("s3control", "us-west-2"), local_aws.client("route53")
    account = local_aws.account_id
    zones = route53.list_hosted_zones()["HostedZones"]
    return {
        "buckets": local_aws.client("s3").list_buckets()["Buckets"],
        "MRAPs": control.list_multi_region_access_points(AccountId=account)["AccessPoints"],
        "distributions": cloudfront.list_distributions()["DistributionList"].get("Items", []),
        "functions": cloudfront.list_functions()["FunctionList"].get("Items", []),
        "stores": cloudfront.list_key_value_stores()["KeyValueStoreList"].get("Items", []),
        "OACs": cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", []),
        "Lambda functions": local_aws.client("lambda").list_functions()["Functions"],
        "logs": logs.describe_log_groups()["logGroups"],
        "roles": iam.list_roles()["Roles"],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "certificates": local_aws.client("acm").list_certificates()["CertificateSummaryList"],
        "records": [
            (record["Name"], record["Type"])
            for zone in zones
            for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        ],
    }
