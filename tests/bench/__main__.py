"""`make bench`: ratios of one run on one machine; seconds are there to show the scale. Writes docs/performance.md."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

from bench import buckets, site
from bench.measure import ROUNDS
from demo.inputs import REPOSITORY

PAGE = REPOSITORY / "docs" / "performance.md"


def main() -> int:
    lines = [
        "# What it costs",
        "",
        f"Written by `make bench`: local AWS, the median of {ROUNDS} rounds, everything in one run. Local AWS answers",
        "at once, so this is what the collection adds: mostly Ansible, which starts a Python with boto3 for each task.",
        "",
        *site.section(),
        "",
        *buckets.section(),
    ]
    text = "\n".join(lines) + "\n"
    PAGE.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
