# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes of a site, which show the Region that serves each location."""

from __future__ import annotations

import email.message
import json
import threading
import typing as t
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError, URLError

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.multiregion.edge.plugins.module_utils._core import waiting
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._site import probe
from ansible_collections.multiregion.edge.plugins.modules import site_probe

HERE = {"name": "here", "url": "https://www.example.com"}
THERE = {"name": "there", "url": "https://192.0.2.1", "headers": {"Host": "www.example.com"}}


class World:
    """Answer each probe with the next of its answers, the last one repeatedly."""

    def __init__(self, **answers: list[str | Exception]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, url: str, headers: t.Mapping[str, str]) -> str:
        self.asked.append(url)
        answers = self.answers["there" if headers else "here"]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def http_error(status: int) -> HTTPError:
    return HTTPError("https://www.example.com/_edge/region", status, "no", email.message.Message(), None)


def test_every_probe_requests_the_markers_path() -> None:
    world = World(here=["eu-north-1"], there=["us-east-1"])
    answers = probe.ask(probe.probes([HERE, THERE]), world)
    assert {name: answer.region for name, answer in answers.items()} == {"here": "eu-north-1", "there": "us-east-1"}
    assert sorted(world.asked) == ["https://192.0.2.1/_edge/region", "https://www.example.com/_edge/region"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http_error(404), "here: HTTP 404"),
        (URLError("timed out"), "here: <urlopen error timed out>"),
        (BadStatusLine("SSH-2.0"), "here: SSH-2.0"),
        ("<!doctype html>", "here: no Region at /_edge/region"),
        ("", "here: no Region at /_edge/region"),
        ("eu-north-1", "here is served from eu-north-1"),
    ],
    ids=["not found", "not reached", "not HTTP", "a page", "nothing", "out of service"],
)
def test_the_pending_probes(answer: str | Exception, words: str) -> None:
    answers = probe.ask(probe.probes([HERE]), World(here=[answer]))
    assert probe.waiting_for(answers, ["eu-north-1"]) == [words]


def test_it_waits_until_no_probe_is_served_from_the_region() -> None:
    world = World(here=["eu-north-1", "eu-west-3"], there=[http_error(503), "us-east-1"])
    answers = probe.wait_for(probe.probes([HERE, THERE]), ["eu-north-1"], 60, world)
    assert {name: str(answer) for name, answer in answers.items()} == {"here": "eu-west-3", "there": "us-east-1"}


def test_one_answer_is_no_proof_while_the_change_propagates() -> None:
    world = World(here=["eu-west-3", "eu-north-1", "eu-west-3"])
    answers = probe.wait_for(probe.probes([HERE]), ["eu-north-1"], 60, world)
    assert (str(answers["here"]), len(world.asked)) == ("eu-west-3", 4)


def test_the_deadline_error_has_the_pending_probes_and_their_regions() -> None:
    with pytest.raises(EdgeError, match=r"1 probe: not ready after 0 s \(here is served from eu-north-1\)"):
        probe.wait_for(probe.probes([HERE]), ["eu-north-1"], 0, World(here=["eu-north-1"]))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "probes is empty"),
        ([{"name": "here", "url": "www.example.com"}], "must be like https://www.example.com"),
        ([{"name": "here", "url": "https://www.example.com/page"}], "without a path"),
        ([HERE, HERE], "names here more than once"),
    ],
)
def test_probes_that_are_refused(given: list[dict[str, t.Any]], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        probe.probes(given)


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.wait_until, "__kwdefaults__", {**waiting.wait_until.__kwdefaults__, "pause": 0})


def test_numeric_header_values_are_sent_as_text() -> None:
    (read,) = probe.probes([{**HERE, "headers": {"X-Place": 1}}])
    assert read.headers == {"X-Place": "1"}


class Bucket(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"eu-west-3\n" if (self.path, self.headers["X-Place"]) == ("/_edge/region", "Paris") else b"?"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def served() -> t.Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("check", [True, False])
def test_the_module_uses_http(served: str, capsys: pytest.CaptureFixture[str], check: bool) -> None:
    probe = {"name": "Paris", "url": served, "headers": {"X-Place": "Paris"}}
    with patch_module_args({"probes": [probe], "_ansible_check_mode": check}), pytest.raises(SystemExit):
        site_probe.main()
    result = json.loads(capsys.readouterr().out)
    assert (result["changed"], result["served_by"]) == (False, {"Paris": "eu-west-3"})


@pytest.mark.parametrize("check", [True, False])
def test_an_unknown_region_is_no_proof(capsys: pytest.CaptureFixture[str], check: bool) -> None:
    given = {"probes": [HERE], "not_from": ["eu-nort-1"], "_ansible_check_mode": check}
    with patch_module_args(given), pytest.raises(SystemExit):
        site_probe.main()
    assert "not_from: 'eu-nort-1' is not a Region" in json.loads(capsys.readouterr().out)["msg"]


def test_the_module_fails_with_a_message(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    probe = {"name": "Paris", "url": served, "headers": {"X-Place": "Paris"}}
    with (
        patch_module_args({"probes": [probe], "not_from": ["eu-west-3"], "wait_timeout": 0}),
        pytest.raises(SystemExit),
    ):
        site_probe.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and "Paris is served from eu-west-3" in result["msg"]
