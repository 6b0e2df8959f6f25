# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What there is to know about MRAPs, read in parallel."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws, ClientError
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._mrap_routes.api import RoutesApi, with_short_timeouts
from .api import MrapApi
from .plan import Facts, Mrap, is_of_site
from .policy import Policies

ARGUMENTS: dict[str, t.Any] = {"name": {"type": "str"}, "site": {"type": "str"}}
MUTUALLY_EXCLUSIVE = [("name", "site")]


def mraps(module: AnsibleAWSModule, aws: Aws) -> Facts:
    """The one called by the name, the site's, or all of the account."""
    name, site = module.params["name"], module.params["site"]
    api = MrapApi(aws)
    if name is None:
        return {"multi_region_access_points": mraps_of(module, aws, site)}
    one = api.mrap(name)
    return {"multi_region_access_points": _read(module, aws, [one] if one else [])}


def mraps_of(module: AnsibleAWSModule, aws: Aws, site: str | None) -> list[Facts]:
    """Those of *site*, or of the account, by their names in order."""
    found = MrapApi(aws).mraps()
    return _read(module, aws, [each for each in found if site is None or is_of_site(each.name, site)])


def _read(module: AnsibleAWSModule, aws: Aws, found: t.Iterable[Mrap]) -> list[Facts]:
    api, account_id = MrapApi(aws), aws.account_id
    # Another one, for the routes' endpoints are five, and the next one is asked rather than one for long.
    quick = Aws(with_short_timeouts(module))
    facts = in_parallel({each.name: functools.partial(_facts, each, api, quick, account_id) for each in found})
    return [facts[name] for name in sorted(facts)]


def _facts(seen: Mrap, api: MrapApi, quick: Aws, account_id: str) -> Facts:
    facts = seen.facts(account_id)
    policies = api.policies(seen.name) if seen.serves else Policies()
    return {
        **facts,
        "created_at": seen.created_at,
        "policy_established": policies.established,
        "policy_proposed": policies.proposed if policies.spreading else None,
        "routes": _routes(RoutesApi(quick, facts["arn"])) if seen.alias else None,
    }


def _routes(api: RoutesApi) -> dict[str, int] | None:
    """None where they cannot be read: of one Region alone there are none, and their endpoints may be down."""
    try:
        return api.routes()
    except (ClientError, EdgeError):
        return None
