# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""What there is to know about a function at the edge."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from . import log_groups, options
from .api import Config, EdgeLambdaApi
from .plan import IDENTITY_PREFIX

_MEMBERS = {
    "name": "FunctionName",
    "arn": "FunctionArn",
    "description": "Description",
    "runtime": "Runtime",
    "handler": "Handler",
    "memory_size": "MemorySize",
    "timeout": "Timeout",
    "role_arn": "Role",
    "state": "State",
    "last_modified": "LastModified",
}


def functions(module: AnsibleAWSModule, aws: Aws) -> Config:
    """The function of that name, or nothing."""
    name: str = module.params["name"]
    options.check_name(name, aws.default_region)
    api = EdgeLambdaApi(aws)
    latest = api.function(name)
    if latest is None:
        return {"functions": []}
    arn = latest["FunctionArn"]
    associations = api.associations(arn)
    found: Config = {
        **{name: latest.get(member) for name, member in _MEMBERS.items()},
        "package_sha256": _identity(latest),
        "tags": api.tags(arn),
        "versions": [_version(arn, version, associations) for version in api.versions(name)],
    }
    if module.params["log_groups"]:
        groups, denied = api.log_groups_by_region(log_groups.log_group(name))
        for warning in log_groups.denied(name, denied):
            module.warn(warning)
        found["log_groups"] = [_log_group(region, group) for region, group in groups.items() if group]
    return {"functions": [found]}


def _version(arn: str, version: Config, associations: t.Mapping[str, list[str]]) -> Config:
    number = version["Version"]
    return {
        "version": number,
        "qualified_arn": f"{arn}:{number}",
        "package_sha256": _identity(version),
        "code_sha256": version["CodeSha256"],
        "last_modified": version["LastModified"],
        "distribution_ids": associations.get(number, []),
    }


def _log_group(region: str, group: Config) -> Config:
    return {
        "region": region,
        "name": group["logGroupName"],
        "retention_days": group.get("retentionInDays"),
        "stored_bytes": group.get("storedBytes"),
    }


def _identity(configuration: Config) -> str | None:
    """Of its package; None of a function that is not this collection's."""
    description = str(configuration.get("Description", ""))
    return description.removeprefix(IDENTITY_PREFIX) if description.startswith(IDENTITY_PREFIX) else None
