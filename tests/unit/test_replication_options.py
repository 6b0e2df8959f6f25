# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of s3_replication, and refusals before the first call."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._replication.resource import ARGUMENTS, desired
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import REGIONS

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
ROLE = "arn:aws:iam::111122223333:role/path/my-site-replication"
KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666" for region in BUCKETS}


def given(**options: t.Any) -> dict[str, t.Any]:
    defaults = {name: argument.get("default") for name, argument in ARGUMENTS.items()}
    return {**defaults, "buckets": BUCKETS, "home_region": "eu-north-1", "role_arn": ROLE, **options}


def test_the_topology_sets_the_sources() -> None:
    assert desired(given()).sources == ("eu-north-1",)
    assert desired(given(topology="mesh", home_region=None)).sources == tuple(BUCKETS)
    assert desired(given(topology="mesh")).sources == tuple(BUCKETS)


def test_absent_needs_neither_a_home_region_nor_a_role() -> None:
    wanted = desired(given(state="absent", home_region=None, role_arn=None))
    assert (wanted.sources, wanted.destinations("eu-north-1")) == ((), {})


def test_a_role_that_does_not_exist_yet_is_accepted_in_check_mode() -> None:
    assert desired(given(role_arn=KNOWN_AFTER_APPLY)).role_arn == KNOWN_AFTER_APPLY


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"buckets": {}}, "buckets is empty"),
        ({"buckets": {"eu-nord-1": "site-eu"}}, "Did you mean eu-north-1?"),
        ({"buckets": {region: f"site-{region}" for region in REGIONS[:18]}}, "takes 17"),
        ({"buckets": {**BUCKETS, "us-east-1": "Site_US"}}, "'Site_US' for us-east-1 must be"),
        ({"buckets": dict.fromkeys(BUCKETS, "site")}, "the same bucket for two Regions"),
        ({"home_region": None}, "home_region is needed for the topology hub"),
        ({"home_region": "sa-east-1"}, "sa-east-1 is not among the Regions of buckets"),
        ({"home_region": "sa-east-1", "topology": "mesh"}, "sa-east-1 is not among the Regions of buckets"),
        ({"role_arn": None}, "role_arn is needed"),
        ({"role_arn": "my-site-replication"}, "'my-site-replication' is not the ARN of an IAM role"),
        ({"role_arn": ROLE.replace("role/", "user/")}, "is not the ARN of an IAM role"),
        ({"kms_keys": {"eu-north-1": KEYS["eu-north-1"]}}, "must have a key for each of eu-north-1, us-east-1"),
        ({"kms_keys": {**KEYS, "sa-east-1": KEYS["eu-north-1"]}}, "and for no other"),
        ({"kms_keys": dict.fromkeys(BUCKETS, KEYS["eu-north-1"])}, "for us-east-1 is in eu-north-1"),
        ({"kms_keys": dict.fromkeys(BUCKETS, "alias/site")}, "'alias/site' for eu-north-1 is not the ARN of a key"),
    ],
)
def test_invalid_options_are_refused(options: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(EdgeError) as refusal:
        desired(given(**options))
    assert sentence in str(refusal.value)
