"""The edge as a process: its errors, and that it leaves no process or file behind."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localaws.edge import Edge, EdgeError
from localaws.reference.site import HOME_REGION, Site
from localaws.viewer import get


def edge_process(site: Site, workdir: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "localaws.edge", "--endpoint", site.local_aws.url, "--home-region", HOME_REGION]
    command += ["--distribution", site.deployment.distribution_id, "--workdir", str(workdir), *more]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize("end", ["SIGTERM", "stdin", "SIGKILL"])
def test_nothing_is_left_when_it_stops(site: Site, tmp_path: Path, end: str) -> None:
    process = edge_process(site, tmp_path, "--port", "0", "--watch-stdin", "--log", str(tmp_path / "log"))
    assert process.stdin and process.stdout
    ready = process.stdout.readline().split()
    assert ready[:2] == ["edge", "ready"]
    site.put("left", b"x")
    assert get(ready[2], "/left").body == b"x"
    workers = children_of(process.pid)
    assert len(workers) == 2
    if end == "stdin":
        process.stdin.close()
    else:
        process.send_signal(getattr(signal, end))
    assert process.wait(20) == (-9 if end == "SIGKILL" else 0)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    if end != "SIGKILL":
        assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_failed_start_is_one_line_on_stderr(site: Site, tmp_path: Path) -> None:
    taken = str(urlsplit(site.edge.url).port)
    process = edge_process(site, tmp_path, "--port", taken)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors == "edge: The port is taken; choose another one with --port\n"
    with pytest.raises(EdgeError, match="There is no Region mars-1"):
        Edge(site.local_aws.url, site.deployment.distribution_id, "mars-1", tmp_path)
