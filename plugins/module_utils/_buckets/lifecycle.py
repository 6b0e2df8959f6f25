# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bucket's lifecycle: the managed rule among unmanaged ones. Pure."""

from __future__ import annotations

import typing as t

from .policy import MANAGED_PREFIX

_UPLOAD_DAYS = 7

Config = dict[str, t.Any]


def merged(live: Config | None, noncurrent_days: int) -> Config:
    """The *live* lifecycle with the managed rule: it is not replicated, so every Region's bucket needs its own."""
    rule = {
        "ID": f"{MANAGED_PREFIX}Housekeeping",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": noncurrent_days},
        # A delete marker whose versions are all deleted would never expire.
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UPLOAD_DAYS},
    }
    others = [
        other for other in (live or {}).get("Rules", []) if not str(other.get("ID", "")).startswith(MANAGED_PREFIX)
    ]
    # S3 refuses a rule in the old form, with a Prefix of its own, beside one with a Filter.
    return {**(live or {}), "Rules": [*map(_with_filter, others), rule]}


def _with_filter(rule: Config) -> Config:
    rest = {key: item for key, item in rule.items() if key != "Prefix"}
    return {**rest, "Filter": rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}}


def canonical(document: Config) -> Config:
    """In one order, and each rule's filter in one form."""
    return {**document, "Rules": sorted(map(_with_filter, document["Rules"]), key=lambda rule: str(rule.get("ID")))}
