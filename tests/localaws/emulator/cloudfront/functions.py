"""CloudFront Functions: TestFunction, refusals, and a LIVE stage that is deployed with a delay.

Sources: CloudFront API reference, CreateFunction, UpdateFunction, TestFunction and DeleteFunction, and their errors;
CloudFront Developer Guide, "Quotas on CloudFront Functions".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import re
import subprocess
import sys
import threading
from typing import Any
from xml.etree.ElementTree import SubElement

from ministack import app
from ministack.services import cloudfront, cloudfront_keyvaluestore

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused

_PATH = re.compile(r"/2020-05-31/function(?:/([^/]+))?(?:/(describe|publish|test))?/?")
_MAX_CODE_BYTES, _MAX_EVENT_BYTES = 10_240, 40_960
_MAX_STORES = 1

# The time of the last publication, by ARN.
_published: dict[str, float] = {}


def install() -> None:
    """Install before gate: without the rights, AWS does not check the request."""
    of_cloudfront, summary = app.SERVICE_HANDLERS["cloudfront"], cloudfront._function_summary_builder

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        found = _PATH.fullmatch(path)
        if found is None:
            return await of_cloudfront(method, path, headers, body, query)
        name, verb = found.groups()
        try:
            if verb == "test" and method == "POST":
                return await _test(name, headers, body)
            _check(method, name, verb, body)
        except Refused as refused:
            return cloudfront._error(refused.code, str(refused), refused.status)
        if method == "GET" and name and "Stage" not in query:
            query = {**query, "Stage": ["DEVELOPMENT"]}
        answer = await of_cloudfront(method, path, headers, body, query)
        return _answered(method, name, verb, answer)

    def summary_with_status(function: Any, stage: str, status: str, last_modified: str) -> Any:
        return summary(function, stage, _live_status(function) if stage == "LIVE" else status, last_modified)

    app.SERVICE_HANDLERS["cloudfront"] = handle
    cloudfront._function_summary_builder = summary_with_status


def _answered(method: str, name: str | None, verb: str | None, answer: Any) -> Any:
    status, headers, body = answer
    if verb == "publish" and status == 200:
        _published[cloudfront._functions[name]["arn"]] = behaviour.now()
    if method == "PUT" and "ETag" in headers:
        # The API model has this spelling, for this operation only.
        headers = {("ETtag" if key == "ETag" else key): value for key, value in headers.items()}
    return status, headers, body


def _live_status(function: Any) -> str:
    if not _distributions(function["arn"]):
        return "UNASSOCIATED"
    since = behaviour.now() - _published.get(function["arn"], float("-inf"))
    return "IN_PROGRESS" if since < behaviour.current.function_seconds else "DEPLOYED"


def _distributions(arn: str) -> list[str]:
    """The distributions that use the function."""
    return [one for one, record in cloudfront._distributions.items() if arn in cloudfront._function_arns_in(record)]


def _check(method: str, name: str | None, verb: str | None, body: bytes) -> None:
    if method == "DELETE" and name in cloudfront._functions and _distributions(cloudfront._functions[name]["arn"]):
        raise Refused("FunctionInUse", "Cannot delete a function that is associated with a cache behavior.", 409)
    root = cloudfront._parse_body(body) if method in ("POST", "PUT") and verb is None else None
    if root is None:
        return  # nothing to check, or MiniStack refuses it
    size = len(_decoded(root.findtext("{*}FunctionCode")))
    if size > _MAX_CODE_BYTES:
        raise Refused("FunctionSizeLimitExceeded", f"The function is larger than {_MAX_CODE_BYTES} bytes.", 413)
    stores = [(found.text or "").strip() for found in root.iterfind(".//{*}KeyValueStoreARN")]
    if len(stores) > _MAX_STORES:
        raise Refused("InvalidArgument", f"A function can have {_MAX_STORES} key value store, not {len(stores)}.")
    if stores and root.findtext(".//{*}Runtime") != "cloudfront-js-2.0":
        raise Refused("InvalidArgument", "Key value stores need the runtime cloudfront-js-2.0.")
    ready = {store["ARN"] for store in cloudfront._kvstores.values() if store.get("Status", "READY") == "READY"}
    for arn in stores:
        if arn not in ready:
            raise Refused("InvalidArgument", f"The key value store does not exist, or is not provisioned yet: {arn}")


async def _test(name: str, headers: dict[str, str], body: bytes) -> Any:
    if behaviour.current.function_tests_unsupported or _Runner.python is None:
        raise Refused("UnsupportedOperation", "This operation is not supported in this region.")
    function = cloudfront._functions.get(name)
    root = cloudfront._parse_body(body)
    stage = ("" if root is None else root.findtext("{*}Stage")) or "DEVELOPMENT"
    etag = function and function["live_etag" if stage == "LIVE" else "dev_etag"]
    if not function or not etag:
        raise Refused("NoSuchFunctionExists", "The specified function does not exist.", 404)
    if headers.get("if-match") != etag:
        message = "The If-Match version is missing or not valid for the resource."
        raise Refused("InvalidIfMatchVersion", message)
    event = _decoded(None if root is None else root.findtext("{*}EventObject"))
    try:
        parsed = json.loads(event)
    except ValueError:
        parsed = None
    if len(event) > _MAX_EVENT_BYTES or not isinstance(parsed, dict) or not isinstance(parsed.get("request"), dict):
        raise Refused("InvalidArgument", "The event object is not valid.")
    view = cloudfront._function_view(function, stage)
    asked = {"name": name, "code": _encoded(view["code"]), "store": _store(view), "event": parsed}
    answer = await asyncio.to_thread(_runner.ask, asked)
    status = cloudfront._function_dev_status(function)

    def build(result: Any) -> None:
        modified = function["last_modified_live" if stage == "LIVE" else "last_modified_dev"]
        shown = SubElement(result, "FunctionSummary")
        cloudfront._function_summary_builder(function, stage, status, modified)(shown)
        SubElement(result, "ComputeUtilization").text = str(behaviour.current.function_compute_utilization)
        logs = SubElement(result, "FunctionExecutionLogs")
        for line in answer["logs"]:
            SubElement(logs, "member").text = line
        SubElement(result, "FunctionErrorMessage").text = answer["error"]
        SubElement(result, "FunctionOutput").text = answer["output"]

    return cloudfront._xml_response("TestResult", build)


def _store(view: Any) -> dict[str, Any] | None:
    """The key value store of the function."""
    for arn in view.get("kvs_arns") or []:
        store, _ = cloudfront_keyvaluestore._get_store(arn)
        return {"store_id": arn.rpartition("/")[2], "keys": dict((store or {}).get("items", {}))}
    return None


class _Runner:
    """A process with the JavaScript engine of the local edge, which needs another Python than the emulator's."""

    # Set by the process that starts the emulator.
    python = os.environ.get("LOCALAWS_EDGE_PYTHON")

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [str(self.python), "-m", "localaws.edge.viewer_function.runner"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=sys.stderr,
                )
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer

    def end(self) -> None:
        """End the process with the emulator."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()


_runner = _Runner()
end = _runner.end


def _encoded(code: bytes) -> str:
    return base64.b64encode(code).decode()


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "")
    except binascii.Error:
        return b""  # MiniStack's to refuse
