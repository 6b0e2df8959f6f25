"""Buckets in many Regions: one task of this collection compared with a loop over amazon.aws.s3_bucket."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from bench.measure import ROUNDS, Measured, playbook, table
from demo.site import LocalSite
from localaws.geo import load_regions

COUNTS = (8, 17)
LOOP = "tests/bench/loop_over_s3_bucket.yml"
OURS = "tests/bench/regional_buckets.yml"


def section() -> list[str]:
    lines = ["## Buckets: one task, or a loop over amazon.aws.s3_bucket"]
    for count in COUNTS:
        rows = _measure(count)
        unit = rows["s3_regional_buckets, first run"].median
        lines += ["", f"{count} Regions; the loop sets no lifecycle.", "", *table(rows, unit)]
    return lines


def _measure(count: int) -> dict[str, Measured]:
    regions = [region.name for region in load_regions().values() if not region.opt_in][:count]
    variables = ["--extra-vars", json.dumps({"regions": regions})]
    rows: dict[str, Measured] = {}
    for _round in range(ROUNDS):
        with LocalSite({"edge_name": "bench"}, as_root=True) as site:
            for name, path in (("s3_regional_buckets", OURS), ("loop over s3_bucket", LOOP)):
                for run in ("first run", "nothing to change"):
                    measured = rows.setdefault(f"{name}, {run}", Measured())
                    measured.time(site.local_aws, playbook(site, path, *variables))
    return rows
