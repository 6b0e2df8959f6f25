"""`make bench`: ratios of one run on one machine; the seconds show the scale. Writes docs/performance.md.

`python -m bench edge` measures only that section of the page, `viewer` only the part of it about the viewer function.
With ROUNDS, the result is only printed.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

from bench import buckets, edge, edge_viewer, key_value_store, site
from bench.measure import LOOK, ROUNDS
from demo.inputs import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
SECTIONS = {"site": site.section, "buckets": buckets.section, "keys": key_value_store.section, "edge": edge.section}
# The last part of a section: its section, and what measures it.
PARTS = {"viewer": (edge.HEADING, edge_viewer.section)}
HEAD = [
    "# What it costs",
    "",
    f"Written by `make bench`, each section in one run. Playbooks: the median of {ROUNDS} rounds with local AWS, which",
    "answers at once: so that is what Ansible and the collection add.",
    "",
]


def main(names: list[str]) -> int:
    if unknown := [name for name in names if name not in (*SECTIONS, *PARTS)]:
        known = ", ".join((*SECTIONS, *PARTS))
        print(f"There is no section {', '.join(unknown)}: give some of {known}.", file=sys.stderr)
        return 2
    sections = _sections(PAGE.read_text(encoding="utf-8")) if names else {}
    for name in names or SECTIONS:
        heading, measure = PARTS[name] if name in PARTS else ("", SECTIONS[name])
        measured = measure()
        first = measured[0]
        before = sections[heading].partition(f"\n{first}\n")[0].rstrip() + "\n\n" if heading else ""
        sections[heading or first] = before + "\n".join(measured).rstrip()
        if LOOK:
            print("\n".join(measured), end="\n\n")
    if LOOK:
        return 0
    text = "\n".join(HEAD) + "\n" + "\n\n".join(sections.values()) + "\n"
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _sections(page: str) -> dict[str, str]:
    """The sections of the page, by heading."""
    found = [f"## {part.rstrip()}" for part in page.split("\n## ")[1:]]
    return {part.partition("\n")[0]: part for part in found}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
