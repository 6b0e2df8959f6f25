# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The summary of a run: what was changed, grouped, so that a reader sees a page and not a log. Pure."""

from __future__ import annotations

import re
import typing as t

from .._rules.regions import REGIONS
from .._rules.regions_advice import Advice

_REGION = re.compile(rf"\b({'|'.join(sorted(REGIONS, key=len, reverse=True))})\b")
# More sentences of one kind than these are one line.
_APART = 2


def grouped(sentences: t.Sequence[str]) -> list[str]:
    """*sentences* in order, without repetition. Those that differ by their Regions only are one line."""
    groups: dict[str, list[str]] = {}
    for sentence in dict.fromkeys(sentences):
        # A sentence about several Regions stays as it is.
        one = len(set(_REGION.findall(sentence))) == 1
        groups.setdefault(_REGION.sub("<Region>", sentence) if one else sentence, []).append(sentence)
    return [line for kind, same in groups.items() for line in (same if len(same) <= _APART else [_joined(kind, same)])]


def _joined(kind: str, sentences: list[str]) -> str:
    regions = dict.fromkeys(_REGION.findall(sentence)[0] for sentence in sentences)
    return f"{kind}, for {len(regions)} Regions: {', '.join(regions)}"


def lines(values: t.Mapping[str, t.Any]) -> list[str]:
    """A line for each of *values* that is there."""
    return [f"{name.replace('_', ' ')}: {_text(value)}" for name, value in values.items() if value]


def predicted_round_trip(advice: Advice) -> str:
    """The line for what the filter regions_advice returns."""
    caches, worst = advice["edge_caches"], advice["worst_ms"]
    farthest = next(cache for cache, to in caches.items() if to["round_trip_ms"] == worst)
    line = (
        f"at most {worst} ms from an edge cache to the nearest bucket ({farthest} to {caches[farthest]['region']}), "
        f"{advice['mean_ms']} ms on average"
    )
    add = advice["add"]
    return f"{line}; with {add['region']} added {add['worst_ms']} and {add['mean_ms']} ms" if add else line


def _text(value: t.Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
