# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls about a distribution: members that botocore drops, lost answers, and refusals that pass."""

from __future__ import annotations

import functools
import types
import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront import unknown
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.waiting import retry_temporary
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import operations
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.operations import Operations
from botocore.exceptions import ClientError
from botocore.model import ServiceModel

from unit.distributions import without_member
from unit.fakes import client_error
from unit.test_waiting import Clock

MODEL = botocore.session.get_session().get_service_model("cloudfront")
SHAPE = MODEL.shape_for("DistributionConfig")
NAMESPACE = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"'
REFERENCE = "multiregion.edge/shop"
TAGS = {"multiregion-edge": "shop"}


@pytest.mark.parametrize(
    ("inner", "paths"),
    [
        ("<Comment>x</Comment><Aliases><Quantity>1</Quantity><Items><CNAME>a</CNAME></Items></Aliases>", []),
        ("<Quantum>1</Quantum>", ["Quantum"]),
        ("<Origins><Items><Origin><Id>a</Id><Spin><Up/></Spin></Origin></Items></Origins>", ["Origins.Spin"]),
        (
            "<DefaultCacheBehavior><AllowedMethods><CachedMethods><Colour/></CachedMethods></AllowedMethods>"
            "</DefaultCacheBehavior><CacheBehaviors><Items><CacheBehavior><Charm/></CacheBehavior></Items>"
            "</CacheBehaviors>",
            ["CacheBehaviors.Charm", "DefaultCacheBehavior.AllowedMethods.CachedMethods.Colour"],
        ),
    ],
)
def test_members_unknown_to_botocore(inner: str, paths: list[str]) -> None:
    answer = f"<Distribution {NAMESPACE}><Id>E1</Id><DistributionConfig>{inner}</DistributionConfig></Distribution>"
    assert unknown.members(answer.encode(), SHAPE) == paths


def test_an_older_botocore_would_remove_the_http_version_of_an_origin() -> None:
    origin = (
        "<CustomOriginConfig><HTTPPort>80</HTTPPort><OriginHttpVersion>http2</OriginHttpVersion></CustomOriginConfig>"
    )
    config = f"<Origins><Quantity>1</Quantity><Items><Origin><Id>a</Id>{origin}</Origin></Items></Origins>"
    answer = f"<Distribution {NAMESPACE}><DistributionConfig>{config}</DistributionConfig></Distribution>".encode()
    data = botocore.session.get_session().get_component("data_loader").load_service_model("cloudfront", "service-2")
    older = ServiceModel(without_member(data, "OriginHttpVersion")).shape_for("DistributionConfig")
    assert unknown.members(answer, older) == ["Origins.CustomOriginConfig.OriginHttpVersion"]
    assert unknown.members(answer, SHAPE) == []


@pytest.mark.parametrize("answer", [b"", b"<Distribution", b"<ErrorResponse><Error/></ErrorResponse>"])
def test_an_answer_without_a_configuration_has_none(answer: bytes) -> None:
    assert unknown.members(answer, SHAPE) == []


class FakeCloudFront:
    """*made*: distributions by caller reference; None for a deleted one, whose reference cannot be used again."""

    def __init__(self, made: dict[str, dict[str, t.Any] | None], message: str) -> None:
        events = types.SimpleNamespace(register=lambda *arguments: None)
        self.meta = types.SimpleNamespace(service_model=MODEL, events=events)
        self.made = made
        self.asked: list[str] = []
        self._message = message

    def create_distribution_with_tags(self, DistributionConfigWithTags: dict[str, t.Any]) -> None:
        reference = DistributionConfigWithTags["DistributionConfig"]["CallerReference"]
        self.asked.append(reference)
        if reference in self.made:
            raise client_error("DistributionAlreadyExists", "CreateDistributionWithTags", self._message)

    def list_distributions(self) -> dict[str, t.Any]:
        return {"DistributionList": {"Items": [{"Id": "E1234567", "ARN": "arn", "Comment": ""}]}}

    def get_distribution(self, Id: str) -> dict[str, t.Any]:
        for reference, config in self.made.items():
            if config is not None:
                live = {**config, "CallerReference": reference, "WebACLId": ""}
                return {"Distribution": {"Id": Id, "ARN": "arn", "DistributionConfig": live}}
        raise client_error("NoSuchDistribution", "GetDistribution")

    def list_tags_for_resource(self, Resource: str) -> dict[str, t.Any]:
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in self.tags.items()]}}

    tags: t.ClassVar[dict[str, str]] = TAGS


def api(client: FakeCloudFront) -> Operations:
    return Operations(t.cast(t.Any, types.SimpleNamespace(client=lambda *arguments: client)), 0)


CONFIG = {"CallerReference": REFERENCE, "Comment": "shop", "Enabled": True}
NAMED = "Already exists: E1234567"


@pytest.mark.parametrize("message", [NAMED, "It exists."])
def test_a_lost_answer(message: str) -> None:
    client = FakeCloudFront({REFERENCE: CONFIG}, message)
    api(client).create_distribution(CONFIG, TAGS)
    assert client.asked == [REFERENCE]


def test_a_different_distribution_of_a_concurrent_run_is_observed_and_planned_again() -> None:
    client = FakeCloudFront({REFERENCE: {**CONFIG, "Comment": "other"}}, NAMED)
    with pytest.raises(ClientError, match="DistributionAlreadyExists"):
        api(client).create_distribution(CONFIG, TAGS)


def test_an_unmanaged_distribution_is_not_adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCloudFront, "tags", {"multiregion-edge": "other"})
    with pytest.raises(
        EdgeError, match=r"E1234567 was made for shop, and lacks the tag multiregion-edge=shop: give it"
    ):
        api(FakeCloudFront({REFERENCE: CONFIG}, NAMED)).create_distribution(CONFIG, TAGS)


def test_a_distribution_that_is_deleted_after_the_listing_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: FakeCloudFront, Resource: str) -> None:
        raise client_error("NoSuchResource", "ListTagsForResource")

    monkeypatch.setattr(FakeCloudFront, "list_tags_for_resource", gone)
    assert api(FakeCloudFront({}, NAMED)).find("multiregion-edge", "shop") is None


def test_the_caller_reference_of_a_deleted_distribution_is_replaced() -> None:
    client = FakeCloudFront({REFERENCE: None, f"{REFERENCE}/2": None}, NAMED)
    api(client).create_distribution(CONFIG, TAGS)
    assert client.asked == [REFERENCE, f"{REFERENCE}/2", f"{REFERENCE}/3"]


def test_the_number_of_caller_references_is_limited() -> None:
    used = {REFERENCE: None, **{f"{REFERENCE}/{number}": None for number in range(2, 100)}}
    client = FakeCloudFront(dict(used), NAMED)
    with pytest.raises(ClientError, match="DistributionAlreadyExists"):
        api(client).create_distribution(CONFIG, TAGS)
    assert len(client.asked) == 20


class Refusing(FakeCloudFront):
    """Refuse what is written until a time of *clock*."""

    def __init__(self, clock: Clock, code: str, message: str, until: float) -> None:
        super().__init__({}, "")
        self._clock, self._refusal, self._until = clock, (code, message), until

    def create_distribution_with_tags(self, DistributionConfigWithTags: dict[str, t.Any]) -> None:
        self._refuse("CreateDistributionWithTags")

    def update_distribution(self, Id: str, IfMatch: str, DistributionConfig: dict[str, t.Any]) -> dict[str, str]:
        self._refuse("UpdateDistribution")
        return {"ETag": "E2"}

    def _refuse(self, operation: str) -> None:
        if self._clock() < self._until:
            raise client_error(self._refusal[0], operation, self._refusal[1])


# AWS's words: terraform-provider-aws#4687, terraform#17544, aws-sdk-java#2901, goldstack#18, aws-cdk#5180.
UNKNOWN_CERTIFICATE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid "
    "certificate chain."
)
PENDING = "The function must be in an Active state. The current state for function arn:aws:lambda:x:f:3 is Pending"
ROLE = (
    "The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com "
    "principals. Update the IAM role and try again. Role: arn:aws:iam::111122223333:role/r"
)
NEW = [
    ("InvalidViewerCertificate", UNKNOWN_CERTIFICATE, "the certificate", "us-east-1 and issued"),
    ("InvalidWebACLId", "Web ACL is not accessible by the requester.", "the web ACL", "wafv2:GetWebACL"),
    (
        "InvalidWebACLId",
        "Unable to verify read permissions on Web ACL. Please retry the request",
        "the web ACL",
        "wafv2",
    ),
    ("InvalidLambdaFunctionAssociation", PENDING, "is active", "GetFunctionConfiguration"),
    ("InvalidLambdaFunctionAssociation", ROLE, "the role", "sts:AssumeRole"),
]


def written(monkeypatch: pytest.MonkeyPatch, clock: Clock, client: FakeCloudFront, creates: bool) -> None:
    patient = functools.partial(retry_temporary, clock=clock, sleep=clock.sleep)
    monkeypatch.setattr(operations, "retry_temporary", patient)
    calls = api(client)
    calls._etags["E1"] = "E1"
    if creates:
        calls.create_distribution(CONFIG, TAGS)
    else:
        calls.update_distribution("E1", CONFIG)


@pytest.mark.parametrize("creates", [True, False], ids=["creation", "update"])
@pytest.mark.parametrize(("code", "message", "waits_for", "advice"), NEW)
def test_what_cloudfront_does_not_know_yet_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
    shown: list[str],
    code: str,
    message: str,
    waits_for: str,
    advice: str,
    creates: bool,
) -> None:
    clock = Clock()
    written(monkeypatch, clock, Refusing(clock, code, message, until=60), creates)
    assert clock.now >= 60
    assert waits_for in shown[0] and f"after {code} from" in shown[0]
    with pytest.raises(EdgeError, match=rf"{code} from .* AWS answered this for 2 min 0 s\. .*{advice}"):
        written(monkeypatch, Clock(), Refusing(Clock(), code, message, until=1), creates)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "InvalidViewerCertificate",
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must ...",
        ),
        ("InvalidWebACLId", "Invalid webACL identifier provided foobar"),
        ("InvalidLambdaFunctionAssociation", "The function cannot have environment variables. Function: arn"),
    ],
)
def test_what_stays_wrong_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, code: str, message: str) -> None:
    clock = Clock()
    with pytest.raises(ClientError, match=code):
        written(monkeypatch, clock, Refusing(clock, code, message, until=1), creates=True)
    assert clock.pauses == []
