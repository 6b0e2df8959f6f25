# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a published version of the edge function. Pure."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step

# Kept in the Description: a zip's own hash differs with the zlib that made it.
IDENTITY_PREFIX = "multiregion.edge package sha256:"

Config = dict[str, t.Any]

_MANAGED = ("Description", "Runtime", "Handler", "MemorySize", "Timeout", "Role")


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

    def code_sha256(self) -> str:
        """The zip's hash as Lambda tells it."""
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
    """``latest``: the configuration of $LATEST; ``versions``: those of the numbered versions, oldest first."""

    latest: Config | None
    versions: tuple[Config, ...] = ()
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def published(observed: Observed, desired: Desired) -> Config | None:
    """The newest numbered version that is what is asked for."""
    return next((version for version in reversed(observed.versions) if _is_desired(version, desired)), None)


def plan(observed: Observed, desired: Desired) -> Plan:
    """The code goes before the configuration, whose Description vouches for the code: a run that is
    killed between the two must not leave a Description that is ahead of its code."""
    name, configuration = desired.name, desired.configuration()
    version = published(observed, desired)
    steps: list[Step] = []
    if observed.latest is None:
        arguments = {
            "name": name,
            "package": desired.package,
            "configuration": configuration,
            "tags": dict(desired.tags),
        }
        steps.append(Step("create_function", arguments, f"Create the Lambda function {name} in us-east-1"))
    else:
        _refuse_unknown(name, observed.latest)
        # A version is published of code that is known only: a run for another package may have been killed
        # after its code was there and before its Description was.
        unknown_code = version is None and observed.latest.get("CodeSha256") != desired.code_sha256()
        if unknown_code or observed.latest.get("Description") != configuration["Description"]:
            arguments = {"name": name, "package": desired.package}
            steps.append(Step("update_code", arguments, f"Update the code of the Lambda function {name}"))
        if not _is_desired(observed.latest, desired):
            arguments = {"name": name, "configuration": configuration}
            steps.append(
                Step("update_configuration", arguments, f"Update the configuration of the Lambda function {name}")
            )
        missing_tags = {key: value for key, value in desired.tags.items() if observed.tags.get(key) != value}
        if missing_tags:
            arguments = {"arn": observed.latest["FunctionArn"], "tags": missing_tags}
            steps.append(Step("put_tags", arguments, f"Tag the Lambda function {name}"))
    if version is None:
        steps.append(Step("publish_version", {"name": name}, f"Publish a version of the Lambda function {name}"))
    before = {key: observed.latest.get(key) for key in _MANAGED} if observed.latest else None
    return Plan(before, configuration, tuple(steps))


def _refuse_unknown(name: str, latest: Config) -> None:
    if not latest.get("Description", "").startswith(IDENTITY_PREFIX):
        raise EdgeError(
            f"The Lambda function {name} exists already and is not this collection's, for its description does not "
            f"begin with {IDENTITY_PREFIX!r}: choose another name, or remove it if nobody needs it."
        )


def _is_desired(configuration: Config, desired: Desired) -> bool:
    return all(configuration.get(key) == value for key, value in desired.configuration().items())
