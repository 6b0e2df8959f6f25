"""Refusals of CloudFront for the configuration of a distribution; MiniStack accepts it.

Sources: CloudFront API reference, CreateDistribution and UpdateDistribution, "Errors"; CloudFront Developer Guide,
"Quotas", "Restrictions on all edge functions", "Restrict access to an Amazon S3 origin" and "... Multi-Region Access
Point origin". Messages where users have reported them: hashicorp/terraform-provider-aws#33214, #26850,
aws/aws-cdk#26405, boto/boto3#3804. Which codes CloudFront has for a Lambda function beside `sigv4a`, and for the kind
of an MRAP's origin, is not documented.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import cloudfront

from localaws.emulator.core import behaviour

_MRAP = re.compile(r"[a-z0-9-]+\.mrap\.accesspoint\.s3-global\.amazonaws\.com")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3(\.[a-z0-9-]+)?\.amazonaws\.com")
_FAILOVER_CODES = {"400", "403", "404", "416", "429", "500", "502", "503", "504"}
_LONGEST_COMMENT = 128
# The most of each, and the error.
_QUOTAS = {
    "Origins/{*}Items/{*}Origin": (100, "TooManyOrigins"),
    "CacheBehaviors/{*}Items/{*}CacheBehavior": (75, "TooManyCacheBehaviors"),
    "OriginGroups/{*}Items/{*}OriginGroup": (10, "TooManyOriginGroupsPerDistribution"),
    "Aliases/{*}Items/{*}CNAME": (100, "TooManyDistributionCNAMEs"),
}

# Errors of CreateDistribution that may be about the kind of an origin (aws/aws-sdk-go-v2#1831, the API reference).
_DESCRIBED = {
    "InvalidOrigin": "The specified origin server does not exist or is not valid.",
    "IllegalOriginAccessConfiguration": (
        "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI)."
    ),
}

# Code, message and status of a refusal.
Refusal = tuple[str, str, int]


def refusal(root: Any, updated: str | None) -> Refusal | None:
    """*updated*: the id of the distribution, if it exists."""
    for check in (_quotas, _origins, _groups, _behaviors, _error_pages):
        refused = check(root)
        if refused is not None:
            return refused
    return _aliases(root, updated)


def _quotas(root: Any) -> Refusal | None:
    for path, (most, code) in _QUOTAS.items():
        if len(root.findall(f".//{{*}}{path}")) > most:
            return code, f"Your request has more than {most} of {path.rpartition('}')[2]}.", 400
    if len(_text(_config(root), "Comment")) > _LONGEST_COMMENT:
        return "InvalidArgument", "The comment cannot be longer than 128 characters.", 400
    return None


def _origins(root: Any) -> Refusal | None:
    ids = [_text(origin, "Id") for origin in root.iterfind(".//{*}Origins/{*}Items/{*}Origin")]
    if len(ids) != len(set(ids)):
        return "InvalidArgument", "The parameter Origin Id must be unique.", 400
    for origin in root.iterfind(".//{*}Origins/{*}Items/{*}Origin"):
        refused = _origin(origin)
        if refused is not None:
            return refused
    return None


def _origin(origin: Any) -> Refusal | None:
    host, control_id = _text(origin, "DomainName"), _text(origin, "OriginAccessControlId")
    s3, custom = origin.find("{*}S3OriginConfig"), origin.find("{*}CustomOriginConfig")
    is_mrap, is_bucket = bool(_MRAP.fullmatch(host)), bool(_BUCKET.fullmatch(host))
    if s3 is None and custom is None and origin.find("{*}VpcOriginConfig") is None:
        return "InvalidOrigin", "The origin server does not exist or is not valid.", 400
    if s3 is not None and custom is not None:
        return "InvalidOrigin", "An origin cannot be both an S3 origin and a custom origin.", 400
    is_s3 = is_bucket or (is_mrap and not (control_id and _refuses("s3")))
    if s3 is not None and not is_s3:
        return _other_kind(is_mrap, "The parameter Origin DomainName does not refer to a valid S3 bucket.")
    if not control_id:
        return None
    if s3 is not None and _text(s3, "OriginAccessIdentity"):
        message = "Illegal configuration: cannot use both Origin Access Control and Origin Access Identity on an origin"
        return "IllegalOriginAccessConfiguration", message, 400
    control = cloudfront._oacs.get(control_id)
    if control is None:
        return "InvalidOriginAccessControl", "The origin access control is not valid.", 400
    if control["OriginAccessControlOriginType"] != "s3":
        return None
    if not (is_bucket or is_mrap):
        message = "The domain name cannot be used with this origin access control."
        return "InvalidDomainNameForOriginAccessControl", message, 400
    if custom is not None and (is_bucket or _refuses("custom")):
        return _other_kind(is_mrap, "Illegal configuration: The origin type and OAC origin type differ.")
    if (control["SigningProtocol"] == "sigv4a") != is_mrap:
        message = f"The origin access control signs {control['SigningProtocol']}, which {host} does not take."
        return "InvalidOriginAccessControl", message, 400
    return None


def _refuses(kind: str) -> bool:
    """For an MRAP with an origin access control: the documentation does not define the kind of the origin."""
    return kind in behaviour.names(behaviour.current.mrap_origin_refused)


def _other_kind(is_mrap: bool, message: str) -> Refusal:
    code = behaviour.current.mrap_origin_refusal_code
    return (code, _DESCRIBED[code], 400) if is_mrap and code else ("InvalidArgument", message, 400)


def _groups(root: Any) -> Refusal | None:
    for group in root.iterfind(".//{*}OriginGroup"):
        members = [_text(member, "OriginId") for member in group.iterfind(".//{*}OriginGroupMember")]
        codes = {(code.text or "").strip() for code in group.iterfind(".//{*}StatusCode")}
        if len(set(members)) != 2 or len(members) != 2:
            return "InvalidArgument", "An origin group must have exactly two members.", 400
        if not codes or codes - _FAILOVER_CODES:
            return "InvalidErrorCode", f"A failover status code is not valid: {', '.join(sorted(codes))}", 400
    return None


def _behaviors(root: Any) -> Refusal | None:
    signing = {_text(origin, "Id"): _protocol(origin) for origin in root.iterfind(".//{*}Origins/{*}Items/{*}Origin")}
    members = {
        _text(group, "Id"): [_text(member, "OriginId") for member in group.iterfind(".//{*}OriginGroupMember")]
        for group in root.iterfind(".//{*}OriginGroup")
    }
    for name in ("DefaultCacheBehavior", "CacheBehavior"):
        for behavior in root.iterfind(f".//{{*}}{name}"):
            target = _text(behavior, "TargetOriginId")
            protocols = {signing.get(origin) for origin in members.get(target, [target])}
            refused = _functions(behavior, "sigv4a" in protocols)
            if refused is not None:
                return refused
    return None


def _functions(behavior: Any, is_sigv4a: bool) -> Refusal | None:
    lambdas = [_text(each, "EventType") for each in behavior.iterfind(".//{*}LambdaFunctionAssociation")]
    functions = [_text(each, "EventType") for each in behavior.iterfind(".//{*}FunctionAssociation")]
    if any(not event.startswith("viewer-") for event in functions):
        return "InvalidFunctionAssociation", "A CloudFront function can only be for viewer events.", 400
    events = [*lambdas, *functions]
    if len(events) != len(set(events)):
        return "InvalidLambdaFunctionAssociation", "There is more than one function for an event type.", 400
    if functions and any(event.startswith("viewer-") for event in lambdas):
        message = "CloudFront Functions and Lambda@Edge cannot be combined in viewer events."
        return "InvalidLambdaFunctionAssociation", message, 400
    if is_sigv4a and any(event.startswith("origin-") for event in lambdas):
        message = "Lambda@Edge origin triggers cannot be used with an origin access control that signs sigv4a."
        return "InvalidLambdaFunctionAssociation", message, 400
    return None


def _protocol(origin: Any) -> str | None:
    control = cloudfront._oacs.get(_text(origin, "OriginAccessControlId")) or {}
    return control.get("SigningProtocol")


def _error_pages(root: Any) -> Refusal | None:
    for page in root.iterfind(".//{*}CustomErrorResponse"):
        if bool(_text(page, "ResponsePagePath")) != bool(_text(page, "ResponseCode")):
            message = "Your request must specify both ResponsePagePath and ResponseCode together or none of them."
            return "InvalidArgument", message, 400
    return None


def _aliases(root: Any, updated: str | None) -> Refusal | None:
    asked = {(alias.text or "").lower() for alias in root.iterfind(".//{*}Aliases/{*}Items/{*}CNAME")}
    for distribution_id, record in cloudfront._distributions.items():
        taken = {alias.lower() for alias in cloudfront._get_distribution_aliases(record)}
        if distribution_id != updated and asked & taken:
            message = "One or more of the CNAMEs you provided are already associated with a different resource."
            return "CNAMEAlreadyExists", message, 409
    return None


def _config(root: Any) -> Any:
    found = root.find("{*}DistributionConfig")
    return root if found is None else found


def _text(element: Any, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()
