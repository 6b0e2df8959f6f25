# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a distribution are botocore's members, and the documentation matches."""

from __future__ import annotations

import types
import typing as t

import botocore.session
import pytest
import yaml
from ansible_collections.multiregion.edge.plugins.module_utils._access_logs import resource as access_logs
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import to_api, to_snake_case
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import info as distribution_info
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import resource as distribution
from ansible_collections.multiregion.edge.plugins.modules import (
    cloudfront_distribution,
    cloudfront_distribution_info,
    cloudfront_distribution_logging,
)

SHAPE = botocore.session.get_session().get_service_model("cloudfront").shape_for("DistributionConfig")
MEMBERS = {to_snake_case(name) for name in SHAPE.members}
OUR_OWN = {"name", "state", "config", "purge_origins", "mrap_origin_shape", "tags", "wait", "wait_timeout"}


def test_each_is_a_member() -> None:
    assert distribution.ARGUMENTS.keys() - OUR_OWN <= MEMBERS
    assert not OUR_OWN & MEMBERS


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_each_member_can_be_given(member: str) -> None:
    assert to_api(SHAPE, {member: None}) == {}
    with_one = to_api(SHAPE, {member: "(known after apply)"})
    assert [to_snake_case(name) for name in with_one] == [member]


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        (cloudfront_distribution, distribution.ARGUMENTS),
        (cloudfront_distribution_info, distribution_info.INFO_ARGUMENTS),
        (cloudfront_distribution_logging, access_logs.ARGUMENTS),
    ],
)
def test_the_documentation_matches_the_options(module: types.ModuleType, arguments: dict[str, t.Any]) -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    for option in documented.values():
        del option["description"]
    assert documented == arguments
