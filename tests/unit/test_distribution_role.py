# SPDX-License-Identifier: GPL-3.0-or-later

"""Every setting of the role `distribution`: a change of one by another user gives one update of this setting."""

from __future__ import annotations

import copy
import functools
import typing as t

import botocore.session
import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import to_api, to_snake_case
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.plan import Desired, Observed, plan
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.resource import ARGUMENTS
from ansible_collections.multiregion.edge.plugins.module_utils._site.live import Live
from ansible_collections.multiregion.edge.plugins.module_utils._site.origin_modes import ORIGIN_MODES
from ansible_collections.multiregion.edge.plugins.module_utils._site.phases import phases
from ansible_collections.multiregion.edge.plugins.module_utils._site.references import resolve
from ansible_collections.multiregion.edge.plugins.module_utils._site.settings import settings
from ansible_collections.multiregion.edge.plugins.module_utils._site.target import Target

from unit.operations import operations
from unit.role_variables import ROLES

OPERATIONS = operations(Operations)

Path = tuple[t.Any, ...]

SHAPE = botocore.session.get_session().get_service_model("cloudfront").shape_for("DistributionConfig")
MODULE = "multiregion.edge.cloudfront_distribution"
FACTS = {"id": "E1", "arn": "arn:E1", "domain_name": "d1.cloudfront.net", "status": "Deployed"}
MODES = [(mode, signer) for mode, known in ORIGIN_MODES.items() for signer in known.signers]
GIVEN: dict[str, t.Any] = {
    "distribution_site": "shop",
    "distribution_viewer_request_arn": "arn:aws:cloudfront::111122223333:function/shop-viewer-request",
    "distribution_aliases": ["www.example.com", "example.com"],
    "distribution_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/0f3a9c1d",
    "distribution_response_headers_policy_id": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "distribution_web_acl_arn": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/0f3a9c1d",
    "distribution_origin_access_control_result": {"origin_access_control": {"id": "EOAC"}},
}
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:shop-origin-request:3"
RESULTS = {
    "mrap": {"multi_region_access_point": {"domain_name": "x.mrap.accesspoint.s3-global.amazonaws.com"}},
    "origin_request": {"function": {"qualified_arn": FUNCTION}},
}
# Not part of the configuration, and not compared.
OTHERS = {"name", "state", "config", "purge_origins", "mrap_origin_shape", "tags", "wait", "wait_timeout"}


def settings_of(mode: str, signer: str) -> dict[str, t.Any]:
    regions = ["eu-north-1", "us-east-1", "ap-south-1"]
    given = {"edge_origin": mode, "edge_signer": signer, "edge_dns_zone": "example.com"}
    return settings({"edge_name": "shop", "edge_regions": regions, **given})


@functools.cache
def asked(mode: str, signer: str) -> dict[str, t.Any]:
    """The members of DistributionConfig that the role's task passes to the module."""
    loader, variables = DataLoader(), {}
    for name in ("defaults/main", "vars/main"):
        variables |= loader.load_from_file(str(ROLES / "distribution" / f"{name}.yml"), trusted_as_template=True)
    (phase,) = phases(Target(settings_of(mode, signer), Live("111122223333")))
    data = resolve(phase.tasks["distribution"], RESULTS)
    variables |= GIVEN | {
        "distribution_origins": data["origins"],
        "distribution_failover_origins": data["failover_origins"],
        "distribution_origin_groups": data["origin_groups"],
        "distribution_target_origin_id": data["target"],
        "distribution_signing_protocol": data["signing_protocol"],
        "distribution_lambda_function_associations": data["lambda_function_associations"],
    }
    tasks = loader.load_from_file(str(ROLES / "distribution/tasks/main.yml"), trusted_as_template=True)
    (options,) = [task[MODULE] for task in tasks if MODULE in task]
    rendered = Templar(loader, variables=variables).template(options)
    assert rendered.keys() <= ARGUMENTS.keys()
    config = {key: value for key, value in rendered.items() if key not in OTHERS}
    return {"comment": "shop (multiregion.edge)", "enabled": True, **config}


def observed(config: dict[str, t.Any]) -> Observed:
    """As CloudFront returns it, with its defaults."""
    api = to_api(SHAPE, {**config, "caller_reference": "multiregion.edge/shop"})
    api |= {"Staging": False, "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}}
    api.setdefault("WebACLId", "")
    api["DefaultCacheBehavior"] |= {"SmoothStreaming": False, "GrpcConfig": {"Enabled": False}}
    for origin in api["Origins"]["Items"]:
        for name, value in {"OriginPath": "", "OriginShield": {"Enabled": False}, "OriginAccessControlId": ""}.items():
            origin.setdefault(name, value)
    return Observed(FACTS, api, {"multiregion-edge": "shop"})


# For an empty list.
_FIRST: dict[t.Any, dict[str, t.Any]] = {
    "origin_groups": {"id": "theirs", "failover_criteria": {"status_codes": [500]}, "members": [{"origin_id": "a"}]},
    "lambda_function_associations": {"event_type": "origin-request", "lambda_function_arn": "arn"},
}


def leaves(value: t.Any, path: Path = ()) -> t.Iterator[tuple[Path, t.Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    elif value is not None:
        yield path, value


def other(path: Path, value: t.Any) -> t.Any:
    """A value of the same kind."""
    choices = enum(path)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return value[:-1] if len(value) > 1 else [] if value else [_FIRST[path[-1]]]
    return next(choice for choice in choices if choice != value) if choices else f"{value}x"


def enum(path: Path) -> list[str]:
    shape = SHAPE
    for key in path:
        if "Items" in shape.members and key not in {to_snake_case(name) for name in shape.members}:
            shape = shape.members["Items"].member
        if isinstance(key, str):
            shape = {to_snake_case(name): member for name, member in shape.members.items()}[key]
    return list(getattr(shape, "enum", []))


def put(config: dict[str, t.Any], path: Path, value: t.Any) -> dict[str, t.Any]:
    changed = copy.deepcopy(config)
    at: t.Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


CASES = [(mode, signer, path) for mode, signer in MODES for path, _ in leaves(asked(mode, signer))]


@pytest.mark.parametrize(("mode", "signer"), MODES)
def test_nothing_to_do(mode: str, signer: str) -> None:
    config = asked(mode, signer)
    result = plan(OPERATIONS, observed(config), Desired("shop", config, {}), SHAPE)
    assert result.steps == ()
    assert result.before == result.after


@pytest.mark.parametrize(
    ("mode", "signer", "path"),
    CASES,
    ids=[f"{mode}-{signer}-{'.'.join(map(str, path))}" for mode, signer, path in CASES],
)
def test_a_single_change_is_one_update_of_this_setting_only(mode: str, signer: str, path: Path) -> None:
    config = asked(mode, signer)
    changed = observed(put(config, path, other(path, dict(leaves(config))[path])))
    result = plan(OPERATIONS, changed, Desired("shop", config, {}), SHAPE)
    (step,) = result.steps
    assert (step.name, step.sentence) == ("update_distribution", f"Update the distribution E1: {path[0]}")
    sent, wanted = step.arguments["config"], observed(config).config
    # An origin with another id is a new origin, without CloudFront's defaults.
    assert {name for name in wanted if sent.get(name) != wanted[name]} <= ({"Origins"} if path[-1] == "id" else set())
    different = {key for key in result.before if result.before[key] != result.after[key]}
    assert different == {path[0]}
    identities = ("id", "event_type", "header_name", "error_code")
    if path[-1] not in (*identities, *_FIRST):
        before, after = dict(leaves(result.before)), dict(leaves(result.after))
        assert len({key for key in {*before, *after} if before.get(key) != after.get(key)}) == 1


def test_no_origin_access_control_of_another_owner_is_used() -> None:
    tasks = DataLoader().load_from_file(str(ROLES / "distribution" / "tasks" / "origin_access_control.yml"))
    options = [task["multiregion.edge.cloudfront_origin_access_control"] for task in tasks]
    assert [each.get("adopt") for each in options] == ["never", "never"]
