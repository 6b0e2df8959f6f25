# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The checks of edge_* variables that depend on one another, and the defaults that do. Each raises EdgeError. Pure."""

from __future__ import annotations

import difflib
import typing as t

from .._core.errors import EdgeError
from .._rules import latency
from .._rules.bucket_names import GLOBAL
from .._rules.regions import OPT_IN_REGIONS
from .origin_modes import OAC, ORIGIN_MODES, OriginMode
from .setting_checks import ZONE_ID, Settings, zone_name

# Defaults that come from other settings.


def default_signer(settings: Settings) -> str:
    return _mode(settings).signers[0]


def default_dns_record(settings: Settings) -> str:
    """In each origin mode, so that a site that leaves the mode of the record removes it."""
    zone = settings["dns_zone"]
    return f"{settings['name']}-bucket.{zone_name(zone)}" if zone and not ZONE_ID.fullmatch(zone) else ""


# Variables together.


def home_region_is_among_regions(settings: Settings) -> None:
    home, regions = settings["home_region"], settings["regions"]
    if home not in regions:
        raise EdgeError(f"edge_home_region: {home} is not among edge_regions ({', '.join(regions)}): add it there.")


def signer_fits_origin(settings: Settings) -> None:
    origin, signer, mode = settings["origin"], settings["signer"], _mode(settings)
    if signer not in mode.signers:
        raise EdgeError(
            f"edge_signer: with edge_origin={origin} only {', '.join(mode.signers)} can sign: remove edge_signer."
        )
    opt_in = [region for region in settings["regions"] if region in OPT_IN_REGIONS]
    if signer == OAC and opt_in and not mode.opt_in_by_oac:
        others = [f"edge_signer={each}" for each in mode.signers if each != OAC]
        others += [f"edge_origin={each}" for each, other in ORIGIN_MODES.items() if _signs_anywhere(other)]
        raise EdgeError(
            f"edge_signer: with edge_origin={origin} CloudFront cannot sign for buckets in {', '.join(opt_in)}, which "
            f"AWS enables on request only: use {' or '.join(others)}."
        )


def aliases_have_a_certificate(settings: Settings) -> None:
    if settings["aliases"] and not settings["certificate_arn"] and not settings["dns_zone"]:
        raise EdgeError(
            f"edge_certificate_arn is missing: {', '.join(settings['aliases'])} need an ACM certificate in us-east-1 "
            "that covers them. Set it, or set their Route 53 zone as edge_dns_zone to have one requested."
        )


def record_has_a_name(settings: Settings) -> None:
    if _mode(settings).record and not settings["dns_record"]:
        raise EdgeError(
            f"edge_dns_record is missing: edge_origin={settings['origin']} reads a TXT record. Set its name, or the "
            f"name of its Route 53 zone as edge_dns_zone: the record is then {settings['name']}-bucket in that zone."
        )


# Settings that only some origin modes use, and which.
_USED_BY: dict[str, t.Callable[[OriginMode], bool]] = {
    "origin_failover": lambda mode: mode.mrap,
    "prefer": lambda mode: mode.prefer,
    "region_map_parameter": lambda mode: mode.parameter,
    "health_checks": lambda mode: mode.record,
    "weights": lambda mode: mode.record,
}


def settings_fit_origin(settings: Settings) -> None:
    for key, uses in _USED_BY.items():
        if settings[key] and not uses(_mode(settings)):
            modes = " or ".join(name for name, mode in ORIGIN_MODES.items() if uses(mode))
            raise EdgeError(f"edge_{key} is for edge_origin={modes} only, not for {settings['origin']}: remove it.")


def regions_are_those_of_the_site(settings: Settings) -> None:
    prefer, regions = settings["prefer"], settings["regions"]
    latency.check(regions, (), prefer, ("edge_regions", "edge_out_of_service", "edge_prefer"))
    for key in ("health_checks", "weights", "out_of_service"):
        if unknown := sorted(set(settings[key]) - set(regions)):
            raise EdgeError(f"edge_{key}: {', '.join(unknown)} is not among edge_regions ({', '.join(regions)}).")


def headers_are_of_one_policy(settings: Settings) -> None:
    if settings["response_headers_policy_id"] and settings["response_headers"]:
        raise EdgeError(
            "edge_response_headers and edge_response_headers_policy_id exclude each other: a cache behavior has one "
            "policy. Put the headers into that policy, or leave its id out."
        )


def buckets_have_names(settings: Settings) -> None:
    names, prefix = settings["bucket_names"], settings["bucket_prefix"]
    if names and set(names) != set(settings["regions"]):
        raise EdgeError("edge_bucket_names must have a bucket for each Region of edge_regions and for no other.")
    if names and prefix:
        raise EdgeError("edge_bucket_names and edge_bucket_prefix exclude each other: set whole names, or a prefix.")
    if settings["bucket_namespace"] == GLOBAL and not prefix and not names:
        raise EdgeError(
            "edge_bucket_prefix is missing: names in the global namespace must be globally unique. Set a prefix that "
            "no other account uses."
        )


def regions_have_kms_keys(settings: Settings) -> None:
    keys = settings["kms_keys"]
    missing = [region for region in settings["regions"] if region not in keys]
    if keys and missing:
        raise EdgeError(f"edge_kms_keys has no key for {', '.join(missing)}: set one for each Region of edge_regions.")


def a_region_stays_in_service(settings: Settings) -> None:
    if len(set(settings["out_of_service"])) == len(settings["regions"]):
        raise EdgeError("edge_out_of_service names every Region of the site: leave at least one in service.")


def spelling(given: t.Iterable[str], known: t.Sequence[str]) -> None:
    """Refuse a variable that is nearly a known one; others that start with edge_ may be the user's own."""
    for variable in sorted(set(given) - set(known)):
        longer = [each for each in known if each.startswith(variable)]
        near = longer or difflib.get_close_matches(variable, known, n=1, cutoff=0.75)
        if near:
            raise EdgeError(f"{variable} is not a variable of these playbooks: did you mean {near[0]}?")


def _signs_anywhere(mode: OriginMode) -> bool:
    """Whether CloudFront signs in this mode, for buckets in any Region."""
    return OAC in mode.signers and mode.opt_in_by_oac


def _mode(settings: Settings) -> OriginMode:
    return ORIGIN_MODES[settings["origin"]]
