# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts use the words of AWS and Ansible: none has a word of tests/words.txt."""

from __future__ import annotations

import bisect
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
# What is searched, of the files that Git tracks.
WHERE = ("*",)
EXCEPT = ("CHANGELOG.md", "LICENSE", "changelogs/", "examples/", "tests/unit/test_words.py", "tests/words.txt")
# At the beginning of a line: its indentation, and the mark of a comment or a quotation.
_MARGIN = re.compile(r"\s*(?:(?:#|//|\*|>)\s+)?")


def unused_words() -> list[tuple[re.Pattern[str], str]]:
    """Each with what to write instead."""
    lines = (REPOSITORY / "tests" / "words.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" # ", 1) for line in lines if line and not line.startswith("#")]
    return [(re.compile(rf"\b(?:{word.strip()})\b", re.IGNORECASE), instead.strip()) for word, instead in pairs]


def found_in(text: str) -> list[str]:
    """A sentence for each, with its line's number."""
    joined, starts = "", []
    for line in text.splitlines():
        starts.append(len(joined))
        joined += " ".join(_MARGIN.sub("", line, count=1).split()) + " "
    matches = [
        (match.start(), match[0], instead) for word, instead in unused_words() for match in word.finditer(joined)
    ]
    return [f"{bisect.bisect_right(starts, at)}: {word!r}: write {instead}" for at, word, instead in sorted(matches)]


def texts() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *WHERE], cwd=REPOSITORY, capture_output=True, check=False)
    names = [name for name in listed.stdout.decode().split("\0") if name and not name.startswith(EXCEPT)]
    found = {}
    for name in names:
        path = REPOSITORY / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    return found


def test_no_text_has_one_of_the_words() -> None:
    checked = texts()
    assert "README.md" in checked
    assert [f"{name}:{found}" for name, text in checked.items() for found in found_in(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nobody can.\n", ["1: 'Nobody'"]),
        ("# It goes\n  # over, as a\n  # signer.\n", ["1: 'goes over'", "2: 'a signer'"]),
        ("a (S3)\naccess point\n", ["2: 'access point'"]),
        ("A Multi-Region\n  // Access Point, or two Multi-Region Access Points, s3_multi_region_access_point\n", []),
        ("edge_signer, a soldier, Signer(region), a plane, retold\n", []),
    ],
)
def test_words_are_whole_and_may_be_on_two_lines(text: str, found: list[str]) -> None:
    assert [entry.rpartition(": write ")[0] for entry in found_in(text)] == found
