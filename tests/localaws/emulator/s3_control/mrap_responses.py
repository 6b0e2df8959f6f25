"""S3 Control's responses about Multi-Region Access Points, as XML."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from localaws.emulator.s3_control import mrap_policies
from localaws.emulator.s3_control.mrap_model import Mrap, Operation
from localaws.emulator.s3_control.mrap_requests import Create, PutPolicy

_NAMESPACE = "https://awss3control.amazonaws.com/doc/2018-08-20/"

# Source: Amazon S3 API Reference, "List of Amazon S3 asynchronous error codes".
_MESSAGES = {
    "AccessDenied": "Access denied.",
    "InternalErrors": "An internal server error occurred.",
    "MalformedPolicy": "The specified policy syntax is not valid.",
    "MultiRegionAccessPointAlreadyOwnedByYou": "You already have a Multi-Region Access Point with the same name.",
    "MultiRegionAccessPointModifiedByAnotherRequest": "The action failed because another request is modifying the "
    "specified resource. Try resubmitting your request after the previous request has been completed.",
    "MultiRegionAccessPointNotReady": "The specified Multi-Region Access Point is not ready to be updated.",
    "MultiRegionAccessPointSameBucketRegion": "The buckets used to create a Multi-Region Access Point cannot be in "
    "the same Region.",
    "MultiRegionAccessPointUnsupportedRegion": "One of the buckets supplied to create the Multi-Region Access Point "
    "is in a Region that is not supported.",
    "NoSuchBucket": "The specified bucket does not exist.",
    "NoSuchMultiRegionAccessPoint": "The specified Multi-Region Access Point does not exist.",
}


def accepted(operation: Operation) -> Element:
    return _result(operation.change.operation, _leaf("RequestTokenARN", operation.token_arn))


def described(operation: Operation) -> Element:
    change, mrap = operation.change, operation.mrap
    parameters = [_leaf("Name", change.name)]
    if isinstance(change, PutPolicy):
        parameters.append(_leaf("Policy", change.policy))
    elif isinstance(change, Create):
        members = [_node("Region", _leaf("Bucket", bucket)) for bucket, _owner in change.buckets]
        parameters += [_public_access_block(dict(change.public_access_block)), _node("Regions", *members)]
    by_region = [
        _node("Region", _leaf("Name", region), _leaf("RequestStatus", operation.status))
        for region in (mrap.members.values() if mrap else ())
    ]
    response = [_node("MultiRegionAccessPointDetails", _node("Regions", *by_region))]
    if operation.over and operation.error:
        message = _MESSAGES.get(operation.error, "The request could not be completed.")
        error = {"Code": operation.error, "Message": message, "Resource": change.name}
        request_id = _leaf("RequestId", operation.token_arn.rpartition("/")[2])
        response.append(_node("ErrorDetails", *(_leaf(*item) for item in error.items()), request_id))
    return _result(
        "DescribeMultiRegionAccessPointOperation",
        _node(
            "AsyncOperation",
            _leaf("CreationTime", operation.created_at),
            _leaf("Operation", change.operation),
            _leaf("RequestTokenARN", operation.token_arn),
            _node("RequestParameters", _node(f"{change.operation}Request", *parameters)),
            _leaf("RequestStatus", operation.status),
            _node("ResponseDetails", *response),
        ),
    )


def one(mrap: Mrap) -> Element:
    return _result("GetMultiRegionAccessPoint", _report(mrap))


def listed(mraps: list[Mrap]) -> Element:
    return _result("ListMultiRegionAccessPoints", _node("AccessPoints", *map(_report, mraps)))


def policy(mrap: Mrap) -> Element:
    policies = {"Established": mrap.established, "Proposed": mrap.proposed}
    states = [_node(state, _leaf("Policy", text)) for state, text in policies.items() if text]
    return _result("GetMultiRegionAccessPointPolicy", _node("Policy", *states))


def policy_status(mrap: Mrap) -> Element:
    public = mrap_policies.is_public(mrap.established)
    return _result(
        "GetMultiRegionAccessPointPolicyStatus", _node("Established", _leaf("IsPublic", str(public).lower()))
    )


def routes(mrap: Mrap) -> Element:
    found = [
        _node(
            "Route",
            _leaf("Bucket", bucket),
            _leaf("Region", region),
            _leaf("TrafficDialPercentage", str(mrap.dials[bucket])),
        )
        for bucket, region in mrap.members.items()
    ]
    return _result("GetMultiRegionAccessPointRoutes", _leaf("Mrap", mrap.arn), _node("Routes", *found))


def _report(mrap: Mrap) -> Element:
    members = [
        _node("Region", _leaf("Bucket", bucket), _leaf("Region", region), _leaf("BucketAccountId", mrap.account))
        for bucket, region in mrap.members.items()
    ]
    return _node(
        "AccessPoint",
        _leaf("Name", mrap.name),
        _leaf("Alias", mrap.alias),
        _leaf("CreatedAt", mrap.created_at),
        _public_access_block(mrap.public_access_block),
        _leaf("Status", mrap.status),
        _node("Regions", *members),
    )


def _public_access_block(block: dict[str, bool]) -> Element:
    return _node("PublicAccessBlock", *(_leaf(name, str(value).lower()) for name, value in block.items()))


def _result(operation: str, *children: Element) -> Element:
    root = _node(f"{operation}Result", *children)
    root.set("xmlns", _NAMESPACE)
    return root


def _node(tag: str, *children: Element) -> Element:
    node = Element(tag)
    node.extend(children)
    return node


def _leaf(tag: str, text: str) -> Element:
    leaf = Element(tag)
    leaf.text = text
    return leaf


def body(root: Element) -> bytes:
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
