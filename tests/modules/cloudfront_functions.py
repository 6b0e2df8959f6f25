"""The CloudFront Function of a site in local AWS, and changes to it by other users."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.distribution import Distribution, custom_origin
from localaws.reference.resources import allow
from modules.runner import SITE, Modules
from modules.users import deployer

NAME = f"{SITE}-viewer-request"
UPDATE, TEST, PUBLISH = f"PUT /2020-05-31/function/{NAME}", f"/{NAME}/test", f"POST /2020-05-31/function/{NAME}/publish"
CREATE, DELETE = "POST /2020-05-31/function", f"DELETE /2020-05-31/function/{NAME}"
# Permissions besides docs/deployer: for the function, and for calls without a resource.
_OWN = [f"cloudfront:{action}" for action in ("DeleteFunction", "ListTagsForResource", "TagResource", "TestFunction")]
# Its creation, too: the module alone need not give it the site's tag.
_ANY = ["cloudfront:CreateFunction", "cloudfront:ListDistributions", "cloudfront:ListFunctions"]
_numbers = itertools.count(1)


def to(uri: str) -> str:
    """The code of a function that redirects everything to this location."""
    return (
        f"function handler(event) {{ console.log('to {uri}'); event.request.uri = '{uri}'; return event.request; }}\n"
    )


def goes(uri: str) -> dict[str, Any]:
    return {"name": f"goes to {uri}", "event": {"request": {"uri": "/old"}}, "expect": {"uri": uri, "method": "GET"}}


class Function:
    """A function, managed by the module and changed by another user."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.local_aws = modules.local_aws
        self.client = modules.local_aws.client("cloudfront")
        self.options: dict[str, Any] = {"name": NAME, "code": to("/a"), "tests": [goes("/a")]}

    def run(self, check: bool = False, diff: bool = False, **changed: Any) -> dict[str, Any]:
        self.options |= changed
        given = {key: value for key, value in self.options.items() if value is not None}
        return self.modules.run("cloudfront_function", check=check, diff=diff, **given)

    def absent(self, check: bool = False) -> dict[str, Any]:
        return self.modules.run("cloudfront_function", check=check, name=NAME, state="absent")

    def code(self, stage: str = "LIVE") -> str:
        return str(self.client.get_function(Name=NAME, Stage=stage)["FunctionCode"].read().decode())

    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_function(Name=NAME, Stage="LIVE")["FunctionSummary"]
        return dict(found["FunctionConfig"])

    def write(self, code: str, comment: str = "theirs (multiregion.edge)") -> None:
        """Write the DEVELOPMENT stage as another user; create the function if it does not exist."""
        config = {"Comment": comment, "Runtime": "cloudfront-js-2.0"}
        given: dict[str, Any] = {"Name": NAME, "FunctionConfig": config, "FunctionCode": code.encode()}
        try:
            etag = self.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        except self.client.exceptions.NoSuchFunctionExists:
            self.client.create_function(**given)
            return
        self.client.update_function(IfMatch=etag, **given)

    def tests(self, before: int) -> int:
        """The number of tests that were run since."""
        return sum(entry["path"].endswith(TEST) for entry in self.local_aws.requests(before))

    def associate(self) -> str:
        """Associate the function with a new distribution. Return its id."""
        arn = f"arn:aws:cloudfront::{self.local_aws.account_id}:function/{NAME}"
        made = Distribution(f"function-{next(_numbers)}", arn, [custom_origin("origin", "origin.example.com")])
        return str(self.client.create_distribution(DistributionConfig=made.config())["Distribution"]["Id"])

    def free(self) -> None:
        """Remove the function from all distributions."""
        for item in self.client.list_distributions()["DistributionList"].get("Items", []):
            found = self.client.get_distribution_config(Id=item["Id"])
            config = found["DistributionConfig"]
            config["DefaultCacheBehavior"]["FunctionAssociations"] = {"Quantity": 0}
            self.client.update_distribution(Id=item["Id"], IfMatch=found["ETag"], DistributionConfig=config)

    def clear(self) -> None:
        """Delete the function if it exists."""
        self.local_aws.fault(None)
        self.free()
        try:
            etag = self.client.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        except self.client.exceptions.NoSuchFunctionExists:
            return
        self.client.delete_function(Name=NAME, IfMatch=etag)


def modules_of(local_aws: LocalAws, *denied: str) -> Modules:
    own = f"arn:aws:cloudfront::{local_aws.account_id}:function/{NAME}"
    return deployer(local_aws, *denied, more=[allow(_OWN, [own]), allow(_ANY, ["*"])])
