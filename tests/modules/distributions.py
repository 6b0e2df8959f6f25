"""The distribution of a site in local AWS, and unmanaged distributions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import operations

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, Modules
from modules.users import deployer

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ACCESS_POINT_HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
TLS = {"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only"}
CREATE, DELETE, TAG = "POST /2020-05-31/distribution", "DELETE", "POST /2020-05-31/tagging"
UPDATE = "PUT"
# The reads that check the resources that a distribution refers to.
_READS = ("GetCachePolicy", "GetOriginRequestPolicy", "GetOriginAccessControl", "DeleteDistribution")
_numbers = itertools.count()


def custom(origin_id: str = "access-point", host: str = ACCESS_POINT_HOST, **other: Any) -> dict[str, Any]:
    return {"id": origin_id, "domain_name": host, "custom_origin_config": TLS, **other}


def bucket(region: str, control: str) -> dict[str, Any]:
    return {
        "id": region,
        "domain_name": f"shop-{region}.s3.{region}.amazonaws.com",
        "s3_origin_config": {"origin_access_identity": ""},
        "origin_access_control_id": control,
    }


def signed_mrap(site: Distributions) -> dict[str, Any]:
    """An MRAP as an origin that CloudFront signs for; the type of the origin is left to the module."""
    return {
        "id": "access-point",
        "domain_name": ACCESS_POINT_HOST,
        "origin_access_control_id": site.control("sigv4a"),
    }


def modules_of(local_aws: LocalAws) -> Modules:
    """Run by the deployer, who may also read the resources that a distribution refers to."""
    return deployer(local_aws, more=[allow([f"cloudfront:{action}" for action in _READS], ["*"])])


class Distributions:
    """The site's distribution, and unmanaged distributions."""

    def __init__(self, local_aws: LocalAws, modules: Modules) -> None:
        self.local_aws = local_aws
        self.client = local_aws.client("cloudfront")
        self.modules = modules

    def options(self, **other: Any) -> dict[str, Any]:
        return {
            "name": SITE,
            "origins": [custom()],
            "default_root_object": "index.html",
            "default_cache_behavior": {
                "target_origin_id": "access-point",
                "viewer_protocol_policy": "redirect-to-https",
                "cache_policy_id": CACHING_OPTIMIZED,
            },
            "tags": {"team": "web"},
            **other,
        }

    def run(self, check: bool = False, diff: bool = False, **other: Any) -> dict[str, Any]:
        return self.modules.run("cloudfront_distribution", check=check, diff=diff, **self.options(**other))

    def delete(self, check: bool = False, **other: Any) -> dict[str, Any]:
        return self.modules.run("cloudfront_distribution", check=check, name=SITE, state="absent", **other)

    def info(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.modules.run("cloudfront_distribution_info", name=SITE)["distributions"]
        return found

    def all(self) -> list[dict[str, Any]]:
        return self.client.list_distributions()["DistributionList"].get("Items", [])  # type: ignore[no-any-return]

    def only(self) -> str:
        (found,) = [item for item in self.all() if item["Comment"].startswith(SITE)]
        return str(found["Id"])

    def config(self, distribution_id: str | None = None) -> dict[str, Any]:
        found = self.client.get_distribution_config(Id=distribution_id or self.only())
        return found["DistributionConfig"]  # type: ignore[no-any-return]

    def change(self, distribution_id: str | None = None, **members: Any) -> None:
        """Change the distribution as another user."""
        found = self.client.get_distribution_config(Id=distribution_id or self.only())
        self.client.update_distribution(
            Id=distribution_id or self.only(),
            IfMatch=found["ETag"],
            DistributionConfig={**found["DistributionConfig"], **members},
        )

    def control(self, protocol: str) -> str:
        config = {
            "Name": f"shop-{protocol}-{next(_numbers)}",
            "SigningProtocol": protocol,
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        made = self.client.create_origin_access_control(OriginAccessControlConfig=config)
        return str(made["OriginAccessControl"]["Id"])

    def interfere(self, monkeypatch: pytest.MonkeyPatch, step: str, *changes: Callable[[], object]) -> None:
        """Make concurrent changes, one at each call, right before this step of a run."""
        make_step, left = getattr(operations.Operations, step), list(changes)

        def interfered(self: operations.Operations, *arguments: Any, **options: Any) -> None:
            if left:
                left.pop(0)()
            make_step(self, *arguments, **options)

        monkeypatch.setattr(operations.Operations, step, interfered)

    def clear(self) -> None:
        """Delete all distributions."""
        for item in self.all():
            self.change(item["Id"], Enabled=False)
            etag = self.client.get_distribution(Id=item["Id"])["ETag"]
            self.client.delete_distribution(Id=item["Id"], IfMatch=etag)


def kinds(result: dict[str, Any]) -> list[str]:
    """The mutating calls without ids."""
    return [call if call in (CREATE, TAG) else call.partition(" ")[0] for call in result["mutating"]]
