# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a distribution: its live configuration with the desired one laid over it. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._cloudfront.unknown import would_be_lost
from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._core.shapes import drop_none, from_api, normalize, to_api, validate
from .._rules.ownership import OWNER_TAG, with_mark
from . import merge
from .checks import check
from .normalize import by_identity, keep_equivalent
from .references import References

if t.TYPE_CHECKING:
    from .operations import Operations

Config = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Observed:
    """``config`` as the API has it; ``unknown``: members that it has and botocore does not know."""

    facts: Config
    config: Config
    tags: t.Mapping[str, str]
    unknown: t.Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Desired:
    """``config``: members of DistributionConfig in snake case; what it does not name is left alone."""

    name: str
    config: Config
    tags: t.Mapping[str, str]
    purge_origins: bool = True
    mrap_origin_shape: str = "auto"
    absent: bool = False
    wait: bool = True

    def all_tags(self) -> dict[str, str]:
        return {**self.tags, OWNER_TAG: self.name}


def wanted_config(observed: Observed | None, desired: Desired, shape: t.Any) -> tuple[Config, Config]:
    """What there is, and what there will be. *shape*: botocore's DistributionConfig."""
    live = live_config(observed.config, shape) if observed else {}
    new = {} if observed else {"comment": with_mark(desired.name), "enabled": True}
    wanted = normalize(shape, {**new, **desired.config})
    after = merge.merged(live, wanted, purge=desired.purge_origins, shape=desired.mrap_origin_shape)
    after = drop_none(after)
    return live, keep_equivalent(live, after) if observed else after


def live_config(config: Config, shape: t.Any) -> Config:
    """Without how older clients read the certificate, which would contradict another one."""
    live: Config = from_api(shape, config)
    for member in ("certificate", "certificate_source"):
        live.get("viewer_certificate", {}).pop(member, None)
    return live


def plan(
    operations: Operations,
    observed: Observed | None,
    desired: Desired,
    shape: t.Any,
    references: References | None = None,
) -> Plan:
    if desired.absent:
        return _removal(operations, observed, desired, shape)
    live, after = wanted_config(observed, desired, shape)
    reference = live.get("caller_reference") or f"multiregion.edge/{desired.name}"
    config = {**after, "caller_reference": reference}
    arguments = _arguments(observed, config, desired, shape) if live != config else {}
    check(config, desired.config, references or References())
    if observed is None:
        arguments["tags"] = desired.all_tags()
        step = Step(operations.create_distribution, arguments, f"Create the distribution of {desired.name}")
        return Plan(None, by_identity(config), (step,))
    steps = []
    distribution_id = observed.facts["id"]
    if arguments:
        members = sorted(key for key in {**live, **config} if live.get(key) != config.get(key))
        sentence = f"Update the distribution {distribution_id}: {', '.join(members)}"
        steps.append(Step(operations.update_distribution, {"distribution_id": distribution_id, **arguments}, sentence))
    missing_tags = {key: value for key, value in desired.all_tags().items() if observed.tags.get(key) != value}
    if missing_tags:
        tagging = {"arn": observed.facts["arn"], "tags": missing_tags}
        steps.append(Step(operations.put_tags, tagging, f"Tag the distribution {distribution_id}"))
    return Plan(by_identity(live), by_identity(config), tuple(steps))


def _arguments(observed: Observed | None, config: Config, desired: Desired, shape: t.Any) -> Config:
    """An update replaces everything: what there is of *config* and this botocore does not know would be removed."""
    if observed and observed.unknown:
        raise _too_old(observed, ", ".join(observed.unknown))
    try:
        arguments = {"config": to_api(shape, config)}
    except EdgeError as error:
        if observed is None:
            raise
        # What was asked for has been converted before, so this is of what is live: a new choice of AWS's.
        raise _too_old(observed, f"a value ({error})") from error
    validate(arguments["config"], shape)
    other = merge.in_the_other_shape(config) if desired.mrap_origin_shape == "auto" else None
    return {**arguments, "other_shape": to_api(shape, other)} if other else arguments


def _too_old(observed: Observed, what: str) -> EdgeError:
    return EdgeError(would_be_lost(f"The distribution {observed.facts['id']}", what))


def _removal(operations: Operations, observed: Observed | None, desired: Desired, shape: t.Any) -> Plan:
    """It has to be disabled, and that has to be in effect everywhere, before it can be deleted."""
    if observed is None:
        return Plan(None, None)
    live, distribution_id = live_config(observed.config, shape), observed.facts["id"]
    before, disabled = by_identity(live), by_identity({**live, "enabled": False})
    steps = []
    if live["enabled"]:
        config = {**observed.config, "Enabled": False}
        arguments = {"distribution_id": distribution_id, "config": config}
        steps.append(Step(operations.update_distribution, arguments, f"Disable the distribution {distribution_id}"))
    if not desired.wait and (steps or observed.facts["status"] != "Deployed"):
        later = f"The next run deletes the distribution {distribution_id}, once it is disabled everywhere"
        return Plan(before, disabled, tuple(steps), (*(step.sentence for step in steps), later))
    arguments = {"distribution_id": distribution_id}
    steps.append(Step(operations.delete_distribution, arguments, f"Delete the distribution {distribution_id}"))
    return Plan(before, None, tuple(steps))
