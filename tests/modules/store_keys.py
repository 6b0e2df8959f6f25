"""The keys of a site's store below one prefix, as the module writes them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import digest as digests

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, Modules
from modules.stores import Store
from modules.users import user

NAME = "cloudfront_key_value_store_keys"
PREFIX = "shop/flags/"
DIGEST = f"_digest/{PREFIX}"
HOME = "eu-north-1"
ACTIONS = ["DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys"]


def modules_of(local_aws: LocalAws, *denied: str) -> Modules:
    """Run by a user with the permissions that the module needs, except *denied*."""
    store = f"arn:aws:cloudfront::{local_aws.account_id}:key-value-store/*"
    actions = [f"cloudfront-keyvaluestore:{action}" for action in ACTIONS] + ["cloudfront:DescribeKeyValueStore"]
    bucket = f"arn:aws:s3:::{SITE}-{local_aws.account_id}-*-an"
    objects = allow(["s3:GetObject", "s3:PutObject"], [f"{bucket}/_edge/keys/*"])
    return user(local_aws, [allow(actions, [store]), objects, allow(["s3:ListBucket"], [bucket])], *denied)


def empty_store(local_aws: LocalAws) -> Store:
    """The site's key value store, created if it does not exist."""
    client = local_aws.client("cloudfront")
    if SITE not in {item["Name"] for item in client.list_key_value_stores()["KeyValueStoreList"].get("Items", [])}:
        client.create_key_value_store(Name=SITE)
    store = Store(local_aws, SITE)
    store.clear()
    return store


def manifest_options(local_aws: LocalAws) -> dict[str, str]:
    """Options for a manifest in a new bucket."""
    name = f"{SITE}-{local_aws.account_id}-{HOME}-an"
    local_aws.client("s3", HOME).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    return {"manifest_bucket": name, "manifest_region": HOME}


def sync(owner: Modules, store: Store, /, **options: Any) -> dict[str, Any]:
    return owner.run(NAME, store=store.arn, **{"prefix": PREFIX, **options})


def numbered(count: int, value: str = "v") -> dict[str, str]:
    return {f"{number:05}": value for number in range(count)}


def below(keys: dict[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{key}": value for key, value in keys.items()}


def matches_digest(store: Store, keys: dict[str, str]) -> bool:
    """Whether the digest in the store is that of exactly these keys below the prefix."""
    found = digests.parse(store.keys().get(DIGEST))
    return found is not None and found.all == digests.of_all(below(keys))
