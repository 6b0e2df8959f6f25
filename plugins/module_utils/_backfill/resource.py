# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What one Region's bucket has, in the other Regions' buckets too."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import MultiRegionError, in_parallel
from .._core.plan import Plan
from .._core.progress import Progress
from .._core.reconcile import Outcome, Resource, apply
from .._core.waiting import Deadline
from .._rules.bucket_names import check_bucket_names
from .._rules.names import REGION_MARKER
from .._rules.regions import check_regions
from . import plan as planning
from .api import BackfillApi
from .compare import (
    Difference,
    Item,
    Shared,
    difference,
    same_content,
)
from .operations import Operations

ARGUMENTS: dict[str, t.Any] = {
    "buckets": {"type": "dict", "required": True},
    "source_region": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str", "default": []},
    "method": {"type": "str", "default": "auto", "choices": ["auto", "batch", "copy"]},
    "role_arn": {"type": "str"},
    "batch_threshold": {"type": "int", "default": 10000},
    "prefix": {"type": "str", "default": ""},
    # What each Region has of its own, what only the home Region needs, and what comes and goes.
    "exclude_prefixes": {
        "type": "list",
        "elements": "str",
        "default": ["_edge/canary/", "_edge/keys/", REGION_MARKER],
    },
    "delete_extra": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 3600},
}

# Comparisons after which a source that goes on changing is left to the next run.
_ROUNDS = 5
_MAX_SHOWN = 100


class Backfill(Resource[planning.Observed]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = desired(module.params)
        self._check_mode: bool = module.check_mode
        self._warn: t.Callable[[str], object] = module.warn
        self._reads = BackfillApi(aws, self._desired.source_region, self._desired.source)
        self.operations = Operations(self._reads, Deadline(module.params["wait_timeout"]))

    def observe(self) -> planning.Observed:
        source = Shared(self._list(self._desired.source_region))
        try:
            compared = in_parallel(
                {region: functools.partial(self._compare, source, region) for region in self._desired.regions}
            )
        except MultiRegionError as error:
            causes = {str(cause): cause for cause in error.failures.values()}
            if len(causes) > 1:
                raise
            raise next(iter(causes.values())) from error  # the source's, which every comparison met
        return self._with_jobs(planning.Observed(compared))

    def _list(self, region: str) -> t.Iterator[Item]:
        bucket = self._desired.buckets[region]
        progress = Progress(f"Comparing, {region}")
        try:
            for number, item in enumerate(self._reads.objects(region, bucket, self._desired.prefix), 1):
                progress.count(f"objects listed: {number}")
                if not item.key.startswith(self._desired.exclude_prefixes):
                    yield item
        except is_boto3_error_code("NoSuchBucket") as error:
            if not self._check_mode:  # where an earlier task would have created it
                raise EdgeError(f"There is no bucket {bucket} in {region}: create it first.") from error

    def _compare(self, source: t.Iterable[Item], region: str) -> Difference:
        return difference(source, self._list(region), functools.partial(self._same, region))

    def _same(self, region: str, items: t.Sequence[Item]) -> set[str]:
        def is_same(key: str) -> bool:
            home = self._desired.source_region
            try:
                return same_content(
                    self._reads.head(home, self._desired.source, key),
                    self._reads.head(region, self._desired.buckets[region], key),
                )
            except is_boto3_error_code("404"):
                return False  # deleted since it was listed

        found = in_parallel({item.key: functools.partial(is_same, item.key) for item in items})
        return {key for key, same in found.items() if same}

    def _with_jobs(self, observed: planning.Observed) -> planning.Observed:
        """What is known of jobs, where one may be of use."""
        is_lacking = any(found.missing for found in observed.regions.values())
        if not is_lacking or not self._desired.role_arn or self._desired.method == "copy":
            return observed
        led_to = {
            rule["Destination"]["Bucket"] for rule in self._reads.replication_rules() if rule["Status"] == "Enabled"
        }
        jobs = self._reads.jobs()
        running = [job["JobId"] for job in jobs if job["Status"] not in planning.ENDED]
        ended = [job["JobId"] for job in jobs if job["Status"] in planning.ENDED]
        return dataclasses.replace(
            observed,
            replicated=frozenset(
                region for region in observed.regions if f"arn:aws:s3:::{self._desired.buckets[region]}" in led_to
            ),
            active_job=next(iter(running), None),
            last_job=next(iter(ended), None),
        )

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        """Compare again, and copy what a job left and what changed since, until nothing is missing."""
        if not changed:
            return observed
        copying = dataclasses.replace(self._desired, method="copy")
        for _round in range(_ROUNDS):
            observed = self.observe()
            rest = planning.plan(self.operations, observed, copying)
            if not rest.steps:
                return observed
            for note in self.operations.notes:
                self._warn(note)
            if self._desired.method == "batch":
                raise EdgeError(
                    f"Still to do after the batch job: {'; '.join(rest.sentences)}. {' '.join(self.operations.notes)} "
                    "Correct that and run it again, or choose auto or copy as method."
                )
            self.operations.notes.clear()
            apply(rest.steps, lambda sentence: None)
        raise EdgeError(
            f"Still to do after {_ROUNDS} comparisons: {'; '.join(rest.sentences)}, for {self._desired.source} goes on "
            "changing. Nothing is lost: run it again."
        )

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        """What was missing at the beginning, and what of it is there now."""
        regions = {}
        for region, found in outcome.observed.regions.items():
            now = outcome.latest.regions[region]
            regions[region] = {
                "missing": len(found.missing),
                "copied": len(found.missing) - len(now.missing),
                "bytes": found.size,
                "extra": len(found.extra),
                "extra_keys": [item.key for item in found.extra[:_MAX_SHOWN]],
                "deleted": len(found.extra) - len(now.extra),
            }
        complete = not any(found.missing for found in outcome.latest.regions.values())
        return {"regions": regions, "complete": complete}


def desired(params: t.Mapping[str, t.Any]) -> planning.Desired:
    """What the options ask for; EdgeError, before any call, for what cannot be."""
    buckets: dict[str, str] = params["buckets"]
    source_region: str = params["source_region"]
    check_regions(list(buckets), "buckets")
    check_bucket_names(buckets, "buckets")
    if source_region not in buckets:
        raise EdgeError(f"source_region: {source_region} is not among the Regions of buckets: add its bucket.")
    regions = dict.fromkeys(params["regions"] or sorted(buckets))
    for region in regions:
        if region not in buckets:
            raise EdgeError(f"regions: {region} is not among the Regions of buckets: add its bucket.")
    if params["method"] == "batch" and not params["role_arn"]:
        raise EdgeError("role_arn is missing: a batch job needs the ARN of the role that it replicates with.")
    if "" in params["exclude_prefixes"]:
        raise EdgeError('exclude_prefixes has "", which excludes everything: remove it.')
    return planning.Desired(
        buckets=buckets,
        source_region=source_region,
        regions=[region for region in regions if region != source_region],
        method=params["method"],
        role_arn=params["role_arn"],
        prefix=params["prefix"],
        exclude_prefixes=tuple(params["exclude_prefixes"]),
        delete_extra=params["delete_extra"],
        batch_threshold=params["batch_threshold"],
    )
