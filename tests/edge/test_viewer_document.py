# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/routing.md: the viewer function answers every request in its tables as documented."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path
from urllib.parse import unquote

import pytest
from edge.viewer_engines import start
from edge.viewer_table import RELEASE, Case

DOCUMENT = Path(__file__).parents[2] / "docs" / "routing.md"
ASKED = "the viewer asks for"


class Row(t.NamedTuple):
    case: Case
    documented: str

    @property
    def answer(self) -> str:
        """Outcome.text, decoded: the document shows objects by their keys."""
        answer = self.documented.replace("r/<release>", RELEASE)
        return answer if re.match(r"\d{3}\b", answer) else f"/{answer}"


def rows() -> t.Iterator[Row]:
    header: list[str] = []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif not header:
            header = cells
        elif ASKED in header and not line.startswith("|---"):
            yield from _rows(dict(zip(header, cells, strict=True)))


def _rows(cells: dict[str, str]) -> t.Iterator[Row]:
    members = "".join(_spans(cells.get("the host route has", "")))
    asked, _, cookies = cells[ASKED].partition(" with ")
    found = dict(tuple(cookie.split("=", 1)) for cookie in _spans(cookies))
    (answer,) = _spans(cells["the answer"])
    for one in _spans(asked):
        yield Row(Case(one, "", json.loads(f"{{{members}}}"), found), answer)


def _spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


ROWS = list(rows())


def test_the_document_has_tables() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=[str(row.case) for row in ROWS])
def test_each_row_of_the_document_is_right(row: Row, tmp_path: Path) -> None:
    engine = start("v8", tmp_path)
    (outcome,) = engine.run([(row.case.event, row.case.keys)])
    engine.close()
    assert (unquote(outcome.text) if "uri" in outcome.value else outcome.text) == row.answer
