# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a distribution names by its id and has to be read before it can be judged. Pure.

This comes before the configuration is validated, so what is required may lack.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.s3_hosts import is_s3

Config = dict[str, t.Any]

# A member that names something, and the id.
Reference = tuple[str, str]

ACCESS_CONTROL = "origin_access_control_id"
CACHE_POLICY = "cache_policy_id"
ORIGIN_REQUEST_POLICY = "origin_request_policy_id"


@dataclasses.dataclass(frozen=True)
class References:
    """``found``: the configuration of each that was looked up, or None where there is none of this id.

    ``aliases``: the aliases of the account's other distributions, by whose they are.
    """

    found: t.Mapping[Reference, Config | None] = dataclasses.field(default_factory=dict)
    aliases: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def named_by(config: Config) -> set[Reference]:
    """Each access control of an origin, and the policies of the behaviors that lead to S3."""
    named = {(ACCESS_CONTROL, origin.get(ACCESS_CONTROL)) for origin in config.get("origins", [])}
    for _name, behavior in behaviors(config):
        if any(is_s3(str(origin["domain_name"])) for origin in targets(config, behavior)):
            named |= {(member, behavior.get(member)) for member in (CACHE_POLICY, ORIGIN_REQUEST_POLICY)}
    return {(member, value) for member, value in named if value and value != KNOWN_AFTER_APPLY}


def behaviors(config: Config) -> list[tuple[str, Config]]:
    """Each with its name for messages."""
    default = (
        [("default_cache_behavior", config["default_cache_behavior"])] if config.get("default_cache_behavior") else []
    )
    others = [(f"cache_behaviors[{each.get('path_pattern')}]", each) for each in config.get("cache_behaviors", [])]
    return default + others


def targets(config: Config, behavior: Config) -> list[Config]:
    """The origins that a behavior may send a request to: its own, or those of its group."""
    groups = {group.get("id"): members(group) for group in config.get("origin_groups", [])}
    target = behavior.get("target_origin_id")
    ids = groups.get(target, [target])
    return [origin for origin in config.get("origins", []) if origin.get("id") in ids and origin.get("domain_name")]


def members(group: Config) -> list[str]:
    return [str(member.get("origin_id")) for member in group.get("members", [])]
