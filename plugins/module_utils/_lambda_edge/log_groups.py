# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The log groups of a function at the edge, which it has in whichever Region it runs. Pure."""

from __future__ import annotations

import typing as t

from .._core.plan import Step
from .._rules.latency import EDGE_CACHES

if t.TYPE_CHECKING:
    from .operations import Operations

# Lambda@Edge runs where there is a regional edge cache.
REGIONS = EDGE_CACHES
# Source: CloudWatch Logs API reference, PutRetentionPolicy.
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# By Region, as DescribeLogGroups returns it; None: there is none. A Region that is denied is not there.
LogGroups = t.Mapping[str, t.Optional[dict[str, t.Any]]]


def log_group(function: str) -> str:
    return f"/aws/lambda/us-east-1.{function}"


def retentions(log_groups: LogGroups) -> dict[str, int | None]:
    """Days by Region; None also for a group without a retention. For the diff."""
    return {region: (group or {}).get("retentionInDays") for region, group in log_groups.items()}


def denied(function: str, regions: t.Sequence[str]) -> tuple[str, ...]:
    """The warning about the *regions* that an organization denies."""
    if not regions:
        return ()
    return (
        f"A service control policy denies CloudWatch Logs in {', '.join(regions)}: the log group {log_group(function)} "
        "is left alone there, and the function cannot write to it. To manage no log group at all, leave out "
        "log_retention (for the role origin_request: origin_request_log_retention: 0).",
    )


def keep(
    operations: Operations, function: str, log_groups: LogGroups, days: int, tags: t.Mapping[str, str]
) -> list[Step]:
    """CreateLogGroup takes no retention, so it has a call of its own."""
    name, steps = log_group(function), []
    for region, group in log_groups.items():
        if group is None:
            create = {"region": region, "log_group": name, "tags": dict(tags)}
            steps.append(Step(operations.create_log_group, create, f"Create the log group {name} in {region}", region))
        if (group or {}).get("retentionInDays") != days:
            retain = {"region": region, "log_group": name, "days": days}
            sentence = f"Keep what {name} in {region} has for {days} days"
            steps.append(Step(operations.put_log_retention, retain, sentence, region))
    return steps


def delete(operations: Operations, function: str, log_groups: LogGroups) -> list[Step]:
    name = log_group(function)
    return [
        Step(
            operations.delete_log_group,
            {"region": region, "log_group": name},
            f"Delete the log group {name} in {region}",
            region,
        )
        for region, group in log_groups.items()
        if group is not None
    ]


def summary(steps: t.Sequence[Step]) -> tuple[str, ...]:
    """The sentences of a plan's *steps*, with one for all log groups in place of 26."""
    sentences: list[str] = []
    about = {step.partition: step for step in steps if step.partition}
    for step in steps:
        if step.partition is None:
            sentences.append(step.sentence)
        elif step is next(each for each in steps if each.partition):
            days = next((each.arguments["days"] for each in steps if "days" in each.arguments), None)
            what = f"Keep the function's logs for {days} days" if days else "Delete the function's logs"
            sentences.append(f"{what} in {', '.join(sorted(str(region) for region in about))}")
    return tuple(sentences)
