# SPDX-License-Identifier: GPL-3.0-or-later

"""No URI of at most 8 KB, and no cookies, make the viewer function much slower, or need more memory than it has."""

from __future__ import annotations

import pytest
from edge.viewer_costs import ENGINES, MOST, PLAIN, URI_BYTES, hostile, ratios, run_in_memory
from edge.viewer_table import Case

CASES = {name: case for group in hostile().values() for name, case in group.items()}


def test_the_requests_are_those_that_viewers_can_send() -> None:
    lengths = [len(case.asked.partition("/")[2].encode(errors="surrogateescape")) + 1 for case in CASES.values()]
    assert max(lengths) <= URI_BYTES
    assert sum(length > URI_BYTES - 16 for length in lengths) > 40


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hostile_request_costs_at_most_ten_times_a_plain_one(engine: str) -> None:
    """Ratios, of the least of several rounds that have all requests: the machine's speed makes no difference."""
    found = ratios(engine)
    assert found.keys() == CASES.keys()
    assert {name: ratio for name, ratio in found.items() if ratio > MOST} == {}


@pytest.mark.parametrize("case", [PLAIN, *CASES.values()], ids=["plain", *map(ascii, CASES)])
def test_a_request_fits_in_cloudfronts_memory(case: Case) -> None:
    """With the engine and the event: in QuickJS, a plain request needs 160 KB."""
    run_in_memory(case)
