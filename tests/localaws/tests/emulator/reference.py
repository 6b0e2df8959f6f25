"""The deployment for the tests of the emulator."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import zipfile
from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment, deploy

REGIONS = [
    "us-east-1",
    "us-west-2",
    "sa-east-1",
    "eu-west-1",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-southeast-2",
]
KEY = "docs/a b+c.txt"  # in each bucket
PATH = "/docs/a%20b%2Bc.txt"
_FUNCTION = "import cf from 'cloudfront';\nasync function handler(event) { return event.request; }\n"


def deploy_reference(local_aws: LocalAws, regions: list[str], keys: dict[str, str]) -> Deployment:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("handler.py", "def handler(event, context):\n    return event\n")
    return deploy(local_aws, regions, function_code=_FUNCTION, lambda_zip=archive.getvalue(), keys=keys)


def allow(action: str, resource: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
