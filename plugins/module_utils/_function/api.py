# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudFront calls about a function, one a method."""

from __future__ import annotations

import typing as t

from .._cloudfront import listing
from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError, explain
from .._rules.ownership import tag_list

Config = dict[str, t.Any]
DEVELOPMENT, LIVE = "DEVELOPMENT", "LIVE"


class FunctionApi:
    """Every write is for the ETag that was observed, or that the previous write returned."""

    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        # DEVELOPMENT's, which every write asks for; LIVE has one of its own that nothing asks for.
        self._etag = ""

    def stage(self, name: str, stage: str) -> Config | None:
        """The function's configuration, status and code in DEVELOPMENT or LIVE; None where there is none."""
        try:
            described = self._cloudfront.describe_function(Name=name, Stage=stage)
            code = self._cloudfront.get_function(Name=name, Stage=stage)["FunctionCode"].read()
        except is_boto3_error_code("NoSuchFunctionExists"):
            return None
        if stage == DEVELOPMENT:
            self._etag = described["ETag"]
        summary = described["FunctionSummary"]
        stores = listing.items(summary["FunctionConfig"], "KeyValueStoreAssociations")
        return {
            "arn": summary["FunctionMetadata"]["FunctionARN"],
            "comment": summary["FunctionConfig"].get("Comment", ""),
            "runtime": summary["FunctionConfig"]["Runtime"],
            "key_value_store_arns": [store["KeyValueStoreARN"] for store in stores],
            "code": code.decode(errors="replace"),
            "etag": described["ETag"],
            "status": summary.get("Status", ""),
            "last_modified": summary["FunctionMetadata"]["LastModifiedTime"].isoformat(),
        }

    def live_status(self, name: str) -> str:
        return self._cloudfront.describe_function(Name=name, Stage=LIVE)["FunctionSummary"].get("Status", "")

    def comments(self) -> dict[str, str]:
        """The comments of all functions, by their names."""
        functions = listing.listed(self._cloudfront, "ListFunctions", "FunctionList", Stage=DEVELOPMENT)
        return {each["Name"]: each["FunctionConfig"].get("Comment", "") for each in functions}

    def associations(self) -> dict[str, list[str]]:
        """The ids of the distributions that use each function, by its ARN."""
        return listing.associations(self._cloudfront, "FunctionARN")

    def tags(self, arn: str) -> dict[str, str]:
        return listing.tags(self._cloudfront, arn)

    def create_function(self, name: str, code: str, tags: dict[str, str], **config: t.Any) -> None:
        given = {"Tags": _tags(tags)} if tags else {}
        answer = self._cloudfront.create_function(
            Name=name, FunctionConfig=_config(**config), FunctionCode=code.encode(), **given
        )
        self._etag = answer["ETag"]

    def update_function(self, name: str, code: str, **config: t.Any) -> None:
        answer = self._cloudfront.update_function(
            Name=name, IfMatch=self._etag, FunctionConfig=_config(**config), FunctionCode=code.encode()
        )
        # AWS's model spells this answer's header ETtag. In case that its service does not: without an ETag
        # the next step would be refused, observed and planned again.
        self._etag = answer.get("ETag") or answer["ResponseMetadata"]["HTTPHeaders"].get("etag", "")

    def tag_function(self, arn: str, tags: dict[str, str]) -> None:
        self._cloudfront.tag_resource(Resource=arn, Tags=_tags(tags))

    def test_function(self, name: str, event: bytes) -> Config:
        """What DEVELOPMENT does with *event*."""
        given = {"Name": name, "IfMatch": self._etag, "Stage": DEVELOPMENT, "EventObject": event}
        try:
            return self._cloudfront.test_function(**given)["TestResult"]
        except is_boto3_error_code("TestFunctionFailed") as error:
            return {"FunctionErrorMessage": explain(error)}

    def publish_function(self, name: str) -> None:
        self._cloudfront.publish_function(Name=name, IfMatch=self._etag)

    def delete_function(self, name: str) -> None:
        try:
            self._cloudfront.delete_function(Name=name, IfMatch=self._etag)
        except is_boto3_error_code("NoSuchFunctionExists"):
            return  # the answer to an earlier attempt of this very call was lost
        except is_boto3_error_code("FunctionInUse") as error:
            raise EdgeError(
                f"CloudFront still uses the function {name}: it was just taken out of a distribution, or put into one. "
                "Wait until all distributions are deployed, and run it again."
            ) from error


def _tags(tags: t.Mapping[str, str]) -> Config:
    return {"Items": tag_list(tags)}


def _config(comment: str, runtime: str, key_value_store_arns: list[str]) -> Config:
    # Always whole: an update without the association removes it.
    stores = [{"KeyValueStoreARN": arn} for arn in key_value_store_arns]
    associated = {"Quantity": len(stores), **({"Items": stores} if stores else {})}
    return {"Comment": comment, "Runtime": runtime, "KeyValueStoreAssociations": associated}
