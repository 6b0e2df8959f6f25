# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a function whose LIVE stage is what is asked for. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront_names import check_cloudfront_name
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import refuse_unmarked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step

# Source: CloudFront Developer Guide, "Quotas on CloudFront Functions".
MAX_CODE_BYTES = 10 * 1024

# comment, runtime, key_value_store_arns, code (and arn, where it is known)
Stage = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Observed:
    development: Stage | None
    live: Stage | None


def check(name: str, code: str) -> None:
    check_cloudfront_name(name)
    size = len(code.encode())
    if not 0 < size <= MAX_CODE_BYTES:
        raise EdgeError(f"code: the function {name} has {size} bytes; CloudFront takes 1 to {MAX_CODE_BYTES}.")


def plan(observed: Observed, name: str, desired: Stage) -> Plan:
    """DEVELOPMENT is brought to *desired*, then LIVE to DEVELOPMENT; also after a kill between the two."""
    steps: list[Step] = []
    arguments = {"name": name, **desired}
    if observed.development is not None:
        refuse_unmarked(f"The CloudFront Function {name}", observed.development["comment"])
    if observed.development is None:
        steps.append(Step("create_function", arguments, f"Create the CloudFront Function {name}"))
    elif not _same(observed.development, desired):
        steps.append(Step("update_function", arguments, f"Update the CloudFront Function {name}"))
    if not _same(observed.live, desired):
        steps.append(Step("publish_function", {"name": name}, f"Publish the CloudFront Function {name} to LIVE"))
    before = {key: observed.live[key] for key in desired} if observed.live else None
    return Plan(before, desired, tuple(steps))


def _same(stage: Stage | None, desired: Stage) -> bool:
    return stage is not None and all(stage[key] == desired[key] for key in desired)
