"""Cache and origin request policies: the parts of the cache key and of the request to the origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from localaws.edge.messages import Headers, ViewerRequest


@dataclass(frozen=True)
class Selection:
    """The headers, query strings or cookies that a policy includes."""

    behavior: str = "none"
    names: frozenset[str] = frozenset()

    def includes(self, name: str) -> bool:
        if self.behavior in {"all", "allViewer", "allViewerAndWhitelistCloudFront"}:
            return True
        if self.behavior == "whitelist":
            return name in self.names
        return self.behavior == "allExcept" and name not in self.names


@dataclass(frozen=True)
class CachePolicy:
    min_ttl: float
    default_ttl: float
    max_ttl: float
    headers: Selection
    query_strings: Selection
    cookies: Selection
    gzip: bool
    brotli: bool

    def accept_encoding(self, viewer: str | None) -> str | None:
        """The encodings that the viewer accepts and the policy enables ("Cache compressed objects")."""
        accepted = {part.partition(";")[0].strip().lower() for part in (viewer or "").split(",")}
        enabled = [name for name, on in (("br", self.brotli), ("gzip", self.gzip)) if on and name in accepted]
        return ",".join(enabled) or None

    def key(self, request: ViewerRequest) -> tuple[Any, ...]:
        """GET and HEAD share a key: CloudFront answers a HEAD from the copy of a GET."""
        return (
            request.uri,
            selected_query(request.query, [self.query_strings]),
            tuple((name, value) for name, value in sorted(request.headers) if self.headers.includes(name)),
            tuple((name, value) for name, value in sorted(request.cookies.items()) if self.cookies.includes(name)),
            self.accept_encoding(request.header("accept-encoding")),
        )


@dataclass(frozen=True)
class OriginRequestPolicy:
    headers: Selection = Selection()
    query_strings: Selection = Selection()
    cookies: Selection = Selection()


def parse_cache_policy(config: dict[str, Any]) -> CachePolicy:
    key = config.get("ParametersInCacheKeyAndForwardedToOrigin") or {}
    return CachePolicy(
        min_ttl=float(config["MinTTL"]),
        default_ttl=float(config.get("DefaultTTL", 86400)),
        max_ttl=float(config.get("MaxTTL", 31536000)),
        headers=_headers(key),
        query_strings=_query_strings(key),
        cookies=_cookies(key),
        gzip=bool(key.get("EnableAcceptEncodingGzip")),
        brotli=bool(key.get("EnableAcceptEncodingBrotli")),
    )


def parse_origin_request_policy(config: dict[str, Any]) -> OriginRequestPolicy:
    return OriginRequestPolicy(_headers(config), _query_strings(config), _cookies(config))


def selected_query(query: str, selections: Iterable[Selection]) -> str:
    """The parameters that any policy includes, in the viewer's order and spelling."""
    wanted = list(selections)
    if any(selection.behavior == "all" for selection in wanted):
        return query
    pairs = [pair for pair in query.split("&") if pair]
    return "&".join(pair for pair in pairs if any(one.includes(pair.partition("=")[0]) for one in wanted))


def forwarded(request: ViewerRequest, cache: CachePolicy, origin: OriginRequestPolicy) -> Headers:
    """The viewer's headers and cookies for the origin, which gets everything in the cache key as well."""
    policies = (cache, origin)
    headers = [(name, value) for name, value in request.headers if any(one.headers.includes(name) for one in policies)]
    cookies = [
        f"{name}={value}" for name, value in request.cookies.items() if any(p.cookies.includes(name) for p in policies)
    ]
    return headers + ([("cookie", "; ".join(cookies))] if cookies else [])


def _headers(config: dict[str, Any]) -> Selection:
    found = _selection(config.get("HeadersConfig"), "HeaderBehavior", "Headers")
    return Selection(found.behavior, frozenset(name.lower() for name in found.names))


def _query_strings(config: dict[str, Any]) -> Selection:
    return _selection(config.get("QueryStringsConfig"), "QueryStringBehavior", "QueryStrings")


def _cookies(config: dict[str, Any]) -> Selection:
    return _selection(config.get("CookiesConfig"), "CookieBehavior", "Cookies")


def _selection(config: dict[str, Any] | None, behavior: str, items: str) -> Selection:
    config = config or {}
    return Selection(config.get(behavior, "none"), frozenset((config.get(items) or {}).get("Items") or ()))
