# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Names: the forms of host names, DNS records and ARNs that users give, and the key of the Region markers. Pure."""

from __future__ import annotations

import re

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY

MAX_LENGTH = 253

# The key of the object in each bucket whose content is the name of the bucket's Region.
REGION_MARKER = "_edge/region"

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Records such as _acme-challenge.example.com have underscores, and so may what a wildcard stands for.
_WIDE_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
# The last label begins with a letter: else it would be an IPv4 address.
_LAST = r"[a-z][a-z0-9-]{0,61}[a-z0-9]"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LAST}")
_RECORD_NAME = re.compile(rf"(?:{_WIDE_LABEL}\.)+{_LAST}")

_MRAP_ARN = re.compile(r"arn:aws:s3::\d{12}:accesspoint/[a-z][a-z0-9]*\.mrap")


def is_host_name(text: str, wildcard: bool = False) -> bool:
    """Whether *text* is a host name of two labels or more, in lower case; *wildcard* also allows *.example.com."""
    return _matches(_HOST_NAME, text, wildcard)


def is_record_name(text: str, wildcard: bool = False) -> bool:
    """As is_host_name(), but labels may have underscores."""
    return _matches(_RECORD_NAME, text, wildcard)


def mrap_arn(account_id: str, alias: str | None) -> str:
    """Of the Multi-Region Access Point with this alias, which ends in .mrap. One that does not exist yet has none."""
    return f"arn:aws:s3::{account_id}:accesspoint/{alias}" if alias else KNOWN_AFTER_APPLY


def check_mrap_arn(arn: str, option: str) -> None:
    """Raise EdgeError unless *arn* is the ARN of a Multi-Region Access Point."""
    if not _MRAP_ARN.fullmatch(arn):
        raise EdgeError(
            f"{option}: {arn!r} is not the ARN of a Multi-Region Access Point, such as "
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap."
        )


def _matches(pattern: re.Pattern[str], text: str, wildcard: bool) -> bool:
    name = text.removeprefix("*.") if wildcard else text
    return len(text) <= MAX_LENGTH and pattern.fullmatch(name) is not None
