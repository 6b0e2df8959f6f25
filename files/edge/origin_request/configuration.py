# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`config.json`: how targets are resolved.

    {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap", "failover_buckets": {"shop-eu": "eu-north-1"}}

    {"mode": "region_map", "buckets": {"shop-eu": "eu-north-1", "shop-us": "us-east-1"},
     "map": {"eu-west-1": "shop-eu", "us-east-1": "shop-us"}, "default": "shop-eu",
     "next": {"eu-west-1": "shop-us", "us-east-1": "shop-eu"}}

    {"mode": "dns_record", "buckets": {"shop-eu": "eu-north-1", "shop-us": "us-east-1"},
     "record": "bucket.shop.example.com", "default": "shop-eu",
     "near": {"eu-west-1": ["shop-eu", "shop-us"], "us-east-1": ["shop-us", "shop-eu"]}}

`query`, in each mode: the query string parameters that are sent to S3. `parameter`, with or instead of `map`: the name
and the region of an SSM parameter, and the seconds for which its value is valid. It has a map whose values may also be
Regions, and which comes before `map`. `next`: the buckets for the failover origin, in place of its own bucket. `near`:
two buckets for the failover origin; the first that the record does not name is taken.
"""

from __future__ import annotations

import json


def load(path: str) -> dict:
    """The configuration in the file *path*; without the file, that of the origin mode `mrap`."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            found = json.load(file)
    except FileNotFoundError:
        return {"mode": "mrap"}
    # Imported only if it is needed: compiling it takes longer than all that a package without a configuration does.
    from configuration_check import checked

    return checked(found)
