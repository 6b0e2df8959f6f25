# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a published version of the origin request function, or to none at all. Pure."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from . import log_groups

if t.TYPE_CHECKING:
    from .operations import Operations

# Kept in the Description: a zip's own hash differs with the zlib that made it.
IDENTITY_PREFIX = "multiregion.edge package sha256:"

Config = dict[str, t.Any]

# Fewer functions at once in a Region are worth a warning. Sources: AWS Lambda Developer Guide, "Lambda quotas": 1,000,
# and less in new accounts, 10 for each execution environment and second.
FEW_AT_ONCE = 200

MANAGED = ("Description", "Runtime", "Handler", "MemorySize", "Timeout", "Role")


@dataclasses.dataclass(frozen=True)
class Desired:
    name: str
    identity: str
    package: bytes
    runtime: str
    handler: str
    memory_size: int
    timeout: int
    role_arn: str
    tags: t.Mapping[str, str]
    keep_versions: int = 3
    log_retention: int | None = None

    def code_sha256(self) -> str:
        """The zip's hash as Lambda returns it."""
        return base64.b64encode(hashlib.sha256(self.package).digest()).decode()

    def configuration(self) -> Config:
        return {
            "Description": f"{IDENTITY_PREFIX}{self.identity}",
            "Runtime": self.runtime,
            "Handler": self.handler,
            "MemorySize": self.memory_size,
            "Timeout": self.timeout,
            "Role": self.role_arn,
        }


@dataclasses.dataclass(frozen=True)
class Observed:
    """``latest``: the configuration of $LATEST; ``versions``: those of the numbered versions, oldest first.

    ``associations``: the distributions that associate a version, by its number; looked at only where it
    matters, as are ``log_groups``, ``denied_logs`` (the Regions in which an organization denies them) and
    ``concurrency`` (how many functions may run at once, by Region).
    """

    latest: Config | None
    versions: tuple[Config, ...] = ()
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    associations: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict)
    log_groups: log_groups.LogGroups = dataclasses.field(default_factory=dict)
    denied_logs: tuple[str, ...] = ()
    concurrency: t.Mapping[str, int] = dataclasses.field(default_factory=dict)


def published(observed: Observed, desired: Desired) -> Config | None:
    """The newest numbered version that is what is asked for."""
    return next((version for version in reversed(observed.versions) if _is_desired(version, desired)), None)


def superseded(observed: Observed, desired: Desired) -> list[str]:
    """The versions to be deleted, if no distribution associates them: only a run that publishes one deletes any.

    Whether AWS still replicates one shows only when it is deleted, so a run that has nothing else to do must not try.
    """
    if published(observed, desired) is not None:
        return []
    # Published by hand under another description: unmanaged.
    managed = [version["Version"] for version in observed.versions if _is_managed(version)]
    return managed[: max(0, len(managed) - desired.keep_versions)]


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """The code goes before the configuration, whose Description identifies the code: a run that is
    killed between the two must not leave a Description that is ahead of its code. The log groups are
    there before a version is, so that no log is without a retention."""
    name, configuration, latest = desired.name, desired.configuration(), observed.latest
    version = published(observed, desired)
    before = {key: latest.get(key) for key in MANAGED} if latest else None
    after: Config = dict(configuration)
    steps: list[Step] = []
    if latest is None:
        arguments = {
            "name": name,
            "package": desired.package,
            "configuration": configuration,
            "tags": dict(desired.tags),
        }
        steps.append(Step(operations.create_function, arguments, f"Create the Lambda function {name} in us-east-1"))
    else:
        assert_managed(name, latest)
        # A version is published of code that is known only: a run for another package may have been killed
        # after its code was there and before its Description was.
        unknown_code = version is None and latest.get("CodeSha256") != desired.code_sha256()
        if unknown_code or latest.get("Description") != configuration["Description"]:
            arguments = {"name": name, "package": desired.package}
            steps.append(Step(operations.update_code, arguments, f"Update the code of the Lambda function {name}"))
            before = {**(before or {}), "CodeSha256": latest.get("CodeSha256")}
            after["CodeSha256"] = desired.code_sha256()
        if not _is_desired(latest, desired):
            arguments = {"name": name, "configuration": configuration}
            steps.append(
                Step(
                    operations.update_configuration,
                    arguments,
                    f"Update the configuration of the Lambda function {name}",
                )
            )
    if desired.log_retention:
        steps += log_groups.keep(operations, name, observed.log_groups, desired.log_retention, desired.tags)
        kept = log_groups.retentions(observed.log_groups)
        before = {**before, "LogRetention": kept} if before else None
        after["LogRetention"] = dict.fromkeys(kept, desired.log_retention)
    if version is None:
        arguments = {"name": name, "code_sha256": desired.code_sha256()}
        steps.append(Step(operations.publish_version, arguments, f"Publish a version of the Lambda function {name}"))
    missing_tags = {key: value for key, value in desired.tags.items() if observed.tags.get(key) != value}
    if latest and missing_tags:
        arguments = {"arn": latest["FunctionArn"], "tags": missing_tags}
        steps.append(Step(operations.put_tags, arguments, f"Tag the Lambda function {name}"))
    steps += [
        Step(
            operations.delete_version,
            {"name": name, "version": number},
            f"Delete version {number} of the Lambda function {name}, unless it is still replicated or has an alias",
        )
        for number in superseded(observed, desired)
        if number not in observed.associations
    ]
    warnings = (*log_groups.denied(name, observed.denied_logs), *_few_at_once(observed.concurrency))
    return Plan(before, after, tuple(steps), log_groups.summary(steps), warnings)


def _few_at_once(concurrency: t.Mapping[str, int]) -> tuple[str, ...]:
    """The warning about the Regions whose quota a site of some traffic exceeds."""
    few = {region: most for region, most in concurrency.items() if most < FEW_AT_ONCE}
    if not few:
        return ()
    regions = ", ".join(f"{region} ({most})" for region, most in sorted(few.items()))
    return (
        f"Few Lambda functions may run at once in this account: {regions}. What CloudFront has not cached and exceeds "
        "that is a 503 for viewers (each takes at most 10 requests a second). Accounts start with less than the usual "
        "1,000: ask for more in Service Quotas (AWS Lambda, Concurrent executions, L-B99A9384) in each Region that "
        "viewers are near to, or let CloudFront sign instead of a function (edge_signer: oac).",
    )


def plan_absent(operations: Operations, observed: Observed, name: str) -> Plan:
    """The logs go first: as long as the function exists it shows whose they are."""
    if observed.latest is None:
        return Plan(None, None)
    assert_managed(name, observed.latest)
    if observed.associations:
        used = "; ".join(
            f"version {version} by {', '.join(ids)}" for version, ids in sorted(observed.associations.items())
        )
        raise EdgeError(
            f"The Lambda function {name} is not deleted, for distributions associate it ({used}): take it out of their "
            "behaviors or delete them, wait until that is deployed, and run this again."
        )
    steps = log_groups.delete(operations, name, observed.log_groups)
    sentence = f"Delete the Lambda function {name} in us-east-1"
    steps.append(Step(operations.delete_function, {"name": name}, f"{sentence}, unless it is still replicated"))
    before = {key: observed.latest.get(key) for key in MANAGED}
    warnings = log_groups.denied(name, observed.denied_logs)
    return Plan(before, None, tuple(steps), log_groups.summary(steps), warnings)


def assert_managed(name: str, latest: Config) -> None:
    if not _is_managed(latest):
        raise EdgeError(
            f"The Lambda function {name} exists already and is not this collection's, for its description does not "
            f"begin with {IDENTITY_PREFIX!r}: choose another name, or remove it if it is not needed."
        )


def _is_managed(configuration: Config) -> bool:
    return str(configuration.get("Description", "")).startswith(IDENTITY_PREFIX)


def _is_desired(configuration: Config, desired: Desired) -> bool:
    return all(configuration.get(key) == value for key, value in desired.configuration().items())
