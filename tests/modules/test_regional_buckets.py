"""s3_regional_buckets against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from modules.runner import SITE, Modules

REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]


def test_check_mode_foretells_and_a_second_run_changes_nothing(modules: Modules) -> None:
    foretold = modules.run("s3_regional_buckets", check=True, site=SITE, regions=REGIONS)
    made = modules.run("s3_regional_buckets", site=SITE, regions=REGIONS)
    again = modules.run("s3_regional_buckets", site=SITE, regions=REGIONS)
    assert foretold["mutating"] == [] and foretold["changed"]
    assert made["plan"] == foretold["plan"]
    assert len(made["mutating"]) == len(made["plan"])
    assert (again["changed"], again["plan"], again["mutating"]) == (False, [], [])
