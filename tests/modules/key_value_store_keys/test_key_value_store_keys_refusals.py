"""cloudfront_key_value_store_keys against local AWS: refusals have a clear message."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from localaws.local_aws import Credentials, LocalAws
from modules.runner import ModuleFailed, Modules
from modules.store_keys import ACTIONS, DIGEST, NAME, PREFIX, modules_of, numbered, sync
from modules.stores import Store


@pytest.mark.parametrize(
    ("there", "options", "sentence"),
    [
        (
            {f"{PREFIX}x": "1", "shop/h/www.example.com": "{}"},
            {"prefix": "shop/", "keys": {"a": "1"}, "purge": True},
            r"purge would delete shop/h/www\.example\.com, which site_routes keeps",
        ),
        ({DIGEST: "{}"}, {"prefix": "shop/", "keys": {"a": "1"}}, f"'shop/' and '{PREFIX}', which another task keeps"),
        ({"_digest/shop/": "{}"}, {"keys": {"a": "1"}}, f"'{PREFIX}' and 'shop/', which another task keeps"),
        (
            {f"o{number:04}": "v" * 1024 for number in range(5080)},
            {"keys": {f"{n:02}": "v" * 1024 for n in range(60)}},
            "would hold 52.* bytes, with what others keep there; CloudFront allows 5242880",
        ),
    ],
    ids=["routes", "a prefix within", "a prefix around", "a full store"],
)
def test_limits_of_the_store_are_checked_before_the_first_write(
    owner: Modules, store: Store, there: dict[str, str], options: dict[str, Any], sentence: str
) -> None:
    store.put(there)
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=sentence):
            sync(owner, store, check=check, **{"compare": "listing", **options})
    assert store.keys() == there


def test_a_missing_store_is_an_error_and_in_check_mode_a_plan(owner: Modules, local_aws: LocalAws) -> None:
    for name in ("none", "(known after apply)"):
        with pytest.raises(ModuleFailed, match=f"There is no key value store '{re.escape(name)}': make it first"):
            owner.run(NAME, store=name, keys={"a": "1"})
        predicted = owner.run(NAME, check=True, store=name, keys={"a": "1"}, prefix=PREFIX)
        assert (predicted["changed"], predicted["estimated_cost_usd"]) == (True, 0.001)
    for check in (True, False):
        assert owner.run(NAME, check=check, store="none", absent=["a"])["changed"] is False
    with pytest.raises(ModuleFailed, match="is not a key value store's ARN"):
        owner.run(NAME, store="arn:aws:s3:::none", keys={"a": "1"})


@pytest.mark.parametrize("call", ACTIONS)
def test_each_permission_is_needed_and_a_missing_one_is_reported(
    owner: Modules, local_aws: LocalAws, store: Store, call: str
) -> None:
    store.put({f"other/{number}": "x" for number in range(5)})
    without = modules_of(local_aws, f"cloudfront-keyvaluestore:{call}")
    with pytest.raises(ModuleFailed, match=f"from {call}: .*Allow the call"):
        sync(without, store, keys=numbered(3))


@pytest.mark.parametrize(("action", "call"), [("s3:GetObject", "GetObject"), ("s3:PutObject", "PutObject")])
def test_a_manifest_that_cannot_be_written_is_reported(
    owner: Modules, local_aws: LocalAws, store: Store, manifest: dict[str, str], action: str, call: str
) -> None:
    sync(owner, store, keys=numbered(3), **manifest)
    without = modules_of(local_aws, action)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        sync(without, store, keys=numbered(4), **manifest)


def test_an_unreachable_host_is_named(owner: Modules) -> None:
    unreachable = {"AWS_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    arn = f"arn:aws:cloudfront::{owner.local_aws.account_id}:key-value-store/0f3a9c1d"
    with pytest.raises(ModuleFailed, match=r'Could not connect to the endpoint URL: "http.*127\.0\.0\.1:1/.*firewall'):
        owner.run(NAME, store=arn, keys={"a": "1"}, environment=unreachable)


def test_a_session_token_that_sigv4a_does_not_accept_is_explained(
    owner: Modules, store: Store, local_aws: LocalAws
) -> None:
    trusted = {"Effect": "Allow", "Principal": {"AWS": local_aws.account_id}, "Action": "sts:AssumeRole"}
    iam, everything = local_aws.client("iam"), {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    arn = iam.create_role(RoleName="ci", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_role_policy(RoleName="ci", PolicyName="all", PolicyDocument=policy)
    keys = local_aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="ci")["Credentials"]
    session = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    local_aws.behave(sessions_of_the_global_endpoint=True)
    try:
        with pytest.raises(ModuleFailed, match=r"Authentication failed\. .*STS_REGIONAL_ENDPOINTS") as failed:
            Modules(local_aws, session).run(NAME, store=store.name, keys={"a": "1"})
    finally:
        local_aws.behave()
    assert "Allow the call" not in str(failed.value)
