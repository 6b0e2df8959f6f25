# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which Region serves a site, probed from outside: every bucket has its own Region at one path."""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit

from ansible.module_utils.urls import open_url

from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.waiting import wait_until
from .._rules.names import REGION_MARKER
from .._rules.regions import REGIONS, check_regions

# Where s3_region_markers puts the markers, and where the viewer request function lets a viewer read them.
PATH = f"/{REGION_MARKER}"

_SECONDS = 15

# While a change spreads, one request may be answered by a place that has it, the next by one that does not.
_READINGS = 2

Headers = t.Mapping[str, str]
Fetch = t.Callable[[str, Headers], str]


@dataclasses.dataclass(frozen=True)
class Probe:
    """A place to ask from: ``url`` is the site's without a path."""

    name: str
    url: str
    headers: Headers


@dataclasses.dataclass(frozen=True)
class Answer:
    """The Region that served, or what came instead of one."""

    region: str | None
    problem: str = ""

    def __str__(self) -> str:
        return self.region or self.problem


Answers = dict[str, Answer]


def probes(given: t.Sequence[t.Mapping[str, t.Any]]) -> list[Probe]:
    """Raises EdgeError for a URL that is none, or for a name that stands twice."""
    found = [Probe(item["name"], item["url"].rstrip("/"), _headers(item.get("headers") or {})) for item in given]
    if not found:
        raise EdgeError("probes is empty: give at least one with a name and the site's url.")
    for probe in found:
        url = urlsplit(probe.url)
        if url.scheme not in ("http", "https") or not url.netloc or url.path or url.query:
            raise EdgeError(f"probes: {probe.url!r} must be like https://www.example.com, without a path.")
    doubled = sorted({probe.name for probe in found if [each.name for each in found].count(probe.name) > 1})
    if doubled:
        raise EdgeError(f"probes names {', '.join(doubled)} more than once: name every probe once.")
    return found


def _headers(given: t.Mapping[t.Any, t.Any]) -> dict[str, str]:
    """YAML makes a number of a value such as 1, which urllib refuses."""
    return {str(name): str(value) for name, value in given.items()}


def check_not_from(regions: t.Sequence[str]) -> None:
    """Raises EdgeError for a Region that there is not: of a misspelt one, everything would be proven."""
    if regions:
        check_regions(regions, "not_from")


def fetch(url: str, headers: Headers) -> str:
    """The body. Redirects are followed; proxies and certificates are as Ansible has them."""
    with open_url(url, headers=dict(headers), timeout=_SECONDS, http_agent="multiregion.edge") as answer:
        return answer.read(64).decode("ascii", "replace").strip()


def ask(asked: t.Sequence[Probe], fetcher: Fetch = fetch) -> Answers:
    """Every probe's answer, all asked at once."""
    return in_parallel({probe.name: functools.partial(_ask_one, probe, fetcher) for probe in asked})


def _ask_one(probe: Probe, fetcher: Fetch) -> Answer:
    try:
        body = fetcher(probe.url + PATH, probe.headers)
    except HTTPError as error:
        return Answer(None, f"HTTP {error.code}")
    except (OSError, ValueError, HTTPException) as error:  # the first is urllib's, socket's and ssl's too
        return Answer(None, " ".join(str(error).split()) or type(error).__name__)
    return Answer(body) if body in REGIONS else Answer(None, f"no Region at {PATH}")


def wait_for(asked: t.Sequence[Probe], not_from: t.Collection[str], timeout: float, fetcher: Fetch = fetch) -> Answers:
    """Probe until all are served, and twice in a row none from the Regions *not_from*; EdgeError at the deadline."""

    def probe() -> Answers:
        answers: Answers = {}
        for _reading in range(_READINGS):
            answers = ask(asked, fetcher)
            if waiting_for(answers, not_from):
                break
        return answers

    return wait_until(
        "1 probe" if len(asked) == 1 else f"{len(asked)} probes",
        probe,
        lambda answers: not waiting_for(answers, not_from),
        timeout=timeout,
        describe=lambda answers: "; ".join(waiting_for(answers, not_from)),
        longest_pause=5.0,
    )


def waiting_for(answers: Answers, not_from: t.Collection[str]) -> list[str]:
    """A few words for each probe that is not served, or not from where it should be."""
    return [
        f"{name} is served from {answer.region}" if answer.region else f"{name}: {answer.problem}"
        for name, answer in sorted(answers.items())
        if answer.region is None or answer.region in not_from
    ]
