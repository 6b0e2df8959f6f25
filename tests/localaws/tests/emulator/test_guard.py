"""Other programs reach the emulator, and never AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import allow


def run_python(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script)]
    base = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, env=base | environment, capture_output=True, text=True, timeout=120, check=False)


def test_plain_boto3_in_another_process_reaches_the_emulator(local_aws: LocalAws, deployment: Deployment) -> None:
    user = local_aws.create_user("plain", allow("*", "*"))
    script = f"""
        import boto3
        control = boto3.client("s3control", region_name="us-west-2")
        found = control.get_multi_region_access_point(AccountId="{local_aws.account_id}", Name="{deployment.mrap_name}")
        print(found["AccessPoint"]["Alias"])
        store = boto3.client("cloudfront-keyvaluestore")
        print(store.get_key(KvsARN="{deployment.kvs_arn}", Key="key-1")["Value"])
        print(boto3.client("sts").get_caller_identity()["Arn"])
    """
    done = run_python(script, local_aws.environment(user))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        deployment.mrap_alias,
        "value",
        f"arn:aws:iam::{local_aws.account_id}:user/plain",
    ]


@pytest.mark.parametrize("host", ["s3.us-east-1.amazonaws.com", "cloudfront-kvs.global.api.aws", "d1.cloudfront.net"])
def test_real_aws_is_out_of_reach(local_aws: LocalAws, host: str) -> None:
    script = f"""
        import socket
        socket.getaddrinfo("localhost", 80)
        socket.getaddrinfo(b"127.0.0.1", 80)
        socket.getaddrinfo(None, 80)
        try:
            socket.create_connection(("{host}", 443), timeout=1)
        except OSError as refused:
            print(type(refused).__name__, refused)
    """
    done = run_python(script, local_aws.environment())
    assert done.stdout.startswith(f"OSError refusing to resolve {host}"), done


def test_the_region_may_be_left_out_of_the_environment(local_aws: LocalAws) -> None:
    assert local_aws.environment(region="eu-west-1")["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert not {"AWS_DEFAULT_REGION", "AWS_REGION"} & set(local_aws.environment(region=None))
    assert local_aws.environment(Credentials("a", "b", "c"))["AWS_SESSION_TOKEN"] == "c"
