"""IAM by the Service Authorization Reference: resource types, condition keys, boundaries, and what is recorded."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.mesh import allow
from localaws.tests.emulator.wire import code_of

ACCOUNT = LocalAws.account_id
CLOUDFRONT = f"arn:aws:cloudfront::{ACCOUNT}"
DENIED = ("AccessDenied", 403)
CODE = b"function handler(event) { return event.request; }"
_numbers = itertools.count()
Statement = dict[str, Any]


def when(statement: Statement, operator: str, key: str, *values: str) -> Statement:
    conditions = statement.get("Condition", {})
    return {**statement, "Condition": {**conditions, operator: {**conditions.get(operator, {}), key: list(values)}}}


class Caller:
    """A user for each set of statements, and its clients."""

    def __init__(self, local_aws: LocalAws, *statements: Statement) -> None:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.name = f"caller-{next(_numbers)}"
        self.credentials = local_aws.create_user(self.name, document)
        self._local_aws = local_aws

    def client(self, service: str) -> Any:
        return self._local_aws.client(service, credentials=self.credentials)

    def make_function(self, name: str, tags: dict[str, str] | None = None) -> None:
        listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        more = {"Tags": {"Items": listed}} if listed else {}
        self.client("cloudfront").create_function(Name=name, FunctionConfig=config, FunctionCode=CODE, **more)

    def make_access_control(self, name: str) -> None:
        config = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
        self.client("cloudfront").create_origin_access_control(OriginAccessControlConfig={"Name": name, **config})


@pytest.mark.parametrize("resource", [f"{CLOUDFRONT}:function/named", f"{CLOUDFRONT}:function/*", f"{CLOUDFRONT}:*"])
def test_what_has_no_resource_type_is_allowed_by_a_star_only(local_aws: LocalAws, resource: str) -> None:
    create = "cloudfront:CreateFunction"
    assert code_of(lambda: Caller(local_aws, allow([create], [resource])).make_function("named")) == DENIED
    name = f"named-{next(_numbers)}"
    Caller(local_aws, allow([create], ["*"])).make_function(name)


def test_a_resource_is_known_by_its_own_arn(local_aws: LocalAws) -> None:
    Caller(local_aws, allow(["cloudfront:CreateFunction"], ["*"])).make_function("its-own")
    reader = Caller(local_aws, allow(["cloudfront:DescribeFunction"], [f"{CLOUDFRONT}:function/its-own"]))
    assert reader.client("cloudfront").describe_function(Name="its-own")["FunctionSummary"]["Name"] == "its-own"
    assert code_of(lambda: reader.client("cloudfront").describe_function(Name="another")) == DENIED


def test_a_request_has_its_tags_where_the_action_supports_them(local_aws: LocalAws) -> None:
    actions = ["cloudfront:CreateFunction", "cloudfront:CreateOriginAccessControl", "cloudfront:TagResource"]
    caller = Caller(local_aws, when(allow(actions, ["*"]), "StringEquals", "aws:RequestTag/site", "mine"))
    caller.make_function("tagged", {"site": "mine"})
    assert code_of(lambda: caller.make_function("tagged-otherwise", {"site": "theirs"})) == DENIED
    assert code_of(lambda: caller.make_function("untagged")) == DENIED
    assert code_of(lambda: caller.make_access_control("untaggable")) == DENIED


def test_a_resource_has_its_tags_where_its_type_supports_them(local_aws: LocalAws, deployment: Deployment) -> None:
    arn = f"{CLOUDFRONT}:distribution/{deployment.distribution_id}"
    policy = when(allow(["cloudfront:GetDistribution"], [arn]), "StringEquals", "aws:ResourceTag/site", "mine")
    reader = Caller(local_aws, policy).client("cloudfront")
    assert code_of(lambda: reader.get_distribution(Id=deployment.distribution_id)) == DENIED
    tags = {"Items": [{"Key": "site", "Value": "mine"}]}
    local_aws.client("cloudfront").tag_resource(Resource=arn, Tags=tags)
    try:
        assert reader.get_distribution(Id=deployment.distribution_id)
    finally:
        local_aws.client("cloudfront").untag_resource(Resource=arn, TagKeys={"Items": ["site"]})


def test_a_key_that_an_action_does_not_support_is_absent(local_aws: LocalAws) -> None:
    key, zone = "route53:ChangeResourceRecordSetsActions", "arn:aws:route53:::hostedzone/*"
    policy = when(allow(["route53:GetHostedZone"], [zone]), "StringEquals", key, "UPSERT")
    assert code_of(lambda: Caller(local_aws, policy).client("route53").get_hosted_zone(Id="Z1")) == DENIED


def test_changes_of_records_are_known_by_name_type_and_action(local_aws: LocalAws) -> None:
    made = local_aws.client("route53").create_hosted_zone(Name="keys.example", CallerReference="keys")
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    prefix = "route53:ChangeResourceRecordSets"
    statement = allow([prefix], [f"arn:aws:route53:::hostedzone/{zone}"])
    for key, *values in (
        ("NormalizedRecordNames", "www.keys.example", "*.www.keys.example"),
        ("RecordTypes", "TXT"),
        ("Actions", "UPSERT"),
    ):
        statement = when(statement, "ForAllValues:StringLike", f"{prefix}{key}", *values)
    route53 = Caller(local_aws, statement).client("route53")

    def change(*names: str, kind: str = "TXT", action: str = "UPSERT") -> None:
        value = '"x"' if kind == "TXT" else "192.0.2.1"
        record = {"Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        changes = [{"Action": action, "ResourceRecordSet": {"Name": name, **record}} for name in names]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    change("WWW.keys.example.", "*.www.keys.example", "a.www.keys.example")
    assert code_of(lambda: change("www.keys.example", "keys.example")) == DENIED
    assert code_of(lambda: change("www.keys.example", kind="A")) == DENIED
    assert code_of(lambda: change("www.keys.example", action="DELETE")) == DENIED


def test_certificates_are_known_by_their_names_and_validation(local_aws: LocalAws) -> None:
    request = allow(["acm:RequestCertificate"], ["*"])
    request = when(request, "ForAllValues:StringLike", "acm:DomainNames", "shop.example", "*.shop.example")
    acm = Caller(local_aws, when(request, "StringEquals", "acm:ValidationMethod", "DNS")).client("acm")
    assert acm.request_certificate(DomainName="shop.example", ValidationMethod="DNS")
    names = {"DomainName": "shop.example", "SubjectAlternativeNames": ["bank.example"]}
    for refused in ({"DomainName": "shop.example"}, {**names, "ValidationMethod": "DNS"}):
        assert code_of(lambda refused=refused: acm.request_certificate(**refused))[0] == "AccessDeniedException"  # type: ignore[misc]


def test_a_web_acl_is_used_by_those_who_may_read_it(local_aws: LocalAws, deployment: Deployment) -> None:
    acl = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/shop/473e64fd-f30b-4765-81a0-62ad96dd167a"
    found = local_aws.client("cloudfront").get_distribution_config(Id=deployment.distribution_id)
    arn = f"{CLOUDFRONT}:distribution/{deployment.distribution_id}"
    associations = found["DistributionConfig"]["DefaultCacheBehavior"].get("LambdaFunctionAssociations", {})
    functions = [item["LambdaFunctionARN"] for item in associations.get("Items", [])] or ["*"]
    rights = [
        allow(["cloudfront:UpdateDistribution"], [arn]),
        allow(["lambda:GetFunction", "lambda:EnableReplication*"], functions),
        allow(["iam:CreateServiceLinkedRole"], ["*"]),
    ]
    update = {"Id": deployment.distribution_id, "IfMatch": found["ETag"]}
    update["DistributionConfig"] = {**found["DistributionConfig"], "WebACLId": acl}
    without = Caller(local_aws, *rights).client("cloudfront")
    assert code_of(lambda: without.update_distribution(**update)) == ("InvalidWebACLId", 400)
    allowed = Caller(local_aws, *rights, allow(["wafv2:GetWebACL"], [acl])).client("cloudfront")
    tag = allowed.update_distribution(**update)["ETag"]
    back = {**update, "IfMatch": tag, "DistributionConfig": {**update["DistributionConfig"], "WebACLId": ""}}
    allowed.update_distribution(**back)


class TestBoundaries:
    """A role or user may do what both its policies and its boundary allow."""

    TRUST = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
            ],
        }
    )

    @pytest.fixture
    def boundary(self, local_aws: LocalAws) -> str:
        document = {"Version": "2012-10-17", "Statement": [allow(["cloudfront:ListFunctions"], ["*"])]}
        made = local_aws.client("iam").create_policy(
            PolicyName=f"boundary-{next(_numbers)}", PolicyDocument=json.dumps(document)
        )
        found: str = made["Policy"]["Arn"]
        return found

    def test_a_user_has_the_intersection(self, local_aws: LocalAws, boundary: str) -> None:
        caller = Caller(local_aws, allow(["cloudfront:List*"], ["*"]))
        assert caller.client("cloudfront").list_distributions()
        local_aws.client("iam").put_user_permissions_boundary(UserName=caller.name, PermissionsBoundary=boundary)
        assert caller.client("cloudfront").list_functions()
        assert code_of(caller.client("cloudfront").list_distributions) == DENIED

    def test_a_role_has_the_intersection(self, local_aws: LocalAws, boundary: str) -> None:
        iam, name = local_aws.client("iam"), f"bounded-{next(_numbers)}"
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=self.TRUST, PermissionsBoundary=boundary)["Role"]
        document = {"Version": "2012-10-17", "Statement": [allow(["*"], ["*"])]}
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(document))
        assuming = Caller(local_aws, allow(["sts:AssumeRole"], [role["Arn"]]))
        keys = assuming.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
        session = type(assuming.credentials)(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        cloudfront = local_aws.client("cloudfront", credentials=session)
        assert cloudfront.list_functions()
        assert code_of(cloudfront.list_distributions) == DENIED

    def test_a_boundary_can_be_demanded(self, local_aws: LocalAws, boundary: str) -> None:
        """Of a new role in the request; of one that exists, as it has it."""
        actions = ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary"]
        statement = when(allow(actions, ["*"]), "StringEquals", "iam:PermissionsBoundary", boundary)
        iam = Caller(local_aws, statement).client("iam")
        role = {"RoleName": f"demanded-{next(_numbers)}", "AssumeRolePolicyDocument": self.TRUST}
        other = "arn:aws:iam::aws:policy/AdministratorAccess"
        assert code_of(lambda: iam.create_role(**role)) == DENIED
        assert code_of(lambda: iam.create_role(**role, PermissionsBoundary=other)) == DENIED
        iam.create_role(**role, PermissionsBoundary=boundary)
        trust = {"RoleName": role["RoleName"], "PolicyDocument": self.TRUST}
        iam.update_assume_role_policy(**trust)
        put = iam.put_role_permissions_boundary
        assert code_of(lambda: put(RoleName=role["RoleName"], PermissionsBoundary=other)) == DENIED
        local_aws.client("iam").delete_role_permissions_boundary(RoleName=role["RoleName"])
        assert code_of(lambda: iam.update_assume_role_policy(**trust)) == DENIED
        put(RoleName=role["RoleName"], PermissionsBoundary=boundary)


def test_a_call_that_is_not_in_the_table_is_refused(local_aws: LocalAws) -> None:
    caller = Caller(local_aws, allow(["*"], ["*"]))
    code = ("NoRowInTheTableOfRights", 400)
    assert code_of(lambda: caller.client("cloudfront").list_public_keys()) == code
    assert code_of(lambda: caller.client("s3").get_bucket_website(Bucket="any"))[0] == code[0]


def test_every_decision_is_recorded(local_aws: LocalAws) -> None:
    caller = Caller(local_aws, allow(["cloudfront:CreateFunction"], ["*"]))
    start = len(local_aws.authorisations())
    with pytest.raises(caller.client("cloudfront").exceptions.ClientError):
        caller.make_function("recorded", {"site": "mine"})
    found = [
        (each["action"], each["resource"], each["keys"], each["allowed"]) for each in local_aws.authorisations(start)
    ]
    keys = {"aws:tagkeys": ["site"], "aws:requesttag/site": "mine"}
    assert found == [
        ("cloudfront:CreateFunction", "*", keys, True),
        ("cloudfront:TagResource", f"{CLOUDFRONT}:function/recorded", keys, False),
    ]
    assert {each["principal"] for each in local_aws.authorisations(start)} == {
        f"arn:aws:iam::{ACCOUNT}:user/{caller.name}"
    }
