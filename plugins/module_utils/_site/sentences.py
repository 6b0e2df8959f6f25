# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a phase changes, in sentences: for a phase that does not run in check mode. Pure."""

from __future__ import annotations

import typing as t

from .target import Target

Data = dict[str, t.Any]


def sentences(target: Target, tasks: Data) -> t.Iterator[str]:
    """Of *tasks*, by name, with the input of each."""
    for task, data in tasks.items():
        yield from _SENTENCES[task](target, data) if task in _SENTENCES else ()


def _about_distribution(target: Target, data: Data) -> t.Iterator[str]:
    if data["purge_origins"]:
        if target.leaving_origins:
            yield f"Remove the origins {', '.join(target.leaving_origins)} from the distribution of {target.name}"
    elif target.mode.mrap and (target.switching or target.replacing):
        yield f"Switch the distribution of {target.name} to the Multi-Region Access Point {target.mrap_name}"
    elif target.switching or target.mode.mrap:
        yield f"Switch the distribution of {target.name} to {target.origins.target}"
    else:
        yield f"Let the distribution of {target.name} use the origins in {', '.join(target.regions)}"


def _about_left(target: Target, data: Data) -> t.Iterator[str]:
    yield f"Stop the replication of {', '.join(data['names'].values())}, and revoke CloudFront's read access to them"


def _about_origin_keys(target: Target, data: Data) -> t.Iterator[str]:
    yield "Set the keys by which the viewer function selects the nearest origins"


def _about_viewer_function(target: Target, data: Data) -> t.Iterator[str]:
    if target.switching and data["selects_origins"]:
        yield "Publish the viewer function that selects the nearest origins"


def _about_replication(target: Target, data: Data) -> t.Iterator[str]:
    yield "Revoke the permissions that only the previous origins need"


def _about_retired(target: Target, data: Data) -> t.Iterator[str]:
    signed_by_lambda = any(not origin_set.protocol for origin_set in target.live.origin_sets)
    for name in data["mraps"]:
        yield f"Delete the Multi-Region Access Point {name}; its buckets stay"
    for name in data["origin_access_controls"]:
        yield f"Delete the origin access control {name}"
    if data["cache_policy"]:
        yield f"Delete the cache policy {target.name}"
    if data["response_headers_policy"]:
        yield f"Delete the response headers policy {target.name}"
    if data["function"] and signed_by_lambda:
        yield f"Delete the Lambda function {target.function_name}"
    if data["records"] and signed_by_lambda:
        yield f"Delete the TXT records {target.settings['dns_record']}, if there are any"


_SENTENCES: dict[str, t.Callable[[Target, Data], t.Iterator[str]]] = {
    "left": _about_left,
    "replication": _about_replication,
    "viewer_function": _about_viewer_function,
    "distribution": _about_distribution,
    "origin_keys": _about_origin_keys,
    "retire": _about_retired,
}
