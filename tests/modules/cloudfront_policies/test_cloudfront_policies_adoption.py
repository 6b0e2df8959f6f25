"""Origin access controls and policies against local AWS: an equal managed or unmanaged one is used instead."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from modules.distributions import CACHING_OPTIMIZED
from modules.policy_kinds import (
    CACHE,
    CONTROL,
    PARAMETERS,
    REQUEST,
    RESPONSE,
    RICH,
    Kind,
    emptied,
)
from modules.runner import ModuleFailed, Modules

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
SECURITY, CORS_S3 = "67f7725c-6f97-4210-82d7-5512b31e9d03", "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"


@pytest.mark.parametrize(
    ("name", "options", "managed"),
    [
        (CACHE, {}, CACHING_OPTIMIZED),
        (CACHE, {"max_ttl": 0}, DISABLED),
        (
            REQUEST,
            {
                "headers_config": {
                    "header_behavior": "whitelist",
                    "headers": ["origin", "Access-Control-Request-Method", "access-control-request-headers"],
                }
            },
            CORS_S3,
        ),
        (
            RESPONSE,
            {
                "security_headers_config": {
                    "strict_transport_security": {"access_control_max_age_sec": 31536000, "override": False},
                    "content_type_options": {"override": True},
                    "frame_options": {"frame_option": "SAMEORIGIN", "override": False},
                    "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
                    "xss_protection": {"protection": True, "mode_block": True, "override": False},
                }
            },
            SECURITY,
        ),
    ],
)
def test_a_managed_policy_of_aws_is_used_instead_of_a_new_one(
    modules: Modules, name: str, options: dict[str, Any], managed: str
) -> None:
    for kind in emptied(Kind(modules, name)):
        for adopt in ("equal", "managed"):
            used = kind.run(adopt=adopt, **options)
            assert (used["changed"], used["mutating"]) == (False, [])
            assert (used[name]["id"], used[name]["managed"], used[name]["adopted"]) == (managed, True, True)
        for given in (options, {}):
            by_name = kind.run(used[name]["name"], adopt="never", **given)
            assert (by_name["mutating"], by_name[name]["id"]) == ([], managed)
        with pytest.raises(ModuleFailed, match=r"is AWS's own and cannot be changed"):
            kind.run(used[name]["name"], state="absent")
        own = kind.run(adopt="never", **options)
        assert (len(own["mutating"]), own[name]["managed"], own[name]["adopted"]) == (1, False, False)
        assert kind.run(**options)[name]["id"] == own[name]["id"]


def test_an_equal_one_with_another_name_is_used_and_not_changed(kind: Kind) -> None:
    others = kind.unmanaged("a-theirs")
    as_theirs: dict[str, Any] = {
        CONTROL: {},
        CACHE: {
            "min_ttl": 7,
            PARAMETERS: {"enable_accept_encoding_gzip": False, "enable_accept_encoding_brotli": False},
        },
        REQUEST: {"query_strings_config": {"query_string_behavior": "all"}},
        RESPONSE: {"server_timing_headers_config": {"enabled": False}},
    }[kind.name]
    if kind.name == CACHE:
        nothing = {"HeaderBehavior": "none"}, {"CookieBehavior": "none"}, {"QueryStringBehavior": "none"}
        headers, cookies, strings = nothing
        key = {"HeadersConfig": headers, "CookiesConfig": cookies, "QueryStringsConfig": strings}
        kind.change(others, ParametersInCacheKeyAndForwardedToOrigin={"EnableAcceptEncodingGzip": False, **key})
    used = kind.run(**as_theirs)
    assert (used["mutating"], used[kind.name]["id"], used[kind.name]["adopted"]) == ([], others, True)
    assert used[kind.name]["name"] == "a-theirs"
    assert kind.run(state="absent")["mutating"] == []
    assert len(kind.run(adopt="managed", **as_theirs)["mutating"]) == 1
    # One with the same name is used while it is equal, and refused otherwise.
    same = kind.run("a-theirs", **as_theirs)
    assert (same["mutating"], same[kind.name]["adopted"]) == ([], True)
    with pytest.raises(ModuleFailed, match=r"a-theirs exists already and is not this collection's"):
        kind.run("a-theirs", **{**RICH[kind.name]})
    with pytest.raises(ModuleFailed, match=r"is not this collection's"):
        kind.run("a-theirs", state="absent")
