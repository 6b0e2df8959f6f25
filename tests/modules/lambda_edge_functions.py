"""A site's Lambda@Edge function in local AWS, and concurrent changes to it."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import itertools
import json
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import operations
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.log_groups import REGIONS

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, Modules
from modules.users import deployer

NAME = f"{SITE}-origin-request"
ROLE = f"multiregion-edge-{NAME}"
LOG_GROUP = f"/aws/lambda/us-east-1.{NAME}"
_REFERENCES = itertools.count()
_USERS: dict[tuple[int, str], Credentials] = {}


def package(content: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for module in ("handler", "other"):
            text = f"CONTENT = {content!r}\ndef handler(event, context):\n    return event\n"
            files.writestr(zipfile.ZipInfo(f"{module}.py"), text)  # dated 1980: the same bytes every time
    return archive.getvalue()


class Functions:
    def __init__(self, local_aws: LocalAws, directory: Path, without: str = "") -> None:
        self.local_aws = local_aws
        self.credentials = _user(local_aws, without)
        self.client = local_aws.client("lambda")
        self.path = f"/2015-03-31/functions/{NAME}"
        self._directory = directory
        self._modules = Modules(local_aws, self.credentials)
        self._distribution = ""

    def without(self, action: str) -> Functions:
        return Functions(self.local_aws, self._directory, action)

    def package(self, content: str) -> str:
        path = self._directory / f"{content}.zip"
        path.write_bytes(package(content))
        return str(path)

    def run(self, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        role_arn = f"arn:aws:iam::{self.local_aws.account_id}:role/{ROLE}"
        given = {"name": NAME, "package": self.package("a"), "role_arn": role_arn, **options}
        return {"warnings": [], **self._modules.run("lambda_edge_function", check=check, diff=diff, **given)}

    def info(self, **options: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._modules.run("lambda_edge_function_info", name=NAME, **options)["functions"]
        return found

    def publish(self, contents: str) -> None:
        """Publish a version of each package, in order."""
        for content in contents:
            self.run(package=self.package(content), keep_versions=len(contents))

    def versions(self) -> list[str]:
        found = self.client.list_versions_by_function(FunctionName=NAME)["Versions"]
        return [version["Version"] for version in found if version["Version"] != "$LATEST"]

    def code(self, version: str) -> dict[str, bytes]:
        url = self.client.get_function(FunctionName=NAME, Qualifier=version)["Code"]["Location"]
        with urllib.request.urlopen(url) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def retentions(self) -> dict[str, int | None]:
        """The retention of the existing log groups, by Region."""
        found = {}
        for region in REGIONS:
            logs = self.local_aws.client("logs", region)
            for group in logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
                if group["logGroupName"] == LOG_GROUP:
                    found[region] = group.get("retentionInDays")
        return found

    def trust(self, *services: str) -> None:
        """Allow only these to assume the role."""
        iam = self.local_aws.client("iam")
        principals = [f"{service}.amazonaws.com" for service in services]
        trusted = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
        if ROLE in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
            iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)
        else:
            managed = [{"Key": "multiregion-edge", "Value": SITE}]
            iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document, Tags=managed)

    def associate(self, *versions: str) -> str:
        """Associate versions with a new distribution: the first by default, the others by path. Return its id."""
        cloudfront = self.local_aws.client("cloudfront")
        config = _distribution(self.local_aws.account_id, versions)
        if not self._distribution:
            made = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
            self._distribution = made["Id"]
            return self._distribution
        found = cloudfront.get_distribution_config(Id=self._distribution)
        config["CallerReference"] = found["DistributionConfig"]["CallerReference"]
        cloudfront.update_distribution(Id=self._distribution, IfMatch=found["ETag"], DistributionConfig=config)
        return self._distribution

    def interfere(self, monkeypatch: pytest.MonkeyPatch, step: str, change: Callable[[], object]) -> None:
        """Make a concurrent change, once, right before this step of a run."""
        make_step, changes = getattr(operations.Operations, step), [change]

        def interfered(self: operations.Operations, *arguments: Any, **options: Any) -> None:
            if changes:
                changes.pop()()
            make_step(self, *arguments, **options)

        monkeypatch.setattr(operations.Operations, step, interfered)

    def clear(self) -> None:
        """Delete everything except a role that Lambda@Edge can assume."""
        self.trust("lambda", "edgelambda")
        cloudfront = self.local_aws.client("cloudfront")
        for item in cloudfront.list_distributions()["DistributionList"].get("Items", []):
            found = cloudfront.get_distribution_config(Id=item["Id"])
            config = {**found["DistributionConfig"], "Enabled": False}
            etag = cloudfront.update_distribution(Id=item["Id"], IfMatch=found["ETag"], DistributionConfig=config)[
                "ETag"
            ]
            cloudfront.delete_distribution(Id=item["Id"], IfMatch=etag)
        if NAME in {function["FunctionName"] for function in self.client.list_functions()["Functions"]}:
            self.client.delete_function(FunctionName=NAME)
        self.local_aws.behave()  # versions are numbered from 1 again
        for region in self.retentions():
            self.local_aws.client("logs", region).delete_log_group(logGroupName=LOG_GROUP)


def _user(local_aws: LocalAws, without: str) -> Credentials:
    """The deployer of the site without one permission; created once in each local AWS."""
    key = (local_aws.port, without)
    if key not in _USERS:
        _USERS[key] = deployer(local_aws, without, more=_more(local_aws.account_id)).credentials
    return _USERS[key]


def _more(account_id: str) -> list[dict[str, Any]]:
    function = f"arn:aws:lambda:us-east-1:{account_id}:function:{NAME}"
    logs = f"arn:aws:logs:*:{account_id}:log-group:{LOG_GROUP}"
    log_actions = ["CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "TagResource"]
    return [
        allow(["lambda:DeleteFunction"], [function, f"{function}:*"]),
        allow([f"logs:{each}" for each in log_actions], [logs, f"{logs}:*"]),
        allow(["logs:DescribeLogGroups"], ["*"]),
    ]


def _distribution(account_id: str, versions: tuple[str, ...]) -> dict[str, Any]:
    def behavior(version: str) -> dict[str, Any]:
        arn = f"arn:aws:lambda:us-east-1:{account_id}:function:{NAME}:{version}"
        item = {"EventType": "origin-request", "LambdaFunctionARN": arn, "IncludeBody": False}
        return {
            "TargetOriginId": "origin",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]},
        }

    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "origin", "DomainName": "origin.example.com", "CustomOriginConfig": custom}
    none = {"ViewerProtocolPolicy": "https-only", "TargetOriginId": "origin"}
    first, others = versions[:1], versions[1:]
    default = behavior(first[0]) if first else {**none, "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
    return {
        "CallerReference": f"edge-functions-{next(_REFERENCES)}",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": default,
        "CacheBehaviors": {
            "Quantity": len(others),
            "Items": [{"PathPattern": f"/{version}/*", **behavior(version)} for version in others],
        },
    }
