# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The host names of S3 that an origin may have. Pure."""

from __future__ import annotations

import re

_MRAP = re.compile(r"([a-z0-9-]+\.mrap)\.accesspoint\.s3-global\.amazonaws\.com")
_BUCKET = re.compile(r"([a-z0-9][a-z0-9.-]*)\.s3\.(?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_GLOBAL_BUCKET = re.compile(r"([a-z0-9][a-z0-9.-]*)\.s3\.amazonaws\.com")
_WEBSITE = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?")


def mrap_alias(host: str) -> str | None:
    """The alias, which ends in .mrap, of the Multi-Region Access Point with this host name."""
    found = _MRAP.fullmatch(host.lower())
    return found[1] if found else None


def bucket_and_region(host: str) -> tuple[str, str] | None:
    """Of the host name of a bucket in its Region."""
    found = _BUCKET.fullmatch(host.lower())
    return (found[1], found[2]) if found else None


def is_mrap(host: str) -> bool:
    return mrap_alias(host) is not None


def is_bucket(host: str) -> bool:
    return bucket_and_region(host) is not None


def is_s3(host: str) -> bool:
    """Whether S3 checks a request's Host and signature there."""
    return is_mrap(host) or is_bucket(host)


def global_bucket(host: str) -> str | None:
    """The bucket of a host name without a Region."""
    found = _GLOBAL_BUCKET.fullmatch(host.lower())
    return found[1] if found else None


def is_website(host: str) -> bool:
    """Of a bucket's website, which speaks neither TLS nor signatures."""
    return bool(_WEBSITE.fullmatch(host.lower()))
