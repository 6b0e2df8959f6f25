# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a site's buckets are called."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._regions import check_regions


class Account(t.Protocol):
    """Where the account's number comes from; it costs a call, which is made last."""

    @property
    def account_id(self) -> str: ...


NAME_ARGUMENTS: dict[str, t.Any] = {
    "site": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "required": True},
    "names": {"type": "dict", "default": {}},
}

_LONGEST_NAME = 63
# Source: S3 User Guide, "General purpose bucket naming rules".
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")


def bucket_names(site: str, regions: t.Sequence[str], names: t.Mapping[str, str], aws: Account) -> dict[str, str]:
    """The buckets' names by Region: *names* where there are any, else by site, account and Region.

    Raises EdgeError, before any call, for Regions and names that cannot be.
    """
    check_regions(regions, "regions")
    if names:
        if set(names) != set(regions):
            raise EdgeError("names must have a bucket for every Region of regions and for no other, or be empty.")
        check_bucket_names(names, "names")
        return {region: names[region] for region in regions}
    longest = max((account_regional_name(site, "0" * 12, region) for region in regions), key=len)
    if len(longest) > _LONGEST_NAME:
        raise EdgeError(
            f"site: {site!r} makes bucket names of up to {len(longest)} characters and S3 takes {_LONGEST_NAME}: "
            f"shorten it by {len(longest) - _LONGEST_NAME}, or give names."
        )
    return {region: account_regional_name(site, aws.account_id, region) for region in regions}


def check_bucket_names(names: t.Mapping[str, str], option: str) -> None:
    """Raise EdgeError unless every name can be a bucket's and no two are the same."""
    for region, name in names.items():
        if not _NAME.fullmatch(str(name)) or str(name).startswith(RESERVED_PREFIXES):
            raise EdgeError(
                f"{option}: {name!r} for {region} must be 3 to 63 lower-case letters, digits, dots and hyphens, "
                "a letter or digit at its ends, and not begin with xn-- or sthree-."
            )
    if len(set(names.values())) < len(names):
        raise EdgeError(f"{option} has the same bucket for two Regions: a bucket is in one Region.")


def account_regional_name(site: str, account_id: str, region: str) -> str:
    """A name in the account's own namespace, which nobody else can ever take.

    Source: S3 User Guide, "Account Regional namespaces for general purpose buckets".
    """
    return f"{site}-{account_id}-{region}-an"
