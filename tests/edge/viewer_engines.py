"""The viewer function in JavaScript engines, with a store of a few keys."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import quickjs
from py_mini_racer import MiniRacer

FUNCTION = Path(__file__).parents[2] / "files" / "edge" / "viewer_request" / "viewer_request.js"
IMPORT = "import cf from 'cloudfront';"
SITE = "my-site"
# The memory limit of CloudFront.
MEMORY_BYTES = 2 * 1024 * 1024
# The cases of one run are in that memory too.
_AT_ONCE = 25

Event = dict[str, t.Any]
Keys = dict[str, str]
# With the beginning of the keys whose read fails, if any do.
Given = tuple[Event, Keys] | tuple[Event, Keys, str]


class Outcome(t.NamedTuple):
    value: dict[str, t.Any]
    reads: list[str]
    origin: t.Any = None  # the selected id or group

    @property
    def text(self) -> str:
        """One line: the URI and query string for the origin, or the status and Location of a response."""
        if "uri" in self.value:
            query = self.value["querystring"]
            return str(self.value["uri"]) + (f"?{query}" if query else "")
        location = self.value["headers"].get("location", {}).get("value")
        return f"{self.value['statusCode']}" + (f" {location}" if location is not None else "")


class Engine(t.Protocol):
    def run(self, cases: t.Sequence[Given]) -> list[Outcome]: ...

    def close(self) -> None: ...


class V8:
    """V8 in this process, with CloudFront's memory limit."""

    def __init__(self, origin: str = "") -> None:
        self._context = MiniRacer()
        self._context.set_hard_memory_limit(MEMORY_BYTES)
        self._context.eval(engine_code(origin))

    def run(self, cases: t.Sequence[Given]) -> list[Outcome]:
        found = []
        for start in range(0, len(cases), _AT_ONCE):
            self._context.eval(f"__run({_parsed(cases[start : start + _AT_ONCE])})", timeout_sec=20)
            found += _outcomes(str(self._context.eval("__answer", timeout_sec=5)))
            self._context.low_memory_notification()  # V8 keeps every script until then
        return found

    def close(self) -> None:
        self._context.close()


class QuickJs:
    """An interpreter, which CloudFront's engine probably is: each run has CloudFront's memory limit for itself."""

    def __init__(self, origin: str = "") -> None:
        self._code = engine_code(origin)

    def run(self, cases: t.Sequence[Given]) -> list[Outcome]:
        found = []
        for start in range(0, len(cases), _AT_ONCE):
            context = quickjs.Context()
            context.set_memory_limit(MEMORY_BYTES)
            context.eval(self._code)
            context.eval(f"__run({_parsed(cases[start : start + _AT_ONCE])}); 0")
            while context.execute_pending_job():
                pass
            found += _outcomes(str(context.eval("__answer")))
        return found

    def close(self) -> None:
        pass


class CommandLine:
    """A program that runs a script: node, or njs, which is probably CloudFront's engine."""

    def __init__(self, program: str, directory: Path, origin: str = "") -> None:
        self._program = program
        self._code = _code(origin)
        self._script = directory / "viewer_request_cases.js"

    def run(self, cases: t.Sequence[Given]) -> list[Outcome]:
        # njs truncates long lines, and the function's own log messages are in the same output.
        printed = (
            "__run(__cases).then(function (text) {"
            " for (let i = 0; i < text.length; i += 1000) { console.log('#' + text.substring(i, i + 1000)); } });"
        )
        self._script.write_text(f"{self._code}\nconst __cases = {_parsed(cases)};\n{printed}\n", encoding="utf-8")
        done = subprocess.run(
            [self._program, str(self._script)], capture_output=True, encoding="utf-8", timeout=60, check=True
        )
        return _outcomes("".join(line[1:] for line in done.stdout.splitlines() if line.startswith("#")))

    def close(self) -> None:
        self._script.unlink(missing_ok=True)


# V8 and QuickJS are always installed, the others are optional.
ENGINES = ["v8", "quickjs", *(name for name in ("node", "njs") if shutil.which(name))]


def start(name: str, directory: Path, origin: str = "") -> Engine:
    """*origin*: whether it selects origins, which the role inserts; without it the placeholder stays."""
    if name == "v8":
        return V8(origin)
    return QuickJs(origin) if name == "quickjs" else CommandLine(name, directory, origin)


def event(
    uri: str,
    host: str = "www.example.com",
    query: str = "",
    cookies: t.Mapping[str, str] | None = None,
    address: str = "203.0.113.178",
) -> Event:
    """As in the CloudFront Developer Guide, "CloudFront Functions event structure"."""
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "distributionId": "EDFDVBD6EXAMPLE", "requestId": "request=="},
        "viewer": {"ip": address},
        "rawQueryString": query,  # the stub makes the request's method of it
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": query_of(query),
            "headers": {"host": {"value": host}, "accept": {"value": "*/*"}},
            "cookies": {name: {"value": value} for name, value in (cookies or {}).items()},
        },
    }


def query_of(text: str) -> dict[str, t.Any]:
    """A query string in the format of the event."""
    found: dict[str, t.Any] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        if name not in found:
            found[name] = {"value": value}
        else:
            found[name].setdefault("multiValue", [{"value": found[name]["value"]}]).append({"value": value})
    return found


def engine_code(origin: str = "") -> str:
    """For an engine that has no console."""
    return "globalThis.console = { log: function () {} };" + _code(origin)


def _code(origin: str) -> str:
    stub = Path(__file__).with_name("cloudfront_stub.js").read_text(encoding="utf-8")
    code = FUNCTION.read_text(encoding="utf-8")
    assert code.startswith(IMPORT)
    code = code.removeprefix(IMPORT).replace("__EDGE_NAME__", SITE)
    return "'use strict';\n" + stub + (code.replace("__EDGE_SELECTS_ORIGINS__", origin) if origin else code)


def _parsed(cases: t.Sequence[Given]) -> str:
    """Parsed as by CloudFront: in an object literal, __proto__ would not be a member's name."""
    return f"JSON.parse({json.dumps(json.dumps(cases))})"


def _outcomes(text: str) -> list[Outcome]:
    found = json.loads(text)
    assert not [one for one in found if "error" in one], "the function threw"
    return [Outcome(one["value"], one["reads"], one["origin"]) for one in found]
