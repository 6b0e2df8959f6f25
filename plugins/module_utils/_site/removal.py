# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The phase that removes a site: everything by its name, in the order in which AWS can delete it. Pure.

What uses another resource goes before it. A name that nothing has any more is no error, so that a removal which was
killed is completed by the next one, and one after a first deployment that failed finds what there is.
"""

from __future__ import annotations

import typing as t

from .origin_modes import ORIGIN_SETS
from .phases import Phase
from .target import Target

REMOVE = "remove"


def removal(target: Target) -> Phase:
    """*target*: the settings of the last deployment. Buckets and MRAPs of other settings are removed as far as they are
    live."""
    settings, live = target.settings, target.live
    buckets = target.serving_buckets
    protocols = sorted({origin_set.protocol for origin_set in ORIGIN_SETS.values()} - {""})
    mraps = sorted({mrap.name for mrap in live.mraps})
    tasks: dict[str, t.Any] = {
        # No alias leads to a distribution that is gone.
        "names": {"aliases": settings["aliases"]} if settings["aliases"] and settings["dns_zone"] else None,
        # The source of the deliveries is the distribution.
        "logs": {"name": target.name} if settings["logs"] else None,
        "distribution": {"name": target.name},
        # The distribution used these.
        "origin_access_controls": {"names": list(map(target.access_control, protocols))},
        "cache_policy": {"name": target.name},
        "response_headers_policy": {"name": target.name},
        "viewer_function": {"name": f"{target.name}-viewer-request"},
        "store": {"name": target.name},
        "origin_request": {"name": target.function_name},
        "certificate": {"names": settings["aliases"]} if target.requests_certificate else None,
        # The origin request function asked these.
        "records": {"name": settings["dns_record"]} if target.has_zone_of_record else None,
        "mraps": {"names": mraps} if mraps else None,
        # Nothing is written to a bucket that is deleted next. An MRAP has to be gone before its buckets.
        "replication": {"buckets": buckets},
        "buckets": {"names": buckets},
    }
    wanted = {name: data for name, data in tasks.items() if data is not None}
    sentence = f"Remove {', '.join(name.replace('_', ' ') for name in wanted)} of {target.name}"
    return Phase(REMOVE, wanted, (sentence,))
