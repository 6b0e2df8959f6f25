"""Refusals of CloudFront for what a distribution refers to: policies, functions, certificates, other distributions.

MiniStack does not look at them. They need the rights of the request, unlike those of request_checks.

Sources: CloudFront API reference, CreateDistribution and UpdateDistribution, "Errors"; CloudFront Developer Guide,
"Restrictions on Lambda@Edge". What CloudFront does not know yet: hashicorp/terraform-provider-aws#4698 (certificates);
AWS WAF API reference, UpdateWebACL, "Temporary inconsistencies during updates", and hashicorp/terraform#17544 for the
message (web ACLs). An unverified account: hashicorp/terraform-provider-aws#36663, aws-samples/aws-cdk-examples#279.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import acm, cloudfront, lambda_svc

from localaws.emulator.cloudfront import distribution_config
from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.core.handlers import check_first
from localaws.emulator.iam import lambda_sessions
from localaws.emulator.lambda_ import versions

_DISTRIBUTION = "/2020-05-31/distribution"
_CONFIG = re.compile(rf"{_DISTRIBUTION}/([^/]+)/config")
_EDGE_VERSION = re.compile(r"arn:aws:lambda:us-east-1:(\d{12}):function:([^:]+):(\d+)")
_LONGEST = {"viewer": 5, "origin": 30}
# By the element that refers to a policy: its store, AWS's managed policies, and the error.
_POLICIES = {
    "CachePolicyId": ("_cache_policies", "_MANAGED_CACHE_POLICIES", "NoSuchCachePolicy"),
    "OriginRequestPolicyId": (
        "_origin_request_policies",
        "_MANAGED_ORIGIN_REQUEST_POLICIES",
        "NoSuchOriginRequestPolicy",
    ),
    "ResponseHeadersPolicyId": (
        "_response_headers_policies",
        "_MANAGED_RESPONSE_HEADERS_POLICIES",
        "NoSuchResponseHeadersPolicy",
    ),
}


# When a request named a web ACL first, by its ARN.
_web_acls: dict[str, float] = {}


def install() -> None:
    """Install before gate: without the rights, AWS does not check the request."""
    behaviour.before_change.append(_web_acls.clear)
    check_first("cloudfront", _check_distribution, cloudfront._error)


def _check_distribution(method: str, path: str, body: bytes) -> None:
    updated = _CONFIG.fullmatch(path) if method == "PUT" else None
    if not updated and not (method == "POST" and path.rstrip("/") == _DISTRIBUTION):
        return
    if behaviour.current.account_unverified and not updated:
        message = (
            "Your account must be verified before you can add new CloudFront resources. To verify your account, please "
            "contact AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message."
        )
        raise Refused("AccessDenied", message, 403)
    root = cloudfront._parse_body(body)
    if root is None:
        return  # MiniStack refuses it
    _check_reference(_first(root, "CallerReference"), updated[1] if updated else None)
    refused = distribution_config.refusal(root, updated[1] if updated else None)
    if refused is not None:
        raise Refused(*refused)
    aliases = [alias.text or "" for alias in root.iterfind(".//{*}Aliases/{*}Items/{*}CNAME")]
    if aliases and not (_first(root, "ACMCertificateArn") or _first(root, "IAMCertificateId")):
        message = "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted "
        raise Refused("InvalidViewerCertificate", f"{message}certificate that covers {', '.join(aliases)}.")
    _check_propagation(_first(root, "ACMCertificateArn"), _first(root, "WebACLId"))
    for element, (own, managed, code) in _POLICIES.items():
        for name in _all(root, element):
            if name not in getattr(cloudfront, managed) and not getattr(cloudfront, own).get(name):
                raise Refused(code, f"The specified policy does not exist: {name}", 404)
    for arn in _all(root, "FunctionARN"):
        record = cloudfront._functions.get(arn.rpartition("/")[2])
        if not record or not record["live_etag"]:
            message = f"The function must be in the LIVE stage before it is associated: {arn}"
            raise Refused("InvalidFunctionAssociation", message)
    for association in root.iterfind(".//{*}LambdaFunctionAssociation"):
        _check_edge_function(_first(association, "LambdaFunctionARN"), _first(association, "EventType"))


def _check_reference(reference: str, updated: str | None) -> None:
    """It identifies the creation, and cannot change."""
    for distribution_id, record in cloudfront._distributions.items():
        same = record["CallerReference"] == reference
        if updated is None and same:
            message = "The caller reference that you are using to create a distribution is associated with another one."
            raise Refused("DistributionAlreadyExists", f"{message} Already exists: {distribution_id}", 409)
        if updated == distribution_id and not same:
            raise Refused("IllegalUpdate", "The update contains modifications that are not allowed: CallerReference.")


def _check_propagation(certificate: str, web_acl: str) -> None:
    """What exists, and is not known everywhere yet. A certificate that ACM lacks is accepted."""
    found = acm._certificates.get(certificate)
    if found and behaviour.now() - found.get("issued", 0.0) < behaviour.current.certificate_propagation_seconds:
        message = (
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a "
            "valid certificate chain."
        )
        raise Refused("InvalidViewerCertificate", message)
    first = _web_acls.setdefault(web_acl, behaviour.now())
    if web_acl and behaviour.now() - first < behaviour.current.web_acl_propagation_seconds:
        raise Refused("InvalidWebACLId", "Web ACL is not accessible by the requester.")


def _check_edge_function(arn: str, event: str) -> None:
    found = _EDGE_VERSION.fullmatch(arn)
    if found is None:
        return  # request_checks refused it
    record = lambda_svc._functions.get_scoped(get_account_id(), "us-east-1", found[2]) or {}
    version = record.get("versions", {}).get(found[3])
    if version is None or found[1] != get_account_id():
        raise _unfit(f"The function does not exist: {arn}")
    if versions.is_pending(arn):
        # The words of CloudFront: goldstack/goldstack#18, mdn/yari#6194.
        message = f"The function must be in an Active state. The current state for function {arn} is Pending"
        raise _unfit(message)
    config, longest = version["config"], _LONGEST.get(event.partition("-")[0], 0)
    if (config.get("Environment") or {}).get("Variables"):
        raise _unfit(f"The function cannot have environment variables. Function: {arn}")
    if config.get("Architectures", ["x86_64"]) != ["x86_64"]:
        raise _unfit(f"The function must be of the x86_64 architecture. Function: {arn}")
    if config["Timeout"] > longest:
        raise _unfit(f"The function timeout must be at most {longest} s for {event}. Function: {arn}")
    try:
        lambda_sessions.check_trust(config["Role"])
    except lambda_sessions.Refused:
        raise _unfit(
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
            f"lambda.amazonaws.com principals. Update the IAM role and try again. Role: {config['Role']}"
        ) from None


def _unfit(message: str) -> Refused:
    return Refused("InvalidLambdaFunctionAssociation", message)


def _all(root: Any, name: str) -> Iterator[str]:
    return (each.text.strip() for each in root.iterfind(f".//{{*}}{name}") if (each.text or "").strip())


def _first(root: Any, name: str) -> str:
    return next(_all(root, name), "")
