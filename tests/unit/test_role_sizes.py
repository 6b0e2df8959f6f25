# SPDX-License-Identifier: GPL-3.0-or-later

"""What the roles need fits into what IAM takes, in the largest case that the checks of the settings let through.

That is 12 Regions replaced by the 17 others: until the distribution has switched, the roles need both. The site's name
and the bucket names are as long as they may be, and every Region has a KMS key. So nothing has to be refused for its
size before the first call.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import MAX_REGIONS, REGIONS
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.documents import MAX_SIZE, size
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.model import (
    MAX_ATTACHED,
    Desired,
    Observed,
)
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.options import desired
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.plan import plan

from unit import service_roles
from unit.operations import operations
from unit.role_variables import rendered
from unit.service_roles import ACCOUNT, NAME, S3, observed

OPERATIONS = operations(Operations)
SITE = "a" * 32
OLD, NEW = REGIONS[MAX_REGIONS:], REGIONS[:MAX_REGIONS]
MRAPS = [f"arn:aws:s3::{ACCOUNT}:accesspoint/{letter * 13}.mrap" for letter in "mn"]
PARAMETER = {"mode": "region_map", "parameter": {"name": "p" * 1011, "region": "ap-southeast-2"}}


def buckets(regions: t.Sequence[str]) -> dict[str, str]:
    return {region: region.ljust(63, "x") for region in regions}


def keys(regions: t.Sequence[str]) -> dict[str, str]:
    return {region: f"arn:aws:kms:{region}:{ACCOUNT}:key/mrk-{'0' * 32}" for region in regions}


def replication(regions: t.Sequence[str], still: t.Sequence[str], topology: str) -> list[dict[str, t.Any]]:
    names = list(buckets(still).values())
    found: list[dict[str, t.Any]] = rendered(
        "replication",
        "__replication_policies",
        replication_site=SITE,
        replication_account_id=ACCOUNT,
        replication_topology=topology,
        replication_home_region=regions[0],
        replication_buckets=buckets(regions),
        replication_kms_keys=keys(regions),
        __replication_still={"sources": names, "destinations": names} if still else {"sources": [], "destinations": []},
    )
    return found


def origin_request(regions: t.Sequence[str], mraps: t.Sequence[str]) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = rendered(
        "origin_request",
        "__origin_request_policies",
        origin_request_site=SITE,
        origin_request_account_id=ACCOUNT,
        origin_request_buckets=buckets(regions),
        origin_request_kms_keys=keys(regions),
        origin_request_mrap_arns=list(mraps),
        origin_request_config=PARAMETER,
    )
    return found


def role(policies: list[dict[str, t.Any]], purge: bool = True) -> Desired:
    """By iam_service_role's own check of its options, which refuses more policies than IAM lets a role have."""
    options: dict[str, t.Any] = {
        "name": NAME,
        "state": "present",
        "site": service_roles.SITE,
        "services": [S3],
        "conditions": {},
        "description": None,
        "permissions_boundary": None,
        "policies": [{"description": "", **each} for each in policies],
        "purge": purge,
        "tags": {},
    }
    return dataclasses.replace(desired(options), account_id=ACCOUNT)


# Each has the role's policies before, during and after the exchange.
EXCHANGES = {
    "hub": (replication(OLD, [], "hub"), replication(REGIONS, OLD, "hub"), replication(NEW, REGIONS, "hub")),
    "mesh": (replication(OLD, [], "mesh"), replication(REGIONS, OLD, "mesh"), replication(NEW, REGIONS, "mesh")),
    "origin request": (origin_request(OLD, MRAPS[:1]), origin_request(REGIONS, MRAPS), origin_request(NEW, MRAPS[1:])),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_of_all_regions_fits_into_the_policies_of_a_role(name: str) -> None:
    before, during, after = map(role, EXCHANGES[name])
    live: dict[str, t.Any] = {}
    for wanted in (before, dataclasses.replace(during, purge=False), during, after):
        assert all(size(document["Statement"]) <= MAX_SIZE for document in wanted.policies.values())
        # The plan refuses what needs more than IAM's ten at any moment, a spare one included.
        plan(OPERATIONS, observed(live) if live else Observed(None), wanted)
        live = {policy: document["Statement"] for policy, document in wanted.policies.items()}
    assert 3 <= len(during.policies) < MAX_ATTACHED
