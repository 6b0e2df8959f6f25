# SPDX-License-Identifier: GPL-3.0-or-later

"""region_map with an SSM parameter: a signed request, the map in effect, and the last valid map after an error."""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import sys
import threading
import typing as t
from pathlib import Path

import pytest
from edge.origin_events import ACCESS_KEY, BUCKETS, CREDENTIALS, SECRET_KEY, TOKEN, custom, event, host_of, packaged
from edge.sigv4a_verifier import Rejected, verify

MAP = {"eu-west-1": "shop-eu"}


class Ssm(http.server.BaseHTTPRequestHandler):
    """GetParameter, for requests with a valid signature."""

    server: SsmServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        signed_for = ("POST", self.path, headers, ACCESS_KEY, SECRET_KEY, TOKEN)
        try:
            verify(*signed_for, region="us-west-2", service="ssm")
        except Rejected as error:
            self._answer(400, json.dumps({"__type": "InvalidSignatureException", "message": str(error)}))
            return
        self._answer(self.server.status, json.dumps({"Parameter": {"Value": self.server.value}}))

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: t.Any) -> None:
        pass


class SsmServer(http.server.ThreadingHTTPServer):
    status, value = 200, json.dumps(MAP)

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ssm)
        self.bodies: list[bytes] = []


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[SsmServer]:
    """Replace HTTPSConnection by a connection to this server, for any host and without TLS."""
    server = SsmServer()

    class Plain(http.client.HTTPConnection):
        def __init__(self, host: str, timeout: float, context: t.Any) -> None:
            super().__init__(host, timeout=timeout)

        def connect(self) -> None:
            assert self.host == "ssm.us-west-2.amazonaws.com"
            self._create_connection = lambda *_: socket.create_connection(server.server_address)
            super().connect()

    monkeypatch.setattr(http.client, "HTTPSConnection", Plain)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CREDENTIALS, "AWS_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)


CONFIGURATION = {
    "mode": "region_map",
    "buckets": BUCKETS,
    "default": "shop-us",
    "parameter": {"name": "/shop/map", "region": "us-west-2", "seconds": 300},
}


def bucket(module: t.Any) -> str:
    request = module.handler(event(origin=custom(host_of("shop-us"))))
    return t.cast(str, request["origin"]["custom"]["domainName"].partition(".")[0])


def test_the_parameter_is_read_at_start_by_a_signed_request(tmp_path: Path, ssm: SsmServer) -> None:
    with packaged(tmp_path, CONFIGURATION) as module:
        assert [json.loads(body) for body in ssm.bodies] == [{"Name": "/shop/map"}]
        assert bucket(module) == "shop-eu"
        assert len(ssm.bodies) == 1


def test_it_is_read_again_after_its_ttl(tmp_path: Path, ssm: SsmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with packaged(tmp_path, CONFIGURATION) as module:
        start = sys.modules["latest"].time.time()
        ssm.value = json.dumps({"eu-west-1": "blog-eu"})
        monkeypatch.setattr(sys.modules["latest"].time, "time", lambda: start + 200)
        assert bucket(module) == "shop-eu"
        monkeypatch.setattr(sys.modules["latest"].time, "time", lambda: start + 301)
        assert bucket(module) == "blog-eu"


VALUES = {
    "a bucket": ({"eu-west-1": "blog-eu"}, "blog-eu"),
    "a Region": ({"eu-west-1": "us-east-1"}, "shop-us"),
    "other Regions only": ({"sa-east-1": "shop-us"}, "shop-eu"),
    "nothing": ({}, "shop-eu"),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_the_parameter_comes_before_the_map_of_the_package(
    tmp_path: Path, ssm: SsmServer, value: dict[str, str], expected: str
) -> None:
    ssm.value = json.dumps(value)
    with packaged(tmp_path, {**CONFIGURATION, "map": {"eu-west-1": "shop-eu"}}) as module:
        assert bucket(module) == expected


@pytest.mark.parametrize(
    ("value", "attempts"),
    [({}, ("shop-eu", "shop-us")), ({"eu-west-1": "us-east-1"}, ("shop-us", "shop-eu"))],
    ids=["by the map", "the next one by the parameter"],
)
def test_the_second_attempt_is_at_another_bucket(
    tmp_path: Path, ssm: SsmServer, value: dict[str, str], attempts: tuple[str, str]
) -> None:
    ssm.value = json.dumps(value)
    configuration = {**CONFIGURATION, "map": {"eu-west-1": "shop-eu"}, "next": {"eu-west-1": "shop-us"}}
    with packaged(tmp_path, configuration) as module:
        second = module.handler(event(origin=custom(host_of("shop-us"), X_Origin_Failover="1")))
        assert (bucket(module), second["origin"]["custom"]["domainName"]) == (attempts[0], host_of(attempts[1]))


BAD = {
    "a Region of two buckets": (200, '{"eu-west-1": "eu-north-1"}'),
    "a Region without a bucket": (200, '{"eu-west-1": "sa-east-1"}'),
    "a bucket outside the list": (200, json.dumps({"eu-west-1": "another-accounts"})),
    "no object": (200, "[]"),
    "a bucket that is no text": (200, '{"eu-west-1": 1}'),
    "no JSON": (200, "shop-eu"),
    "no right to it": (400, "{}"),
    "it is away": (503, "{}"),
}


@pytest.mark.parametrize(("status", "value"), BAD.values(), ids=BAD)
def test_after_an_error_the_last_valid_map_is_used(
    tmp_path: Path,
    ssm: SsmServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    value: str,
) -> None:
    with packaged(tmp_path, CONFIGURATION) as module:
        start = sys.modules["latest"].time.time()
        monkeypatch.setattr(sys.modules["latest"].time, "time", lambda: start + 301)
        ssm.status, ssm.value = status, value
        assert bucket(module) == "shop-eu"
        assert len(ssm.bodies) == 2
        assert "parameter: ValueError" in capsys.readouterr().out.replace("JSONDecodeError", "ValueError")


@pytest.mark.parametrize(("baked", "expected"), [({}, "shop-us"), ({"map": {"eu-west-1": "blog-eu"}}, "blog-eu")])
def test_before_the_first_answer_the_map_of_the_package_or_the_default_is_used(
    tmp_path: Path, ssm: SsmServer, baked: dict[str, t.Any], expected: str
) -> None:
    ssm.status = 500
    with packaged(tmp_path, {**CONFIGURATION, **baked}) as module:
        assert bucket(module) == expected
