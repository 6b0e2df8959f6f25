"""Distributions: InProgress for a while, with defaults filled in, and deleted only after they are disabled.

Sources: CloudFront API reference, "Distribution", "DistributionConfig", "DeleteDistribution".
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ministack.services import cloudfront

from localaws.emulator.core import behaviour, scheduler

Answer = tuple[int, dict[str, str], bytes]

# CloudFront's defaults for members that were not set, by the element that has them.
_DEFAULTS: dict[str, dict[str, str]] = {
    "DistributionConfig": {
        "Aliases": "<Quantity>0</Quantity>",
        "DefaultRootObject": "",
        "CacheBehaviors": "<Quantity>0</Quantity>",
        "CustomErrorResponses": "<Quantity>0</Quantity>",
        "Logging": "<Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket/><Prefix/>",
        "PriceClass": "PriceClass_All",
        "ViewerCertificate": "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>",
        "Restrictions": (
            "<GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction>"
        ),
        "WebACLId": "",
        "HttpVersion": "http2",
        "IsIPV6Enabled": "false",
        "ContinuousDeploymentPolicyId": "",
        "Staging": "false",
    },
    "Origin": {
        "OriginPath": "",
        "CustomHeaders": "<Quantity>0</Quantity>",
        "ConnectionAttempts": "3",
        "ConnectionTimeout": "10",
        "OriginShield": "<Enabled>false</Enabled>",
        "OriginAccessControlId": "",
    },
    "CustomOriginConfig": {"OriginReadTimeout": "30", "OriginKeepaliveTimeout": "5"},
    "LambdaFunctionAssociation": {"IncludeBody": "false"},
}
_DEFAULTS["DefaultCacheBehavior"] = _DEFAULTS["CacheBehavior"] = {
    "TrustedSigners": "<Enabled>false</Enabled><Quantity>0</Quantity>",
    "TrustedKeyGroups": "<Enabled>false</Enabled><Quantity>0</Quantity>",
    "SmoothStreaming": "false",
    "Compress": "false",
    "LambdaFunctionAssociations": "<Quantity>0</Quantity>",
    "FunctionAssociations": "<Quantity>0</Quantity>",
    "FieldLevelEncryptionId": "",
    "GrpcConfig": "<Enabled>false</Enabled>",
}
# With the default certificate, whatever was asked for.
_DEFAULT_CERTIFICATE = {
    "SSLSupportMethod": "vip",
    "MinimumProtocolVersion": "TLSv1",
    "CertificateSource": "cloudfront",
}


# The ids of deleted distributions, by caller reference.
_references: dict[str, str] = {}


def install() -> None:
    create, update, delete = (
        cloudfront._create_distribution,
        cloudfront._update_distribution,
        cloudfront._delete_distribution,
    )

    def created(headers: dict[str, str], body: bytes) -> Answer:
        root = fromstring(body)
        gone = _references.get(root.findtext(".//{*}CallerReference") or "")
        if gone and behaviour.current.distribution_references_stay:
            message = "The caller reference that you are using to create a distribution is associated with another one."
            refused: Answer = cloudfront._error("DistributionAlreadyExists", f"{message} Already exists: {gone}", 409)
            return refused
        known = set(cloudfront._distributions)
        answer = create(headers, body)
        new = set(cloudfront._distributions) - known
        return _written(new.pop(), answer) if new else answer

    def updated(distribution_id: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = update(distribution_id, headers, body)
        return _written(distribution_id, answer) if answer[0] < 300 else answer

    def deleted(distribution_id: str, headers: dict[str, str]) -> Answer:
        record = cloudfront._distributions.get(distribution_id)
        current = record is not None and headers.get("if-match") == record["ETag"]
        if record is not None and current and record["Status"] != "Deployed":
            message = "The distribution you are trying to delete has not been disabled."
            refused: Answer = cloudfront._error("DistributionNotDisabled", message, 409)
            return refused
        answer: Answer = delete(distribution_id, headers)
        if record is not None and answer[0] < 300:
            _references[record["CallerReference"]] = distribution_id
        return answer

    cloudfront._create_distribution, cloudfront._update_distribution = created, updated
    cloudfront._delete_distribution = deleted


def _written(distribution_id: str, answer: Answer) -> Answer:
    record = cloudfront._distributions[distribution_id]
    config = cloudfront._strip_namespace(fromstring(record["config_xml"]))
    config.tag = "DistributionConfig"
    for element in list(config.iter()):
        _fill(element)
    record["config_xml"] = tostring(config, encoding="unicode")
    if behaviour.current.distribution_seconds:
        record["Status"] = "InProgress"
        scheduler.schedule(_deployed(distribution_id, record["ETag"]), "distribution_seconds")
    status, headers, _ = answer
    document: Answer = cloudfront._xml_response(
        "Distribution",
        lambda root: cloudfront._build_distribution_xml(root, record),
        status,
        {name: value for name, value in headers.items() if name in ("ETag", "Location")},
    )
    return document


def _deployed(distribution_id: str, etag: str) -> Callable[[], None]:
    """Unless it has been changed again."""

    def deploy() -> None:
        record = cloudfront._distributions.get(distribution_id)
        if record is not None and record["ETag"] == etag:
            record["Status"] = "Deployed"

    return deploy


def _fill(element: Element) -> None:
    for name, content in _DEFAULTS.get(element.tag, {}).items():
        if element.find(name) is None:
            element.append(fromstring(f"<{name}>{content}</{name}>"))
    certificate = element.find("ViewerCertificate")
    if certificate is not None and certificate.findtext("CloudFrontDefaultCertificate") == "true":
        for name, content in _DEFAULT_CERTIFICATE.items():
            found = certificate.find(name)
            (SubElement(certificate, name) if found is None else found).text = content
