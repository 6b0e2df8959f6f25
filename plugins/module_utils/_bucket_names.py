# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a site's buckets are called."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import Aws
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._regions import check_regions

NAME_ARGUMENTS: dict[str, t.Any] = {
    "site": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "required": True},
    "names": {"type": "dict", "default": {}},
}

_LONGEST_NAME = 63


def bucket_names(site: str, regions: t.Sequence[str], names: t.Mapping[str, str], aws: Aws) -> dict[str, str]:
    """The buckets' names by Region: *names* where there are any, else by site, account and Region.

    Raises EdgeError, before any call, for Regions and names that cannot be.
    """
    check_regions(regions, "regions")
    if names:
        if set(names) != set(regions):
            raise EdgeError("names must have a bucket for every Region of regions and for no other, or be empty.")
        if len(set(names.values())) < len(names):
            raise EdgeError("names has the same bucket for two Regions: a bucket is in one Region.")
        return {region: names[region] for region in regions}
    longest = max((account_regional_name(site, "0" * 12, region) for region in regions), key=len)
    if len(longest) > _LONGEST_NAME:
        raise EdgeError(
            f"site: {site!r} makes bucket names of up to {len(longest)} characters and S3 takes {_LONGEST_NAME}: "
            f"shorten it by {len(longest) - _LONGEST_NAME}, or give names."
        )
    return {region: account_regional_name(site, aws.account_id, region) for region in regions}


def account_regional_name(site: str, account_id: str, region: str) -> str:
    """A name in the account's own namespace, which nobody else can ever take.

    Source: S3 User Guide, "Account Regional namespaces for general purpose buckets".
    """
    return f"{site}-{account_id}-{region}-an"
