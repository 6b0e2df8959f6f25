# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A CloudFront distribution, found by its tag."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.api import DistributionApi
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import OWNER_TAG, as_tags, marked
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, wait_until
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

# Members of DistributionConfig that have an option of their own; `config` takes all others.
_MEMBERS: dict[str, t.Any] = {
    "aliases": {"type": "list", "elements": "str"},
    "comment": {"type": "str"},
    "default_cache_behavior": {"type": "dict"},
    "default_root_object": {"type": "str"},
    "enabled": {"type": "bool", "default": True},
    "http_version": {"type": "str"},
    "is_ipv6_enabled": {"type": "bool"},
    "origins": {"type": "list", "elements": "dict"},
    "price_class": {"type": "str"},
    "viewer_certificate": {"type": "dict"},
}
ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    **_MEMBERS,
    "config": {"type": "dict", "default": {}},
    "tags": {"type": "dict", "default": {}},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}
INFO_ARGUMENTS: dict[str, t.Any] = {"name": {"type": "str", "required": True}}

State = t.Optional[planning.Observed]


def observe(api: DistributionApi, name: str) -> State:
    distribution_id = api.find(OWNER_TAG, name)
    if distribution_id is None:
        return None
    facts, config, etag = api.distribution(distribution_id)
    return planning.Observed(facts, config, etag, api.tags(facts["arn"]))


def describe(state: State) -> dict[str, t.Any]:
    """What the modules return about a distribution."""
    if not isinstance(state, planning.Observed):
        unknown = dict.fromkeys(("id", "arn", "domain_name"), KNOWN_AFTER_APPLY)
        return {**unknown, "status": "InProgress", "aliases": [], "origin_domain_names": []}
    return {
        **state.facts,
        "aliases": state.config.get("Aliases", {}).get("Items", []),
        "origin_domain_names": [origin["DomainName"] for origin in state.config.get("Origins", {}).get("Items", [])],
        "tags": dict(state.tags),
    }


class Distribution(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self.api = DistributionApi(aws)
        self._name: str = p["name"]
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]
        given = {key: p[key] for key in _MEMBERS if p[key] is not None}
        config = {"comment": marked(self._name), **p["config"], **given}
        tags = as_tags(p["tags"])
        self._desired = planning.Desired(self._name, config, tags)
        self._observed: State = None

    def observe(self) -> State:
        self._observed = observe(self.api, self._name)
        return self._observed

    def plan(self, observed: State) -> Plan:
        return planning.plan(observed, self._desired, self.api.config_shape)

    def settle(self, observed: State, changed: bool) -> State:
        if not self._wait:
            return self.observe() if changed else observed
        if observed is not None and not changed and observed.facts["status"] == "Deployed":
            return observed
        return wait_until(
            f"The distribution of {self._name}",
            self.observe,
            lambda seen: seen is not None and seen.facts["status"] == "Deployed",
            timeout=self._wait_timeout,
            describe=lambda seen: f"status {seen.facts['status'] if seen else 'unknown'}",
        )

    def result(self, state: t.Any) -> dict[str, t.Any]:
        # In check mode the state is the plan's configuration; what AWS gives is known if there is a distribution.
        seen = state if isinstance(state, planning.Observed) else self._observed
        return {"distribution": describe(seen)}
