"""`make bench`: ratios of one run on one machine; the seconds show the scale. Writes docs/performance.md.

`python -m bench edge` measures only that section of the page. With ROUNDS, the result is only printed.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

from bench import buckets, edge, key_value_store, site
from bench.measure import LOOK, ROUNDS
from demo.inputs import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"
SECTIONS = {"site": site.section, "buckets": buckets.section, "keys": key_value_store.section, "edge": edge.section}
HEAD = [
    "# What it costs",
    "",
    f"Written by `make bench`, each section in one run. Playbooks: the median of {ROUNDS} rounds with local AWS, which",
    "answers at once: so that is what Ansible and the collection add.",
    "",
]


def main(names: list[str]) -> int:
    if unknown := [name for name in names if name not in SECTIONS]:
        print(f"There is no section {', '.join(unknown)}: give some of {', '.join(SECTIONS)}.", file=sys.stderr)
        return 2
    sections = _sections(PAGE.read_text(encoding="utf-8")) if names else {}
    for name in names or SECTIONS:
        heading, *lines = SECTIONS[name]()
        sections[heading] = "\n".join([heading, *lines]).rstrip()
        if LOOK:
            print(sections[heading], end="\n\n")
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
