# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What would keep S3 from accepting the requests that a distribution signs, or that are signed for it. Pure."""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError
from .._rules.s3_hosts import (
    is_bucket,
    is_mrap,
    is_s3,
)
from .references import (
    ACCESS_CONTROL,
    CACHE_POLICY,
    ORIGIN_REQUEST_POLICY,
    Reference,
    References,
    behaviors,
    targets,
)

Config = dict[str, t.Any]

_NOUNS = {
    ACCESS_CONTROL: "origin access control",
    CACHE_POLICY: "cache policy",
    ORIGIN_REQUEST_POLICY: "origin request policy",
}
# S3 routes by the one, and looks for a signature in the other.
_THE_VIEWERS = ("Host", "Authorization")
_ORIGIN_EVENTS = ("origin-request", "origin-response")


def check_signing(config: Config, references: References) -> None:
    for member, value in sorted(key for key, found in references.found.items() if found is None):
        raise EdgeError(f"{member}: there is no {_NOUNS[member]} {value}.")
    for origin in config.get("origins", []):
        _check_access_control(origin, references)
    for name, behavior in behaviors(config):
        origins = targets(config, behavior)
        for origin in origins:
            if _protocol(origin, references) == "sigv4a":
                _check_no_lambda(name, behavior, origin)
        for origin in (each for each in origins if is_s3(str(each["domain_name"]))):
            _check_forwarded(name, behavior, str(origin["domain_name"]), references)


def _check_access_control(origin: Config, references: References) -> None:
    found = _found((ACCESS_CONTROL, origin.get(ACCESS_CONTROL)), references)
    host, name = str(origin.get("domain_name")), f"origins[{origin['id']}]"
    if not found or not is_s3(host):
        return
    kind = found.get("origin_access_control_origin_type", "s3")
    if kind != "s3":
        raise EdgeError(f"{name}: the origin access control {origin[ACCESS_CONTROL]} is for {kind}, and {host} is S3.")
    needed = "sigv4a" if is_mrap(host) else "sigv4"
    if found.get("signing_protocol") != needed:
        what = "a bucket" if is_bucket(host) else "a Multi-Region Access Point"
        raise EdgeError(
            f"{name}: the origin access control {origin[ACCESS_CONTROL]} signs {found.get('signing_protocol')}, and "
            f"{host} is {what}: it needs one whose signing_protocol is {needed}."
        )


def _check_no_lambda(name: str, behavior: Config, origin: Config) -> None:
    events = [each["event_type"] for each in behavior.get("lambda_function_associations", [])]
    for event in (each for each in events if each in _ORIGIN_EVENTS):
        raise EdgeError(
            f"{name}: a Lambda function for {event} and the origin {origin['id']}, whose origin access control signs "
            "sigv4a, exclude one another: let one of them sign."
        )


def _check_forwarded(name: str, behavior: Config, host: str, references: References) -> None:
    for member in (CACHE_POLICY, ORIGIN_REQUEST_POLICY):
        policy = _found((member, behavior.get(member)), references)
        for header in _forwarded(policy):
            raise EdgeError(
                f"{name}: the {_NOUNS[member]} {policy.get('name') or behavior[member]} forwards the viewer's {header} "
                f"to {host}, which refuses it: S3 goes by its own name and one signature. Use another policy."
            )
    legacy = (behavior.get("forwarded_values") or {}).get("headers", [])
    for header in _THE_VIEWERS:
        if "*" in legacy or header.lower() in map(str.lower, legacy):
            raise EdgeError(f"{name}: forwarded_values forwards the viewer's {header} to {host}, which refuses it.")


def _forwarded(policy: Config) -> list[str]:
    """Those of the viewer's own headers that S3 refuses."""
    of_cache = policy.get("parameters_in_cache_key_and_forwarded_to_origin", policy)
    rule = of_cache.get("headers_config") or {}
    behavior, listed = rule.get("header_behavior", "none"), [each.lower() for each in rule.get("headers", [])]
    if behavior == "whitelist":
        return [header for header in _THE_VIEWERS if header.lower() in listed]
    if behavior == "allExcept":
        return [header for header in _THE_VIEWERS if header.lower() not in listed]
    return list(_THE_VIEWERS) if behavior.startswith("allViewer") else []


def _protocol(origin: Config, references: References) -> str:
    return str(_found((ACCESS_CONTROL, origin.get(ACCESS_CONTROL)), references).get("signing_protocol"))


def _found(reference: Reference | tuple[str, None], references: References) -> Config:
    return references.found.get(t.cast(Reference, reference)) or {}
