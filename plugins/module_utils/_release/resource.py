# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A release: a site's files below r/<release>/ in the home Region's bucket, and then in every Region's."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.bucket_names import NAME_ARGUMENTS, bucket_names
from . import error_page, files
from . import plan as planning
from .operations import Operations
from .plan import Listing

ARGUMENTS: dict[str, t.Any] = {
    **NAME_ARGUMENTS,
    "src": {"type": "path"},
    "home_region": {"type": "str", "required": True},
    "release": {"type": "str"},
    "error_page": {"type": "str", "default": error_page.DEFAULT},
    "exclude": {"type": "list", "elements": "str", "default": [".git", ".DS_Store", "Thumbs.db"]},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}


class Release(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        if p["home_region"] not in p["regions"]:
            raise EdgeError(f"home_region: {p['home_region']} is not among regions: add it there.")
        if not p["src"] and not p["release"]:
            raise EdgeError("src is missing: give the site's directory, or as release one that was published before.")
        site_files = files.scan(p["src"], p["exclude"]) if p["src"] else []
        name = p["release"] or files.fingerprint(site_files)
        files.check_release_name(name, "release")
        self._buckets = bucket_names(p["site"], p["regions"], p["names"], aws, p["namespace"], p["prefix"])
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]
        home = p["home_region"]
        self._desired = planning.Desired(name, site_files, home, self._buckets[home], p["error_page"])
        _check_error_page(self._desired)
        self.operations = Operations(aws, self._complete, self._wait_timeout if self._wait else 0)

    def observe(self) -> planning.Observed:
        objects = self._list(self._desired.region)
        return planning.Observed(objects, self._pages() if self._desired.error_page_source(objects) else {})

    def _list(self, region: str) -> Listing:
        return self.operations.objects(region, self._buckets[region], f"{self._desired.prefix}/")

    def _pages(self) -> error_page.Pages:
        """The home Region's before the others: what it has replicated they have by then."""
        ask = {
            region: functools.partial(self.operations.error_page, region, name)
            for region, name in self._buckets.items()
        }
        home = self._desired.region
        at_home = {home: ask.pop(home)()}
        return {**at_home, **in_parallel(ask)} if self._wait else at_home

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        self._complete()
        # A rollback to an older release does not wait for its error page.
        if self._wait and self._desired.files and self._desired.error_page_source(observed.objects):
            wait_until(
                "The error page",
                lambda: error_page.differing(self._pages(), self._desired.region),
                lambda regions: not regions,
                timeout=self._wait_timeout,
                describe=lambda regions: f"{', '.join(sorted(regions))} have another one, or none",
            )
        return observed

    def _complete(self) -> None:
        """Routing does not know whether an object is there, so no pointer may be set before every Region has all."""
        if self._wait:
            wait_until(
                f"The release {self._desired.name}",
                self._lacking,
                lambda lacking: not lacking,
                timeout=self._wait_timeout,
                describe=_describe,
            )

    def _lacking(self) -> dict[str, list[str]]:
        listings = in_parallel({region: functools.partial(self._list, region) for region in self._buckets})
        return planning.lacking(listings, self._desired)

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        return {"release": {"name": self._desired.name, "prefix": self._desired.prefix}}


def _check_error_page(desired: planning.Desired) -> None:
    """The default file may be missing; a file with another name must exist."""
    page = desired.error_page
    if page not in ("", error_page.DEFAULT) and desired.files and not desired.error_page_source({}):
        raise EdgeError(
            f"error_page: the site has no file {page!r}: give the path of one in src, without a slash before it, or '' "
            "to leave the page for what is missing as it is."
        )


def _describe(lacking: dict[str, list[str]]) -> str:
    """Names a key a Region, so that its replication status can be looked at."""
    text = "; ".join(f"{region} lacks {len(keys)}, for example {keys[0]}" for region, keys in sorted(lacking.items()))
    return f"{text}. Objects that were there before replication was set up are not copied by it"
