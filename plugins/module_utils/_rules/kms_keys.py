# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys of AWS KMS that a site's buckets are encrypted with, by Region. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError

_KEY_ARN = re.compile(r"arn:aws:kms:(?P<region>[a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")
MANAGED_BY_AWS = (
    "is the key that AWS manages for S3 (aws/s3), whose policy cannot be changed, so that CloudFront could never be "
    "allowed to read what it encrypts: give a key of your own, or none to have S3 encrypt with its own keys."
)


def check_kms_keys(keys: t.Mapping[str, t.Any], regions: t.Collection[str], option: str) -> None:
    """Raise EdgeError unless *keys* is empty or has the ARN of a key in each of *regions*."""
    if keys and set(keys) != set(regions):
        raise EdgeError(
            f"{option} must have a key for each of {', '.join(regions)} and for no other Region, or be empty."
        )
    for region, key in keys.items():
        if str(key).endswith("alias/aws/s3"):
            raise EdgeError(f"{option}: {key} for {region} {MANAGED_BY_AWS}")
        found = _KEY_ARN.fullmatch(str(key))
        if not found:
            raise EdgeError(
                f"{option}: {key!r} for {region} is not the ARN of a key, such as "
                f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab (an alias is none: what "
                "it stands for can change)."
            )
        if found["region"] != region:
            raise EdgeError(
                f"{option}: {key} for {region} is in {found['region']}, and S3 encrypts with keys of the bucket's own "
                "Region only: create one there, or a replica of this one if it is a multi-Region key."
            )
