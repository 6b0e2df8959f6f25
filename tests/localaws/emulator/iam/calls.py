"""A request of a service as a call: its operation, its parameters and its tags, as authorisation needs them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, ParseError, fromstring

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region

# Services whose operation is in the method and the path. Their routes are in botocore's models.
_REST = frozenset({"cloudfront", "cloudfront-keyvaluestore", "lambda", "route53"})
_LABEL = re.compile(r"\{(\w+)\+?\}")
_RPC = re.compile(r"/service/\w+/operation/(\w+)")

# The path is decoded, so that these have slashes: arn:aws:cloudfront::111122223333:key-value-store/<id>
_SLASHES = {"KvsARN": "[^/]+/[^/]+", "Key": ".+", "Resource": ".+"}

# Method, path, needed query parameters, and operation.
_Route = tuple[str, re.Pattern[str], dict[str, str], str]


@dataclass(frozen=True)
class Call:
    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, Any]

    @property
    def operation(self) -> str:
        return self._operation_and_labels[0]

    @cached_property
    def _operation_and_labels(self) -> tuple[str, dict[str, str]]:
        if self.service in _REST:
            return _routed(self.service, self.method, self.path, self.query)
        target, rpc = self.headers.get("x-amz-target", ""), _RPC.fullmatch(self.path)
        return target.rpartition(".")[2] or (rpc[1] if rpc else "") or self.form.get("Action", ""), {}

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters in the query, and in the body of a query protocol."""
        found = {name: _first(value) for name, value in self.query.items()}
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            found.update({name: values[0] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()})
        return found

    @cached_property
    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body) if self.body[:1] == b"{" else {}
        except ValueError:
            return {}  # MiniStack refuses it
        return found if isinstance(found, dict) else {}

    @cached_property
    def xml(self) -> Element:
        try:
            return fromstring(self.body)
        except ParseError:
            return Element("none")  # MiniStack refuses it

    def text(self, path: str) -> str:
        """Of the first element of the XML that has this *path*."""
        return (self.xml.findtext(path) or "").strip()

    def texts(self, path: str) -> list[str]:
        return [(element.text or "").strip() for element in self.xml.iterfind(path)]

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What an ARN is made of: the account, the Region, and the parameters of the call that are text."""
        inner = {name: value for name, value in self.json.items() if isinstance(value, str)}
        labels = self._operation_and_labels[1]
        return {**self.form, **inner, **labels, "account": get_account_id(), "region": get_region()}

    @cached_property
    def tags(self) -> dict[str, str]:
        """The tags that the call sets."""
        listed = self.json.get("Tags", self.json.get("tags", {}))
        if isinstance(listed, dict):
            found = {str(key): str(value) for key, value in listed.items()}
        else:
            found = {str(tag.get("Key")): str(tag.get("Value", "")) for tag in listed}
        for name, key in self.form.items():
            if re.fullmatch(r"Tags\.member\.\d+\.Key", name):
                found[key] = self.form.get(f"{name.removesuffix('Key')}Value", "")
        if self.service in ("cloudfront", "route53"):
            for tag in self.xml.iterfind(".//{*}Tag"):
                found[tag.findtext("{*}Key") or ""] = tag.findtext("{*}Value") or ""
        return found


def _routed(service: str, method: str, path: str, query: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    for wanted, pattern, needed, operation in _routes(service):
        match = pattern.fullmatch(path.rstrip("/")) if wanted == method else None
        if match and all(name in query and value in ("", _first(query[name])) for name, value in needed.items()):
            return operation, match.groupdict()
    return f"{method} {path}", {}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


@functools.cache
def _routes(service: str) -> list[_Route]:
    """Those with the most needed parameters and the fewest labels first."""
    found: list[tuple[int, int, _Route]] = []
    for name, operation in iam_actions._load_botocore_model(service)["operations"].items():
        uri, _, parameters = operation["http"]["requestUri"].partition("?")
        needed = {each.partition("=")[0]: each.partition("=")[2] for each in parameters.split("&") if each}
        route = (operation["http"]["method"], re.compile(_LABEL.sub(_label, uri.rstrip("/"))), needed, name)
        found.append((-len(needed), uri.count("{"), route))
    return [route for *_, route in sorted(found, key=lambda each: each[:2])]


def _label(match: re.Match[str]) -> str:
    return f"(?P<{match[1]}>{_SLASHES.get(match[1], '[^/]+')})"
