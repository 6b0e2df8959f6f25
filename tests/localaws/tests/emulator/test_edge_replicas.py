"""Replicated Lambda versions, the numbers of versions, and updates in progress."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.reference import allow
from localaws.tests.emulator.wire import code_of

_names = (f"replica-{number}" for number in itertools.count())
REPLICATED = ("InvalidParameterValueException", 400)
CONFLICT = ("ResourceConflictException", 409)


@pytest.fixture(autouse=True)
def _usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def package(text: str = "") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr(zipfile.ZipInfo("handler.py"), f"# {text}\ndef handler(event, context):\n    return event\n")
    return archive.getvalue()


@pytest.fixture
def function(local_aws: LocalAws, deployment: Deployment) -> str:
    """A function with one version."""
    name, client = next(_names), local_aws.client("lambda")
    client.create_function(
        FunctionName=name,
        Role=deployment.lambda_role_arn,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": package()},
    )
    client.publish_version(FunctionName=name)
    return name


class Site:
    """A distribution like the deployed one, with another function."""

    def __init__(self, local_aws: LocalAws, deployment: Deployment, name: str) -> None:
        self._cloudfront = local_aws.client("cloudfront")
        self._arn = f"arn:aws:lambda:us-east-1:{local_aws.account_id}:function:{name}"
        found = self._cloudfront.get_distribution_config(Id=deployment.distribution_id)["DistributionConfig"]
        self._config: dict[str, Any] = {**found, "CallerReference": name}
        self._associate("1")
        made = self._cloudfront.create_distribution(DistributionConfig=self._config)
        self._id, self._etag = made["Distribution"]["Id"], made["ETag"]

    def _associate(self, version: str | None) -> None:
        item = {"EventType": "origin-request", "LambdaFunctionARN": f"{self._arn}:{version}", "IncludeBody": False}
        items = {"Quantity": 1, "Items": [item]} if version else {"Quantity": 0}
        behavior = {**self._config["DefaultCacheBehavior"], "LambdaFunctionAssociations": items}
        self._config = {**self._config, "DefaultCacheBehavior": behavior}

    def change(self, version: str | None = None, enabled: bool = True) -> None:
        self._associate(version)
        self._config["Enabled"] = enabled
        update = self._cloudfront.update_distribution
        self._etag = update(Id=self._id, IfMatch=self._etag, DistributionConfig=self._config)["ETag"]

    def delete(self) -> None:
        self._cloudfront.delete_distribution(Id=self._id, IfMatch=self._etag)


def test_an_associated_version_cannot_be_deleted(local_aws: LocalAws, deployment: Deployment, function: str) -> None:
    client, site = local_aws.client("lambda"), Site(local_aws, deployment, function)
    for qualifier in ({"Qualifier": "1"}, {}):
        with pytest.raises(ClientError, match=rf"unable to delete arn:\S+:{function}:1 because it is a replicated"):
            client.delete_function(FunctionName=function, **qualifier)
    site.change("1", enabled=False)
    assert code_of(lambda: client.delete_function(FunctionName=function)) == REPLICATED
    site.change()
    client.delete_function(FunctionName=function)


@pytest.mark.parametrize("removed", ["association", "distribution"])
def test_replicas_are_deleted_later(local_aws: LocalAws, deployment: Deployment, function: str, removed: str) -> None:
    client, site = local_aws.client("lambda"), Site(local_aws, deployment, function)
    client.update_function_code(FunctionName=function, ZipFile=package("other"))
    client.publish_version(FunctionName=function)
    local_aws.behave(replicas_linger_seconds=3600.0)
    if removed == "association":
        site.change()
    else:
        site.change("1", enabled=False)
        site.delete()
    for qualifier in ({"Qualifier": "1"}, {}):
        assert code_of(lambda q=qualifier: client.delete_function(FunctionName=function, **q)) == REPLICATED  # type: ignore[misc]
    client.delete_function(FunctionName=function, Qualifier="2")
    local_aws.behave()
    client.delete_function(FunctionName=function, Qualifier="1")
    client.delete_function(FunctionName=function)


def test_unchanged_code_publishes_no_version(local_aws: LocalAws, function: str) -> None:
    client = local_aws.client("lambda")
    assert client.publish_version(FunctionName=function)["Version"] == "1"
    client.update_function_configuration(FunctionName=function, Timeout=9)
    assert client.publish_version(FunctionName=function)["Version"] == "2"
    assert client.publish_version(FunctionName=function)["Version"] == "2"


def test_a_versions_number_is_never_used_again(local_aws: LocalAws, deployment: Deployment, function: str) -> None:
    client = local_aws.client("lambda")
    client.delete_function(FunctionName=function)
    client.create_function(
        FunctionName=function,
        Role=deployment.lambda_role_arn,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": package()},
    )
    assert client.publish_version(FunctionName=function)["Version"] == "2"


def test_publish_checks_revision_and_hash(local_aws: LocalAws, function: str) -> None:
    client = local_aws.client("lambda")
    seen = client.get_function_configuration(FunctionName=function)
    guards = {"RevisionId": seen["RevisionId"], "CodeSha256": seen["CodeSha256"]}
    assert client.publish_version(FunctionName=function, **guards)["Version"] == "1"
    client.update_function_code(FunctionName=function, ZipFile=package("other"))

    def publish(**guard: str) -> tuple[str, int]:
        return code_of(lambda: client.publish_version(FunctionName=function, **guard))

    assert publish(RevisionId=guards["RevisionId"]) == ("PreconditionFailedException", 412)
    assert publish(CodeSha256=guards["CodeSha256"]) == ("InvalidParameterValueException", 400)


def test_a_function_takes_no_change_during_an_update(local_aws: LocalAws, function: str) -> None:
    client = local_aws.client("lambda")
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
    local_aws.behave(lambda_update_seconds=0.2)
    client.update_function_configuration(FunctionName=function, Timeout=9)
    while client.get_function_configuration(FunctionName=function)["LastUpdateStatus"] == "InProgress":
        time.sleep(0.05)
    assert client.publish_version(FunctionName=function)["Version"] == "2"
    local_aws.behave(lambda_update_seconds=3600.0)
    client.update_function_configuration(FunctionName=function, Timeout=8)
    changes = [
        lambda: client.update_function_configuration(FunctionName=function, Timeout=7),
        lambda: client.update_function_code(FunctionName=function, ZipFile=package("other")),
        lambda: client.publish_version(FunctionName=function),
    ]
    assert {code_of(change) for change in changes} == {CONFLICT}


def test_a_right_to_versions_does_not_cover_the_function(local_aws: LocalAws, function: str) -> None:
    client = local_aws.client("lambda")
    client.update_function_configuration(FunctionName=function, Timeout=9)
    client.publish_version(FunctionName=function)
    arn = f"arn:aws:lambda:us-east-1:{local_aws.account_id}:function:{function}"
    user = local_aws.create_user(f"user-{function}", allow("lambda:DeleteFunction", f"{arn}:*"))
    as_user = local_aws.client("lambda", credentials=user)
    as_user.delete_function(FunctionName=function, Qualifier="1")
    assert code_of(lambda: as_user.delete_function(FunctionName=function)) == ("AccessDeniedException", 403)
