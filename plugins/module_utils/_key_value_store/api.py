# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls about a key value store (CloudFront) and its keys (the KeyValueStore service), one a method."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import GLOBAL_REGION, Aws, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

Config = dict[str, t.Any]


class StoreApi:
    """The control plane: the store itself."""

    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)

    def store(self, name: str) -> Config | None:
        try:
            return self._cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]
        except is_boto3_error_code("EntityNotFound"):
            return None

    def create_store(self, name: str, comment: str) -> None:
        try:
            self._cloudfront.create_key_value_store(Name=name, Comment=comment)
        except is_boto3_error_code("EntityAlreadyExists"):
            return  # the answer to an earlier attempt of this very call was lost

    def update_store(self, name: str, comment: str) -> None:
        etag = self._cloudfront.describe_key_value_store(Name=name)["ETag"]
        self._cloudfront.update_key_value_store(Name=name, Comment=comment, IfMatch=etag)


class KeysApi:
    """The data plane: the keys. Its ETag is not the control plane's; every write returns the next one."""

    def __init__(self, aws: Aws) -> None:
        _require_sigv4a()
        self._keys = aws.client("cloudfront-keyvaluestore", GLOBAL_REGION)
        self._etag = ""

    def describe(self, arn: str) -> Config:
        description = self._keys.describe_key_value_store(KvsARN=arn)
        self._etag = description["ETag"]
        return description

    def value(self, arn: str, key: str) -> str | None:
        try:
            return self._keys.get_key(KvsARN=arn, Key=key)["Value"]
        except is_boto3_error_code("ResourceNotFoundException"):
            return None

    def all_values(self, arn: str) -> dict[str, str]:
        pages = self._keys.get_paginator("list_keys").paginate(KvsARN=arn, PaginationConfig={"PageSize": 50})
        return {item["Key"]: item["Value"] for page in pages for item in page.get("Items", [])}

    def update_keys(self, arn: str, puts: dict[str, str], deletes: list[str]) -> None:
        """All or nothing. A stale ETag is refused by ConflictException or ValidationException."""
        self._etag = self._keys.update_keys(
            KvsARN=arn,
            IfMatch=self._etag,
            Puts=[{"Key": key, "Value": value} for key, value in puts.items()],
            Deletes=[{"Key": key} for key in deletes],
        )["ETag"]


def _require_sigv4a() -> None:
    """The KeyValueStore service takes SigV4A only, for which botocore needs awscrt."""
    try:
        import awscrt.auth  # noqa: F401
    except ImportError as error:
        raise EdgeError(
            "The KeyValueStore service needs SigV4A signatures: install botocore[crt] for the Python that runs "
            "this module (pip install 'boto3[crt]')."
        ) from error
