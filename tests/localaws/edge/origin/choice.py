"""The origin of a request: the distribution's target, or the selection of its viewer function.

Source: CloudFront Developer Guide, "Helper methods for origin modification".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from localaws.edge.header_rules import RuleBroken, check_custom_headers, check_origin_path
from localaws.edge.origin.origins import FAILOVER_CODES, AccessControl, Origin, Target

_UPDATES = frozenset(
    (
        "allowedCertificateNames",
        "connectionAttempts",
        "customHeaders",
        "customOriginConfig",
        "domainName",
        "hostHeader",
        "originAccessControlConfig",
        "originPath",
        "originShield",
        "sni",
        "timeouts",
    )
)
_OVERRIDES = frozenset(("allowedCertificateNames", "hostHeader", "sni"))
_CONTROL = {
    "signingBehavior": ("always", "never", "no-override"),
    # Not sigv4a: an MRAP must be an origin of the distribution.
    "signingProtocol": ("sigv4",),
    "originType": ("s3", "mediapackagev2", "mediastore", "lambda"),
}


def choose(origins: Mapping[str, Origin], assigned: Target, wish: dict[str, Any] | None) -> Target:
    """RuleBroken for a selection that CloudFront refuses."""
    if wish is None:
        return assigned
    helper, arguments = wish["helper"], wish["arguments"]
    first = arguments[0] if arguments else None
    if helper == "selectRequestOriginById":
        return Target((_selected(origins, first, arguments[1] if len(arguments) > 1 else None),))
    if not isinstance(first, dict):
        raise RuleBroken(f"{helper} takes an object, not {first!r}")
    if helper == "createRequestOriginGroup":
        return _group(origins, first)
    # It changes only the first member of an origin group.
    changed = _updated(assigned.members[0], first)
    return dataclasses.replace(assigned, members=(changed, *assigned.members[1:]))


def _selected(origins: Mapping[str, Origin], wanted: Any, overrides: Any) -> Origin:
    if not isinstance(wanted, str) or wanted not in origins:
        raise RuleBroken(f"The distribution has no origin {wanted!r}; it has {', '.join(sorted(origins))}")
    overrides = _settings("originOverrides", overrides or {}, _OVERRIDES)
    origin = origins[wanted]
    if overrides and origin.kind == "s3":
        raise RuleBroken(
            f"The origin {wanted} is an S3 bucket: {', '.join(sorted(overrides))} cannot be changed for it"
        )
    return dataclasses.replace(origin, host_header=overrides.get("hostHeader", origin.host_header))


def _group(origins: Mapping[str, Origin], wish: dict[str, Any]) -> Target:
    _settings("createRequestOriginGroup", wish, frozenset(("originIds", "selectionCriteria", "failoverCriteria")))
    members = wish.get("originIds")
    if not isinstance(members, list) or len(members) != 2 or not all(isinstance(one, dict) for one in members):
        raise RuleBroken("createRequestOriginGroup takes exactly two originIds, each {originId: '...'}")
    criteria = wish.get("failoverCriteria")
    codes = criteria.get("statusCodes") if isinstance(criteria, dict) else None
    if not isinstance(codes, list) or not codes or not all(_is_failover_code(code) for code in codes):
        allowed = ", ".join(map(str, sorted(FAILOVER_CODES)))
        raise RuleBroken(f"createRequestOriginGroup takes failoverCriteria: {{statusCodes: [...]}}, of {allowed}")
    if wish.get("selectionCriteria", "default") != "default":
        raise RuleBroken("The local edge supports origin groups with the selectionCriteria 'default' only")
    found = tuple(_selected(origins, one.get("originId"), one.get("originOverrides")) for one in members)
    if found[0].id == found[1].id:
        raise RuleBroken(f"The two origins of a group must differ; both are {found[0].id}")
    return Target(found, frozenset(codes))


def _is_failover_code(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code in FAILOVER_CODES


def _updated(origin: Origin, wish: dict[str, Any]) -> Origin:
    _settings("updateRequestOrigin", wish, _UPDATES)
    changes: dict[str, Any] = {}
    if "originAccessControlConfig" in wish:
        changes["access_control"] = _control(wish["originAccessControlConfig"])
        if changes["access_control"]:
            changes["kind"] = "s3"
    s3 = changes.get("kind", origin.kind) == "s3"
    if "domainName" in wish:
        name = wish["domainName"]
        longest = 128 if s3 else 253
        if not isinstance(name, str) or not 0 < len(name) <= longest or name != name.lower():
            raise RuleBroken(
                f"updateRequestOrigin: domainName must be a lower-case name of at most {longest} characters"
            )
        changes["domain_name"] = name
    if "originPath" in wish:
        check_origin_path(wish["originPath"])
        changes["path"] = wish["originPath"]
    if "customHeaders" in wish:
        headers = wish["customHeaders"]
        if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
            raise RuleBroken("updateRequestOrigin: customHeaders must be {name: 'value'}")
        check_custom_headers(headers)
        changes["custom_headers"] = list(headers.items())
    if "hostHeader" in wish:
        if s3:
            raise RuleBroken("updateRequestOrigin: hostHeader cannot be changed for an S3 origin")
        changes["host_header"] = wish["hostHeader"]
    changes["read_timeout"] = _settings("timeouts", wish.get("timeouts") or {}).get("readTimeout", origin.read_timeout)
    return dataclasses.replace(origin, **changes)


def _control(wish: Any) -> AccessControl | None:
    config = _settings("originAccessControlConfig", wish, frozenset(("enabled", "region", *_CONTROL)))
    if not config.get("enabled"):
        return None
    for name, allowed in _CONTROL.items():
        if config.get(name) not in allowed:
            raise RuleBroken(
                f"originAccessControlConfig: {name} must be {' or '.join(allowed)}, not {config.get(name)!r}"
            )
    return AccessControl(config["signingProtocol"], config["signingBehavior"])


def _settings(of: str, value: Any, known: frozenset[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RuleBroken(f"{of} must be an object, not {value!r}")
    if known is not None and (others := sorted(value.keys() - known)):
        raise RuleBroken(f"{of} has no {', '.join(others)}; it has {', '.join(sorted(known))}")
    return value
