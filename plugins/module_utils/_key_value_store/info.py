# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What there is of stores and keys, for the modules that only read."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._rules.cloudfront import check_cloudfront_name
from . import digest as digests
from . import store_plan
from .api import KeysApi, StoreApi, arn_of
from .plan import PRICE_OF_A_CALL

STORE_INFO_ARGUMENTS: dict[str, t.Any] = {"name": {"type": "str"}}
KEYS_INFO_ARGUMENTS: dict[str, t.Any] = {
    "store": {"type": "str", "required": True},
    "prefix": {"type": "str", "default": ""},
    "keys": {"type": "list", "elements": "str", "no_log": False},
}


def stores(module: AnsibleAWSModule, aws: Aws) -> dict[str, t.Any]:
    api, name = StoreApi(aws), module.params["name"]
    if name is None:
        found = sorted(api.stores(), key=lambda live: live["Name"])
    else:
        check_cloudfront_name(name)
        live = api.store(name)
        found = [live] if live else []
    return {"key_value_stores": [store_plan.facts(live) for live in found], "api_calls": aws.calls}


def keys(module: AnsibleAWSModule, aws: Aws) -> dict[str, t.Any]:
    """Names are as cloudfront_key_value_store_keys takes them: without the prefix. Digests are no keys."""
    p = module.params
    arn = arn_of(p["store"], aws)
    if arn is None:
        raise EdgeError(f"There is no key value store {p['store']!r}.")
    api = KeysApi(aws)
    description = api.describe(arn)
    prefix: str = p["prefix"]
    if p["keys"] is None:
        values = api.all_values(arn) if description["ItemCount"] else {}
        found = {key: value for key, value in values.items() if key.startswith(prefix)}
    else:
        found = api.values(arn, [f"{prefix}{key}" for key in p["keys"]])
    return {
        "store": p["store"],
        "prefix": prefix,
        "keys": {
            key.removeprefix(prefix): value
            for key, value in sorted(found.items())
            if not key.startswith(digests.RESERVED)
        },
        "item_count": description["ItemCount"],
        "total_size_in_bytes": description["TotalSizeInBytes"],
        "etag": description["ETag"],
        "api_calls": aws.calls,
        "estimated_cost_usd": round(api.calls * PRICE_OF_A_CALL, 3),
    }
