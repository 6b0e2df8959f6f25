"""Origin access controls and policies: refusals of CloudFront that MiniStack lacks, and lists in pages.

Sources: CloudFront API reference, the "Errors" of their operations; CloudFront Developer Guide, "Quotas"; for a cache
policy without caching, the message of InvalidArgument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from ministack import app
from ministack.services import cloudfront

from localaws.emulator.core.errors import Refused

_PATH = re.compile(
    r"/2020-05-31/(origin-access-control|cache-policy|origin-request-policy|response-headers-policy)(?:/([^/]+))?"
    r"(?:/config)?/?"
)
_USERS = re.compile(r"/2020-05-31/distributionsBy[A-Za-z]+PolicyId/[^/]+")
# CloudFront may return fewer than MaxItems: a small page shows which client does not read the rest.
_PAGE = 7

_STORES = {
    "origin-access-control": "_oacs",
    "cache-policy": "_cache_policies",
    "origin-request-policy": "_origin_request_policies",
    "response-headers-policy": "_response_headers_policies",
}
_ENTITIES = {
    "origin-access-control": ("OriginAccessControl", "OriginAccessControls", 100),
    "cache-policy": ("CachePolicy", "CachePolicies", 20),
    "origin-request-policy": ("OriginRequestPolicy", "OriginRequestPolicies", 20),
    "response-headers-policy": ("ResponseHeadersPolicy", "ResponseHeadersPolicies", 20),
}
# By the element of a list: the element that defines whether the list is present.
_LISTS = {"Headers": "HeaderBehavior", "Cookies": "CookieBehavior", "QueryStrings": "QueryStringBehavior"}
_MOST, _LONGEST_COMMENT, _LONGEST_CSP = 10, 128, 1_783
_PARTS = [
    f"{name}Config" for name in ("Cors", "SecurityHeaders", "CustomHeaders", "RemoveHeaders", "ServerTimingHeaders")
]
# "Understand response headers policies": headers that a policy neither sets nor removes.
_PROTECTED = {
    *("connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "proxy-authenticate"),
    *("proxy-authorization", "proxy-connection", "trailer", "transfer-encoding", "upgrade", "via", "warning"),
    *("x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile"),
    *("x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag", "x-amzn-requestid", "x-cache"),
    *("x-forwarded-proto", "x-real-ip"),
}
_PROTECTED_PREFIXES = ("x-accel-", "x-amz-cf-", "x-edge-")
# They have members of their own.
_SECURITY_HEADERS = {
    *("content-security-policy", "referrer-policy", "strict-transport-security", "x-content-type-options"),
    *("x-frame-options", "x-xss-protection"),
}
_WITH_LIST = {"whitelist", "allExcept", "allViewerAndWhitelistCloudFront"}


def install() -> None:
    """Install before gate: without the rights, AWS does not check the request."""
    cloudfront._VALID_SIGNING_BEHAVIORS = {"always", "never", "no-override", "always-amz-auth"}
    # MiniStack searches its records, which have the configuration as text.
    cloudfront._distributions_using_policy = cloudfront._distributions_using_cache_policy = _users
    inner = app.SERVICE_HANDLERS["cloudfront"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        found = _PATH.fullmatch(path)
        try:
            if found and method in ("POST", "PUT"):
                _check(found[1], method, body)
            if found and method == "DELETE" and found[1] == "origin-access-control":
                _check_unused(found[2], headers)
        except Refused as refused:
            return cloudfront._error(refused.code, str(refused), refused.status)
        answer = await inner(method, path, headers, body, query)
        listing = (found and not found[2]) or _USERS.fullmatch(path)
        return _page(answer, query) if method == "GET" and listing and answer[0] == 200 else answer

    app.SERVICE_HANDLERS["cloudfront"] = handle


def _users(config_id: str) -> list[str]:
    return [
        distribution["Id"]
        for distribution in cloudfront._distributions.values()
        if config_id in (element.text for element in ElementTree.fromstring(distribution["config_xml"]).iter())
    ]


def _page(answer: Any, query: Any) -> Any:
    status, headers, body = answer
    root = ElementTree.fromstring(body)
    namespace = root.tag.rpartition("}")[0].lstrip("{")
    items = root.find("{*}Items")
    everything = list(items) if items is not None else []
    # A marker is the last id of the page before; it may be deleted by now.
    marker = cloudfront._qval(query, "Marker", "")
    ids = [_id(item) for item in everything]
    start = ids.index(marker) + 1 if marker in ids else 0
    size = min(int(cloudfront._qval(query, "MaxItems", "100") or 100), _PAGE)
    page = everything[start : start + size]
    for item in everything:
        if items is not None and item not in page:
            items.remove(item)
    _set(root, "Quantity", str(len(page)))
    more = start + size < len(everything)
    if root.find("{*}IsTruncated") is not None:
        _set(root, "IsTruncated", str(more).lower())
    if more:
        ElementTree.SubElement(root, f"{{{namespace}}}NextMarker" if namespace else "NextMarker").text = _id(page[-1])
    ElementTree.register_namespace("", namespace)
    return status, headers, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _id(item: Any) -> str:
    return item.findtext(".//{*}Id") or item.text or ""


def _set(root: Any, name: str, value: str) -> None:
    element = root.find(f"{{*}}{name}")
    if element is not None:
        element.text = value


def _check_unused(control: str, headers: dict[str, str]) -> None:
    record = cloudfront._oacs.get(control)
    if record is None or headers.get("if-match") != record["ETag"]:
        return  # MiniStack refuses it
    if _users(control):
        message = "Cannot delete the origin access control because it's in use by one or more distributions."
        raise Refused("OriginAccessControlInUse", message, 409)


def _check(kind: str, method: str, body: bytes) -> None:
    root = cloudfront._parse_body(body)
    if root is None:
        return  # MiniStack refuses it
    entity, plural, most = _ENTITIES[kind]
    for element in root.iter():
        quantity, items = element.findtext("{*}Quantity"), element.find("{*}Items")
        if quantity is not None and int(quantity) != len(items if items is not None else []):
            raise Refused("InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
    name, store = root.findtext("{*}Name") or "", getattr(cloudfront, _STORES[kind])
    names = [record.get("Config", record)["Name"] for record in store.values()]
    if method == "POST" and name not in names and len(names) >= most:
        raise Refused(f"TooMany{plural}", f"You have reached the maximum number of {plural} for this account.")
    if kind == "origin-access-control":
        _check_length("Name", name, 64)
        return
    _check_length("Name", name, 128)
    _check_length("Comment", root.findtext("{*}Comment") or "", _LONGEST_COMMENT)
    if kind == "response-headers-policy":
        _check_response_headers(root)
        return
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise _invalid("The parameter Name contains characters that are not allowed.")
    _check_forwarded(root, entity)
    if kind == "cache-policy":
        _check_cached(root)
    elif _text(root, "HeaderBehavior") == "whitelist":
        for header in ("authorization", "accept-encoding"):
            if header in _listed(root, "Headers"):
                raise _invalid(f"The parameter Headers contains {header} that is not allowed.")


def _check_forwarded(root: Any, entity: str) -> None:
    for items, behavior in _LISTS.items():
        listed, value = _listed(root, items), _text(root, behavior)
        if len(listed) > _MOST:
            raise Refused(f"TooMany{items}In{entity}", f"The number of {items} exceeds the maximum.")
        if bool(listed) != (value in _WITH_LIST):
            raise _invalid(f"The parameter {behavior} does not go with {items}.")


def _check_cached(root: Any) -> None:
    shortest = int(_text(root, "MinTTL") or 0)
    usual = int(_text(root, "DefaultTTL") or max(86_400, shortest))
    longest = int(_text(root, "MaxTTL") or max(31_536_000, usual))
    if not 0 <= shortest <= usual <= longest:
        raise _invalid("The parameter MinTTL, DefaultTTL or MaxTTL is out of order.")
    compressed = [
        name
        for name in ("EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli")
        if _text(root, name).lower() == "true"
    ]
    if longest == 0:
        keyed = [*compressed, *(name for name in _LISTS.values() if _text(root, name) not in ("", "none"))]
        for name in keyed:
            raise _invalid(f"The parameter {name} is invalid for policy with caching disabled.")
    if compressed and "accept-encoding" in _listed(root, "Headers"):
        raise _invalid("The parameter Headers contains Accept-Encoding that is not allowed.")


def _check_response_headers(root: Any) -> None:
    if len(_text(root, "ContentSecurityPolicy/ContentSecurityPolicy")) > _LONGEST_CSP:
        raise Refused("TooLongCSPInResponseHeadersPolicy", "The Content-Security-Policy is too long.")
    for name in ("CustomHeaders", "RemoveHeaders"):
        headers = [(found.text or "").lower() for found in root.iterfind(f".//{{*}}{name}Config//{{*}}Header")]
        if len(headers) > _MOST:
            raise Refused(f"TooMany{name}InResponseHeadersPolicy", f"The number of {name} exceeds the maximum.")
        if len(set(headers)) < len(headers):
            raise _invalid(f"The parameter {name} contains a header twice.")
        refused = _PROTECTED | (_SECURITY_HEADERS if name == "CustomHeaders" else set())
        for header in headers:
            if header in refused or header.startswith(_PROTECTED_PREFIXES):
                raise _invalid(f"The parameter {name} contains {header} that is not allowed.")
    if not any(root.find(f"{{*}}{part}") is not None for part in _PARTS):
        raise _invalid("The response headers policy has no headers.")
    if _text(root, "ModeBlock") == "true" and _text(root, "ReportUri"):
        raise _invalid("The parameter ReportUri is not allowed when ModeBlock is true.")


def _check_length(parameter: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise _invalid(f"The parameter {parameter} is too long.")


def _invalid(message: str) -> Refused:
    return Refused("InvalidArgument", message)


def _listed(root: Any, name: str) -> list[str]:
    return [text.lower() for text in _texts(root, f"{name}/Items/Name")]


def _text(root: Any, path: str) -> str:
    return next(_texts(root, path), "")


def _texts(root: Any, path: str) -> Iterator[str]:
    anywhere = ".//" + "/".join(f"{{*}}{name}" for name in path.split("/"))
    return ((found.text or "").strip() for found in root.iterfind(anywhere))
