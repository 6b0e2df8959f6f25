"""ACM, CloudWatch, CloudWatch Logs, EC2, AWS KMS, Lambda, Route 53, Systems Manager, AWS WAF.

Sources:
ACM: "Condition keys for AWS Certificate Manager" (defaults: EMAIL, RSA_2048, ENABLED); AddTagsToCertificate for tags in
RequestCertificate, as in its API reference.
CloudWatch Logs: messages of AWS name log-group:<name>:log-stream: for CreateLogGroup and PutRetentionPolicy, and
log-group:<name> for TagResource. The reference has another type for DeleteDeliverySource than its name. API
reference, CreateLogGroup: TagResource for tags. "Enable logging from AWS services":
AllowVendedLogDeliveryForResource.
Lambda: "Dependent actions" of CreateFunction and UpdateFunctionConfiguration: PassRole.
Route 53: "Using IAM policy conditions for fine-grained access control": names are normalized.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localaws.emulator.iam.calls import Call
from localaws.emulator.iam.rights import Right, Row, Table, each, on, tagging, together

_CERTIFICATE = "arn:aws:acm:{region}:{account}:certificate/*"
_FUNCTION = "arn:aws:lambda:{region}:{account}:function:{FunctionName}"
_LOGS = "arn:aws:logs:{region}:{account}:"
_GROUP, _STREAMS = f"{_LOGS}log-group:{{logGroupName}}", f"{_LOGS}log-group:{{logGroupName}}:log-stream:"
_SOURCE, _DESTINATION = f"{_LOGS}delivery-source:{{name}}", f"{_LOGS}delivery-destination:{{name}}"
_ZONE = "arn:aws:route53:::hostedzone/{Id}"
# Other characters are escaped, as in Route 53's answers.
_ESCAPED = re.compile(r"[^a-z0-9_.-]")


def _certificate(call: Call) -> dict[str, Any]:
    options = call.json.get("Options") or {}
    return {
        "acm:DomainNames": [call.json.get("DomainName", ""), *call.json.get("SubjectAlternativeNames", [])],
        "acm:ValidationMethod": call.json.get("ValidationMethod", "EMAIL"),
        "acm:KeyAlgorithm": call.json.get("KeyAlgorithm", "RSA_2048"),
        "acm:CertificateTransparencyLogging": options.get("CertificateTransparencyLoggingPreference", "ENABLED"),
    }


def _changes(call: Call) -> dict[str, Any]:
    prefix = "route53:ChangeResourceRecordSets"
    names = {_normalized(name) for name in call.texts(".//{*}ResourceRecordSet/{*}Name")}
    return {
        f"{prefix}NormalizedRecordNames": sorted(names),
        f"{prefix}RecordTypes": sorted(set(call.texts(".//{*}ResourceRecordSet/{*}Type"))),
        f"{prefix}Actions": sorted(set(call.texts(".//{*}Change/{*}Action"))),
    }


def _normalized(name: str) -> str:
    """In small letters, without the last dot, and with octal codes."""
    plain = name.replace("\\052", "*").lower().removesuffix(".")
    return _ESCAPED.sub(lambda found: f"\\{ord(found[0]):03o}", plain)


def _passed_role(call: Call) -> Iterator[Right]:
    if call.json.get("Role"):
        yield Right("iam:PassRole", call.json["Role"], {"iam:PassedToService": "lambda.amazonaws.com"})


def _of_version(name: str) -> Row:
    """With a Qualifier it is about a version."""
    function, version = on(f"lambda:{name}", _FUNCTION), on(f"lambda:{name}", f"{_FUNCTION}:{{Qualifier}}")
    return lambda call: version(call) if "Qualifier" in call.form else function(call)


def _parameter(call: Call) -> Iterator[Right]:
    name = call.json.get("Name", "").removeprefix("/")
    yield from on("ssm:GetParameter", f"arn:aws:ssm:{{region}}:{{account}}:parameter/{name}")(call)


def _key(call: Call) -> Iterator[Right]:
    named = call.json.get("KeyId", "")
    arn = named if named.startswith("arn:") else f"arn:aws:kms:{{region}}:{{account}}:key/{named}"
    yield from on("kms:DescribeKey", arn)(call)


ACM: Table = {
    "ListCertificates": on("acm:ListCertificates"),
    "RequestCertificate": tagging(
        on("acm:RequestCertificate", keys=_certificate), on("acm:AddTagsToCertificate", _CERTIFICATE)
    ),
    **dict(each(["DescribeCertificate", "DeleteCertificate", "ListTagsForCertificate"], "acm", "{CertificateArn}")),
    "AddTagsToCertificate": on("acm:AddTagsToCertificate", "{CertificateArn}"),
}
CLOUDWATCH: Table = {"GetMetricData": on("cloudwatch:GetMetricData")}
EC2: Table = {"DescribeRegions": on("ec2:DescribeRegions")}
KMS: Table = {"DescribeKey": _key}
LAMBDA: Table = {
    "CreateFunction": together(
        tagging(on("lambda:CreateFunction", _FUNCTION), on("lambda:TagResource", _FUNCTION)), _passed_role
    ),
    "UpdateFunctionConfiguration": together(on("lambda:UpdateFunctionConfiguration", _FUNCTION), _passed_role),
    **dict(each(["ListVersionsByFunction", "PublishVersion", "UpdateFunctionCode"], "lambda", _FUNCTION)),
    **{name: _of_version(name) for name in ("GetFunction", "GetFunctionConfiguration", "DeleteFunction")},
    **dict(each(["ListTags", "TagResource"], "lambda", "{Resource}")),
    "GetAccountSettings": on("lambda:GetAccountSettings"),
}
LOGS: Table = {
    "DescribeLogGroups": on("logs:DescribeLogGroups"),
    "CreateLogGroup": tagging(on("logs:CreateLogGroup", _STREAMS), on("logs:TagResource", _GROUP)),
    **dict(each(["PutRetentionPolicy", "DeleteLogGroup"], "logs", _STREAMS)),
    "TagResource": on("logs:TagResource", "{resourceArn}"),
    "CreateLogStream": on("logs:CreateLogStream", f"{_STREAMS}{{logStreamName}}"),
    "PutLogEvents": on("logs:PutLogEvents", f"{_STREAMS}{{logStreamName}}"),
    **dict(each(["DescribeDeliveries", "DescribeDeliverySources", "DescribeDeliveryDestinations"], "logs", "*")),
    "PutDeliverySource": together(
        tagging(on("logs:PutDeliverySource", _SOURCE), on("logs:TagResource", _SOURCE)),
        on("cloudfront:AllowVendedLogDeliveryForResource", "{resourceArn}"),
    ),
    "PutDeliveryDestination": tagging(
        on("logs:PutDeliveryDestination", _DESTINATION), on("logs:TagResource", _DESTINATION)
    ),
    "CreateDelivery": together(
        on("logs:CreateDelivery", f"{_LOGS}delivery-source:{{deliverySourceName}}"),
        on("logs:CreateDelivery", "{deliveryDestinationArn}"),
        tagging(on("logs:CreateDelivery", f"{_LOGS}delivery:*"), on("logs:TagResource", f"{_LOGS}delivery:*")),
    ),
    "UpdateDeliveryConfiguration": on("logs:UpdateDeliveryConfiguration", f"{_LOGS}delivery:{{id}}"),
    "DeleteDelivery": on("logs:DeleteDelivery", f"{_LOGS}delivery:{{id}}"),
    "DeleteDeliverySource": on("logs:DeleteDeliverySource", _DESTINATION),
    "DeleteDeliveryDestination": on("logs:DeleteDeliveryDestination", _DESTINATION),
}
ROUTE53: Table = {
    **dict(each(["ListHostedZones", "ListHostedZonesByName"], "route53", "*")),
    **dict(each(["GetHostedZone", "ListResourceRecordSets"], "route53", _ZONE)),
    "ChangeResourceRecordSets": on("route53:ChangeResourceRecordSets", _ZONE, _changes),
    "GetChange": on("route53:GetChange", "arn:aws:route53:::change/{Id}"),
}
SSM: Table = {"GetParameter": _parameter}
WAFV2: Table = {"GetWebACL": on("wafv2:GetWebACL", "{ARN}")}
