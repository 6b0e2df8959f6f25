# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudFront calls about a function, one a method."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import GLOBAL_REGION, Aws, is_boto3_error_code

Config = dict[str, t.Any]


class FunctionApi:
    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)

    def stage(self, name: str, stage: str) -> Config | None:
        """The function's configuration, ARN and code in DEVELOPMENT or LIVE; None where there is none."""
        try:
            summary = self._cloudfront.describe_function(Name=name, Stage=stage)["FunctionSummary"]
            code = self._cloudfront.get_function(Name=name, Stage=stage)["FunctionCode"].read()
        except is_boto3_error_code("NoSuchFunctionExists"):
            return None
        stores = summary["FunctionConfig"].get("KeyValueStoreAssociations", {}).get("Items", [])
        return {
            "arn": summary["FunctionMetadata"]["FunctionARN"],
            "comment": summary["FunctionConfig"].get("Comment", ""),
            "runtime": summary["FunctionConfig"]["Runtime"],
            "key_value_store_arns": [store["KeyValueStoreARN"] for store in stores],
            "code": code.decode(),
        }

    def create_function(self, name: str, code: str, **config: t.Any) -> None:
        try:
            self._cloudfront.create_function(Name=name, FunctionConfig=_config(**config), FunctionCode=code.encode())
        except is_boto3_error_code("FunctionAlreadyExists"):
            return  # the answer to an earlier attempt of this very call was lost

    def update_function(self, name: str, code: str, **config: t.Any) -> None:
        self._cloudfront.update_function(
            Name=name, IfMatch=self._etag(name), FunctionConfig=_config(**config), FunctionCode=code.encode()
        )

    def publish_function(self, name: str) -> None:
        self._cloudfront.publish_function(Name=name, IfMatch=self._etag(name))

    def _etag(self, name: str) -> str:
        """Of DEVELOPMENT, fetched before every use: each stage has its own and each write changes it."""
        return self._cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]


def _config(comment: str, runtime: str, key_value_store_arns: list[str]) -> Config:
    # Always whole: an update without the association removes it.
    items = [{"KeyValueStoreARN": arn} for arn in key_value_store_arns]
    associations = {"Quantity": len(items), **({"Items": items} if items else {})}
    return {"Comment": comment, "Runtime": runtime, "KeyValueStoreAssociations": associations}
