# SPDX-License-Identifier: GPL-3.0-or-later

"""The progress lines of a waiting module."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.progress import (
    Progress,
    format_duration,
    report_to,
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_there_is_a_line_for_each_change_and_one_per_minute(shown: list[str]) -> None:
    clock = Clock()
    progress = Progress("The thing", clock)
    for second in range(0, 200, 5):
        clock.now = second
        progress.report("CREATING" if second < 130 else "READY")
    assert shown == [
        "The thing: CREATING (0 s)",
        "The thing: CREATING (1 min 0 s)",
        "The thing: CREATING (2 min 0 s)",
        "The thing: READY (2 min 10 s)",
        "The thing: READY (3 min 10 s)",
    ]


def test_counters_are_shown_at_intervals(shown: list[str]) -> None:
    clock = Clock()
    progress = Progress("Copies", clock)
    for second in range(31):
        clock.now = second
        progress.count(f"{second} of 31")
    assert shown == [
        "Copies: 10 of 31 (10 s)",
        "Copies: 20 of 31 (20 s)",
        "Copies: 30 of 31 (30 s)",
    ]


def test_without_a_display_nothing_is_shown(shown: list[str]) -> None:
    report_to(None)
    Progress("The thing").report("CREATING")
    assert shown == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.9, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")]
)
def test_durations_are_readable(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words
