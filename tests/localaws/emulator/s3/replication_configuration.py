"""PutBucketReplication with the refusals of S3, and GetBucketReplication with everything that was put.

Codes and messages are S3's where user reports have them. MiniStack has those of the destination's options
(ReplicationTime, Metrics, EncryptionConfiguration).
"""

from __future__ import annotations

import copy
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from ministack.services import s3

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.s3 import bucket_configuration

Answer = tuple[int, dict[str, str], bytes]
_MAX_RULES, _MAX_ID = 1000, 255
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_BUCKET = re.compile(r"arn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
_STATUSES = ("Enabled", "Disabled")
_GUIDE = "Please refer to S3 Developer Guide for more information."
_VERSION = f"must be specified for this version of Cross Region Replication configuration schema. {_GUIDE}"


def install() -> None:
    register_namespace("", s3.S3_NS)
    parse_filter, parse_options = s3._parse_replication_filter, s3._parse_replication_options
    put: Callable[[str, bytes], Answer] = s3._put_bucket_replication
    get: Callable[[str], Answer] = s3._get_bucket_replication

    def put_checked(bucket: str, body: bytes) -> Answer:
        if bucket not in s3._buckets:
            return put(bucket, body)
        try:
            document = _checked(bucket, body)
        except Refused as refused:
            answer: Answer = s3._error(refused.code, str(refused), 400, f"/{bucket}")
            return answer
        answer = put(bucket, document)
        if answer[0] == 200:
            s3._bucket_replication[bucket]["document"] = s3.XML_DECL + b"\n" + document
        return answer

    def get_whole(bucket: str) -> Answer:
        status, headers, body = get(bucket)
        return status, headers, s3._bucket_replication[bucket]["document"] if status == 200 else body

    def filter_with_not(element: Element) -> dict[str, Any]:
        found: dict[str, Any] = parse_filter(element)
        for parent, where in ((element, found), (element.find("{*}And"), found.get("And", {}))):
            excluded = parent.find("{*}Not") if parent is not None else None
            if excluded is not None:
                where["Not"] = _excluded(excluded)
        return found

    def options_with_multi_region_key(rule: Element) -> tuple[dict[str, Any], dict[str, Any]]:
        rule = copy.deepcopy(rule)
        encryption = rule.find("{*}Destination/{*}EncryptionConfiguration")
        found = encryption.find("{*}UseSourceMultiRegionKey") if encryption is not None else None
        if encryption is not None and found is not None:
            encryption.remove(found)
        of_rule, of_destination = parse_options(rule)
        if found is not None:
            status = s3._replication_status(s3._replication_children(found, ("Status",)))
            of_destination["EncryptionConfiguration"]["UseSourceMultiRegionKey"] = status
        return of_rule, of_destination

    s3._parse_replication_filter = filter_with_not
    s3._parse_replication_options = options_with_multi_region_key
    s3._put_bucket_replication = put_checked
    s3._get_bucket_replication = get_whole


def _checked(bucket: str, body: bytes) -> bytes:
    """The document with an ID in every rule."""
    if bucket_configuration.versioning(bucket) != "Enabled":
        message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        raise Refused("InvalidRequest", message)
    try:
        root = s3.fromstring(body)
    except ParseError:
        raise _malformed() from None
    role = root.findtext("{*}Role")
    rules = root.findall("{*}Rule")
    if not role or not rules:
        raise _malformed()
    if not _ROLE.fullmatch(role):
        raise Refused("InvalidArgument", "Invalid Role specified in replication configuration")
    if len(rules) > _MAX_RULES:
        raise Refused("InvalidRequest", f"The replication configuration cannot have more than {_MAX_RULES} rules")
    for rule in rules:
        _check_rule(rule)
        _check_destination(bucket, rule)
    _check_together(rules)
    for rule in rules:
        if rule.find("{*}ID") is None:
            SubElement(rule, f"{{{s3.S3_NS}}}ID").text = str(uuid.uuid4())
    return tostring(root)


def _check_rule(rule: Element) -> None:
    _one_of(rule.findtext("{*}Status"), _STATUSES)
    if len(rule.findtext("{*}ID") or "") > _MAX_ID:
        raise Refused("InvalidArgument", f"ID length should not exceed allowed limit of {_MAX_ID}")
    rule_filter = rule.find("{*}Filter")
    if rule_filter is None:
        if rule.find("{*}Prefix") is None:
            raise _malformed()
        return
    if rule.find("{*}Prefix") is not None or len(list(rule_filter)) > 1:
        raise _malformed()
    _check_not(rule_filter)
    priority = rule.findtext("{*}Priority")
    if priority is None:
        raise Refused("InvalidRequest", f"Priority {_VERSION}")
    if not re.fullmatch(r"\d{1,10}", priority):
        raise _malformed()
    delete_markers = rule.find("{*}DeleteMarkerReplication")
    if delete_markers is None:
        raise Refused("InvalidRequest", f"DeleteMarkerReplication {_VERSION}")
    _one_of(delete_markers.findtext("{*}Status"), _STATUSES)
    if delete_markers.findtext("{*}Status") == "Enabled" and list(_named(rule_filter, "Tag")):
        message = f"Delete marker replication is not supported if any Tag filter is specified. {_GUIDE}"
        raise Refused("InvalidRequest", message)


def _check_not(rule_filter: Element) -> None:
    """botocore's model of S3, ReplicationRuleNotOperator: one Prefix, one Tag, or an Or of several."""
    excluded = list(_named(rule_filter, "Not"))
    if excluded and behaviour.current.replication_without_not:
        raise _malformed()
    for element in excluded:
        names = [child.tag.rpartition("}")[2] for child in element]
        among = element.find("{*}Or")
        if len(names) != 1 or names[0] not in ("Prefix", "Tag", "Or") or (among is not None and not list(among)):
            raise _malformed()


def _excluded(element: Element) -> dict[str, Any]:
    prefixes, tags = (list(_named(element, name)) for name in ("Prefix", "Tag"))
    return {"Or": {"Prefixes": [each.text or "" for each in prefixes], "Tags": list(map(s3._replication_tag, tags))}}


def _check_destination(source: str, rule: Element) -> None:
    destination = rule.find("{*}Destination")
    arn = destination.findtext("{*}Bucket") if destination is not None else None
    if destination is None or not arn:
        raise _malformed()
    match = _BUCKET.fullmatch(arn)
    if match is None:
        raise Refused("InvalidArgument", "Invalid bucket ARN")
    if match[1] == source:
        raise Refused("InvalidRequest", "Destination bucket cannot be the same as the source bucket.")
    if match[1] not in s3._buckets:
        raise Refused("InvalidRequest", "Destination bucket must exist.")
    if bucket_configuration.versioning(match[1]) != "Enabled":
        raise Refused("InvalidRequest", "Destination bucket must have versioning enabled.")
    account = destination.findtext("{*}Account")
    if account is not None and not re.fullmatch(r"\d{12}", account):
        raise Refused("InvalidArgument", "Invalid account ID")
    translation = destination.find("{*}AccessControlTranslation")
    if translation is not None:
        _one_of(translation.findtext("{*}Owner"), ("Destination",))
        if account is None:
            message = "Account must be specified if AccessControlTranslation is present in the destination."
            raise Refused("InvalidRequest", message)
    storage_class = destination.findtext("{*}StorageClass")
    if storage_class is not None:
        _one_of(storage_class, s3._VALID_STORAGE_CLASSES)


def _check_together(rules: list[Element]) -> None:
    ids = Counter(text for rule in rules if (text := rule.findtext("{*}ID")))
    if any(count > 1 for count in ids.values()):
        raise Refused("InvalidArgument", "Rule Id must be unique. Found same Id for more than one rule")
    destinations = {rule.findtext("{*}Destination/{*}Bucket") for rule in rules}
    if len(destinations) > 1 and any(rule.find("{*}Filter") is None for rule in rules):
        raise Refused("InvalidRequest", "Number of distinct destination bucket ARNs cannot exceed 1")
    # Only a rule of version 2, one with a Filter, has a Priority.
    priorities = Counter(
        (rule.findtext("{*}Destination/{*}Bucket"), int(text))
        for rule in rules
        if (text := rule.findtext("{*}Priority"))
    )
    if any(count > 1 for count in priorities.values()):
        raise Refused("InvalidRequest", "Found more than one rule with the same Priority for one destination bucket")


def _named(element: Element, name: str) -> Iterator[Element]:
    return element.iter(f"{{{s3.S3_NS}}}{name}")


def _one_of(value: str | None, allowed: Any) -> None:
    if value not in allowed:
        raise _malformed()


def _malformed() -> Refused:
    return Refused("MalformedXML", s3._MALFORMED_XML)
