# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What each playbook is given of the settings and of what is live, and what each of them refuses. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._rules.regions_advice import advise
from .live import Distribution
from .origin_modes import ORIGIN_MODES, mrap_group
from .phases import phases
from .references import (
    DISTRIBUTION_DOMAIN_NAME,
    DISTRIBUTION_ID,
    MRAP_ALIAS,
    MRAP_ARN,
    PENDING_REASON,
)
from .summary import predicted_round_trip
from .target import Settings, Target, failover_region

Facts = dict[str, t.Any]


def site(target: Target, check_mode: bool) -> Facts:
    """In check mode one phase runs: the modules of a later one would plan against a site that is not yet as the phases
    before it leave it. Their own sentences stand for them."""
    planned, live = phases(target), target.live.distribution
    later = planned[1:] if check_mode else []
    advice = advise(target.regions, (), target.settings["prefer"])
    retires_function = any(phase.tasks.get("retire", {}).get("function") for phase in planned) and not later
    return {
        "live": dataclasses.asdict(target.live),
        "phases": [phase.as_data() for phase in planned if phase not in later],
        "summary": {
            "site": target.name,
            "domain_name": live.domain_name if live else DISTRIBUTION_DOMAIN_NAME,
            "distribution_id": live.id if live else DISTRIBUTION_ID,
            # None where there is none: set_stats merges the artifacts of several sites.
            "mrap_alias": MRAP_ALIAS if target.mode.mrap else None,
            "mrap_arn": MRAP_ARN if target.mode.mrap else None,
            "regions": target.regions,
            # A record names one bucket for everyone, near or far.
            "predicted_round_trip": None if target.mode.record else predicted_round_trip(advice),
            "buckets_no_longer_used": list(target.left_buckets.values()) or None,
            "origin_request_function": PENDING_REASON if retires_function else None,
        },
        "later": [sentence for phase in later for sentence in phase.sentences],
        "next_steps": list(_next_steps(target, check_mode)),
        "regions_advice": advice,
    }


def _next_steps(target: Target, check_mode: bool) -> t.Iterator[str]:
    if check_mode:
        return
    if target.live.distribution is None:
        yield "Next: publish the site, with publish.yml, the same variables, and its directory as edge_site."
    if left := target.left_buckets:
        yield f"Next: delete the buckets {', '.join(left.values())} when you no longer need what is in them."


def check_publish(settings: Settings) -> None:
    if not (settings["site_directory"] or settings["release"]):
        raise EdgeError(
            "edge_site is missing: give the directory that your site was built into, for example edge_site=dist, or as "
            "edge_release one that was published before, to go back to it."
        )


def publish(settings: Settings, distribution: Distribution | None) -> Facts:
    """The hosts that the release is for: without edge_hosts all that can be named."""
    live = _required(settings, distribution)
    return {"hosts": settings["hosts"] or [live.domain_name, *_hosts(settings)]}


def check_failover(settings: Settings) -> None:
    mode = ORIGIN_MODES[settings["origin"]]
    if not mode.failover:
        raise EdgeError(
            f"With edge_origin={settings['origin']} a Region cannot be taken out of service: for each request that "
            "fails, CloudFront's origin group takes the next bucket by itself. To take one out, leave it out of "
            "edge_regions and run site.yml; or use another edge_origin."
        )
    if mode.record and not settings["dns_zone"]:
        raise EdgeError(
            f"edge_dns_zone is missing: the weights of {settings['dns_record']} are set in its Route 53 zone. Where "
            "DNS is kept elsewhere, set them there."
        )


def failover_needs_distribution(settings: Settings) -> bool:
    """CloudFront's control plane is in us-east-1. Who must not depend on it gives edge_mrap_arn, and edge_probes or
    aliases."""
    mrap = ORIGIN_MODES[settings["origin"]].mrap and not settings["mrap_arn"]
    return mrap or not (settings["probes"] or _hosts(settings))


def failover(settings: Settings, distribution: Distribution | None) -> Facts:
    live = _required(settings, distribution) if failover_needs_distribution(settings) else None
    hosts = _hosts(settings) or ([live.domain_name] if live else [])
    probes = settings["probes"] or [{"name": hosts[0], "url": f"https://{hosts[0]}"}]
    arn = ""
    if ORIGIN_MODES[settings["origin"]].mrap:
        arn = settings["mrap_arn"] or next(iter(live.mrap_arns if live else []), "")
        if not arn:
            raise EdgeError(
                f"The distribution of {settings['name']} has no Multi-Region Access Point as its origin: run site.yml "
                "with the same variables first, or failover.yml with the edge_origin that serves."
            )
    # After a drill, everything is in service again.
    out = [] if settings["drill"] else settings["out_of_service"]
    return {"failover": {"mrap_arn": arn, "probes": probes, "out_of_service": out, "origin_groups": _groups(settings)}}


def _groups(settings: Settings) -> list[Facts]:
    """The origin group whose failover origin is in a Region in service, if the site has one."""
    if not settings["origin_failover"]:
        return []
    origin_set = ORIGIN_MODES[settings["origin"]].origin_sets[settings["signer"]]
    return [mrap_group(origin_set, failover_region(settings, settings["out_of_service"]))]


def check_routes(settings: Settings) -> None:
    if not settings["routes"]:
        raise EdgeError(
            "edge_routes is missing: give the hosts and what each shows, or a YAML file that has them, for example "
            "edge_routes=routes.yml. docs/routing.md has one to begin with."
        )


def _hosts(settings: Settings) -> list[str]:
    return [alias for alias in settings["aliases"] if "*" not in alias]


def _required(settings: Settings, distribution: Distribution | None) -> Distribution:
    if distribution is None:
        raise EdgeError(f"{settings['name']} is not deployed yet: run site.yml with the same variables first.")
    return distribution
