# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""CloudFront's listings to their ends, and which distributions use what."""

from __future__ import annotations

import typing as t

from .._core.shapes import to_snake_case
from .._rules.ownership import tags_of

Config = dict[str, t.Any]


def listed(client: t.Any, operation: str, member: str, **arguments: t.Any) -> list[t.Any]:
    """All items of a listing; *member* has them. botocore has paginators for some of these operations only."""
    found: list[t.Any] = []
    while True:
        page = getattr(client, to_snake_case(operation))(**arguments)[member]
        found += page.get("Items", [])
        if not page.get("NextMarker"):
            return found
        arguments["Marker"] = page["NextMarker"]


def distributions(client: t.Any) -> list[Config]:
    """What ListDistributions returns for each; no tags."""
    return listed(client, "ListDistributions", "DistributionList")


def associations(client: t.Any, function: str) -> dict[str, list[str]]:
    """The ids of the distributions that associate each *function*, by its ARN: FunctionARN or LambdaFunctionARN."""
    found: dict[str, list[str]] = {}
    for distribution in distributions(client):
        behaviors = [distribution["DefaultCacheBehavior"], *items(distribution, "CacheBehaviors")]
        member = f"{function.removesuffix('ARN')}Associations"
        for arn in sorted({each[function] for behavior in behaviors for each in items(behavior, member)}):
            found.setdefault(arn, []).append(distribution["Id"])
    return found


def tags(client: t.Any, arn: str) -> dict[str, str]:
    return tags_of(items(client.list_tags_for_resource(Resource=arn), "Tags"))


def items(config: Config, member: str) -> list[t.Any]:
    """Of a list as CloudFront writes it, which may lack what is empty."""
    found: list[t.Any] = config.get(member, {}).get("Items", [])
    return found
