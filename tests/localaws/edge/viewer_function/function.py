"""Run a CloudFront Function: check its code as CloudFront does, run it in V8, and check its result."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localaws.edge.header_rules import RuleBroken
from localaws.edge.line_process import LineProcess, ProcessEnded, ProcessTimeout
from localaws.edge.messages import LOG, Answer, Refusal, ViewerRequest
from localaws.edge.viewer_function import events, language
from localaws.geo import Pop

_CODE_BYTES = 10 * 1024
_START_SECONDS = 20.0
# The worker stops a loop after a second; this limit is for a loop that it cannot stop.
_RUN_SECONDS = 3.0
_HERE = Path(__file__).parent
_IMPORT = re.compile(r"(?:\s|//[^\n]*\n|/\*.*?\*/)*(import\s+cf\s+from\s+(['\"])cloudfront\2\s*;?)", re.DOTALL)
_OTHER_IMPORT = re.compile(r"^\s*import\b[^\n]*|\bimport\s*\(", re.MULTILINE)


class FunctionRefused(Exception):
    """CloudFront would not accept the function's code, although the emulator did."""


class FunctionBroken(Exception):
    """CloudFront would accept the function's code, but it does not start."""


@dataclass(frozen=True)
class KeyValues:
    store_id: str
    keys: dict[str, str]
    created: str = ""
    updated: str = ""


@dataclass(frozen=True)
class FunctionCode:
    name: str
    code: bytes
    store: KeyValues | None = field(default=None)


def prepare(code: bytes) -> str:
    """The code without its import, which V8 accepts only in modules. FunctionRefused if CloudFront would refuse it."""
    if len(code) > _CODE_BYTES:
        raise FunctionRefused(f"The function is {len(code)} bytes long; CloudFront Functions allows {_CODE_BYTES}")
    try:
        text = code.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FunctionRefused(f"The function is not UTF-8: {error}") from error
    if match := _IMPORT.match(text):
        # Blanks of the same length keep the columns in error messages.
        text = text[: match.start(1)] + " " * len(match[1]) + text[match.end(1) :]
    if match := _OTHER_IMPORT.search(text):
        raise FunctionRefused(
            f"The function imports something else than \"import cf from 'cloudfront';\" as its first statement: "
            f"{match[0].strip()}"
        )
    with contextlib.suppress(language.NotRead):  # V8 has the better message
        _check_language(text)
    return text


def _check_language(text: str) -> None:
    """FunctionRefused for syntax that V8 accepts and CloudFront's engine does not. NotRead if it cannot be parsed."""
    refused = [one for one in language.findings(text) if one.refused]
    if refused:
        raise FunctionRefused(
            f"The function uses what CloudFront Functions do not have: {', '.join(map(str, refused))}. "
            'Write it in what "JavaScript runtime 2.0 features" of the CloudFront guide lists.'
        )


class ViewerFunction:
    """One deployed version of a function with one state of its keys. As in CloudFront, its variables may outlive a
    request, but a function must not rely on them."""

    def __init__(self, function: FunctionCode) -> None:
        self.function = function
        # The beginnings of the keys whose read fails.
        self.failing_reads: tuple[str, ...] = ()
        self._process: LineProcess | None = None
        self._closed = False
        self._lock = threading.Lock()

    def run(
        self, request: ViewerRequest, pop: Pop, domain_name: str = "", distribution_id: str = ""
    ) -> ViewerRequest | Answer:
        """The changed request, or the response of the function. Refusal if it failed."""
        event = events.build(request, domain_name, distribution_id)
        answer = self.ask(event, pop, query=request.query)
        for line in answer.get("logs", ()):
            LOG.info("%s function %s: %s", request.request_id, self.function.name, line)
        if "error" in answer:
            LOG.error("%s function %s failed: %s", request.request_id, self.function.name, answer["error"])
            raise _failed()
        try:
            return events.read_answer(request, event, answer.get("ok"))
        except RuleBroken as error:
            LOG.error("%s function %s: %s", request.request_id, self.function.name, error)
            raise Refusal(
                502,
                f"The CloudFront function returned an invalid value: {error}",
                "FunctionValidationError from cloudfront",
            ) from error

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def ask(self, event: dict[str, Any], pop: Pop, **options: str) -> dict[str, Any]:
        """The runtime's answer to an event: `ok` or `error`, and `logs`. Refusal for code that CloudFront refuses.

        *options*: `query`, as the viewer sent it; without it the event has no method rawQueryString.
        """
        place = {"name": pop.code, "region": pop.regional_edge_cache, "serverIp": "127.0.0.1"}
        message = {
            "event": json.dumps(event),
            "edge_location": json.dumps(place),
            "options": json.dumps({**options, "failing": self.failing_reads}),
        }
        with self._lock:
            try:
                if self._process is None or not self._process.alive:
                    self._process = self._start()
                answer: dict[str, Any] = self._process.ask(message, _RUN_SECONDS)
                return answer
            except FunctionRefused as error:
                raise Refusal(502, str(error), "FunctionValidationError from cloudfront") from error
            except FunctionBroken as error:
                return {"error": str(error)}
            except ProcessTimeout:
                return {"error": f"it did not finish within {_RUN_SECONDS} s"}
            except ProcessEnded as error:
                return {"error": str(error)}
            finally:
                # A request from before a deployment may end after it.
                if self._closed:
                    self._end()

    def _start(self) -> LineProcess:
        code = prepare(self.function.code)
        store = self.function.store
        content = store and {
            "id": store.store_id,
            "keys": store.keys,
            "created": store.created,
            "updated": store.updated,
        }
        process = LineProcess(
            [sys.executable, "-I", str(_HERE / "worker.py"), str(_HERE / "runtime.js")],
            {"PATH": "", "LANG": "C.UTF-8"},
            _HERE,
            lambda line: LOG.info("function %s: %s", self.function.name, line),
        )
        try:
            answer = process.ask({"code": code, "store": json.dumps(content) if content else ""}, _START_SECONDS)
            if "error" in answer:
                raise FunctionBroken(answer["error"])
            _check_language(code)
        except language.NotRead as error:
            process.close(grace=0)
            raise FunctionRefused(f"The function is of a later JavaScript than can be checked here: {error}") from error
        except BaseException:
            process.close(grace=0)
            raise
        return process


def _failed() -> Refusal:
    return Refusal(
        503,
        "The CloudFront function associated with the CloudFront distribution is invalid or could not run.",
        "FunctionExecutionError from cloudfront",
    )
