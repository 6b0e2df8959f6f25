"""`make demo` as a user runs it: with the user's own site, another terminal, and Ctrl-C."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import inputs
from demo.inputs import REPOSITORY, InputError
from localaws.viewer import get

pytestmark = pytest.mark.shares_nothing

DEADLINE = 300.0

IN_ANOTHER_TERMINAL = """
import boto3, json
account = boto3.client("sts").get_caller_identity()
alias = boto3.client("s3control", region_name="us-west-2").get_multi_region_access_point(
    AccountId=account["Account"], Name=json.load(open("names.json"))["mrap"])["AccessPoint"]["Alias"]
store = boto3.client("cloudfront").describe_key_value_store(Name="corner-shop")["KeyValueStore"]["ARN"]
keys = boto3.client("cloudfront-keyvaluestore").list_keys(KvsARN=store)["Items"]
print(json.dumps({"user": account["Arn"], "alias": alias, "keys": [key["Key"] for key in keys]}))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes that *pid* and those it started have started."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = children.get(pid, [])
    return found + [each for child in found for each in descendants(child)]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def site_directory(tmp_path: Path) -> Path:
    directory = tmp_path / "my site"
    directory.mkdir()
    (directory / "index.html").write_text("<h1>corner shop</h1>")
    return directory


@pytest.fixture
def demo(tmp_path: Path, site_directory: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The running demo, its URL, and what it printed until it was live."""
    variables = tmp_path / "variables.yml"
    variables.write_text("edge_name: corner-shop\nedge_regions: eu-west-3,us-east-1\n")
    port = free_port()
    environment = {
        **os.environ,
        "SITE": str(site_directory),
        "VARS": str(variables),
        "PORT": str(port),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONPATH": str(REPOSITORY / "tests"),
    }
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    deadline = time.monotonic() + DEADLINE
    try:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C stops it") or time.monotonic() > deadline:
                break
        yield process, f"http://127.0.0.1:{port}", lines
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_users_site_is_live_and_the_demo_leaves_nothing_behind(
    demo: tuple[subprocess.Popen[str], str, list[str]], tmp_path: Path
) -> None:
    process, url, lines = demo
    assert f"Site is live: {url}" in lines, "\n".join(lines)
    assert get(url, "/").body == b"<h1>corner shop</h1>"
    tour = [line.split() for line in lines if line.startswith("  ") and " from cloudfront " in line]
    assert [(words[0], words[-3]) for words in tour[:2]] == [("Stockholm", "eu-west-3"), ("Sydney", "us-east-1")]

    (tmp_path / "names.json").write_text(json.dumps({"mrap": mrap_name(lines)}))
    shell = f". {REPOSITORY}/build/local.env && cd '{tmp_path}' && python -c '{IN_ANOTHER_TERMINAL}'"
    # A new terminal, without the environment of this process.
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    seen = subprocess.run(["sh", "-c", shell], env=clean, capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr
    found = json.loads(seen.stdout)
    assert found["user"].endswith(":user/deployer")
    assert found["alias"].endswith(".mrap")
    assert [key.split("/")[:2] for key in found["keys"]] == [["corner-shop", "h"]]

    started = descendants(process.pid)
    assert len(started) >= 3  # the emulator, the edge and its workers
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert [pid for pid in started if is_running(pid)] == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (REPOSITORY / "build" / "local.env").exists()
    assert not (REPOSITORY / "build" / "demo.yml").exists()


def mrap_name(lines: list[str]) -> str:
    (sentence,) = [line for line in lines if "Create the Multi-Region Access Point " in line]
    return sentence.split("Multi-Region Access Point ")[1].split()[0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SITE": "nowhere"}, "SITE: there is no directory"),
        ({"SITE": "empty"}, "has no file in it: build the site first."),
        ({"VARS": "nowhere.yml"}, "VARS: .*nowhere.yml cannot be read"),
        ({"VARS": "list.yml"}, "must hold variables, such as edge_name: my-site."),
        ({"VARS": "broken.yml"}, "is not YAML"),
        ({"PORT": "web"}, "PORT: 'web' is not a port: give a number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT: '70000' is not a port"),
    ],
    ids=lambda value: " ".join(map("=".join, value.items())) if isinstance(value, dict) else "",
)
def test_invalid_input_is_refused_with_one_message(tmp_path: Path, given: dict[str, str], sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.yml").write_text("[a, b]")
    (tmp_path / "broken.yml").write_text("{a: [")
    with pytest.raises(InputError, match=sentence):
        inputs.read(given, tmp_path)


def test_a_port_in_use_is_refused_with_one_message(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"PORT: {port} is taken: give another one"):
            inputs.read({"PORT": str(port)}, tmp_path)
