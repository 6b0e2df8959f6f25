# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of origin modes: the origins and the function configuration of each, and how a mode is recognised."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._site.origin_modes import (
    ORIGIN_MODES,
    ORIGIN_SETS,
    Buckets,
    lambda_config,
    origin_set_of,
)
from ansible_collections.multiregion.edge.plugins.module_utils._site.references import MRAP_DOMAIN_NAME

REPOSITORY = Path(__file__).parents[2]
# The Regions of the regional edge caches, which run Lambda@Edge.
CACHES = {
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1"),
    *("eu-central-1", "eu-west-1", "eu-west-2"),
    *("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
}
BUCKETS = Buckets({"us-east-1": "site-b", "eu-north-1": "site-a"}, "eu-north-1")
ALONE = Buckets({"eu-north-1": "site-a"}, "eu-north-1")
ALL = [(mode, signer) for mode, known in ORIGIN_MODES.items() for signer in known.signers]


def hosts(mode: str, signer: str, buckets: Buckets = BUCKETS) -> dict[str, str]:
    made = ORIGIN_MODES[mode].origin_sets[signer].origins(buckets)
    return {origin["id"]: origin["domain_name"] for origin in made.origins}


@pytest.mark.parametrize(
    ("mode", "signer", "origins", "target", "members"),
    [
        ("mrap", "lambda_edge", {"mrap": MRAP_DOMAIN_NAME}, "mrap", []),
        ("mrap", "oac", {"mrap-oac": MRAP_DOMAIN_NAME}, "mrap-oac", []),
        *(
            (
                mode,
                "lambda_edge",
                {
                    "signed-eu-north-1": "site-a.s3.eu-north-1.amazonaws.com",
                    "signed-us-east-1": "site-b.s3.us-east-1.amazonaws.com",
                    "failover": "site-b.s3.us-east-1.amazonaws.com",
                },
                "signed-buckets",
                ["signed-eu-north-1", "failover"],
            )
            for mode in ("region_map", "dns_record")
        ),
        (
            "nearest_bucket",
            "oac",
            {
                "bucket-eu-north-1": "site-a.s3.eu-north-1.amazonaws.com",
                "bucket-us-east-1": "site-b.s3.us-east-1.amazonaws.com",
            },
            "buckets",
            ["bucket-eu-north-1", "bucket-us-east-1"],
        ),
    ],
)
def test_origins_of_two_regions(mode: str, signer: str, origins: Any, target: str, members: list[str]) -> None:
    made = ORIGIN_MODES[mode].origin_sets[signer].origins(BUCKETS)
    assert hosts(mode, signer) == origins
    assert made.target == target
    assert [member["origin_id"] for group in made.groups for member in group["members"]] == members
    assert [group["id"] for group in made.groups] == ([target] if members else [])


@pytest.mark.parametrize(("mode", "signer"), ALL)
def test_one_region_needs_no_group(mode: str, signer: str) -> None:
    made = ORIGIN_MODES[mode].origin_sets[signer].origins(ALONE)
    assert made.groups == []
    assert [made.target] == made.ids


@pytest.mark.parametrize(("mode", "signer"), ALL)
def test_only_the_second_origin_of_a_signed_group_has_the_failover_header(mode: str, signer: str) -> None:
    made = ORIGIN_MODES[mode].origin_sets[signer].origins(BUCKETS)
    with_header = [origin["id"] for origin in made.origins if "custom_headers" in origin]
    assert with_header == (["failover"] if mode in ("region_map", "dns_record") else [])


@pytest.mark.parametrize(("mode", "signer"), ALL)
def test_they_are_recognised_in_a_live_distribution(mode: str, signer: str) -> None:
    origin_set = ORIGIN_MODES[mode].origin_sets[signer]
    for buckets in (BUCKETS, ALONE):
        made = origin_set.origins(buckets)
        assert {origin_set_of(origin_id) for origin_id in [*made.ids, made.target]} == {origin_set}


@pytest.mark.parametrize("origin_id", ["", "api", "mrap-api", "my-bucket", "bucket", "oac", "failover-api"])
def test_an_origin_of_the_user_belongs_to_no_origin_mode(origin_id: str) -> None:
    assert origin_set_of(origin_id) is None


def test_the_origins_of_each_mode_have_one_signature() -> None:
    for mode in ORIGIN_MODES.values():
        for signer, origin_set in mode.origin_sets.items():
            assert ORIGIN_SETS[origin_set.name] is origin_set
            assert bool(origin_set.protocol) == (signer == "oac")


def config(mode: str, buckets: Buckets = BUCKETS, **settings: Any) -> dict[str, Any]:
    absent = {"prefer": {}, "query_strings": [], "dns_record": "", "region_map_parameter": ""}
    return lambda_config(mode, {"regions": list(buckets.names), **absent, **settings}, buckets)


def test_an_mrap_needs_no_configuration() -> None:
    assert config("mrap") == {}
    assert config("mrap", query_strings=["v"]) == {"mode": "mrap", "query": ["v"]}


def test_a_region_map_has_the_nearest_bucket_and_the_next_for_each_regional_edge_cache() -> None:
    made = config("region_map")
    assert made["buckets"] == {"site-a": "eu-north-1", "site-b": "us-east-1"}
    assert made["default"] == "site-a"
    assert made["map"].keys() == made["next"].keys() == CACHES
    assert (made["map"]["eu-west-2"], made["next"]["eu-west-2"]) == ("site-a", "site-b")
    assert (made["map"]["us-west-2"], made["next"]["us-west-2"]) == ("site-b", "site-a")
    assert config("region_map", prefer={"us-west-2": ["eu-north-1"]})["map"]["us-west-2"] == "site-a"


def test_a_parameter_of_the_home_region_comes_beside_the_map() -> None:
    made = config("region_map", region_map_parameter="/site/map")
    assert made == {**config("region_map"), "parameter": {"name": "/site/map", "region": "eu-north-1"}}


def test_with_one_region_there_is_no_next_bucket() -> None:
    made = config("region_map", ALONE)
    assert (set(made["map"].values()), made["next"]) == ({"site-a"}, {})


def test_the_function_gets_the_name_of_the_record_and_the_two_nearest_buckets() -> None:
    made = config("dns_record", dns_record="bucket.example.com")
    near = made.pop("near")
    assert made == {
        "mode": "dns_record",
        "buckets": {"site-a": "eu-north-1", "site-b": "us-east-1"},
        "default": "site-a",
        "record": "bucket.example.com",
    }
    assert near.keys() == CACHES
    assert (near["eu-west-2"], near["us-west-2"]) == (["site-a", "site-b"], ["site-b", "site-a"])
    assert "near" not in config("dns_record", ALONE)


# The edge code has a file for each mode, failover has tasks for each, and the documentation has the settings.
MAY_NAME_A_MODE = re.compile(
    r"plugins/module_utils/_site/|files/edge/|roles/failover/tasks/(mrap|dns_record|nearest_bucket)/"
    r"|plugins/modules/.*|roles/.*/meta/argument_specs\.yml|roles/.*README\.md"
)


def test_no_other_file_names_an_origin_mode() -> None:
    others = "|".join(mode for mode in ORIGIN_MODES if mode != "mrap")
    named = re.compile(rf"(?<!settings\.)\b({others})\b|['\"]mrap['\"]")
    found = [
        str(path.relative_to(REPOSITORY))
        for folder in ("plugins", "roles", "playbooks")
        for path in (REPOSITORY / folder).rglob("*.*")
        if path.suffix in (".py", ".yml") and named.search(path.read_text())
    ]
    assert [name for name in found if not MAY_NAME_A_MODE.match(name)] == []
