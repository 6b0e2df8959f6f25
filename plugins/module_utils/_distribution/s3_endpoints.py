# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the host names of S3 that an origin may have mean. Pure."""

from __future__ import annotations

import re

_ACCESS_POINT = re.compile(r"[a-z0-9-]+\.mrap\.accesspoint\.s3-global\.amazonaws\.com")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3\.(?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_GLOBAL_BUCKET = re.compile(r"([a-z0-9][a-z0-9.-]*)\.s3\.amazonaws\.com")
_WEBSITE = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?")


def is_access_point(host: str) -> bool:
    """Of a Multi-Region Access Point."""
    return bool(_ACCESS_POINT.fullmatch(host.lower()))


def is_bucket(host: str) -> bool:
    return bool(_BUCKET.fullmatch(host.lower()))


def is_s3(host: str) -> bool:
    """Whether S3 checks a request's Host and signature there."""
    return is_access_point(host) or is_bucket(host)


def global_bucket(host: str) -> str | None:
    """The bucket of a host name without a Region."""
    found = _GLOBAL_BUCKET.fullmatch(host.lower())
    return found[1] if found else None


def is_website(host: str) -> bool:
    """Of a bucket's website, which speaks neither TLS nor signatures."""
    return bool(_WEBSITE.fullmatch(host.lower()))
