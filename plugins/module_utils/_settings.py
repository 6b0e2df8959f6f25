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

try:
    import yaml
except ImportError:  # ansible-core brings it wherever the playbooks run
    pass

from ansible_collections.multiregion.edge.plugins.module_utils._bucket_names import (
    RESERVED_PREFIXES,
    check_bucket_names,
)
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._regions import check_regions
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import check_release_name

# A Multi-Region Access Point's name has 50 characters, of which 9 are ours; a bucket's has 63, of which
# the account, the longest Region and the namespace's mark take 31.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,30})[a-z0-9]")
_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+")

_ACCESS_POINT = re.compile(r"arn:aws:s3::\d{12}:accesspoint/[a-z][a-z0-9]*\.mrap")

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("", "false", "no", "off", "0")

_TOPOLOGIES = ("hub", "mesh")
_PRICE_CLASSES = ("PriceClass_100", "PriceClass_200", "PriceClass_All")

# edge_target is for the playbooks' hosts line.
VARIABLES = (
    "edge_access_point_arn",
    "edge_aliases",
    "edge_allow_replacement",
    "edge_bucket_names",
    "edge_certificate_arn",
    "edge_drill",
    "edge_home_region",
    "edge_hosts",
    "edge_name",
    "edge_out_of_service",
    "edge_price_class",
    "edge_probes",
    "edge_regions",
    "edge_release",
    "edge_replication_time_control",
    "edge_replication_topology",
    "edge_site",
    "edge_tags",
    "edge_target",
)

Settings = dict[str, t.Any]


def settings(given: t.Mapping[str, t.Any]) -> Settings:
    """*given*: the variables by their names; those that are absent or None take their default.

    Raises EdgeError with one sentence for the first thing that is wrong.
    """
    _check_spelling(given)
    name = _text(given, "edge_name")
    if not name:
        raise EdgeError("edge_name is missing: name your site, for example edge_name=my-site.")
    if not _NAME.fullmatch(name) or name.startswith(RESERVED_PREFIXES):
        raise EdgeError(
            f"edge_name: {name!r} must be 3 to 32 lower-case letters, digits and hyphens, with no hyphen at its ends "
            "and no xn-- before it: "
            "names of buckets and of the access point are made from it."
        )
    regions = as_list(given.get("edge_regions"), "edge_regions")
    check_regions(regions, "edge_regions")
    home_region = _text(given, "edge_home_region") or regions[0]
    if home_region not in regions:
        raise EdgeError(
            f"edge_home_region: {home_region} is not among edge_regions ({', '.join(regions)}): add it there."
        )
    aliases = _hosts(given, "edge_aliases")
    certificate = _text(given, "edge_certificate_arn")
    if aliases and not certificate:
        raise EdgeError(
            f"edge_certificate_arn is missing: {', '.join(aliases)} need an ACM certificate of us-east-1 "
            "that covers them."
        )
    if certificate and not _CERTIFICATE.fullmatch(certificate):
        raise EdgeError(f"edge_certificate_arn: {certificate!r} is not the ARN of an ACM certificate in us-east-1.")
    bucket_names = as_dict(given.get("edge_bucket_names"), "edge_bucket_names")
    if bucket_names and set(bucket_names) != set(regions):
        raise EdgeError("edge_bucket_names must have a bucket for every Region of edge_regions and for no other.")
    check_bucket_names(bucket_names, "edge_bucket_names")
    tags = as_dict(given.get("edge_tags"), "edge_tags")
    if any(key.lower().startswith("aws:") for key in tags):
        raise EdgeError("edge_tags: names that begin with aws: are AWS's own: choose others.")
    hosts = _hosts(given, "edge_hosts")
    if any("*" in host for host in hosts):
        raise EdgeError("edge_hosts: a pointer is one host's: name every host that should show the release.")
    access_point = _text(given, "edge_access_point_arn")
    if access_point and not _ACCESS_POINT.fullmatch(access_point):
        raise EdgeError(
            f"edge_access_point_arn: {access_point!r} is not the ARN of a Multi-Region Access Point: it is like "
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap, as site.yml tells it."
        )
    release = _text(given, "edge_release")
    if release:
        check_release_name(release, "edge_release")
    return {
        "name": name,
        "regions": regions,
        "home_region": home_region,
        "aliases": aliases,
        "certificate_arn": certificate,
        "bucket_names": bucket_names,
        "tags": tags,
        "price_class": _choice(given, "edge_price_class", _PRICE_CLASSES, "PriceClass_All"),
        "replication_topology": _choice(given, "edge_replication_topology", _TOPOLOGIES, "hub"),
        "replication_time_control": _yes(given, "edge_replication_time_control"),
        "allow_replacement": _yes(given, "edge_allow_replacement"),
        "access_point_arn": access_point,
        "out_of_service": _out_of_service(given, regions),
        "drill": _yes(given, "edge_drill"),
        "probes": _probes(given),
        "site": _text(given, "edge_site"),
        "release": release,
        "hosts": hosts,
    }


def _out_of_service(given: t.Mapping[str, t.Any], regions: t.Sequence[str]) -> list[str]:
    option = "edge_out_of_service"
    out = as_list(given.get(option), option)
    if unknown := sorted(set(out) - set(regions)):
        raise EdgeError(f"{option}: {', '.join(unknown)} is not among edge_regions ({', '.join(regions)}).")
    if len(set(out)) == len(regions):
        raise EdgeError(f"{option} names every Region of the site: at least one has to stay in service.")
    return out


def _probes(given: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    option = "edge_probes"
    probes = given.get(option)
    if isinstance(probes, str):
        probes = _parsed(probes, option)
    form = f"{option} must be a list of dictionaries with name and url (and headers), or empty."
    if not isinstance(probes or [], list):
        raise EdgeError(form)
    for probe in probes or []:
        if not isinstance(probe, dict) or not {"name", "url"} <= set(probe) <= {"name", "url", "headers"}:
            raise EdgeError(form)
    return probes or []


def _choice(given: t.Mapping[str, t.Any], option: str, choices: tuple[str, ...], default: str) -> str:
    value = _text(given, option) or default
    if value not in choices:
        raise EdgeError(f"{option}: {value!r} is none; choose from {', '.join(choices)}.")
    return value


def _yes(given: t.Mapping[str, t.Any], option: str) -> bool:
    value = _text(given, option).lower()
    if value not in _TRUE + _FALSE:
        raise EdgeError(f"{option}: {value!r} is neither true nor false.")
    return value in _TRUE


def _hosts(given: t.Mapping[str, t.Any], option: str) -> list[str]:
    hosts = list(dict.fromkeys(host.lower() for host in as_list(given.get(option), option)))
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise EdgeError(f"{option}: {host!r} is not a host name: write it like www.example.com, without https://.")
    return hosts


def _check_spelling(given: t.Mapping[str, t.Any]) -> None:
    """Refuse a variable that is nearly one of ours; others that begin with edge_ may be the user's own."""
    for name in sorted(set(given) - set(VARIABLES)):
        longer = [variable for variable in VARIABLES if variable.startswith(name)]
        near = longer or difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.75)
        if near:
            raise EdgeError(f"{name} is no variable of these playbooks: did you mean {near[0]}?")


def as_list(value: t.Any, option: str) -> list[str]:
    """A list of texts from a list, from ``a,b``, or from YAML text (surveys and -e give strings)."""
    if isinstance(value, str):
        value = _parsed(value, option)
    if isinstance(value, str):
        value = value.split(",")
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise EdgeError(f"{option}: {value!r} is not a list: write it like [a, b] or a,b.")
    return [text for text in (str(item).strip() for item in value) if text]


def as_dict(value: t.Any, option: str) -> dict[str, str]:
    """A dictionary of texts from a dictionary or from YAML text."""
    if isinstance(value, str):
        value = _parsed(value, option)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise EdgeError(f"{option}: {value!r} is not a dictionary: write it like {{key: value}}.")
    return {str(key): "" if item is None else str(item) for key, item in value.items()}


def _text(given: t.Mapping[str, t.Any], name: str) -> str:
    value = given.get(name)
    return "" if value is None else str(value).strip()


def _parsed(text: str, option: str) -> t.Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        if text[:1] not in "[{-":
            return text  # *.example.com is an alias to YAML
        raise EdgeError(
            f"{option}: {text!r} is neither a list like a,b nor YAML: {str(error).splitlines()[0]}."
        ) from error
