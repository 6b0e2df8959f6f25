"""Answers from a cached copy, with conditional and range requests (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import dataclasses
import email.utils
import re

from localaws.edge.cache.store import Entry
from localaws.edge.messages import Answer, Headers, ViewerRequest, header

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")
_CONDITIONS = ("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range")
_KEPT_IN_304 = frozenset(["cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"])


def build(entry: Entry, request: ViewerRequest) -> Answer:
    if entry.status == 200:
        if _not_modified(entry, request):
            return Answer(304, [pair for pair in entry.headers if pair[0].lower() in _KEPT_IN_304])
        wanted = request.header("range")
        if wanted is not None and request.method == "GET" and _range_holds(entry, request):
            partial = _partial(entry, wanted)
            if partial is not None:
                return partial
    return Answer(entry.status, list(entry.headers), entry.chunks(), entry.size)


def is_special(request: ViewerRequest) -> bool:
    """Whether it is a range or a conditional request."""
    return any(name in ("range", *_CONDITIONS) for name, _ in request.headers)


def without_conditions(request: ViewerRequest) -> ViewerRequest:
    headers = [pair for pair in request.headers if pair[0] not in ("range", *_CONDITIONS)]
    return request if len(headers) == len(request.headers) else dataclasses.replace(request, headers=headers)


def with_validators(request: ViewerRequest, entry: Entry) -> ViewerRequest:
    """Add the conditions that revalidate the copy."""
    pairs = (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
    validators = [(name, value) for name, of in pairs if (value := header(entry.headers, of)) is not None]
    return dataclasses.replace(request, headers=[*request.headers, *validators])


def merged(stored: Headers, received: Headers) -> Headers:
    """The headers of a copy after a 304, which may have newer ones (RFC 9111, section 3.2)."""
    new = [pair for pair in received if pair[0].lower() in _KEPT_IN_304]
    names = {name.lower() for name, _ in new}
    return [*(pair for pair in stored if pair[0].lower() not in names), *new]


def _not_modified(entry: Entry, request: ViewerRequest) -> bool:
    tags = request.header("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or _opaque(header(entry.headers, "etag")) in {_opaque(t) for t in tags.split(",")}
    since, modified = _date(request.header("if-modified-since")), _date(header(entry.headers, "last-modified"))
    return since is not None and modified is not None and modified <= since


def _range_holds(entry: Entry, request: ViewerRequest) -> bool:
    condition = request.header("if-range")
    if condition is None:
        return True
    return condition.strip() in (header(entry.headers, "etag"), header(entry.headers, "last-modified"))


def _partial(entry: Entry, wanted: str) -> Answer | None:
    match = _RANGE.fullmatch(wanted)
    if match is None or not (match[1] or match[2]):
        return None  # Several ranges, or a malformed one: the whole body, as RFC 9110 allows.
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or entry.size), entry.size - 1)
        if match[2] and int(match[2]) < first:
            return None
    else:
        first, last = max(0, entry.size - int(match[2])), entry.size - 1
    plain = [pair for pair in entry.headers if pair[0].lower() not in {"content-length", "content-range"}]
    if first > last:
        return Answer(416, [*plain, ("content-range", f"bytes */{entry.size}")])
    length = last - first + 1
    headers = [*plain, ("content-range", f"bytes {first}-{last}/{entry.size}")]
    return Answer(206, headers, entry.chunks(first, length), length)


def _opaque(tag: str | None) -> str:
    return (tag or "").strip().removeprefix("W/")


def _date(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError):
        return None
