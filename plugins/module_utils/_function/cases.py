# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The cases that a function is tested with: the event of each, and whether what came is what was expected. Pure."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import parse_qsl

from .._core.errors import EdgeError

Case = dict[str, t.Any]

_EVENT_BYTES = 40_960
# What CloudFront's own examples have. An address of the documentation's (RFC 5737).
_HOST = "d111111abcdef8.cloudfront.net"
_CONTEXT = {
    "distributionDomainName": _HOST,
    "endpoint": _HOST,
    "distributionId": "EDFDVBD6EXAMPLE",
    "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
}
_VIEWER = {"ip": "198.51.100.11"}
_REQUEST = {"method": "GET", "uri": "/", "querystring": {}, "headers": {}, "cookies": {}}
_RESPONSE = {"statusCode": 200, "statusDescription": "OK", "headers": {}, "cookies": {}}
_MULTIPLE = ("querystring", "headers", "cookies")
_EVENT_MEMBERS = ("version", "context", "viewer", "request", "response")

# Of these only what is named has to be so; of a query string, which is part of the cache key, everything.
_SUBSETS = ("headers", "cookies")
EXPECTATIONS = ("uri", "method", "querystring", "status", "body", *_SUBSETS)


def check_cases(cases: t.Sequence[Case]) -> None:
    names = [case["name"] for case in cases]
    for case in cases:
        name = case["name"]
        if names.count(name) > 1:
            raise EdgeError(f"tests: two cases are named {name!r}; give each a name of its own.")
        _refuse_others(f"tests: the event of {name!r}", case["event"], _EVENT_MEMBERS)
        for member in ("context", "viewer", "request", "response"):
            if not isinstance(case["event"].get(member) or {}, dict):
                raise EdgeError(f"tests: {member} in the event of {name!r} must be a dictionary.")
        _refuse_others(f"tests: what is expected of {name!r}", case["expect"], EXPECTATIONS)
        for member in _SUBSETS:
            if not isinstance(case["expect"].get(member) or {}, dict):
                raise EdgeError(f"tests: {member} expected of {name!r} must be a dictionary.")
        if len(event(case)) > _EVENT_BYTES:
            raise EdgeError(
                f"tests: the event of {name!r} is larger than the {_EVENT_BYTES} bytes that CloudFront takes."
            )


def _refuse_others(what: str, given: t.Mapping[str, t.Any], known: t.Sequence[str]) -> None:
    for key in given:
        if key not in known:
            raise EdgeError(f"{what} has no {key}; it has {', '.join(known)}.")


def event(case: Case) -> bytes:
    """CloudFront's event: what the case has, and for the rest a GET of /."""
    given = case["event"]
    asks = not given.get("response")
    request = {**_REQUEST, **(given.get("request") or {})}
    request["headers"] = {"host": _HOST, **{key.lower(): one for key, one in (request["headers"] or {}).items()}}
    made: dict[str, t.Any] = {
        "version": str(given.get("version", "1.0")),
        "context": {
            "eventType": "viewer-request" if asks else "viewer-response",
            **_CONTEXT,
            **(given.get("context") or {}),
        },
        "viewer": {**_VIEWER, **(given.get("viewer") or {})},
        "request": _with_values(request),
    }
    if not asks:
        made["response"] = _with_values({**_RESPONSE, **given["response"]})
    return json.dumps(made).encode()


def _with_values(message: Case) -> Case:
    """Plain text where the event has ``{value: text}``."""
    for part in _MULTIPLE:
        if isinstance(message.get(part), dict):
            pairs = message[part].items()
            message[part] = {str(key): one if isinstance(one, dict) else {"value": str(one)} for key, one in pairs}
    return message


def utilization(result: t.Mapping[str, t.Any]) -> int | None:
    """How much of the allowed time was taken, in percent; None where CloudFront does not return it."""
    text = str(result.get("ComputeUtilization") or "")
    return int(text) if text.isdigit() else None


def failures(case: Case, result: t.Mapping[str, t.Any], max_compute_utilization: int) -> list[str]:
    """What is wrong with a TestResult, in clauses; nothing if the case is passed."""
    if result.get("FunctionErrorMessage"):
        return [f"the function failed: {' '.join(str(result['FunctionErrorMessage']).split())}"]
    came, found = _came(result.get("FunctionOutput")), []
    for key, expected in case["expect"].items():
        if key in _SUBSETS:
            parts = came.get(key) or {}
            for name, value in (expected or {}).items():
                found += _difference(
                    f"{key}.{name}", _text(value), parts.get(str(name).lower() if key == "headers" else name)
                )
        else:
            found += _difference(key, _pairs(expected) if key == "querystring" else _text(expected), came.get(key))
    taken = utilization(result)
    if taken is not None and taken > max_compute_utilization:
        found.append(f"it took {taken} % of the time that CloudFront allows, more than {max_compute_utilization} %")
    return found


def _came(output: str | None) -> Case:
    """The function's answer, as a case expects it: flat, and with texts instead of ``{value: text}``."""
    try:
        document = json.loads(output or "{}")
    except ValueError:
        return {}
    answered = document.get("response")
    message = answered or document.get("request") or {}
    came = {part: {key: _value(one) for key, one in (message.get(part) or {}).items()} for part in _SUBSETS}
    if answered:
        body = answered.get("body")
        body = body.get("data") if isinstance(body, dict) else body
        return {**came, "status": _text(answered.get("statusCode")), "body": body}
    return {
        **came,
        "uri": message.get("uri"),
        "method": message.get("method"),
        "querystring": _pairs(message.get("querystring")),
    }


def _value(entry: t.Any) -> t.Any:
    if not isinstance(entry, dict):
        return entry
    several = entry.get("multiValue")
    return [one.get("value") for one in several] if several else entry.get("value")


def _pairs(query: t.Any) -> t.Any:
    """A query string by its names, as the event has it or as text, in which a function may return it too."""
    if isinstance(query, dict):
        return {str(key): _text(_value(one)) for key, one in query.items()}
    found: dict[str, t.Any] = {}
    for key, value in parse_qsl(query or "", keep_blank_values=True):
        found[key] = (
            value if key not in found else [*(found[key] if isinstance(found[key], list) else [found[key]]), value]
        )
    return found


def _text(value: t.Any) -> t.Any:
    """YAML makes numbers of texts that look like them."""
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value if value is None or isinstance(value, dict) else str(value)


def _difference(what: str, expected: t.Any, came: t.Any) -> list[str]:
    if expected == came:
        return []
    return [
        f"{what} is {'absent' if came is None else repr(came)}, not {'absent' if expected is None else repr(expected)}"
    ]
