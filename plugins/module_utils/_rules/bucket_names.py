# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a site's buckets are called."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .regions import (
    WITHOUT_ACCOUNT_NAMESPACE,
    check_regions,
)


class Account(t.Protocol):
    """Where the account's number comes from; it costs a call, which is made last."""

    @property
    def account_id(self) -> str: ...


ACCOUNT_REGIONAL = "account_regional"
GLOBAL = "global"
NAMESPACES = (ACCOUNT_REGIONAL, GLOBAL)

NAME_ARGUMENTS: dict[str, t.Any] = {
    "site": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "required": True},
    "names": {"type": "dict", "default": {}},
    "namespace": {"type": "str", "choices": list(NAMESPACES), "default": ACCOUNT_REGIONAL},
    "prefix": {"type": "str"},
}

_LONGEST_NAME = 63
# Source: S3 User Guide, "General purpose bucket naming rules".
_NAME = re.compile(r"(?!.*\.\.)(?!\d+(?:\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_NAMESPACE_SUFFIX = "-an"


def bucket_names(
    site: str,
    regions: t.Sequence[str],
    names: t.Mapping[str, str],
    aws: Account,
    namespace: str = ACCOUNT_REGIONAL,
    prefix: str | None = None,
) -> dict[str, str]:
    """The buckets' names by Region: *names* where there are any, else made of *prefix*, by default the site.

    Raises EdgeError, before any call, for Regions and names that cannot be.
    """
    check_regions(regions, "regions")
    if names:
        # YAML makes a number of a name that is digits.
        return _given_names(regions, {region: str(name) for region, name in names.items()}, aws, prefix)
    option, start = ("prefix", prefix) if prefix else ("site", site)
    if namespace == GLOBAL:
        if not prefix:
            raise EdgeError(
                "prefix is missing: names in the global namespace must be globally unique: give a prefix "
                "that is unlikely to be taken."
            )
        made = {region: f"{prefix}-{region}" for region in regions}
    else:
        _refuse_without_namespace(regions)
        # The length is known before the account is.
        made = {region: account_regional_name(start, "0" * 12, region) for region in regions}
    _check_length(made.values(), option, start)
    check_bucket_names(made, option)
    if namespace == GLOBAL:
        return made
    return {region: account_regional_name(start, aws.account_id, region) for region in regions}


def _given_names(
    regions: t.Sequence[str], names: t.Mapping[str, str], aws: Account, prefix: str | None
) -> dict[str, str]:
    if prefix:
        raise EdgeError("names and prefix exclude each other: give the whole names, or what they begin with.")
    if set(names) != set(regions):
        raise EdgeError("names must have a bucket for every Region of regions and for no other, or be empty.")
    check_bucket_names(names, "names")
    for region, name in names.items():
        if name.endswith(_NAMESPACE_SUFFIX) and not is_account_regional(name, aws.account_id, region):
            raise EdgeError(
                f"names: {name} for {region} is in the namespace of another account than {aws.account_id}, which "
                "these credentials belong to: give a name of this account, or other credentials."
            )
    return {region: names[region] for region in regions}


def _refuse_without_namespace(regions: t.Sequence[str]) -> None:
    lacking = [region for region in regions if region in WITHOUT_ACCOUNT_NAMESPACE]
    if lacking:
        raise EdgeError(
            f"regions: S3 has no account-regional namespace in {', '.join(lacking)}: set namespace to global and give "
            "a prefix, or give names."
        )


def _check_length(names: t.Iterable[str], option: str, start: str) -> None:
    longest = max(map(len, names))
    if longest > _LONGEST_NAME:
        raise EdgeError(
            f"{option}: {start!r} makes bucket names of up to {longest} characters and S3 takes {_LONGEST_NAME}: "
            f"shorten it by {longest - _LONGEST_NAME}, or give names."
        )


def check_bucket_names(names: t.Mapping[str, str], option: str) -> None:
    """Raise EdgeError unless every name can be a bucket's and no two are the same."""
    for region, name in names.items():
        text = str(name)
        if not _NAME.fullmatch(text) or text.startswith(RESERVED_PREFIXES) or text.endswith(_RESERVED_SUFFIXES):
            raise EdgeError(
                f"{option}: {name!r} for {region} must be 3 to 63 lower-case letters, digits, dots and hyphens, "
                "a letter or digit at its ends, not look like an IP address, and neither begin with "
                f"{_words(RESERVED_PREFIXES)} nor end with {_words(_RESERVED_SUFFIXES)}."
            )
        if text.endswith(_NAMESPACE_SUFFIX) and not re.search(rf"-\d{{12}}-{region}-an$", text):
            raise EdgeError(
                f"{option}: {name!r} for {region} ends with {_NAMESPACE_SUFFIX}, as only names in an account-regional "
                f"namespace may: let it end with -<account>-{region}-an, or choose another name."
            )
    if len(set(names.values())) < len(names):
        raise EdgeError(f"{option} has the same bucket for two Regions: a bucket is in one Region.")


def account_regional_name(start: str, account_id: str, region: str) -> str:
    """A name in the account's own namespace, which no other account can take.

    Source: S3 User Guide, "Account Regional namespaces for general purpose buckets".
    """
    return f"{start}-{account_id}-{region}{_NAMESPACE_SUFFIX}"


def is_account_regional(name: str, account_id: str, region: str) -> bool:
    """Whether *name* is in the account's own namespace in *region*."""
    return name.endswith(account_regional_name("", account_id, region))


def _words(items: t.Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} or {items[-1]}"
