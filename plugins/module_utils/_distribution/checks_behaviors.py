# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is wrong with the behaviors of a distribution. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .references import behaviors

Config = dict[str, t.Any]

# A function's numbered version; CloudFront takes neither $LATEST nor an alias, nor another Region's.
_LAMBDA_VERSION = re.compile(r"arn:aws(-[a-z-]+)?:lambda:us-east-1:\d{12}:function:[^:]+:\d+")
_VIEWER_EVENTS = ("viewer-request", "viewer-response")


def check_behaviors(config: Config) -> None:
    ids = [each["id"] for member in ("origins", "origin_groups") for each in config.get(member, [])]
    patterns = [each.get("path_pattern") for each in config.get("cache_behaviors", [])]
    for twice in sorted({str(each) for each in patterns if patterns.count(each) > 1}):
        raise EdgeError(f"cache_behaviors: {twice!r} is there more than once.")
    for name, behavior in behaviors(config):
        target = behavior.get("target_origin_id")
        if target not in ids:
            raise EdgeError(
                f"{name}: target_origin_id: {target!r} is not an origin's id; choose one of "
                f"{', '.join(ids) or '(no origins)'}."
            )
        _check_functions(name, behavior)


def _check_functions(name: str, behavior: Config) -> None:
    lambdas = behavior.get("lambda_function_associations", [])
    functions = behavior.get("function_associations", [])
    for association in lambdas:
        arn = association.get("lambda_function_arn")
        if arn != KNOWN_AFTER_APPLY and not _LAMBDA_VERSION.fullmatch(str(arn)):
            raise EdgeError(
                f"{name}: lambda_function_arn: {arn} must be a numbered version in us-east-1 (arn:aws:lambda:us-east-1:"
                "<account>:function:<name>:<number>): CloudFront takes no $LATEST and no alias."
            )
    for event in (each["event_type"] for each in functions if each["event_type"] not in _VIEWER_EVENTS):
        raise EdgeError(
            f"{name}: a CloudFront Function cannot be for {event}, only for {' and '.join(_VIEWER_EVENTS)}."
        )
    events = [each["event_type"] for each in [*lambdas, *functions]]
    for event in sorted({each for each in events if events.count(each) > 1}):
        raise EdgeError(f"{name}: several functions are for {event}; CloudFront takes one for an event.")
    if functions and any(each["event_type"] in _VIEWER_EVENTS for each in lambdas):
        raise EdgeError(
            f"{name}: CloudFront Functions and Lambda functions exclude one another at viewer events: "
            "let the Lambda function be for an origin event, or use one kind only."
        )
