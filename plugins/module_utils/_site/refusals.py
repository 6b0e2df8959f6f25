# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is refused before the first change, since what is live does not allow it. Pure."""

from __future__ import annotations

from .._core.errors import EdgeError
from .target import Target


def check(target: Target) -> None:
    """Raise EdgeError for the first refusal, with a message that has the next step."""
    _one_change_at_a_time(target)
    _dials_are_known(target)
    _every_region_in_service(target)
    _consent_to_replacement(target)
    _keys_of_regions_that_leave(target)
    _same_buckets(target)


def _one_change_at_a_time(target: Target) -> None:
    live = target.live.serving
    if target.switching and set(live) != set(target.regions):
        raise EdgeError(
            f"edge_regions is not what {target.name} was deployed with ({', '.join(live)}), and edge_origin or "
            "edge_signer is not either: change one of them, run this, and then change the other."
        )


def _dials_are_known(target: Target) -> None:
    """Where a deployment keeps what is out of service, an unreadable dial is not one in service."""
    own = [mrap for mrap in target.live.mraps if target.settings["origin_failover"] and mrap.name == target.mrap_name]
    if unknown := sorted({mrap.name for mrap in (*own, *target.retiring) if not mrap.dials_known}):
        raise EdgeError(
            f"The traffic dials of {', '.join(unknown)} cannot be read, so it is not known whether a Region is out of "
            "service: allow s3:GetMultiRegionAccessPointRoutes, or run it again when its endpoints respond."
        )


def _every_region_in_service(target: Target) -> None:
    """Traffic dials belong to an MRAP, keys that leave Regions out and weights of TXT records to an origin mode: what
    takes over would put the Regions back in service."""
    dialled_down = [region for mrap in target.retiring for region in mrap.out if region in target.regions]
    kept = not (target.switching or target.leaves_record)
    left_out = [] if kept else [region for region in target.live.left_out if region in target.regions]
    if out := list(dict.fromkeys([*dialled_down, *left_out])):
        raise EdgeError(
            f"{', '.join(out)} is out of service: put it back in service with failover.yml, with the edge_origin and "
            "edge_regions that serve now, before you change them or edge_signer."
        )


def _consent_to_replacement(target: Target) -> None:
    others = [list(mrap.regions) for mrap in target.live.mraps if set(mrap.regions) != set(target.regions)]
    if target.settings["allow_replacement"] or not target.mode.mrap or not others:
        return
    added = [region for region in target.regions if region not in others[0]]
    removed = [region for region in others[0] if region not in target.regions]
    raise EdgeError(
        f"edge_regions is not what {target.name} was deployed with: it adds {', '.join(added) or 'none'} and leaves "
        f"out {', '.join(removed) or 'none'}. AWS never changes the Regions of a Multi-Region Access Point: with "
        "edge_allow_replacement=true a second one is created, the distribution is switched to it without an outage, "
        "and the first one is deleted."
    )


def _keys_of_regions_that_leave(target: Target) -> None:
    keys = target.settings["kms_keys"]
    if keys and (missing := sorted(set(target.live.buckets) - set(keys))):
        raise EdgeError(
            f"edge_kms_keys has no key for {', '.join(missing)}: its bucket serves until this run is complete, and "
            "what is written until then is replicated to it too. Give its key until then."
        )


def _same_buckets(target: Target) -> None:
    """While an MRAP is replaced, each Region has one bucket in both."""
    moved = [region for region, name in target.live.buckets.items() if target.buckets.get(region, name) != name]
    if moved:
        raise EdgeError(
            f"{', '.join(moved)}: the site is served from another bucket there than edge_bucket_names gives. Give the "
            "bucket that is there; or leave the Region out first, and add it again with the other bucket."
        )
