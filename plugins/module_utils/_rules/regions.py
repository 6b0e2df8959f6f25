# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Regions whose buckets a Multi-Region Access Point can have, and how a list of them is checked.

Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
"""

from __future__ import annotations

import difflib
import typing as t

from .._core.errors import EdgeError

DEFAULT_REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
OPT_IN_REGIONS = (
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
)
# Never reordered: a replication rule's priority is its destination's place here.
REGIONS = DEFAULT_REGIONS + OPT_IN_REGIONS

# Source: S3 User Guide, "Namespaces for general purpose buckets".
WITHOUT_ACCOUNT_NAMESPACE = ("me-central-1", "me-south-1")

MAX_REGIONS = 17


def check_regions(regions: t.Sequence[str], option: str) -> None:
    """Raise EdgeError unless *regions* are known, all different, and not too many."""
    if not regions:
        raise EdgeError(f"{option} is empty: name at least one AWS Region, for example eu-north-1.")
    check_known(regions, option)
    check_unique(regions, option)
    if len(regions) > MAX_REGIONS:
        raise EdgeError(f"{option} has {len(regions)} Regions; a Multi-Region Access Point takes {MAX_REGIONS}.")


def check_known(regions: t.Sequence[str], option: str) -> None:
    """Raise EdgeError for a Region whose bucket a Multi-Region Access Point cannot have."""
    for region in regions:
        if region not in REGIONS:
            near = difflib.get_close_matches(region, REGIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Choose from {', '.join(REGIONS)}."
            raise EdgeError(f"{option}: {region!r} is not a Region that a Multi-Region Access Point can have. {hint}")


def check_unique(regions: t.Sequence[str], option: str) -> None:
    repeated = sorted({region for region in regions if list(regions).count(region) > 1})
    if repeated:
        raise EdgeError(f"{option} names {', '.join(repeated)} more than once: name every Region once.")


def refuse_disabled(opt_in_status: t.Mapping[str, str], option: str) -> None:
    """Raise EdgeError for Regions that the account has not enabled; *opt_in_status* is DescribeRegions' by Region."""
    disabled = [region for region, status in opt_in_status.items() if status == "not-opted-in"]
    if disabled:
        raise EdgeError(
            f"{option}: {', '.join(disabled)} must be enabled in the account before it is used: run "
            f"`aws account enable-region --region-name {disabled[0]}`, wait until AWS has done so (minutes, sometimes "
            "hours), and run this again; or leave it out."
        )
