# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What each Region misses, and who brings it there: one S3 Batch Operations job, or copies side by side. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .compare import Difference, Item

if t.TYPE_CHECKING:
    from .operations import Operations

# Of a job's manifest: more prefixes than this are shortened until they are fewer.
_MOST_PREFIXES = 100

# The states that a job does not leave again.
ENDED = ("Complete", "Failed", "Cancelled")


@dataclasses.dataclass(frozen=True)
class Desired:
    """``buckets``: the bucket's name by Region; ``regions``: the destinations among them."""

    buckets: t.Mapping[str, str]
    source_region: str
    regions: t.Sequence[str]
    method: str = "auto"
    role_arn: str | None = None
    prefix: str = ""
    exclude_prefixes: tuple[str, ...] = ()
    delete_extra: bool = False
    batch_threshold: int = 10000

    @property
    def source(self) -> str:
        return self.buckets[self.source_region]


@dataclasses.dataclass(frozen=True)
class Observed:
    """``replicated``: the Regions that a job would reach, for an enabled rule of the source leads there.

    ``active_job`` is a managed job that runs already, ``last_job`` the last one that ended.
    """

    regions: t.Mapping[str, Difference]
    replicated: frozenset[str] = frozenset()
    active_job: str | None = None
    last_job: str | None = None


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """At most one job, and one step a Region for what is copied there and for what is removed there."""
    lacking = [region for region in desired.regions if observed.regions[region].missing]
    by_job = _by_job(lacking, observed, desired)
    steps = [_job(operations, by_job, observed, desired)] if by_job else []
    for region in desired.regions:
        found = observed.regions[region]
        where = {"region": region, "bucket": desired.buckets[region]}
        if found.missing and region not in by_job:
            sentence = f"Bring {format_items(found.missing)} to {region}"
            steps.append(Step(operations.copy, {**where, "items": found.missing}, sentence, partition=region))
        if found.extra and desired.delete_extra:
            _refuse_to_empty(found, region, desired)
            sentence = f"Put delete markers on {_objects(found.extra)} in {region} that {desired.source_region} lacks"
            steps.append(Step(operations.mark_deleted, {**where, "items": found.extra}, sentence, partition=region))
    return Plan(_counts(observed.regions), _counts_after(observed.regions, desired), tuple(steps))


def _by_job(lacking: t.Sequence[str], observed: Observed, desired: Desired) -> list[str]:
    """The Regions that a job serves: it serves all that a rule leads to, so all or none of those."""
    reached = [region for region in lacking if region in observed.replicated]
    if desired.method == "batch":
        if unreached := sorted(set(lacking) - set(reached)):
            raise EdgeError(
                f"A batch job cannot bring objects to {', '.join(unreached)}, for {desired.source} has no enabled "
                "replication rule to there: set one up with s3_replication, or choose auto or copy as method."
            )
        if reached and not manifest_prefixes(reached, observed, desired):  # a job without any prefix is of everything
            raise EdgeError(
                f"A batch job cannot bring {format_items(observed.regions[reached[0]].missing)} to {reached[0]} "
                "without what exclude_prefixes names: choose auto or copy as method, or a prefix."
            )
        return reached
    if desired.method == "copy" or not desired.role_arn:
        return []
    worth_it = any(len(observed.regions[region].missing) > desired.batch_threshold for region in reached)
    return reached if worth_it and manifest_prefixes(reached, observed, desired) else []


def _job(operations: Operations, by_job: t.Sequence[str], observed: Observed, desired: Desired) -> Step:
    missing = [item for region in by_job for item in observed.regions[region].missing]
    prefixes = manifest_prefixes(by_job, observed, desired)
    arguments = {
        "job_id": observed.active_job,
        "role_arn": desired.role_arn,
        "prefixes": prefixes,
        "token": job_token(desired, prefixes, observed.last_job),
        "required": desired.method == "batch",
    }
    how = f"by the batch job {observed.active_job} that runs already" if observed.active_job else "by a batch job"
    sentence = f"Bring {format_items(missing)} to {', '.join(by_job)} {how} in {desired.source_region}"
    return Step(operations.replicate_by_job, arguments, sentence, partition=desired.source_region)


def manifest_prefixes(by_job: t.Iterable[str], observed: Observed, desired: Desired) -> list[str]:
    """The prefixes that a job's manifest is limited to: those under which something is missing.

    A manifest can leave nothing out, so that what is excluded stays out by this alone.
    """
    keys = {item.key for region in by_job for item in observed.regions[region].missing}
    start = len(desired.prefix)
    found = {key[: key.find("/", start) + 1] or key for key in keys}
    for length in (64, 16, 4, 1):
        if len(found) <= _MOST_PREFIXES:
            break
        found = {prefix[: start + length] for prefix in found}
    return sorted(
        prefix for prefix in found if not any(excluded.startswith(prefix) for excluded in desired.exclude_prefixes)
    )


def job_token(desired: Desired, prefixes: t.Sequence[str], last_job: str | None) -> str:
    """The same for a run that was killed after CreateJob, another once that job has ended."""
    text = "\n".join([desired.source, str(desired.role_arn), str(last_job), *prefixes])
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_to_empty(found: Difference, region: str, desired: Desired) -> None:
    if not found.equal and not found.missing:
        below = f" below {desired.prefix}" if desired.prefix else ""
        raise EdgeError(
            f"The bucket {desired.source} has no objects{below}, so delete_extra would empty "
            f"{desired.buckets[region]}: check source_region and prefix."
        )


def _counts(regions: t.Mapping[str, Difference]) -> dict[str, dict[str, int]]:
    return {region: {"missing": len(found.missing), "extra": len(found.extra)} for region, found in regions.items()}


def _counts_after(regions: t.Mapping[str, Difference], desired: Desired) -> dict[str, dict[str, int]]:
    return {
        region: {"missing": 0, "extra": 0 if desired.delete_extra else len(found.extra)}
        for region, found in regions.items()
    }


def format_items(items: t.Sequence[Item]) -> str:
    """``120 objects (3.4 MB)``"""
    return f"{_objects(items)} ({_bytes(sum(item.size for item in items))})"


def _objects(items: t.Sequence[Item]) -> str:
    return _counted(len(items), "object")


def _bytes(number: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return _counted(number, "byte")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
