# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""Whether two configurations say the same, as CloudFront sees it. Pure."""

from __future__ import annotations

import typing as t

from .._core.shapes import equal

# Members whose strings are names of headers, which have no case.
_HEADER_NAMES = ("headers", "header", "access_control_allow_headers", "access_control_expose_headers")


def same(one: t.Any, other: t.Any) -> bool:
    return equal(_canonical(one), _canonical(other))


def _canonical(value: t.Any) -> t.Any:
    """Without the empty parts and the ``false`` that AWS leaves out or fills in as it likes."""
    if isinstance(value, dict):
        return {
            key: _lower(item) if key in _HEADER_NAMES else _canonical(item)
            for key, item in value.items()
            if item is not False and item not in (None, "", [], {})
        }
    return [_canonical(item) for item in value] if isinstance(value, list) else value


def _lower(value: t.Any) -> t.Any:
    return [item.lower() for item in value] if isinstance(value, list) else str(value).lower()
