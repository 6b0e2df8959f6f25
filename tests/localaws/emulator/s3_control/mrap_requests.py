"""The request bodies of the asynchronous operations on Multi-Region Access Points, and of route updates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar
from xml.etree import ElementTree

from localaws.emulator.core.errors import Refused

# botocore's model of S3 Control: MultiRegionAccessPointName, MultiRegionAccessPointClientToken.
_NAME = re.compile(r"[a-z0-9][-a-z0-9]{1,48}[a-z0-9]")
_CLIENT_TOKEN = re.compile(r"\S{1,64}")
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True)
class Create:
    operation: ClassVar[str] = "CreateMultiRegionAccessPoint"
    name: str
    buckets: tuple[tuple[str, str], ...]  # their names and accounts; "" is the caller's
    public_access_block: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Delete:
    operation: ClassVar[str] = "DeleteMultiRegionAccessPoint"
    name: str


@dataclass(frozen=True)
class PutPolicy:
    operation: ClassVar[str] = "PutMultiRegionAccessPointPolicy"
    name: str
    policy: str


Change = Create | Delete | PutPolicy


@dataclass(frozen=True)
class RouteUpdate:
    bucket: str
    region: str
    dial: str


def parse_change(kind: str, body: bytes) -> tuple[str, Change]:
    """The client token and the change of a request; *kind* is the end of its path."""
    root = _root(body)
    details = _child(root, "Details")
    token, name = _text(root, "ClientToken"), _text(details, "Name")
    if not _CLIENT_TOKEN.fullmatch(token) or not _NAME.fullmatch(name):
        raise _invalid()
    if kind == "delete":
        return token, Delete(name)
    if kind == "put-policy":
        return token, PutPolicy(name, _text(details, "Policy"))
    buckets = tuple((_text(item, "Bucket"), _text(item, "BucketAccountId")) for item in _children(details, "Regions"))
    if not buckets:
        raise _invalid()
    block = _child(details, "PublicAccessBlock")
    return token, Create(name, buckets, tuple((key, _text(block, key) != "false") for key in _BLOCKS))


def parse_route_updates(body: bytes) -> list[RouteUpdate]:
    return [
        RouteUpdate(_text(item, "Bucket"), _text(item, "Region"), _text(item, "TrafficDialPercentage"))
        for item in _children(_root(body), "RouteUpdates")
    ]


def _invalid() -> Refused:
    return Refused("InvalidRequest", "Request invalid")


def _root(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise Refused("MalformedXML", message) from None


def _child(parent: ElementTree.Element | None, name: str) -> ElementTree.Element | None:
    return None if parent is None else parent.find(f"{{*}}{name}")


def _children(parent: ElementTree.Element | None, name: str) -> list[ElementTree.Element]:
    found = _child(parent, name)
    return [] if found is None else list(found)


def _text(parent: ElementTree.Element | None, name: str) -> str:
    found = _child(parent, name)
    return "" if found is None else (found.text or "").strip()
