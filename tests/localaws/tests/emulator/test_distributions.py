"""Distributions: refusals, defaults, deployment and deletion."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.reference.distribution import bucket_origin, custom_origin
from localaws.tests.emulator.wire import code_of

_numbers = itertools.count()
HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
BUCKET = "b.s3.eu-north-1.amazonaws.com"


def listed(*values: Any) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": list(values)}


def behavior(target: str = "one", **other: Any) -> dict[str, Any]:
    policy = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    return {"TargetOriginId": target, "ViewerProtocolPolicy": "https-only", "CachePolicyId": policy, **other}


def group(*members: str, codes: tuple[int, ...] = (500,), name: str = "group") -> dict[str, Any]:
    criteria = {"StatusCodes": listed(*codes)}
    return {"Id": name, "FailoverCriteria": criteria, "Members": listed(*({"OriginId": one} for one in members))}


def path(pattern: str) -> dict[str, Any]:
    return behavior(PathPattern=pattern)


class CloudFront:
    def __init__(self, local_aws: LocalAws, deployment: Deployment) -> None:
        self.local_aws = local_aws
        self.client = local_aws.client("cloudfront")
        self.deployment = deployment

    def config(self, *origins: dict[str, Any], **other: Any) -> dict[str, Any]:
        return {
            "CallerReference": f"distributions-{next(_numbers)}",
            "Comment": "",
            "Enabled": True,
            "Origins": listed(*(origins or [custom_origin("one", "www.example.org")])),
            "DefaultCacheBehavior": behavior(),
            **other,
        }

    def create(self, config: dict[str, Any]) -> str:
        return str(self.client.create_distribution(DistributionConfig=config)["Distribution"]["Id"])

    def control(self, protocol: str) -> str:
        config = {
            "Name": f"distributions-{next(_numbers)}",
            "SigningProtocol": protocol,
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        made = self.client.create_origin_access_control(OriginAccessControlConfig=config)
        return str(made["OriginAccessControl"]["Id"])

    def status(self, distribution_id: str) -> str:
        return str(self.client.get_distribution(Id=distribution_id)["Distribution"]["Status"])


@pytest.fixture
def front(local_aws: LocalAws, deployment: Deployment) -> Iterator[CloudFront]:
    yield CloudFront(local_aws, deployment)
    local_aws.behave()


def test_origins(front: CloudFront) -> None:
    sigv4, sigv4a = front.control("sigv4"), front.control("sigv4a")
    identity = {"S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}}
    plain = custom_origin("one", BUCKET)
    both = {**plain, **bucket_origin("one", BUCKET, "")}
    neither = {"Id": "one", "DomainName": BUCKET}
    refused: list[tuple[dict[str, Any], str]] = [
        (neither, "InvalidOrigin"),
        (both, "InvalidOrigin"),
        (bucket_origin("one", "www.example.org", ""), "InvalidArgument"),
        ({**bucket_origin("one", BUCKET, sigv4), **identity}, "IllegalOriginAccessConfiguration"),
        (bucket_origin("one", BUCKET, "ENONE"), "InvalidOriginAccessControl"),
        (bucket_origin("one", BUCKET, sigv4a), "InvalidOriginAccessControl"),
        (custom_origin("one", HOST, sigv4), "InvalidOriginAccessControl"),
        (custom_origin("one", BUCKET, sigv4), "InvalidArgument"),
        (custom_origin("one", "www.example.org", sigv4), "InvalidDomainNameForOriginAccessControl"),
    ]
    for origin, code in refused:
        assert code_of(lambda origin=origin: front.create(front.config(origin))) == (code, 400)  # type: ignore[misc]
    taken = [
        plain,
        bucket_origin("one", BUCKET, ""),
        {**bucket_origin("one", BUCKET, ""), **identity},
        bucket_origin("one", BUCKET, sigv4),
        custom_origin("one", HOST),
        custom_origin("one", HOST, sigv4a),
        bucket_origin("one", HOST, sigv4a),
    ]
    for origin in taken:
        front.create(front.config(origin))


@pytest.mark.parametrize("refused", ["custom", "s3"])
def test_the_kind_of_mrap_origin_that_is_refused(front: CloudFront, refused: str) -> None:
    sigv4a = front.control("sigv4a")
    shapes = {"custom": custom_origin("one", HOST, sigv4a), "s3": bucket_origin("one", HOST, sigv4a)}
    front.local_aws.behave(mrap_origin_refused=refused)
    for shape, origin in shapes.items():
        if shape == refused:
            assert code_of(lambda origin=origin: front.create(front.config(origin))) == ("InvalidArgument", 400)  # type: ignore[misc]
        else:
            front.create(front.config(origin))
    front.create(front.config(custom_origin("one", HOST)))  # signed for by a Lambda function


TWO = listed(custom_origin("one", "www.example.org"), custom_origin("two", "www.example.net"))
REFUSED: list[tuple[str, dict[str, Any], tuple[str, int]]] = [
    ("an id twice", {"Origins": listed(*[custom_origin("one", "a.example.org")] * 2)}, ("InvalidArgument", 400)),
    ("three members", {"Origins": TWO, "OriginGroups": listed(group("one", "two", "one"))}, ("InvalidArgument", 400)),
    ("twice the same", {"OriginGroups": listed(group("one", "one"))}, ("InvalidArgument", 400)),
    ("a code", {"Origins": TWO, "OriginGroups": listed(group("one", "two", codes=(418,)))}, ("InvalidErrorCode", 400)),
    (
        "a page without its code",
        {"CustomErrorResponses": listed({"ErrorCode": 404, "ResponsePagePath": "/404.html"})},
        ("InvalidArgument", 400),
    ),
    ("a long comment", {"Comment": "x" * 129}, ("InvalidArgument", 400)),
    (
        "origins",
        {"Origins": listed(*(custom_origin(str(n) if n else "one", "a.example.org") for n in range(101)))},
        ("TooManyOrigins", 400),
    ),
    ("paths", {"CacheBehaviors": listed(*(path(f"/{n}") for n in range(76)))}, ("TooManyCacheBehaviors", 400)),
    (
        "groups",
        {"Origins": TWO, "OriginGroups": listed(*(group("one", "two", name=str(n)) for n in range(11)))},
        ("TooManyOriginGroupsPerDistribution", 400),
    ),
    (
        "aliases",
        {"Aliases": listed(*(f"a{n}.example.org" for n in range(101)))},
        ("TooManyDistributionCNAMEs", 400),
    ),
]


@pytest.mark.parametrize(("change", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_invalid_combinations(front: CloudFront, change: dict[str, Any], refusal: tuple[str, int]) -> None:
    assert code_of(lambda: front.create(front.config(**change))) == refusal


def test_functions(front: CloudFront) -> None:
    function, version = front.deployment.viewer_function_arn, front.deployment.lambda_version_arn

    def associated(functions: tuple[str, ...], lambdas: tuple[str, ...], target: str = "one") -> dict[str, Any]:
        return behavior(
            target,
            FunctionAssociations=listed(*({"EventType": event, "FunctionARN": function} for event in functions)),
            LambdaFunctionAssociations=listed(
                *({"EventType": event, "LambdaFunctionARN": version, "IncludeBody": False} for event in lambdas)
            ),
        )

    signed = custom_origin("one", HOST, front.control("sigv4a"))
    in_a_group = {
        "Origins": listed(signed, custom_origin("two", "www.example.org")),
        "OriginGroups": listed(group("two", "one")),
    }
    unfit: list[tuple[dict[str, Any], str]] = [
        ({"DefaultCacheBehavior": associated(("origin-request",), ())}, "InvalidFunctionAssociation"),
        (
            {"DefaultCacheBehavior": associated(("viewer-request", "viewer-request"), ())},
            "InvalidLambdaFunctionAssociation",
        ),
        (
            {"DefaultCacheBehavior": associated((), ("origin-request", "origin-request"))},
            "InvalidLambdaFunctionAssociation",
        ),
        (
            {"DefaultCacheBehavior": associated(("viewer-request",), ("viewer-response",))},
            "InvalidLambdaFunctionAssociation",
        ),
        (
            {"Origins": listed(signed), "DefaultCacheBehavior": associated((), ("origin-request",))},
            "InvalidLambdaFunctionAssociation",
        ),
        (
            {**in_a_group, "DefaultCacheBehavior": associated((), ("origin-response",), "group")},
            "InvalidLambdaFunctionAssociation",
        ),
    ]
    for change, code in unfit:
        assert code_of(lambda change=change: front.create(front.config(**change))) == (code, 400)  # type: ignore[misc]
    front.create(front.config(DefaultCacheBehavior=associated(("viewer-request",), ("origin-request",))))
    front.create(front.config(signed, DefaultCacheBehavior=associated(("viewer-request", "viewer-response"), ())))


def test_an_alias_is_of_one_distribution(front: CloudFront) -> None:
    alias = f"alias{next(_numbers)}.example.org"
    aliased = {
        "Aliases": listed(alias),
        "ViewerCertificate": {
            "ACMCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
            "SSLSupportMethod": "sni-only",
        },
    }
    first = front.create(front.config(**aliased))
    assert code_of(lambda: front.create(front.config(**aliased))) == ("CNAMEAlreadyExists", 409)
    found = front.client.get_distribution_config(Id=first)
    config = {**found["DistributionConfig"], "Aliases": listed(alias.upper())}
    front.client.update_distribution(Id=first, IfMatch=found["ETag"], DistributionConfig=config)
    second = front.create(front.config())
    found = front.client.get_distribution_config(Id=second)
    config = {**found["DistributionConfig"], **aliased}
    refused = code_of(
        lambda: front.client.update_distribution(Id=second, IfMatch=found["ETag"], DistributionConfig=config)
    )
    assert refused == ("CNAMEAlreadyExists", 409)


def test_defaults_are_filled_in_and_kept(front: CloudFront) -> None:
    asked = front.config()
    made = front.client.create_distribution(DistributionConfig=copy.deepcopy(asked))["Distribution"]
    config = front.client.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    assert made["DistributionConfig"] == config
    (origin,) = config["Origins"]["Items"]
    assert (config["HttpVersion"], config["PriceClass"], config["WebACLId"]) == ("http2", "PriceClass_All", "")
    assert (origin["ConnectionAttempts"], origin["OriginShield"]) == (3, {"Enabled": False})
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1"
    assert config["DefaultCacheBehavior"]["GrpcConfig"] == {"Enabled": False}
    etag = front.client.get_distribution_config(Id=made["Id"])["ETag"]
    front.client.update_distribution(Id=made["Id"], IfMatch=etag, DistributionConfig=config)
    assert front.client.get_distribution_config(Id=made["Id"])["DistributionConfig"] == config


def test_it_is_deployed_after_each_change_and_deleted_when_disabled_everywhere(front: CloudFront) -> None:
    front.local_aws.behave(distribution_seconds=3600.0)
    made = front.create(front.config())
    assert front.status(made) == "InProgress"
    front.local_aws.behave()
    assert front.status(made) == "Deployed"

    def delete(etag: str) -> None:
        front.client.delete_distribution(Id=made, IfMatch=etag)

    found = front.client.get_distribution_config(Id=made)
    assert code_of(lambda: delete(found["ETag"])) == ("DistributionNotDisabled", 409)
    front.local_aws.behave(distribution_seconds=3600.0)
    config = {**found["DistributionConfig"], "Enabled": False}
    disabled = front.client.update_distribution(Id=made, IfMatch=found["ETag"], DistributionConfig=config)
    assert code_of(lambda: delete(found["ETag"])) == ("PreconditionFailed", 412)
    assert code_of(lambda: delete(disabled["ETag"])) == ("DistributionNotDisabled", 409)
    front.local_aws.behave()
    delete(disabled["ETag"])
    assert code_of(lambda: front.status(made)) == ("NoSuchDistribution", 404)


@pytest.mark.parametrize("stays", [False, True])
def test_the_caller_reference_of_a_deleted_distribution(front: CloudFront, stays: bool) -> None:
    front.local_aws.behave(distribution_references_stay=stays)
    config = front.config(Enabled=False)
    made = front.create(config)
    front.client.delete_distribution(Id=made, IfMatch=front.client.get_distribution(Id=made)["ETag"])
    if stays:
        assert code_of(lambda: front.create(config)) == ("DistributionAlreadyExists", 409)
    else:
        assert front.create(config) != made
