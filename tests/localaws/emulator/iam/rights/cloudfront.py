"""CloudFront and its key value stores.

Sources: CloudFront Developer Guide, "Setting up IAM permissions and roles for Lambda@Edge" (GetFunction,
EnableReplication, the service-linked roles) and "Identity-based policies"; CloudFront API reference,
CreateDistributionWithTags (CreateDistribution and TagResource). The ARN of what does not exist yet has `*`, as in
"cloudfront:CreateDistribution on resource: arn:aws:cloudfront::<account>:distribution/*", a message of AWS.

A web ACL: aws/aws-sdk-java#2901, "Unable to verify read permissions on Web ACL"; AWS WAF Developer Guide, "Actions,
resources, and condition keys": GetWebACL.
"""

from __future__ import annotations

from collections.abc import Iterator

from localaws.emulator.core.errors import Refused
from localaws.emulator.iam.calls import Call
from localaws.emulator.iam.rights import Right, Row, Table, each, on, tagging, together

_PREFIX = "arn:aws:cloudfront::{account}:"
_DISTRIBUTION, _NEW = f"{_PREFIX}distribution/{{Id}}", f"{_PREFIX}distribution/*"
# The reference has the name of a function or store in its ARN, and not the id that a store's ARN has otherwise.
_FUNCTION, _STORE = f"{_PREFIX}function/{{Name}}", f"{_PREFIX}key-value-store/{{Name}}"
_KINDS = {
    "OriginAccessControl": ("origin-access-control", "OriginAccessControls"),
    "CachePolicy": ("cache-policy", "CachePolicies"),
    "OriginRequestPolicy": ("origin-request-policy", "OriginRequestPolicies"),
    "ResponseHeadersPolicy": ("response-headers-policy", "ResponseHeadersPolicies"),
}
_SERVICE_LINKED = {
    "logger.cloudfront.amazonaws.com": "AWSServiceRoleForCloudFrontLogger",
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
}


def _lambda_functions(call: Call) -> Iterator[Right]:
    arns = sorted(set(call.texts(".//{*}LambdaFunctionARN")))
    for arn in arns:
        yield Right("lambda:GetFunction", arn)
        yield Right("lambda:EnableReplication", arn)
    for service, role in _SERVICE_LINKED.items() if arns else ():  # in every account that has no such role yet
        resource = f"arn:aws:iam::{call.parameters['account']}:role/aws-service-role/{service}/{role}"
        yield Right("iam:CreateServiceLinkedRole", resource, {"iam:AWSServiceName": service})


def _web_acl(call: Call) -> Iterator[Right]:
    arn = call.text(".//{*}WebACLId")
    if arn.startswith("arn:"):
        message = "Unable to verify read permissions on Web ACL. Please retry the request."
        yield Right("wafv2:GetWebACL", arn, refusal=Refused("InvalidWebACLId", message))


def _of_kind(name: str, kind: str, listing: str) -> Iterator[tuple[str, Row]]:
    yield f"List{listing}", on(f"cloudfront:List{listing}")
    yield f"Create{name}", on(f"cloudfront:Create{name}")
    yield from each([f"Get{name}", f"Update{name}", f"Delete{name}"], "cloudfront", f"{_PREFIX}{kind}/{{Id}}")


def _tags_of_new(kind: str) -> Row:
    """In these requests the name is in the body."""
    return lambda call: on("cloudfront:TagResource", f"{_PREFIX}{kind}/{call.text('{*}Name')}")(call)


_created = together(on("cloudfront:CreateDistribution"), _lambda_functions, _web_acl)
CLOUDFRONT: Table = {
    **dict(each(["ListDistributions", "ListFunctions", "ListKeyValueStores"], "cloudfront", "*")),
    **dict(each([f"ListDistributionsBy{kind}Id" for kind in _KINDS if kind.endswith("Policy")], "cloudfront", "*")),
    "CreateDistribution": _created,
    "CreateDistributionWithTags": together(_created, on("cloudfront:TagResource", _NEW)),
    "UpdateDistribution": together(on("cloudfront:UpdateDistribution", _DISTRIBUTION), _lambda_functions, _web_acl),
    **dict(each(["GetDistribution", "GetDistributionConfig", "DeleteDistribution"], "cloudfront", _DISTRIBUTION)),
    **dict(each(["ListTagsForResource", "TagResource"], "cloudfront", "{Resource}")),
    "CreateFunction": tagging(on("cloudfront:CreateFunction"), _tags_of_new("function")),
    **dict(each(["DescribeFunction", "GetFunction", "UpdateFunction", "DeleteFunction"], "cloudfront", _FUNCTION)),
    **dict(each(["PublishFunction", "TestFunction"], "cloudfront", _FUNCTION)),
    "CreateKeyValueStore": tagging(on("cloudfront:CreateKeyValueStore"), _tags_of_new("key-value-store")),
    **dict(each(["DescribeKeyValueStore", "UpdateKeyValueStore", "DeleteKeyValueStore"], "cloudfront", _STORE)),
    **{name: row for kind, names in _KINDS.items() for name, row in _of_kind(kind, *names)},
}
KEY_VALUE_STORE: Table = dict(
    each(
        ["DescribeKeyValueStore", "GetKey", "ListKeys", "PutKey", "DeleteKey", "UpdateKeys"],
        "cloudfront-keyvaluestore",
        "{KvsARN}",
    )
)
