# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What CloudFront takes as the name of a function or of a key value store."""

from __future__ import annotations

import re

from .._core.errors import EdgeError

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check_cloudfront_name(name: str) -> None:
    """Raise EdgeError unless *name* can be one."""
    if not _NAME.fullmatch(name):
        raise EdgeError(f"name: {name!r} must be 1 to 64 letters, digits, hyphens and underscores.")
