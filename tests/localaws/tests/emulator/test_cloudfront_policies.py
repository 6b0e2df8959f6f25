"""Origin access controls and policies of CloudFront: refusals, and lists in pages."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.wire import code_of

NONE: dict[str, Any] = {
    "HeadersConfig": {"HeaderBehavior": "none"},
    "CookiesConfig": {"CookieBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}
KEY = {"EnableAcceptEncodingGzip": False, **NONE}
CONFIGS: dict[str, dict[str, Any]] = {
    "OriginAccessControl": {
        "SigningProtocol": "sigv4a",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    },
    "CachePolicy": {"MinTTL": 1, "ParametersInCacheKeyAndForwardedToOrigin": KEY},
    "OriginRequestPolicy": NONE,
    "ResponseHeadersPolicy": {"ServerTimingHeadersConfig": {"Enabled": False}},
}
PLURALS = {
    "OriginAccessControl": "origin_access_controls",
    "CachePolicy": "cache_policies",
    "OriginRequestPolicy": "origin_request_policies",
    "ResponseHeadersPolicy": "response_headers_policies",
}
_numbers = itertools.count()


def snake(entity: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in entity).lstrip("_")


class Kind:
    def __init__(self, local_aws: LocalAws, entity: str) -> None:
        self.aws = local_aws.client("cloudfront")
        self.entity = entity
        self.made: list[str] = []

    def call(self, verb: str, **arguments: Any) -> Any:
        return getattr(self.aws, f"{verb}_{snake(self.entity)}")(**arguments)

    def create(self, **change: Any) -> tuple[str, str]:
        """The id and the ETag of a new one with these members."""
        config = {"Name": f"strict-{next(_numbers)}", **CONFIGS[self.entity], **change}
        made = self.call("create", **{f"{self.entity}Config": config})
        self.made.append(made[self.entity]["Id"])
        return self.made[-1], made["ETag"]

    def update(self, config_id: str, etag: str, **change: Any) -> None:
        config = {"Name": f"strict-{next(_numbers)}", **CONFIGS[self.entity], **change}
        arguments = {"Id": config_id, f"{self.entity}Config": config, **({"IfMatch": etag} if etag else {})}
        self.call("update", **arguments)

    def clean(self) -> None:
        for config_id in self.made:
            self.call("delete", Id=config_id, IfMatch=self.call("get", Id=config_id)["ETag"])


@pytest.fixture
def kinds(local_aws: LocalAws) -> Iterator[dict[str, Kind]]:
    kinds = {entity: Kind(local_aws, entity) for entity in CONFIGS}
    yield kinds
    for kind in kinds.values():
        kind.clean()


each_kind = pytest.mark.parametrize("entity", CONFIGS)


@each_kind
def test_an_etag_is_needed_and_must_be_the_newest(kinds: dict[str, Kind], entity: str) -> None:
    kind = kinds[entity]
    made, etag = kind.create()
    assert code_of(lambda: kind.update(made, "")) == ("InvalidIfMatchVersion", 400)
    kind.update(made, etag)
    assert code_of(lambda: kind.update(made, etag)) == ("PreconditionFailed", 412)
    assert code_of(lambda: kind.call("delete", Id=made, IfMatch=etag)) == ("PreconditionFailed", 412)
    assert code_of(lambda: kind.call("delete", Id=made)) == ("InvalidIfMatchVersion", 400)


@each_kind
def test_a_name_is_unique(kinds: dict[str, Kind], entity: str) -> None:
    kind = kinds[entity]
    kind.create(Name="strict-name")
    assert code_of(lambda: kind.create(Name="strict-name")) == (f"{entity}AlreadyExists", 409)


@each_kind
def test_lists_come_in_pages(kinds: dict[str, Kind], entity: str) -> None:
    kind = kinds[entity]
    made = {kind.create()[0] for _ in range(9)}
    for most in (100, 2):
        listed: list[str] = []
        arguments: dict[str, Any] = {"MaxItems": str(most)}
        while True:
            page = getattr(kind.aws, f"list_{PLURALS[entity]}")(**arguments)[f"{entity}List"]
            assert page["Quantity"] == len(page["Items"]) <= most
            listed += [item.get(entity, item)["Id"] for item in page["Items"]]
            if "NextMarker" not in page:
                break
            arguments["Marker"] = page["NextMarker"]
        assert len(listed) == len(set(listed))
        assert made <= set(listed)
        assert len(listed) > len(page["Items"])


@pytest.mark.parametrize(
    ("entity", "most"), [("CachePolicy", 20), ("OriginRequestPolicy", 20), ("ResponseHeadersPolicy", 20)]
)
def test_an_account_has_a_maximum_of_each(kinds: dict[str, Kind], entity: str, most: int) -> None:
    kind = kinds[entity]
    with pytest.raises(kind.aws.exceptions.ClientError) as refusal:
        for _ in range(most + 1):
            kind.create()
    assert refusal.value.response["Error"]["Code"] == f"TooMany{entity.removesuffix('y')}ies"


def headers(behavior: str, *names: str) -> dict[str, Any]:
    listed = {"Headers": {"Quantity": len(names), "Items": list(names)}} if names else {}
    return {"HeadersConfig": {"HeaderBehavior": behavior, **listed}}


def key(**change: Any) -> dict[str, Any]:
    return {"ParametersInCacheKeyAndForwardedToOrigin": {**KEY, **change}}


ELEVEN = [f"x-{number}" for number in range(11)]
NOTHING_CACHED = {"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}
REMOVED = [{"Header": name} for name in ELEVEN]
CSP = {"Override": True, "ContentSecurityPolicy": "x" * 1784}
CUSTOM = [{"Header": "Referrer-Policy", "Value": "x", "Override": True}]
NOT_REMOVED = ["Via", "x-amz-cf-id", "X-Edge-Location", "Content-Encoding", "x-amzn-RequestId", "X-Cache"]
XSS = {"Override": True, "Protection": True, "ModeBlock": True, "ReportUri": "/x"}


@pytest.mark.parametrize(
    ("entity", "change", "code"),
    [
        ("OriginAccessControl", {"Name": "x" * 65}, "InvalidArgument"),
        ("CachePolicy", {"Name": "x y"}, "InvalidArgument"),
        ("CachePolicy", {"Comment": "x" * 129}, "InvalidArgument"),
        ("CachePolicy", {"MinTTL": 5, "DefaultTTL": 4}, "InvalidArgument"),
        ("CachePolicy", {**NOTHING_CACHED, **key(**headers("whitelist", "a"))}, "InvalidArgument"),
        ("CachePolicy", {**NOTHING_CACHED, **key(EnableAcceptEncodingGzip=True)}, "InvalidArgument"),
        ("CachePolicy", key(**headers("whitelist")), "InvalidArgument"),
        ("CachePolicy", key(**headers("none", "a")), "InvalidArgument"),
        (
            "CachePolicy",
            key(EnableAcceptEncodingGzip=True, **headers("whitelist", "Accept-Encoding")),
            "InvalidArgument",
        ),
        ("CachePolicy", key(**headers("whitelist", *ELEVEN)), "TooManyHeadersInCachePolicy"),
        ("OriginRequestPolicy", headers("whitelist", "Authorization"), "InvalidArgument"),
        ("OriginRequestPolicy", headers("whitelist", *ELEVEN), "TooManyHeadersInOriginRequestPolicy"),
        (
            "OriginRequestPolicy",
            {"HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 2, "Items": ["a"]}}},
            "InconsistentQuantities",
        ),
        ("ResponseHeadersPolicy", {"SecurityHeadersConfig": {"XSSProtection": XSS}}, "InvalidArgument"),
        *(
            (
                "ResponseHeadersPolicy",
                {"RemoveHeadersConfig": {"Quantity": 1, "Items": [{"Header": name}]}},
                "InvalidArgument",
            )
            for name in NOT_REMOVED
        ),
        ("ResponseHeadersPolicy", {"CustomHeadersConfig": {"Quantity": 1, "Items": CUSTOM}}, "InvalidArgument"),
        (
            "ResponseHeadersPolicy",
            {"SecurityHeadersConfig": {"ContentSecurityPolicy": CSP}},
            "TooLongCSPInResponseHeadersPolicy",
        ),
        (
            "ResponseHeadersPolicy",
            {"RemoveHeadersConfig": {"Quantity": 11, "Items": REMOVED}},
            "TooManyRemoveHeadersInResponseHeadersPolicy",
        ),
        (
            "ResponseHeadersPolicy",
            {"RemoveHeadersConfig": {"Quantity": 2, "Items": REMOVED[:1] * 2}},
            "InvalidArgument",
        ),
    ],
)
def test_refused_configurations(kinds: dict[str, Kind], entity: str, change: dict[str, Any], code: str) -> None:
    kind = kinds[entity]
    assert code_of(lambda: kind.create(**change)) == (code, 400)
    made, etag = kind.create()
    assert code_of(lambda: kind.update(made, etag, **change)) == (code, 400)


@pytest.mark.parametrize("entity", ["CachePolicy", "OriginRequestPolicy", "ResponseHeadersPolicy"])
def test_a_policy_in_use_cannot_be_deleted(
    local_aws: LocalAws, deployment: Deployment, kinds: dict[str, Kind], entity: str
) -> None:
    kind = kinds[entity]
    made, etag = kind.create()
    used_by = distribution(local_aws, deployment, {f"{entity}Id": made})
    users = getattr(kind.aws, f"list_distributions_by_{snake(entity)}_id")(**{f"{entity}Id": made})
    assert users["DistributionIdList"]["Items"] == [used_by]
    assert code_of(lambda: kind.call("delete", Id=made, IfMatch=etag)) == (f"{entity}InUse", 409)
    remove(local_aws, used_by)


def test_an_origin_access_control_in_use_cannot_be_deleted(
    local_aws: LocalAws, deployment: Deployment, kinds: dict[str, Kind]
) -> None:
    kind = kinds["OriginAccessControl"]
    made, etag = kind.create(SigningProtocol="sigv4")
    origin = {
        "Id": "bucket",
        "DomainName": "b.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": made,
    }
    used_by = distribution(
        local_aws,
        deployment,
        {"TargetOriginId": "bucket", "LambdaFunctionAssociations": {"Quantity": 0}},
        Origins={"Quantity": 1, "Items": [origin]},
    )
    assert code_of(lambda: kind.call("delete", Id=made, IfMatch=etag)) == ("OriginAccessControlInUse", 409)
    remove(local_aws, used_by)


def distribution(local_aws: LocalAws, deployment: Deployment, behavior: dict[str, Any], **change: Any) -> str:
    """A disabled distribution like the deployed one, with these changes."""
    cloudfront = local_aws.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=deployment.distribution_id)["DistributionConfig"]
    config |= {"CallerReference": f"policies-{next(_numbers)}", "Enabled": False, **change}
    config["DefaultCacheBehavior"] |= behavior
    made: str = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


def remove(local_aws: LocalAws, distribution_id: str) -> None:
    cloudfront = local_aws.client("cloudfront")
    etag = cloudfront.get_distribution(Id=distribution_id)["ETag"]
    cloudfront.delete_distribution(Id=distribution_id, IfMatch=etag)
