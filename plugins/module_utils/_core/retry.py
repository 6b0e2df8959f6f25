# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A call made again while AWS refuses it for a reason that passes by itself, until a deadline."""

from __future__ import annotations

import random
import time
import typing as t

from .aws import explain, is_boto3_error_code
from .errors import EdgeError
from .progress import Progress, duration

T = t.TypeVar("T")


def retry(
    what: str,
    call: t.Callable[[], T],
    codes: t.Iterable[str],
    *,
    timeout: float,
    pause: float = 0.5,
    longest_pause: float = 15.0,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
    jitter: t.Callable[[float, float], float] = random.uniform,
) -> T:
    """What *call* returns, made again (with growing pauses, seconds) while AWS answers with one of *codes*.

    Any other error is raised as it is; at the deadline EdgeError, with what AWS said last. *what* is what
    is changed, for the sentence and for the progress. Only for codes that botocore does not retry itself,
    and only where they pass: elsewhere they are the answer.
    """
    retried = list(codes)
    deadline = clock() + timeout
    progress = Progress(what, clock)
    while True:
        try:
            return call()
        except is_boto3_error_code(retried) as error:
            left = deadline - clock()
            if left <= 0:
                raise EdgeError(
                    f"{what}: {explain(error)} AWS answered so for {duration(timeout)}. "
                    "Run it again later, or with a larger wait_timeout."
                ) from error
            progress.count(f"tried again after {explain(error)}")
        # Jittered, so that those who collided do not meet again.
        sleep(min(left, jitter(pause / 4, pause)))
        pause = min(pause * 2, longest_pause)
