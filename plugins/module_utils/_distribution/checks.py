# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What CloudFront would refuse, some of it only after minutes, and what would not work though it takes it. Pure.

How many origins, behaviors, groups or aliases there may be is a quota that AWS raises on request, so that is left to
AWS.
"""

from __future__ import annotations

import typing as t

from .._cloudfront.checks import check_comment
from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.names import is_record_name
from .._rules.s3_hosts import is_s3
from .checks_behaviors import check_behaviors
from .checks_origins import check_origins
from .checks_signing import check_signing
from .references import (
    References,
    targets,
)

Config = dict[str, t.Any]


def check(config: Config, given: Config, references: References) -> None:
    """Raise EdgeError for what is wrong with *config*. *given* is the part of it that was asked for."""
    check_comment(config.get("comment", ""))
    check_origins(config)
    check_behaviors(config)
    check_signing(config, references)
    _check_certificate(config.get("viewer_certificate", {}))
    _check_aliases(config, references)
    _check_root(config, given)
    for page in config.get("custom_error_responses", []):
        if bool(page.get("response_page_path")) != bool(page.get("response_code")):
            raise EdgeError(
                f"custom_error_responses[{page.get('error_code')}]: response_page_path and response_code go together: "
                "give both or neither."
            )
    acl = str(config.get("web_acl_id") or "")
    if acl.startswith("arn:") and (":us-east-1:" not in acl or ":global/" not in acl):
        raise EdgeError(f"web_acl_id: {acl} is not a web ACL of the scope CLOUDFRONT, which is in us-east-1.")


def _check_certificate(certificate: Config) -> None:
    arn, version = certificate.get("acm_certificate_arn"), certificate.get("minimum_protocol_version", "TLSv1")
    if arn and arn != KNOWN_AFTER_APPLY and ":us-east-1:" not in arn:
        raise EdgeError(f"acm_certificate_arn: {arn} is not in us-east-1, the only Region CloudFront takes.")
    if certificate.get("cloud_front_default_certificate") and version != "TLSv1":
        raise EdgeError(
            f"minimum_protocol_version: with CloudFront's own certificate it is always TLSv1, not {version}: "
            "give a certificate of your own, or leave it out."
        )


def _check_aliases(config: Config, references: References) -> None:
    aliases, certificate = config.get("aliases", []), config.get("viewer_certificate", {})
    for alias in aliases:
        if alias != KNOWN_AFTER_APPLY and not is_record_name(alias.lower(), wildcard=True):
            raise EdgeError(f"aliases: {alias!r} must be a host name, such as www.example.com or *.example.com.")
        if alias.lower() in references.aliases:
            raise EdgeError(elsewhere(alias, references.aliases[alias.lower()]))
    if aliases and not certificate.get("acm_certificate_arn") and not certificate.get("iam_certificate_id"):
        raise EdgeError(
            f"aliases: {', '.join(aliases)} need a certificate: give viewer_certificate with an "
            "acm_certificate_arn of us-east-1 that covers them."
        )


def elsewhere(alias: str, whose: str) -> str:
    return (
        f"aliases: {alias} is that of {whose}, which is left as it is. Move the alias first: "
        'CloudFront Developer Guide, "Move an alternate domain name to a different distribution".'
    )


def _check_root(config: Config, given: Config) -> None:
    """Who signs may list, so that a missing key is 404; then `/` would be the list."""
    if config.get("default_root_object") or given.get("default_root_object") == "":
        return
    hosts = [str(origin["domain_name"]) for origin in targets(config, config["default_cache_behavior"])]
    for host in filter(is_s3, hosts):
        raise EdgeError(
            f"default_root_object: without one, / is the list of the keys of {host}, if listing is allowed. "
            "Give one, such as index.html, or '' if / never gets there."
        )
