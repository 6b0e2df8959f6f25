# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How replication between a site's buckets is: what is configured, what is measured, and what is wrong."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._core.aws import (
    AnsibleAWSModule,
    Aws,
    ClientError,
    is_boto3_error_code,
)
from .._core.errors import EdgeError
from .._core.parallel import MultiRegionError, in_parallel
from .._rules.bucket_names import check_bucket_names
from .._rules.regions import check_regions
from . import assess, measure
from .api import HealthApi
from .canary import Canaries

ARGUMENTS: dict[str, t.Any] = {
    "buckets": {"type": "dict", "required": True},
    "topology": {"type": "str", "default": "hub", "choices": ["hub", "mesh"]},
    "home_region": {"type": "str"},
    "role_arn": {"type": "str"},
    "canary": {"type": "bool", "default": False},
    "canary_timeout": {"type": "int", "default": 300},
    "scan_prefix": {"type": "str"},
    "scan_limit": {"type": "int", "default": 1000},
}

_DENIED = ["AccessDenied", "AccessDeniedException"]
# SimulatePrincipalPolicy is throttled early.
_SIMULATIONS = 4

T = t.TypeVar("T")
Other = t.TypeVar("Other")


def report(module: AnsibleAWSModule, aws: Aws) -> dict[str, t.Any]:
    """What the module returns."""
    p = module.params
    _check(p)
    edges = assess.edges(p["buckets"], p["topology"], p["home_region"])
    api = HealthApi(aws, p["buckets"])
    setup = observe(api, edges, p["buckets"], p["role_arn"])
    reachable = [edge for edge in edges if not any(setup.buckets[region].trouble for region in edge)]
    metrics = metrics_of(api, reachable, setup)
    scans, scanned = (
        measure.scan(api, reachable, p["scan_prefix"], p["scan_limit"]) if p["scan_prefix"] is not None else ({}, None)
    )
    sound = [edge for edge in edges if not assess.setup_problem(edge, setup)]
    watched = sound if p["canary"] and not module.check_mode else []
    canaries = Canaries(
        api, [region for region in setup.buckets if not setup.buckets[region].trouble], p["canary_timeout"]
    )
    flown = canaries.fly(watched) if watched else {}
    measured = {
        edge: assess.Measured(
            metrics.get(edge, assess.Metrics()),
            scans.get(edge),
            p["canary_timeout"] if edge in watched else None,
            canaries.refused.get(edge.source) if edge in watched else None,
            flown.get(edge),
        )
        for edge in edges
    }
    described = [assess.described(edge, setup, measured[edge]) for edge in edges]
    problems = [edge["problem"] for edge in described if edge["problem"]]
    return {"edges": described, "healthy": not problems, "problems": problems, "scanned_objects": scanned}


def _check(params: t.Mapping[str, t.Any]) -> None:
    """Raise EdgeError, before any call, for what cannot be."""
    check_regions(list(params["buckets"]), "buckets")
    check_bucket_names(params["buckets"], "buckets")
    home = params["home_region"]
    if params["topology"] == "hub" and not home:
        raise EdgeError("home_region is missing: name the Region that the others get everything from, or set mesh.")
    if home and home not in params["buckets"]:
        raise EdgeError(f"home_region: {home} is not among the Regions of buckets: add its bucket.")
    if params["scan_limit"] < 1:
        raise EdgeError("scan_limit must be at least 1; leave scan_prefix out to look at no objects.")


def observe(
    api: HealthApi, edges: t.Sequence[assess.Edge], buckets: t.Mapping[str, str], expected_role: str | None
) -> assess.Setup:
    """What is configured. What may not be looked at is taken for right: the canary tells."""
    sources = {edge.source for edge in edges}
    found = in_parallel(
        {
            region: functools.partial(_bucket, api, region, name, is_source=region in sources)
            for region, name in buckets.items()
        }
    )
    setup = assess.Setup(found, {}, {}, expected_role)
    return dataclasses.replace(setup, roles=_roles(api, edges, setup), keys=_keys(api, edges, setup))


def _bucket(api: HealthApi, region: str, name: str, is_source: bool) -> assess.Bucket:
    trouble = api.trouble(region)
    if trouble:
        return assess.Bucket(name, trouble)
    versioning = _unless_denied(functools.partial(api.versioning, region), "Enabled")
    if not is_source:
        return assess.Bucket(name, versioning=versioning)
    encryption = _unless_denied(functools.partial(api.encryption, region), None) or ""
    return assess.Bucket(name, None, versioning, api.replication(region), encryption.startswith("aws:kms"))


def _unless_denied(read: t.Callable[[], T], otherwise: Other) -> T | Other:
    try:
        return read()
    except is_boto3_error_code(_DENIED):
        return otherwise


def _roles(api: HealthApi, edges: t.Sequence[assess.Edge], setup: assess.Setup) -> dict[str, assess.Role]:
    needed: dict[str, dict[str, set[str]]] = {}
    for edge in edges:
        source, destination = (setup.buckets[region] for region in edge)
        if source.replication and assess.rule_of(edge, setup):
            resources = needed.setdefault(source.replication["Role"], {})
            resources.setdefault(assess.bucket_arn(source), set()).update(assess.BUCKET_ACTIONS)
            resources.setdefault(assess.objects_arn(source), set()).update(assess.READ_ACTIONS)
            resources.setdefault(assess.objects_arn(destination), set()).update(assess.WRITE_ACTIONS)
    return in_parallel({arn: functools.partial(_role, api, arn, resources) for arn, resources in needed.items()})


def _role(api: HealthApi, arn: str, needed: t.Mapping[str, t.Collection[str]]) -> assess.Role:
    if not api.is_own(arn):
        return assess.Role()
    try:
        trust = api.trust_policy(arn)
    except is_boto3_error_code(_DENIED):
        return assess.Role()
    if trust is None:
        return assess.Role(is_gone=True)

    def denied(resource: str) -> list[str]:
        return _unless_denied(functools.partial(api.denied, arn, resource, sorted(needed[resource])), [])

    found = in_parallel({resource: functools.partial(denied, resource) for resource in needed}, _SIMULATIONS)
    return assess.Role(is_trusting=assess.trusts_s3(trust), denied=found)


def _keys(api: HealthApi, edges: t.Sequence[assess.Edge], setup: assess.Setup) -> dict[str, str | None]:
    # Of several sources, whose rules may name different keys of one Region.
    wanted = {(edge.destination, assess.key_of(assess.rule_of(edge, setup))) for edge in edges}
    reads = {key: functools.partial(api.key_state, region, key) for region, key in wanted if key}
    return in_parallel({key: functools.partial(_unless_denied, read, "Enabled") for key, read in reads.items()})


def metrics_of(
    api: HealthApi, edges: t.Sequence[assess.Edge], setup: assess.Setup
) -> dict[assess.Edge, assess.Metrics]:
    """None where they may not be read."""
    try:
        return measure.metrics(api, edges, setup)
    except MultiRegionError as error:
        if all(map(_is_denied, error.failures.values())):
            return {}
        raise


def _is_denied(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED
