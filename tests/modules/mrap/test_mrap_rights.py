"""s3_multi_region_access_point against local AWS: each permission is needed, and a missing one is reported."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.mraps import Mraps
from modules.runner import SITE, ModuleFailed
from modules.users import deployer


@pytest.mark.parametrize(
    "action",
    [
        "s3:CreateMultiRegionAccessPoint",
        "s3:DeleteMultiRegionAccessPoint",
        "s3:DescribeMultiRegionAccessPointOperation",
        "s3:GetBucketTagging",
        "s3:GetMultiRegionAccessPoint",
        "s3:GetMultiRegionAccessPointPolicy",
        "s3:ListMultiRegionAccessPoints",
        "s3:PutMultiRegionAccessPointPolicy",
    ],
)
def test_every_permission_is_needed_and_reported_if_missing(mrap: Mraps, action: str) -> None:
    """With the deployer's policy without one action, the module fails with a message that names the call."""
    without = deployer(mrap.local_aws, action)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {action.partition(':')[2]}: .*Allow the call"):
        mrap.run(without, site=SITE, allow_replacement=True)
        mrap.run(without, site=SITE, policy=mrap.policy("s3:GetObject"))
        mrap.run(without, site=SITE, buckets=None, state="absent")
