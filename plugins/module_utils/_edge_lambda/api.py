# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Lambda calls about the edge function, one a method."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import (
    GLOBAL_REGION,
    Aws,
    AWSRetry,
    is_boto3_error_code,
)

Config = dict[str, t.Any]

# InvalidParameterValueException: "The role defined for the function cannot be assumed by Lambda" until
# IAM has spread a new role, up to two minutes. ResourceConflictException: an update is in progress.
_settling = AWSRetry.jittered_backoff(
    retries=12,
    delay=2,
    max_delay=30,
    catch_extra_error_codes=["InvalidParameterValueException", "ResourceConflictException"],
)


class EdgeLambdaApi:
    def __init__(self, aws: Aws) -> None:
        # Lambda@Edge replicates from this Region only.
        self._lambda = aws.client("lambda", GLOBAL_REGION)

    def function(self, name: str) -> Config | None:
        try:
            return self._lambda.get_function_configuration(FunctionName=name)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None

    def versions(self, name: str) -> list[Config]:
        """The numbered versions, oldest first."""
        pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        found = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
        return sorted(found, key=lambda version: int(version["Version"]))

    def tags(self, arn: str) -> dict[str, str]:
        return self._lambda.list_tags(Resource=arn).get("Tags", {})

    # Changes. Each waits first until the one before has settled: Lambda refuses another one meanwhile.

    @_settling
    def create_function(self, name: str, package: bytes, configuration: Config, tags: dict[str, str]) -> None:
        parameters = {"PackageType": "Zip", "Publish": False, "Tags": tags, **configuration}
        try:
            self._lambda.create_function(FunctionName=name, Code={"ZipFile": package}, **parameters)
        except is_boto3_error_code("ResourceConflictException"):
            return  # it exists: the answer to an earlier attempt of this very call was lost

    @_settling
    def update_code(self, name: str, package: bytes) -> None:
        self._wait(name)
        self._lambda.update_function_code(FunctionName=name, ZipFile=package, Publish=False)

    @_settling
    def update_configuration(self, name: str, configuration: Config) -> None:
        self._wait(name)
        self._lambda.update_function_configuration(FunctionName=name, **configuration)

    @_settling
    def publish_version(self, name: str) -> None:
        self._wait(name)
        latest = self._lambda.get_function_configuration(FunctionName=name)
        version = self._lambda.publish_version(FunctionName=name, CodeSha256=latest["CodeSha256"])["Version"]
        # CloudFront refuses to associate a version that is not active yet.
        self._lambda.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)

    @_settling
    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        self._lambda.tag_resource(Resource=arn, Tags=tags)

    def _wait(self, name: str) -> None:
        self._lambda.get_waiter("function_active_v2").wait(FunctionName=name)
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=name)
