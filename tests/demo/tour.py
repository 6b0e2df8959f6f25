"""Requests to the live site from three edge locations: the answer, its Region, and its time."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

PLACES = {"ARN": "Stockholm", "SYD": "Sydney", "GRU": "São Paulo"}


@dataclass(frozen=True)
class Look:
    place: str
    status: int
    x_cache: str
    bucket_region: str
    milliseconds: float

    def __str__(self) -> str:
        return (
            f"  {self.place:<10} {self.status}  {self.x_cache:<20}  "
            f"bucket in {self.bucket_region:<15} {self.milliseconds:6.1f} ms"
        )


def tour(url: str) -> Iterator[Look]:
    """Request one page from each location without a cached copy, and again from the first location."""
    for code in [*PLACES, next(iter(PLACES))]:
        yield look(url, code)


def look(url: str, code: str) -> Look:
    request = urllib.request.Request(f"{url}/", headers={"X-Edge-Location": code})
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            status, headers = answer.status, answer.headers
    except urllib.error.HTTPError as error:
        status, headers = error.code, error.headers
    milliseconds = 1000 * (time.perf_counter() - started)
    region = headers.get("x-local-bucket-region") or "none"
    return Look(PLACES[code], status, headers.get("x-cache", ""), region, milliseconds)
