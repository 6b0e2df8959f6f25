"""The variables of each origin mode, with each `edge_signer`."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

ZONE = "example.com"
REGIONS = ["eu-north-1", "us-east-1", "ap-southeast-2"]
ORIGIN_MODES: dict[str, dict[str, Any]] = {
    "mrap": {},
    "mrap signed by CloudFront": {"edge_signer": "oac"},
    "mrap with failover": {"edge_origin_failover": True},
    "mrap with failover signed by CloudFront": {"edge_signer": "oac", "edge_origin_failover": True},
    "region_map": {"edge_origin": "region_map"},
    "dns_record": {"edge_origin": "dns_record", "edge_dns_zone": ZONE},
    "nearest_bucket": {"edge_origin": "nearest_bucket"},
}
