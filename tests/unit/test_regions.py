# SPDX-License-Identifier: GPL-3.0-or-later

"""Opt-in Regions."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import (
    OPT_IN_REGIONS,
    WITHOUT_ACCOUNT_NAMESPACE,
    refuse_disabled,
)


def test_enabled_regions_are_accepted() -> None:
    refuse_disabled({"af-south-1": "opted-in", "eu-north-1": "opt-in-not-required"}, "regions")


def test_disabled_regions_are_named_with_the_next_step() -> None:
    statuses = {"af-south-1": "not-opted-in", "ap-east-1": "opted-in", "il-central-1": "not-opted-in"}
    with pytest.raises(EdgeError) as refusal:
        refuse_disabled(statuses, "regions")
    assert str(refusal.value).startswith("regions: af-south-1, il-central-1 must be enabled in the account")
    assert "aws account enable-region --region-name af-south-1" in str(refusal.value)


def test_regions_without_a_namespace_are_known_regions() -> None:
    assert set(WITHOUT_ACCOUNT_NAMESPACE) <= set(OPT_IN_REGIONS)
