"""The molecule scenarios of extensions/molecule, against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.inputs import REPOSITORY
from localaws.local_aws import LocalAws

pytestmark = pytest.mark.shares_nothing

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_every_scenario_passes() -> None:
    with LocalAws() as local_aws:
        environment = {
            **os.environ,
            **local_aws.environment(local_aws.create_user("molecule", EVERYTHING)),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / "build" / "collections"),
            "ANSIBLE_HOME": str(REPOSITORY / "build" / "ansible"),
            "NO_COLOR": "1",
        }
        outcome = subprocess.run(
            ["molecule", "test", "--all"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
        )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
