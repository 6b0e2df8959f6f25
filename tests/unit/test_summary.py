# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a run: the journal of its tasks, and the lines of the summary."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import constants
from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.filter.resolve import resolve
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import DEFAULT_REGIONS
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions_advice import advise
from ansible_collections.multiregion.edge.plugins.module_utils._site.summary import (
    grouped,
    lines,
    predicted_round_trip,
)
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal

REGIONS = ["eu-north-1", "us-east-1", "ap-southeast-2"]
CREATED = [f"Create the bucket shop-{region}-an in {region}" for region in REGIONS]


@pytest.mark.parametrize(
    ("sentences", "shown"),
    [
        ([], []),
        (["Create the distribution of shop"] * 2, ["Create the distribution of shop"]),
        (CREATED[:2], CREATED[:2]),
        (
            [CREATED[0], "Create the key value store shop", *CREATED[1:]],
            [
                f"Create the bucket shop-<Region>-an in <Region>, for 3 Regions: {', '.join(REGIONS)}",
                "Create the key value store shop",
            ],
        ),
        # A Region's name within another word does not count.
        ([f"Tag us-east-1{letter}" for letter in "abc"], [f"Tag us-east-1{letter}" for letter in "abc"]),
    ],
    ids=["nothing", "repeated", "two", "three", "no Region"],
)
def test_changes_that_differ_by_their_region_are_one_line(sentences: list[str], shown: list[str]) -> None:
    assert grouped(sentences) == shown


def test_empty_values_are_omitted() -> None:
    values = {"site": "shop", "mrap_arn": "", "regions": REGIONS, "buckets_no_longer_used": []}
    assert lines(values) == ["site: shop", "regions: eu-north-1, us-east-1, ap-southeast-2"]


@pytest.mark.parametrize(
    ("regions", "line"),
    [
        (
            REGIONS,
            "at most 148 ms from an edge cache to the nearest bucket (ap-south-1 to eu-north-1), 66.1 ms on average; "
            "with ap-southeast-1 added 115 and 44.2 ms",
        ),
        (
            DEFAULT_REGIONS,
            "at most 5 ms from an edge cache to the nearest bucket (us-east-1 to us-east-1), 3.6 ms on average",
        ),
    ],
    ids=["with advice", "nothing to add"],
)
def test_the_prediction_is_one_line(regions: t.Sequence[str], line: str) -> None:
    assert predicted_round_trip(advise(regions)) == line


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)


def sentences(host: str) -> list[str]:
    return [sentence for entry in _journal.entries(host) for sentence in entry["plan"]]


def test_a_journal_has_the_plans_of_the_hosts_tasks_since_its_start(journal: None) -> None:
    assert sentences("one") == []
    _journal.start("one")
    _journal.record("one", "before", {"plan": ["of another play"]})
    _journal.start("one")
    _journal.start("other")
    _journal.record("one", "buckets", {"plan": CREATED})
    _journal.record("other", "buckets", {"plan": ["of another host"]})
    _journal.record("one", "unchanged", {"plan": []})
    _journal.record("one", "info", {"distributions": []})
    assert sentences("one") == CREATED
    assert sentences("other") == ["of another host"]


def test_a_journal_has_the_completed_steps_of_a_failed_task(journal: None) -> None:
    _journal.start("one")
    _journal.record("one", "buckets", {"failed": True, "plan": CREATED, "done": CREATED[:1]})
    assert sentences("one") == CREATED[:1]


RESULTS: dict[str, t.Any] = {"mrap": {"multi_region_access_point": {"arn": "arn:1"}}, "distribution": {}}


def test_references_are_replaced_by_results_of_roles() -> None:
    data = {"arns": ["$mrap.multi_region_access_point.arn", "arn:2"], "price": "$5", "none": None}
    assert resolve(data, RESULTS) == {"arns": ["arn:1", "arn:2"], "price": "$5", "none": None}


@pytest.mark.parametrize("reference", ["$distribution.distribution.arn", "$certificate.certificate.arn"])
def test_an_unresolved_reference_is_an_error_with_a_message(reference: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"is not known: no role that ran before has returned it"):
        resolve([reference], RESULTS)
