# SPDX-License-Identifier: GPL-3.0-or-later

"""What a waiting module tells, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._progress import FILE_VARIABLE, Progress, duration


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def test_a_line_on_each_change_and_one_a_minute(told: Path) -> None:
    clock = Clock()
    progress = Progress("The thing", clock)
    for second in range(0, 200, 5):
        clock.now = second
        progress.tell("CREATING" if second < 130 else "READY")
    assert told.read_text().splitlines() == [
        "The thing: CREATING (0 s)",
        "The thing: CREATING (1 min 0 s)",
        "The thing: CREATING (2 min 0 s)",
        "The thing: READY (2 min 10 s)",
        "The thing: READY (3 min 10 s)",
    ]


def test_what_counts_up_is_told_now_and_then(told: Path) -> None:
    clock = Clock()
    progress = Progress("Copies", clock)
    for second in range(31):
        clock.now = second
        progress.count(f"{second} of 31")
    assert told.read_text().splitlines() == [
        "Copies: 10 of 31 (10 s)",
        "Copies: 20 of 31 (20 s)",
        "Copies: 30 of 31 (30 s)",
    ]


def test_without_a_reader_nothing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    Progress("The thing").tell("CREATING")
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "gone" / "progress"))
    Progress("The thing").tell("CREATING")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.9, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")]
)
def test_durations_are_written_as_people_do(seconds: float, words: str) -> None:
    assert duration(seconds) == words
