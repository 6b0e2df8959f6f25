# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is live of a site, read in parallel; and what each playbook is given of it."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.parallel import in_parallel
from .._distribution.info import distribution_named
from .._mrap.info import mraps_of
from .._origin_map.resource import out_of_service
from .._record_sets.resource import out_of_service as out_by_records
from . import operations
from .live import Distribution, Live, distribution_from, mrap_from
from .origin_modes import SELECTED_ORIGIN_SETS
from .refusals import check
from .region_map import check_parameter
from .target import Settings, Target

Facts = dict[str, t.Any]


def facts(module: AnsibleAWSModule, aws: Aws) -> Facts:
    """What site_plan returns."""
    settings: Settings = module.params["settings"]
    return {"settings": settings, **_PLAYBOOKS[module.params["playbook"]](module, aws, settings)}


def _site(module: AnsibleAWSModule, aws: Aws, settings: Settings) -> Facts:
    target = Target(settings, _live(module, aws, settings))
    if target.switching and target.live_set in SELECTED_ORIGIN_SETS:
        left_out = out_of_service(aws, target.name, target.name, target.regions)
        target = Target(settings, target.live.with_left_out(left_out))
    elif target.leaves_record:
        left_out = out_by_records(aws, settings["dns_zone"], settings["dns_record"])
        target = Target(settings, target.live.with_left_out(left_out))
    check(target)
    if parameter := settings["region_map_parameter"]:
        check_parameter(aws, parameter, settings["home_region"], target.regions)
    return operations.site(target, module.check_mode)


def _live(module: AnsibleAWSModule, aws: Aws, settings: Settings) -> Live:
    name = settings["name"]
    reads: dict[str, t.Callable[[], t.Any]] = {
        "Multi-Region Access Points": functools.partial(mraps_of, module, aws, name),
        "distribution": functools.partial(_distribution, aws, name),
    }
    mraps, distribution = in_parallel(reads).values()
    return Live(aws.account_id, distribution, tuple(map(mrap_from, mraps)))


def _distribution(aws: Aws, name: str) -> Distribution | None:
    found = distribution_named(aws, name)
    return distribution_from(found) if found else None


def _publish(module: AnsibleAWSModule, aws: Aws, settings: Settings) -> Facts:
    operations.check_publish(settings)
    return operations.publish(settings, _distribution(aws, settings["name"]))


def _failover(module: AnsibleAWSModule, aws: Aws, settings: Settings) -> Facts:
    operations.check_failover(settings)
    distribution = _distribution(aws, settings["name"]) if operations.failover_needs_distribution(settings) else None
    return operations.failover(settings, distribution)


def _routes(module: AnsibleAWSModule, aws: Aws, settings: Settings) -> Facts:
    operations.check_routes(settings)
    return {}


_PLAYBOOKS: dict[str, t.Callable[[AnsibleAWSModule, Aws, Settings], Facts]] = {
    "site": _site,
    "publish": _publish,
    "failover": _failover,
    "routes": _routes,
}

ARGUMENTS: dict[str, t.Any] = {
    "playbook": {"type": "str", "choices": list(_PLAYBOOKS), "default": "site"},
    "settings": {"type": "dict", "default": {}},
}
