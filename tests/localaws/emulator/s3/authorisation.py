"""Authorisation of requests to S3 where MiniStack requires fewer rights than AWS, or refuses too much.

Sources: S3 User Guide, "Required permissions for Amazon S3 API operations"; S3 API reference, CreateBucket, HeadObject
and DeleteObjects; Service Authorization Reference, Amazon S3: PutReplicationConfiguration needs iam:PassRole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import s3

from localaws.emulator.s3_control import mrap_routing

Answer = tuple[int, dict[str, str], bytes]
Headers = dict[str, str]
_MAX_DELETED = 1000
_ROLE = re.compile(rb"<Role>(arn:aws[a-z-]*:iam::\d{12}:role/[^<]+)</Role>")


def install() -> None:
    more_checks, action_of = iam_actions.s3_additional_checks, iam_actions.extract_iam_action
    resources, delete = iam_actions.s3_access_point_resources, s3._delete_objects

    def with_more(method: str, path: str, headers: Headers, body: bytes, query: Any) -> list[tuple[str, str]]:
        return [*more_checks(method, path, headers, body, query), *_more(method, path, headers, body, query)]

    def action(service: str, method: str, path: str, headers: Headers, body: bytes, query: Any) -> str | None:
        if service == "s3" and method == "POST" and "delete" in query and "/" not in path.strip("/"):
            return None  # only the signature is checked here: the keys are authorised one by one
        found: str | None = action_of(service, method, path, headers, body, query)
        return found

    def with_service(resource_arn: str) -> list[tuple[str, dict[str, Any]]]:
        if ":iam::" in resource_arn:
            return [(resource_arn, {"iam:PassedToService": "s3.amazonaws.com"})]
        found: list[tuple[str, dict[str, Any]]] = resources(resource_arn)
        return found

    def delete_allowed(bucket: str, body: bytes, headers: Headers | None = None) -> Answer:
        return _delete_allowed(delete, bucket, body, headers or {})

    iam_actions.s3_additional_checks = with_more
    iam_actions.extract_iam_action = action
    iam_actions.s3_access_point_resources = with_service
    s3._delete_objects = delete_allowed
    s3._get_object = _hiding_missing_keys(s3._get_object)
    s3._head_object = _hiding_missing_keys(s3._head_object)


def _more(method: str, path: str, headers: Headers, body: bytes, query: Any) -> list[tuple[str, str]]:
    bucket, _, key = path.lstrip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    plain = not query.keys() - {"x-id"}
    needed: list[tuple[str, str]] = []
    role = _ROLE.search(body) if method == "PUT" and "replication" in query else None
    if role:
        needed.append(("iam:PassRole", role[1].decode()))
    if method == "PUT" and not key and plain:
        if "x-amz-object-ownership" in headers:
            needed.append(("s3:PutBucketOwnershipControls", arn))
        if b"<Tag>" in body:
            needed.append(("s3:TagResource", arn))
    elif key and ((method == "PUT" and plain) or (method == "POST" and "uploads" in query)):
        tags_are_copied = "x-amz-copy-source" in headers and _copied_tags(headers)
        if tags_are_copied:
            needed.append(_reading_tags(headers))
        if tags_are_copied or headers.get("x-amz-tagging"):
            needed.append(("s3:PutObjectTagging", arn))
    return needed


def _reading_tags(headers: Headers) -> tuple[str, str]:
    arn, version_id = iam_actions._s3_source_object(headers) or ("*", "")
    return ("s3:GetObjectVersionTagging" if version_id else "s3:GetObjectTagging"), arn


def _copied_tags(headers: Headers) -> dict[str, str]:
    source = iam_actions._s3_source_object(headers)
    if source is None or headers.get("x-amz-tagging-directive", "COPY").upper() != "COPY":
        return {}
    arn, version_id = source
    bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    found: dict[str, str] = s3.object_tags_for_condition(bucket, key, {"versionId": [version_id]} if version_id else {})
    return found


def denial(
    headers: Headers, query: Any, action: str, arn: str, keys: dict[str, str] | None = None, service: str = "s3"
) -> str | None:
    """Why the requester may not do it, or None. *keys* are condition keys."""
    caller, region = extract_access_key_id(headers, query), extract_region(headers, query)
    denied = iam_evaluator.enforce(caller, action, service, region, resource_arn=arn, service_context=keys)
    if denied is None:
        return None
    if not isinstance(denied, iam_evaluator.EvalResult):
        return "Access Denied"
    who, explicit = denied.principal_arn, denied.decision == "Deny"
    if explicit and denied.resource_policy_arn:
        return str(iam_actions._resource_policy_denial(service, action, who, arn))
    return str(iam_actions.identity_denial_message(action, who, f'"{arn}"', explicit))


def _delete_allowed(delete: Callable[..., Answer], bucket: str, body: bytes, headers: Headers) -> Answer:
    """A key that may not be deleted is an error element in an answer of 200; the others are deleted."""
    try:
        request = s3.fromstring(body)
    except s3.ParseError:
        return delete(bucket, body, headers)
    entries = request.findall("{*}Object")
    if len(entries) > _MAX_DELETED:
        answer: Answer = s3._error("MalformedXML", s3._MALFORMED_XML, 400)
        return answer
    denied: list[tuple[Element, str]] = []
    for entry in entries:
        action = "s3:DeleteObjectVersion" if entry.findtext("{*}VersionId") else "s3:DeleteObject"
        message = denial(headers, {}, action, f"arn:aws:s3:::{bucket}/{entry.findtext('{*}Key')}")
        if message is not None:
            request.remove(entry)
            denied.append((entry, message))
    status, answered, document = delete(bucket, tostring(request), headers)
    if status != 200 or not denied:
        return status, answered, document
    result = s3.fromstring(document)
    for entry, message in denied:
        error = SubElement(result, f"{{{s3.S3_NS}}}Error")
        members = {name: entry.findtext(f"{{*}}{name}") for name in ("Key", "VersionId")}
        for name, text in {**members, "Code": "AccessDenied", "Message": message}.items():
            if text:
                SubElement(error, f"{{{s3.S3_NS}}}{name}").text = text
    return status, answered, s3._xml_body(result)


def _hiding_missing_keys(read: Callable[..., Answer]) -> Callable[..., Answer]:
    """404 for a missing object needs s3:ListBucket; without it, AWS answers 403."""

    def read_or_deny(bucket: str, key: str, headers: Headers | None = None, query: Any = None) -> Answer:
        answer = read(bucket, key, headers, query)
        if answer[0] != 404 or bucket not in s3._buckets:
            return answer
        mrap = mrap_routing.mrap_arn()
        keys = {"s3:DataAccessPointArn": mrap, "s3:DataAccessPointAccount": get_account_id()} if mrap else {}
        arns = [f"arn:aws:s3:::{bucket}", *([mrap] if mrap else [])]
        if all(denial(headers or {}, query or {}, "s3:ListBucket", arn, keys) is None for arn in arns):
            return answer
        denied: Answer = s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")
        return denied

    return read_or_deny
