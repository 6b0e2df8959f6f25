# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The step that tests a function in DEVELOPMENT: what does not pass is not published."""

from __future__ import annotations

import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.progress import Progress
from .api import Config, FunctionApi
from .cases import (
    Case,
    event,
    failures,
    utilization,
)

# What a case takes differs from one run to the next; the least of so many counts, if the first is too much.
_MEASURES = 3
_LOG_LINES = 20


class Operations(FunctionApi):
    """The calls, and the step that makes several: one for each case, or more where a case takes long."""

    def __init__(self, aws: Aws, warn: t.Callable[[str], object]) -> None:
        super().__init__(aws)
        self._warn = warn
        # What each case took, once they were run; by its name.
        self.taken: dict[str, int | None] = {}

    def run_tests(self, name: str, cases: list[Case], max_compute_utilization: int) -> None:
        """EdgeError for all cases that fail, after all were run."""
        progress = Progress(f"The tests of the CloudFront Function {name}")
        failed = []
        self.taken = {}
        for number, case in enumerate(cases, 1):
            progress.report(f"case {number} of {len(cases)}, {case['name']}")
            try:
                failed += self._run(name, case, max_compute_utilization)
            except is_boto3_error_code("UnsupportedOperation"):
                self.taken = {}
                self._warn(
                    f"There is no TestFunction here: the CloudFront Function {name} is published without its tests."
                )
                return
        if failed:
            raise EdgeError(
                f"The CloudFront Function {name} is not published, and LIVE stays as it is, for it fails its tests: "
                f"{'; '.join(failed)}."
            )
        measured = {taken: case for case, taken in self.taken.items() if taken is not None}
        most = f", {max(measured)} % of the time at most, by {measured[max(measured)]}" if measured else ""
        progress.report(f"all passed{most}")

    def _run(self, name: str, case: Case, limit: int) -> list[str]:
        """What is wrong, as one sentence's part; nothing if the case is passed."""
        least: Config = {}
        for _measure in range(_MEASURES):
            result = self.test_function(name, event(case))
            if not least or (utilization(result) or 0) < (utilization(least) or 0):
                least = result
            if (utilization(least) or 0) <= limit:
                break
        self.taken[case["name"]] = utilization(least)
        wrong = failures(case, least, limit)
        if not wrong:
            return []
        log = [line.strip() for line in least.get("FunctionExecutionLogs") or []][:_LOG_LINES]
        return [f"{case['name']}: {', '.join(wrong)}{' (its log: ' + ' / '.join(log) + ')' if log else ''}"]
