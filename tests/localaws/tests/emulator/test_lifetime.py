"""The emulator ends with its parent process, and leaves no process or file behind."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from localaws.local_aws import LocalAws, LocalAwsError
from localaws.tests.emulator.reference import deploy_reference


def test_stop_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    def ministack_files() -> set[str]:
        return {path.name for path in Path(tempfile.gettempdir()).glob("ministack*")}

    before = ministack_files()
    with LocalAws(workdir=tmp_path) as local_aws:
        group, port = local_aws.pid, local_aws.port
        deployment = deploy_reference(local_aws, ["us-east-1", "eu-west-1"], {})
        answer = local_aws.client("lambda").invoke(FunctionName=deployment.lambda_version_arn, Payload=b"{}")
        assert json.loads(answer["Payload"].read()) == {}  # a worker process of the emulator ran it
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
    assert ministack_files() == before
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_emulator_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = """
        import sys, time
        from pathlib import Path
        from localaws.local_aws import LocalAws
        local_aws = LocalAws(workdir=Path(sys.argv[1]))
        local_aws.start()
        print(local_aws.port, flush=True)
        time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert owner.stdout is not None
    port = int(owner.stdout.readline())
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it was in the queue of the closed listener
            pass
        time.sleep(0.05)
    pytest.fail("the emulator still listens")


def test_a_failed_start_shows_the_log_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match=r"needs ministack==1\.5\.33"):
        LocalAws(workdir=tmp_path, python=Path(sys.executable)).start()
    assert list(tmp_path.iterdir()) == []


def test_it_listens_on_the_loopback_interface_only(local_aws: LocalAws) -> None:
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"}
    assert f"0100007F:{local_aws.port:04X}" in listening
    assert f"00000000:{local_aws.port:04X}" not in listening
