"""The edge follows changes of the deployment."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.geo import load_pops
from localaws.reference.site import Site
from localaws.tests.edge.samples import FUNCTION, lambda_zip


def put_release(site: Site, value: str) -> None:
    keys, arn = site.local_aws.client("cloudfront-keyvaluestore"), site.deployment.kvs_arn
    etag = keys.describe_key_value_store(KvsARN=arn)["ETag"]
    keys.put_key(KvsARN=arn, Key="release", Value=value, IfMatch=etag)


def function_name(site: Site) -> str:
    return site.deployment.viewer_function_arn.rpartition("/")[2]


def update_function(site: Site, code: str) -> None:
    cloudfront, name = site.local_aws.client("cloudfront"), function_name(site)
    found = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    config = found["FunctionSummary"]["FunctionConfig"]
    cloudfront.update_function(Name=name, IfMatch=found["ETag"], FunctionConfig=config, FunctionCode=code.encode())


def publish_function(site: Site) -> None:
    cloudfront, name = site.local_aws.client("cloudfront"), function_name(site)
    etag = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]
    cloudfront.publish_function(Name=name, IfMatch=etag)


def distribution(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = site.local_aws.client("cloudfront").get_distribution_config(
        Id=site.deployment.distribution_id
    )
    return found


def update_distribution(site: Site, config: dict[str, Any]) -> None:
    site.local_aws.client("cloudfront").update_distribution(
        Id=site.deployment.distribution_id, IfMatch=distribution(site)["ETag"], DistributionConfig=config
    )
    site.edge.refresh()


@pytest.fixture
def own_site(site: Site) -> Iterator[Site]:
    """The shared site, restored after the test."""
    original = distribution(site)["DistributionConfig"]
    yield site
    put_release(site, "r1")
    update_function(site, FUNCTION)
    publish_function(site)
    update_distribution(site, original)


def test_a_change_of_the_deployment_is_picked_up(own_site: Site) -> None:
    site = own_site
    put_release(site, "r2")
    site.edge.refresh()
    assert json.loads(site.get("/who").body)["release"] == "r2"
    put_release(site, "r3")
    deadline = time.monotonic() + 10
    while json.loads(site.get("/who").body)["release"] != "r3":  # by itself
        assert time.monotonic() < deadline
        time.sleep(0.1)

    update_function(site, FUNCTION.replace("'/who'", "'/new-who'"))
    site.edge.refresh()
    assert site.get("/who").result == "FunctionGeneratedResponse"  # updated, not published
    publish_function(site)
    site.edge.refresh()
    assert site.get("/new-who").status == 200
    assert site.get("/who").result == "Error"


def test_a_new_version_of_the_lambda(own_site: Site) -> None:
    site = own_site
    client, name = site.local_aws.client("lambda"), site.deployment.lambda_version_arn.split(":")[6]
    source = (
        "def handler(event, context):\n    return {'status': '200', 'body': 'version ' + context.function_version}\n"
    )
    client.update_function_code(FunctionName=name, ZipFile=lambda_zip(source))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    arn = client.publish_version(FunctionName=name)["FunctionArn"]
    original = distribution(site)["DistributionConfig"]
    config = copy.deepcopy(original)
    config["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"][0]["LambdaFunctionARN"] = arn
    config["Enabled"] = True
    update_distribution(site, config)
    assert site.get("/version").body == b"version 2"
    update_distribution(site, {**config, "Enabled": False})
    assert site.get("/version").status == 403
    update_distribution(site, original)
    site.put("back", b"again")
    assert site.get("/back").body == b"again"


def test_until_a_change_is_deployed_some_locations_serve_the_one_before(own_site: Site) -> None:
    site = own_site
    original = distribution(site)["DistributionConfig"]
    site.local_aws.behave(distribution_seconds=3600.0)
    try:
        update_distribution(site, {**original, "Enabled": False})
        during = {site.get("/who", pop).status for pop in load_pops()}
        assert during == {200, 403}
        site.local_aws.behave()
        site.edge.refresh()
        assert {site.get("/who", pop).status for pop in load_pops()} == {403}
    finally:
        site.local_aws.behave()
        update_distribution(site, original)
