# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The user's edge_* variables: what each may be, normalised from what surveys and -e give. Pure."""

from __future__ import annotations

import difflib
import re
import typing as t

from .._core.errors import EdgeError
from .._release.files import check_release_name
from .._rules.bucket_names import (
    ACCOUNT_REGIONAL,
    GLOBAL,
    NAMESPACES,
    RESERVED_PREFIXES,
    check_bucket_names,
)
from .._rules.kms_keys import check_kms_keys
from .._rules.regions import check_regions
from .delivery import delivery_settings
from .origin import origin_settings
from .parsing import (
    Given,
    as_bool,
    as_choice,
    as_dict,
    as_hosts,
    as_list,
    as_text,
    parsed,
)

# A Multi-Region Access Point's name has 50 characters, of which 9 are ours; a bucket's has 63, of which
# the account, the longest Region and the namespace's mark take 31.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,30})[a-z0-9]")
_ACCESS_POINT = re.compile(r"arn:aws:s3::\d{12}:accesspoint/[a-z][a-z0-9]*\.mrap")

_TOPOLOGIES = ("hub", "mesh")

# edge_target is for the playbooks' hosts line.
VARIABLES = (
    "edge_access_point_arn",
    "edge_aliases",
    "edge_allow_replacement",
    "edge_bucket_names",
    "edge_bucket_namespace",
    "edge_bucket_prefix",
    "edge_certificate_arn",
    "edge_dns_record",
    "edge_dns_zone",
    "edge_drill",
    "edge_health_checks",
    "edge_home_region",
    "edge_hosts",
    "edge_kms_keys",
    "edge_name",
    "edge_origin",
    "edge_out_of_service",
    "edge_prefer",
    "edge_price_class",
    "edge_probes",
    "edge_query_strings",
    "edge_regions",
    "edge_release",
    "edge_replication_time_control",
    "edge_replication_topology",
    "edge_response_headers_policy_id",
    "edge_routes",
    "edge_routes_purge",
    "edge_signer",
    "edge_site",
    "edge_tags",
    "edge_target",
    "edge_web_acl_arn",
)

Settings = dict[str, t.Any]


def settings(given: Given) -> Settings:
    """*given*: the variables by their names; those that are absent or None take their default.

    Raises EdgeError with one sentence for the first thing that is wrong.
    """
    _check_spelling(given)
    name = as_text(given, "edge_name")
    if not name:
        raise EdgeError("edge_name is missing: name your site, for example edge_name=my-site.")
    if not _NAME.fullmatch(name) or name.startswith(RESERVED_PREFIXES):
        raise EdgeError(
            f"edge_name: {name!r} must be 3 to 32 lower-case letters, digits and hyphens, with no hyphen at its ends "
            "and no xn-- before it: "
            "names of buckets and of the access point are made from it."
        )
    regions = as_list(given, "edge_regions")
    check_regions(regions, "edge_regions")
    home_region = as_text(given, "edge_home_region") or regions[0]
    if home_region not in regions:
        raise EdgeError(
            f"edge_home_region: {home_region} is not among edge_regions ({', '.join(regions)}): add it there."
        )
    tags = as_dict(given, "edge_tags")
    if any(key.lower().startswith("aws:") for key in tags):
        raise EdgeError("edge_tags: names that begin with aws: are AWS's own: choose others.")
    hosts = as_hosts(given, "edge_hosts")
    if any("*" in host for host in hosts):
        raise EdgeError("edge_hosts: a pointer is one host's: name every host that should show the release.")
    access_point = as_text(given, "edge_access_point_arn")
    if access_point and not _ACCESS_POINT.fullmatch(access_point):
        raise EdgeError(
            f"edge_access_point_arn: {access_point!r} is not the ARN of a Multi-Region Access Point: it is like "
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap, as site.yml tells it."
        )
    release = as_text(given, "edge_release")
    if release:
        check_release_name(release, "edge_release")
    return {
        "name": name,
        "regions": regions,
        "home_region": home_region,
        **delivery_settings(given),
        **_buckets(given, regions),
        "kms_keys": _kms_keys(given, regions),
        "tags": tags,
        **origin_settings(given, name, regions),
        "replication_topology": as_choice(given, "edge_replication_topology", _TOPOLOGIES, "hub"),
        "replication_time_control": as_bool(given, "edge_replication_time_control"),
        "allow_replacement": as_bool(given, "edge_allow_replacement"),
        "access_point_arn": access_point,
        "out_of_service": _out_of_service(given, regions),
        "drill": as_bool(given, "edge_drill"),
        "probes": _probes(given),
        "site": as_text(given, "edge_site"),
        "release": release,
        "hosts": hosts,
        "routes": _routes(given),
        "routes_purge": as_bool(given, "edge_routes_purge"),
    }


def _buckets(given: Given, regions: t.Sequence[str]) -> Settings:
    names = as_dict(given, "edge_bucket_names")
    if names and set(names) != set(regions):
        raise EdgeError("edge_bucket_names must have a bucket for every Region of edge_regions and for no other.")
    check_bucket_names(names, "edge_bucket_names")
    namespace = as_choice(given, "edge_bucket_namespace", NAMESPACES, ACCOUNT_REGIONAL)
    prefix = as_text(given, "edge_bucket_prefix")
    if names and prefix:
        raise EdgeError("edge_bucket_names and edge_bucket_prefix exclude each other: give whole names, or a prefix.")
    if namespace == GLOBAL and not prefix and not names:
        raise EdgeError(
            "edge_bucket_prefix is missing: names in the global namespace are the whole world's, so give what they "
            "begin with, something that nobody else will choose."
        )
    return {"bucket_names": names, "bucket_namespace": namespace, "bucket_prefix": prefix}


def _kms_keys(given: Given, regions: t.Sequence[str]) -> dict[str, str]:
    """May have keys of more Regions: one that leaves the site is read until it has left."""
    option = "edge_kms_keys"
    keys = as_dict(given, option)
    lacking = [region for region in regions if region not in keys]
    if keys and lacking:
        raise EdgeError(f"{option} has no key for {', '.join(lacking)}: give one for every Region of edge_regions.")
    check_kms_keys(keys, list(keys), option)
    return keys


def _out_of_service(given: Given, regions: t.Sequence[str]) -> list[str]:
    option = "edge_out_of_service"
    out = as_list(given, option)
    if unknown := sorted(set(out) - set(regions)):
        raise EdgeError(f"{option}: {', '.join(unknown)} is not among edge_regions ({', '.join(regions)}).")
    if len(set(out)) == len(regions):
        raise EdgeError(f"{option} names every Region of the site: at least one has to stay in service.")
    return out


def _probes(given: Given) -> list[dict[str, t.Any]]:
    option = "edge_probes"
    probes = parsed(given, option)
    form = f"{option} must be a list of dictionaries with name and url (and headers), or empty."
    if not isinstance(probes or [], list):
        raise EdgeError(form)
    for probe in probes or []:
        if not isinstance(probe, dict) or not {"name", "url"} <= set(probe) <= {"name", "url", "headers"}:
            raise EdgeError(form)
    return probes or []


def _routes(given: Given) -> Settings | str:
    """Hosts and their entries, which site_routes checks; or the path of a file that has them, to be read."""
    routes = parsed(given, "edge_routes")
    if routes and not isinstance(routes, (dict, str)):
        raise EdgeError("edge_routes must be a dictionary of hosts, or the path of a YAML file that has one.")
    return routes or {}


def _check_spelling(given: Given) -> None:
    """Refuse a variable that is nearly one of ours; others that begin with edge_ may be the user's own."""
    for name in sorted(set(given) - set(VARIABLES)):
        longer = [variable for variable in VARIABLES if variable.startswith(name)]
        near = longer or difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.75)
        if near:
            raise EdgeError(f"{name} is no variable of these playbooks: did you mean {near[0]}?")
