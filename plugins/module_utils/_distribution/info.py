# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What there is to know about a distribution."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._rules.ownership import OWNER_TAG
from .api import DistributionApi
from .plan import live_config
from .resource import describe, read

INFO_ARGUMENTS: dict[str, t.Any] = {"name": {"type": "str", "required": True}}


def distributions(module: AnsibleAWSModule, aws: Aws) -> dict[str, t.Any]:
    """The one that has the name, or nothing."""
    found = distribution_named(aws, module.params["name"])
    return {"distributions": [found] if found else []}


def distribution_named(aws: Aws, name: str) -> dict[str, t.Any] | None:
    api = DistributionApi(aws)
    distribution_id = api.find(OWNER_TAG, name)
    if distribution_id is None:
        return None
    live = read(api, distribution_id)
    config = live_config(live.config, api.config_shape)
    return {**live.facts, **describe(live), "enabled": config.get("enabled"), "config": config}
