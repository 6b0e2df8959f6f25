"""A response headers policy: what CloudFront removes from and adds to an answer, also to one from its cache.

Sources: CloudFront Developer Guide, "Understand response headers policies" and "Server-Timing header".
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from localaws.edge.messages import Answer, EdgeError, Headers, ViewerRequest, header
from localaws.edge.origin.origins import items
from localaws.geo import Pop

_RESULTS = {"Hit": "cdn-cache-hit", "RefreshHit": "cdn-cache-refresh", "Miss": "cdn-cache-miss"}


@dataclass(frozen=True)
class ResponseHeadersPolicy:
    """*added*: name, value, and whether it replaces the origin's. *timed*: the percentage with Server-Timing."""

    removed: frozenset[str] = frozenset()
    added: tuple[tuple[str, str, bool], ...] = ()
    timed: float = 0.0

    def apply(self, answer: Answer, pop: Pop, request: ViewerRequest) -> Answer:
        kept: Headers = [pair for pair in answer.headers if pair[0].lower() not in self.removed]
        for name, value, override in self.added:
            if override:
                kept = [pair for pair in kept if pair[0].lower() != name]
            if header(kept, name) is None:
                kept.append((name, value))
        if self.timed and random.random() * 100 < self.timed:
            result = (header(kept, "x-cache") or "").partition(" ")[0]
            metrics = [_RESULTS.get(result, "cdn-error"), f'cdn-pop;desc="{pop.code}50-P1"']
            kept.append(("server-timing", ",".join([*metrics, f'cdn-rid;desc="{request.request_id}"'])))
        answer.headers = kept
        return answer


def parse_response_headers_policy(config: dict[str, Any]) -> ResponseHeadersPolicy:
    if config.get("CorsConfig"):
        raise EdgeError("The response headers policy has a CorsConfig; the local edge does not support it yet")
    added = [(one["Header"].lower(), one["Value"], one["Override"]) for one in items(config.get("CustomHeadersConfig"))]
    for member, one in (config.get("SecurityHeadersConfig") or {}).items():
        name, value = _security(member, one)
        added.append((name, value, one["Override"]))
    timing = config.get("ServerTimingHeadersConfig") or {}
    return ResponseHeadersPolicy(
        removed=frozenset(one["Header"].lower() for one in items(config.get("RemoveHeadersConfig"))),
        added=tuple(added),
        timed=float(timing.get("SamplingRate") or 0) if timing.get("Enabled") else 0.0,
    )


def _security(member: str, one: dict[str, Any]) -> tuple[str, str]:
    if member == "StrictTransportSecurity":
        directives = [f"max-age={one['AccessControlMaxAgeSec']}"]
        directives += ["includeSubDomains"] if one.get("IncludeSubdomains") else []
        directives += ["preload"] if one.get("Preload") else []
        return "strict-transport-security", "; ".join(directives)
    if member == "XSSProtection":
        mode = "; mode=block" if one.get("ModeBlock") else ""
        report = f"; report={one['ReportUri']}" if one.get("ReportUri") else ""
        return "x-xss-protection", f"1{mode}{report}" if one["Protection"] else "0"
    return {
        "ContentTypeOptions": ("x-content-type-options", "nosniff"),
        "FrameOptions": ("x-frame-options", one.get("FrameOption", "")),
        "ReferrerPolicy": ("referrer-policy", one.get("ReferrerPolicy", "")),
        "ContentSecurityPolicy": ("content-security-policy", one.get("ContentSecurityPolicy", "")),
    }[member]
