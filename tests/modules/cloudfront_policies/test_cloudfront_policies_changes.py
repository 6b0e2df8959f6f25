"""Origin access controls and policies against local AWS: created, changed in each member, unchanged and deleted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from modules.policy_kinds import (
    CACHE,
    CONTROL,
    MARK,
    PARAMETERS,
    REQUEST,
    RESPONSE,
    Kind,
    emptied,
)
from modules.runner import Modules

UPDATES: list[tuple[str, dict[str, Any], str]] = [
    (CONTROL, {"signing_protocol": "sigv4"}, "signing_protocol"),
    (CONTROL, {"signing_behavior": "never"}, "signing_behavior"),
    (CONTROL, {"origin_access_control_origin_type": "lambda"}, "origin_access_control_origin_type"),
    (CONTROL, {"description": "other"}, "description"),
    (CACHE, {"comment": "other"}, "comment"),
    (CACHE, {"min_ttl": 5}, "min_ttl"),
    (CACHE, {"default_ttl": 61}, "default_ttl"),
    (CACHE, {"config": {"max_ttl": None}}, "max_ttl"),
    (CACHE, {PARAMETERS: {"enable_accept_encoding_brotli": True}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"headers_config": {"header_behavior": "none"}}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"cookies_config": {"cookie_behavior": "all", "cookies": None}}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"query_strings_config": {"query_strings": ["lang"]}}}, PARAMETERS),
    (REQUEST, {"headers_config": {"headers": ["X-A"]}}, "headers_config"),
    (REQUEST, {"cookies_config": {"cookie_behavior": "none"}}, "cookies_config"),
    (REQUEST, {"query_strings_config": {"query_string_behavior": "all"}}, "query_strings_config"),
    (REQUEST, {"config": {"comment": None}}, "comment"),
    (RESPONSE, {"cors_config": {"access_control_allow_methods": ["ALL"]}}, "cors_config"),
    (RESPONSE, {"cors_config": {"access_control_max_age_sec": None}}, "cors_config"),
    (RESPONSE, {"config": {"cors_config": None}}, "cors_config"),
    (RESPONSE, {"security_headers_config": {"frame_options": None}}, "security_headers_config"),
    (RESPONSE, {"security_headers_config": {"xss_protection": {"mode_block": None}}}, "security_headers_config"),
    (RESPONSE, {"config": {"server_timing_headers_config": None}}, "server_timing_headers_config"),
    (RESPONSE, {"custom_headers_config": []}, "custom_headers_config"),
    (RESPONSE, {"config": {"remove_headers_config": None}}, "remove_headers_config"),
]
# Another spelling of the same values.
REWRITTEN = {
    CONTROL: {"signing_protocol": "sigv4a"},
    CACHE: {
        PARAMETERS: {
            "headers_config": {"header_behavior": "whitelist", "headers": ["CloudFront-Viewer-Country", "x-tenant"]},
            "query_strings_config": {"query_strings": ["lang", "page"]},
        }
    },
    REQUEST: {"config": {"headers_config": {"headers": ["x-a", "x-b"]}}},
    RESPONSE: {
        "cors_config": {
            "access_control_allow_methods": ["GET", "HEAD"],
            "access_control_expose_headers": ["x-release"],
        },
        "remove_headers_config": [{"header": "X-Amz-Bucket-Region"}, {"header": "X-Amz-Version-Id"}],
    },
}


def test_created_unchanged_and_deleted(kind: Kind) -> None:
    predicted = kind.rich(check=True)
    assert predicted["plan"] == [f"Create the {kind.name.replace('_', ' ')} shop"]
    assert (predicted["changed"], predicted["mutating"]) == (True, [])
    assert predicted[kind.name]["id"] == "(known after apply)"
    created = kind.rich()
    assert (created["plan"], len(created["mutating"])) == (predicted["plan"], 1)
    thing = created[kind.name]
    assert (thing["name"], thing["managed"], thing["adopted"]) == ("shop", False, False)
    assert thing["description" if kind.name == CONTROL else "comment"].endswith(f" {MARK}")
    assert set(thing) == set(predicted[kind.name])

    for again in (kind.rich(), kind.run(**REWRITTEN[kind.name]), kind.run(), kind.rich(check=True)):
        assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
        assert again["diff"]["before"] == again["diff"]["after"]
        assert again[kind.name] == thing

    would_go = kind.run(check=True, state="absent")
    gone = kind.run(state="absent")
    assert would_go["plan"] == gone["plan"] == [f"Delete the {kind.name.replace('_', ' ')} shop"]
    assert (would_go["mutating"], len(gone["mutating"])) == ([], 1)
    assert would_go[kind.name] is gone[kind.name] is None
    assert kind.run(state="absent")["mutating"] == []


@pytest.mark.parametrize(
    ("name", "change", "member"), UPDATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_update_changes_one_member_only(modules: Modules, name: str, change: dict[str, Any], member: str) -> None:
    for kind in emptied(Kind(modules, name)):
        before = kind.rich()[name]
        predicted = kind.run(check=True, **change)
        assert predicted["plan"] == [f"Update the {name.replace('_', ' ')} shop: {member}"]
        assert (predicted[name]["id"], predicted["mutating"]) == (before["id"], [])
        after = kind.run(**change)
        assert (after["plan"], len(after["mutating"])) == (predicted["plan"], 1)
        empty: tuple[Any, ...] = (None, [], {})
        changed = {key for key in {*before, *after[name]} if before.get(key) != after[name].get(key)}
        assert changed <= {member}
        expected, made = ({k: v for k, v in one[name].items() if v not in empty} for one in (predicted, after))
        assert expected.keys() == made.keys()
        assert kind.run(**change)["mutating"] == []


def test_without_options_no_member_changes(modules: Modules) -> None:
    for kind in emptied(Kind(modules, CONTROL)):
        assert kind.run(description=None)["origin_access_control"]["description"] == MARK
        assert kind.run(config={"description": None})["mutating"] == []
