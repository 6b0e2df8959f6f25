"""Origin access controls and policies against local AWS: refusals have a clear message."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.distributions import CACHING_OPTIMIZED
from modules.policy_kinds import CACHE, CONTROL, REQUEST, RESPONSE, Kind, emptied, modules_of
from modules.runner import ModuleFailed, Modules


def test_the_message_has_the_quota(modules: Modules) -> None:
    for kind in emptied(Kind(modules, REQUEST)):
        for number in range(20):
            kind.unmanaged(f"other-{number:02}")
        with pytest.raises(ModuleFailed, match=r"TooManyOriginRequestPolicies .*ask AWS for a higher quota"):
            kind.rich()
        # The last of several pages is found as well.
        assert kind.run("other-19", query_strings_config={"query_string_behavior": "all"})["mutating"] == []


def distribution(local_aws: LocalAws, **behavior: Any) -> str:
    origin = {"Id": "one", "DomainName": "b.s3.eu-west-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    control = behavior.pop("OriginAccessControlId", None)
    config = {
        "CallerReference": str(behavior),
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [{**origin, **({"OriginAccessControlId": control} if control else {})}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "one",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": CACHING_OPTIMIZED,
            **behavior,
        },
    }
    made: str = local_aws.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


def test_the_message_names_the_distributions_in_use(kind: Kind, local_aws: LocalAws) -> None:
    plain = {"signing_protocol": "sigv4"} if kind.name == CONTROL else {}  # which a bucket requires
    made = kind.rich(**plain)[kind.name]["id"]
    used_by = distribution(local_aws, **{f"{kind.entity}Id": made})
    words = rf"The {kind.name.replace('_', ' ')} {made} is in use by distributions \({used_by}\): let them use another"
    with pytest.raises(ModuleFailed, match=words):
        kind.run(state="absent")
    cloudfront = local_aws.client("cloudfront")
    etag = cloudfront.get_distribution(Id=used_by)["ETag"]
    cloudfront.delete_distribution(Id=used_by, IfMatch=etag)
    assert len(kind.run(state="absent")["mutating"]) == 1


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (CACHE, {"min_ttl": 9, "max_ttl": 8}, "must be in this order"),
        (CACHE, {"config": {"comment": ["a"]}}, "comment must be a string"),
        (CACHE, {"config": {"stale_ttl": 5}}, "stale_ttl is not a member of CachePolicyConfig"),
        (REQUEST, {"headers_config": {"header_behavior": "whitelist"}}, "whitelist needs headers"),
        (RESPONSE, {"custom_headers_config": [{"header": "a"}]}, r"custom_headers_config\[0\].value, .*are required"),
        (CONTROL, {"name": "x" * 65}, "cannot be the name of an origin access control"),
    ],
)
def test_invalid_input_is_refused_also_in_check_mode(
    modules: Modules, name: str, options: dict[str, Any], words: str
) -> None:
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=words):
            modules.run(f"cloudfront_{name}", check=check, **{"name": "shop", **options})


@pytest.mark.parametrize(("action", "call"), [("Create", "CreateCachePolicy"), ("Get", "GetCachePolicy")])
def test_a_missing_permission_is_reported(modules: Modules, local_aws: LocalAws, action: str, call: str) -> None:
    for kind in emptied(Kind(modules, CACHE)):
        if action != "Create":
            kind.rich()
        without = Kind(modules_of(local_aws, f"cloudfront:{call}"), CACHE)
        with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
            without.rich()
