"""The event and the result of a viewer-request function ("CloudFront Functions event structure")."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from typing import Any

from localaws.edge.header_rules import (
    READ_ONLY_VIEWER_REQUEST,
    RuleBroken,
    check_header_entries,
    check_headers,
    check_query,
    check_uri,
)
from localaws.edge.messages import Answer, Headers, ViewerRequest

_GENERATED_BODY_BYTES = 40 * 1024


def build(request: ViewerRequest, domain_name: str, distribution_id: str) -> dict[str, Any]:
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": domain_name,
            "endpoint": domain_name,
            "distributionId": distribution_id,
            "eventType": "viewer-request",
            "requestId": request.request_id,
        },
        "viewer": {"ip": request.client_ip},
        "request": {
            "method": request.method,
            "uri": request.uri,
            "querystring": _multi([pair.partition("=")[::2] for pair in request.query.split("&") if pair]),
            "headers": _multi(request.headers),
            "cookies": {name: {"value": value} for name, value in request.cookies.items()},
        },
    }


def read_answer(request: ViewerRequest, event: dict[str, Any], answered: Any) -> ViewerRequest | Answer:
    """The changed request, or the generated response. RuleBroken if it is neither."""
    returned, wish = answered.get("returned"), answered.get("origin")
    if isinstance(returned, dict) and "statusCode" in returned:
        return _response(returned)
    if not isinstance(returned, dict) or "uri" not in returned:
        raise RuleBroken("The function did not return a request or a response object")
    if returned.get("method") != request.method:
        raise RuleBroken("The function changed the method, which is read-only")
    check_uri(returned["uri"])
    sent = event["request"]
    headers = _flat(returned.get("headers") or {}, "header")
    new, old = _joined(headers), _joined(_flat(sent["headers"], "header"))
    for name in sorted((READ_ONLY_VIEWER_REQUEST & old.keys()) - new.keys()):
        raise RuleBroken(f"The function removed the header {name}, which is read-only in this event")
    check_headers(old, new, READ_ONLY_VIEWER_REQUEST)
    for name, value in headers:
        check_header_entries(name, [{"value": value}])
    # An unchanged query string keeps the viewer's bytes.
    query = request.query if returned.get("querystring") == sent["querystring"] else _query(returned.get("querystring"))
    cookies = dict(_flat(returned.get("cookies") or {}, "cookie"))
    return dataclasses.replace(request, uri=returned["uri"], query=query, headers=headers, cookies=cookies, origin=wish)


def _query(value: Any) -> str:
    if not isinstance(value, str):
        value = "&".join(f"{name}={text}" if text else name for name, text in _flat(value or {}, "query string"))
    check_query(value)
    return str(value)


def _response(returned: dict[str, Any]) -> Answer:
    status = returned["statusCode"]
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
        raise RuleBroken(f"The function returned a statusCode that is not a number from 100 to 599: {status!r}")
    headers = _flat(returned.get("headers") or {}, "header")
    cookies = returned.get("cookies") or {}
    _flat(cookies, "cookie")
    for name, cookie in cookies.items():
        attributes = f"; {cookie['attributes']}" if cookie.get("attributes") else ""
        headers.append(("set-cookie", f"{name}={cookie.get('value', '')}{attributes}"))
    for name, value in headers:
        check_header_entries(name, [{"value": value}])
    check_headers({}, _joined(headers), frozenset({"transfer-encoding", "via", "content-length"}))
    body = _body(returned.get("body"))
    if len(body) > _GENERATED_BODY_BYTES:
        raise RuleBroken(f"The function generated a body of {len(body)} bytes; {_GENERATED_BODY_BYTES} are allowed")
    reason = returned.get("statusDescription")
    if reason is not None and (not isinstance(reason, str) or not reason.isprintable() or not reason.isascii()):
        raise RuleBroken("The function returned a statusDescription that is not plain text")
    return Answer(status, headers, [body] if body else [], len(body), reason)


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, dict) and isinstance(body.get("data"), str):
        if body.get("encoding", "text") == "text":
            return str(body["data"]).encode("utf-8", "surrogatepass")
        if body["encoding"] == "base64":
            try:
                return base64.b64decode(body["data"], validate=True)
            except binascii.Error as error:
                raise RuleBroken(f"The function returned a body that is not base64: {error}") from error
    raise RuleBroken("The function returned a body that is neither a string nor {encoding: text|base64, data}")


def _multi(pairs: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = {"value": value}
        else:
            entry = found[name]
            entry.setdefault("multiValue", [{"value": entry["value"]}]).append({"value": value})
    return found


def _flat(values: Any, kind: str) -> Headers:
    if not isinstance(values, dict):
        raise RuleBroken(f"The function returned {kind}s that are not an object")
    pairs: Headers = []
    for name, entry in values.items():
        entries = entry.get("multiValue") or [entry] if isinstance(entry, dict) else []
        texts = [one.get("value") if isinstance(one, dict) else None for one in entries]
        strings = [text for text in texts if isinstance(text, str)]
        if not strings or len(strings) != len(texts):
            raise RuleBroken(f"The function returned the {kind} {name} without a {{value}} that is a string")
        pairs += [(name, text) for text in strings]
    return pairs


def _joined(headers: Headers) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in found.items()}
