# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The response headers policy of a site: CloudFront's members for edge_response_headers and the like. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._rules.cloudfront import check_response_header

Settings = dict[str, t.Any]
Config = dict[str, t.Any]

# Without includeSubDomains and preload: they are about hosts that need not be this site's.
DEFAULTS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "SAMEORIGIN",
}

# What S3 returns with an object of a site, and with a missing one. CloudFront removes 10 at most.
# Sources: S3 API Reference, GetObject; x-amz-meta-copy-of is on the error page (_release/error_page.py).
REMOVED = (
    "x-amz-delete-marker",
    "x-amz-id-2",
    "x-amz-meta-copy-of",
    "x-amz-replication-status",
    "x-amz-request-id",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-version-id",
)

# Of custom headers, and of headers to remove, that CloudFront takes in one policy. Source: CloudFront quotas.
_MOST = 10
# An integer of 32 bits.
_LONGEST_HSTS = 2**31 - 1
_HSTS = re.compile(r"max-age=(\d{1,10})((?:\s*;\s*(?:includesubdomains|preload))*)", re.IGNORECASE)
_REFERRER = (
    *("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin"),
    *("strict-origin", "strict-origin-when-cross-origin", "unsafe-url"),
)
_XSS = {
    "0": {"protection": False},
    "1": {"protection": True},
    "1; mode=block": {"protection": True, "mode_block": True},
}

# A header that a function or the object sets stays.
_OVERRIDE = {"override": False}


def policy(settings: Settings) -> Config:
    """The members of the policy in snake case, None for what it has not; empty if the site has none of its own."""
    if settings["response_headers_policy_id"]:
        return {}
    # One that is given replaces a default one, whatever its capitals.
    headers = {
        name.lower(): (name, value) for name, value in [*DEFAULTS.items(), *settings["response_headers"].items()]
    }
    wanted = {name: value for name, value in headers.values() if value}
    security = {_MEMBERS[name.lower()]: _security(name, value) for name, value in wanted.items() if _is_security(name)}
    custom = [
        {"header": name, "value": value, **_OVERRIDE}
        for name, value in sorted(wanted.items())
        if not _is_security(name)
    ]
    removed = [{"header": name} for name in settings["removed_response_headers"]]
    timing = {"enabled": True, "sampling_rate": settings["server_timing"]} if settings["server_timing"] else None
    found = {
        "security_headers_config": {member: security.get(member) for member in _MEMBERS.values()} if security else None,
        "custom_headers_config": custom or None,
        "remove_headers_config": removed or None,
        "server_timing_headers_config": timing,
    }
    return found if any(found.values()) else {}


def check_headers(value: t.Mapping[str, str], variable: str) -> None:
    for name, text in value.items():
        if name.lower().startswith("access-control-"):
            raise EdgeError(
                f"{variable}: {name} is about CORS, which is a policy of its own: give its id as "
                "edge_response_headers_policy_id, or let the buckets answer by their CORS configuration."
            )
        check_response_header(name, variable)
        if re.search(r"[\x00-\x1f\x7f]", text):
            raise EdgeError(f"{variable}: {name} has a line break or another control character: leave it out.")
        if text and _is_security(name):
            try:
                _security(name, text)
            except ValueError as error:
                raise EdgeError(f"{variable}: {name}: {text!r} is not valid: {error}.") from error

    own = [name for name, text in value.items() if text and not _is_security(name)]
    if len(own) > _MOST:
        raise EdgeError(f"{variable} has {len(own)} custom headers, and CloudFront adds {_MOST} at most: name fewer.")


def check_removed(value: t.Sequence[str], variable: str) -> None:
    for name in value:
        check_response_header(name, variable)
    if len({name.lower() for name in value}) < len(value):
        raise EdgeError(f"{variable} names a header twice: name each once.")
    if len(value) > _MOST:
        raise EdgeError(f"{variable} has {len(value)} headers, and CloudFront removes {_MOST} at most: name fewer.")


def _is_security(name: str) -> bool:
    return name.lower() in _MEMBERS


def _security(name: str, value: str) -> Config:
    """ValueError, with what is valid, for a value that CloudFront cannot send."""
    return {**_PARSERS[_MEMBERS[name.lower()]](value), **_OVERRIDE}


def _hsts(value: str) -> Config:
    found = _HSTS.fullmatch(value.strip())
    if not found:
        raise ValueError("write it as max-age=31536000, with '; includeSubDomains' and '; preload' if you like")
    if int(found[1]) > _LONGEST_HSTS:
        raise ValueError(f"max-age is at most {_LONGEST_HSTS}")
    directives = found[2].lower()
    return {
        "access_control_max_age_sec": int(found[1]),
        "include_subdomains": "includesubdomains" in directives,
        "preload": "preload" in directives,
    }


def _content_type(value: str) -> Config:
    if value.lower() != "nosniff":
        raise ValueError("choose nosniff")
    return {}


def _choice(member: str, choices: t.Sequence[str]) -> t.Callable[[str], Config]:
    def parse(value: str) -> Config:
        found = next((choice for choice in choices if choice.lower() == value.lower()), None)
        if found is None:
            raise ValueError(f"choose one of {', '.join(choices)}")
        return {member: found}

    return parse


def _xss(value: str) -> Config:
    if value not in _XSS:
        raise ValueError(f"choose one of {', '.join(map(repr, _XSS))}")
    return _XSS[value]


# CloudFront refuses these as custom headers.
_MEMBERS = {
    "strict-transport-security": "strict_transport_security",
    "x-content-type-options": "content_type_options",
    "referrer-policy": "referrer_policy",
    "x-frame-options": "frame_options",
    "content-security-policy": "content_security_policy",
    "x-xss-protection": "xss_protection",
}
_PARSERS: dict[str, t.Callable[[str], Config]] = {
    "strict_transport_security": _hsts,
    "content_type_options": _content_type,
    "referrer_policy": _choice("referrer_policy", _REFERRER),
    "frame_options": _choice("frame_option", ("DENY", "SAMEORIGIN")),
    "content_security_policy": lambda value: {"content_security_policy": value},
    "xss_protection": _xss,
}
