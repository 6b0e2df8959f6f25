# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a distribution: its live configuration with ours laid over it. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import OWNER_TAG
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import (
    KNOWN_AFTER_APPLY,
    equal,
    from_api,
    normal,
    overlay,
    to_api,
    validate,
)

# A function's numbered version; CloudFront takes neither $LATEST nor an alias, nor another Region's.
_LAMBDA_VERSION = re.compile(r"arn:aws:lambda:us-east-1:\d{12}:function:[^:]+:\d+")

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Observed:
    """``config`` as the API has it."""

    facts: Config
    config: Config
    etag: str
    tags: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Desired:
    """``config``: members of DistributionConfig in snake_case; what it does not name is left alone."""

    name: str
    config: Config
    tags: t.Mapping[str, str]

    def all_tags(self) -> dict[str, str]:
        return {**self.tags, OWNER_TAG: self.name}


def plan(observed: Observed | None, desired: Desired, shape: t.Any) -> Plan:
    """*shape*: botocore's DistributionConfig."""
    wanted = normal(shape, desired.config)
    live = _live(observed.config, shape) if observed else {"caller_reference": f"multiregion.edge/{desired.name}"}
    after = overlay(_without_other_certificate(live, wanted), wanted)
    api_config = to_api(shape, after)
    validate(api_config, shape)
    check(after)
    if observed is None:
        arguments = {"config": api_config, "tags": desired.all_tags()}
        return Plan(
            None, after, (Step("create_distribution", arguments, f"Create the distribution of {desired.name}"),)
        )
    steps = []
    distribution_id = observed.facts["id"]
    if not equal(live, after):
        arguments = {"distribution_id": distribution_id, "etag": observed.etag, "config": api_config}
        changed = ", ".join(sorted(key for key in after if not equal(live.get(key), after[key])))
        steps.append(Step("update_distribution", arguments, f"Update the distribution {distribution_id}: {changed}"))
    missing_tags = {key: value for key, value in desired.all_tags().items() if observed.tags.get(key) != value}
    if missing_tags:
        arguments = {"arn": observed.facts["arn"], "tags": missing_tags}
        steps.append(Step("put_tags", arguments, f"Tag the distribution {distribution_id}"))
    return Plan(live, after, tuple(steps))


# A distribution's certificate is of one of these kinds.
_CERTIFICATES = ("acm_certificate_arn", "iam_certificate_id", "cloud_front_default_certificate")


def _live(config: Config, shape: t.Any) -> Config:
    """Without how older clients read the certificate, which would contradict another one."""
    live: Config = from_api(shape, config)
    for member in ("certificate", "certificate_source"):
        live.get("viewer_certificate", {}).pop(member, None)
    return live


def _without_other_certificate(live: Config, wanted: Config) -> Config:
    """A certificate is a union: one of another kind is replaced, not laid over."""
    old, new = live.get("viewer_certificate", {}), wanted.get("viewer_certificate", {})
    if not new or _kind(old) == _kind(new):
        return live
    return {key: value for key, value in live.items() if key != "viewer_certificate"}


def _kind(certificate: Config) -> str | None:
    return next((kind for kind in _CERTIFICATES if certificate.get(kind)), None)


def check(config: Config) -> None:
    """Raise EdgeError for what CloudFront would refuse, some of it only after minutes."""
    origins = [origin["id"] for origin in config.get("origins", [])]
    for behavior in [config.get("default_cache_behavior", {}), *config.get("cache_behaviors", [])]:
        target = behavior.get("target_origin_id")
        groups = [group["id"] for group in config.get("origin_groups", [])]
        if target is not None and target not in origins + groups:
            raise EdgeError(
                f"target_origin_id: {target!r} is no origin's id; there are {', '.join(origins + groups) or 'none'}."
            )
        for association in behavior.get("lambda_function_associations", []):
            arn = association.get("lambda_function_arn")
            if arn != KNOWN_AFTER_APPLY and not _LAMBDA_VERSION.fullmatch(str(arn)):
                raise EdgeError(
                    f"lambda_function_arn: {arn} must be a numbered version in us-east-1 (arn:aws:lambda:us-east-1:"
                    "<account>:function:<name>:<number>): CloudFront takes no $LATEST and no alias."
                )
    certificate = config.get("viewer_certificate", {}).get("acm_certificate_arn")
    if certificate and certificate != KNOWN_AFTER_APPLY and ":us-east-1:" not in certificate:
        raise EdgeError(f"acm_certificate_arn: {certificate} is not in us-east-1, the only Region CloudFront takes.")
    if config.get("aliases") and not certificate and not config.get("viewer_certificate", {}).get("iam_certificate_id"):
        raise EdgeError(
            f"aliases: {', '.join(config['aliases'])} need a certificate: give viewer_certificate with an "
            "acm_certificate_arn of us-east-1 that covers them."
        )
