"""Key value stores: ARNs with an id, deleted with their keys, and with the quotas that MiniStack lacks.

Sources: CloudFront Developer Guide, "Quotas on key value stores"; CloudFront KeyValueStore API reference. Session
tokens that SigV4A does not take: boto/boto3#3980, anomalyco/sst#5741.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import cloudfront
from ministack.services import cloudfront_keyvaluestore as data_plane

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response

_MAX_BATCH, _MAX_KEY_BYTES, _MAX_VALUE_BYTES, _MAX_STORE_BYTES = 50, 512, 1_024, 5 * 1024 * 1024
_MAX_PAGE = 50

Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    update, put = data_plane._update_keys, data_plane._put_key
    find, describe, delete = data_plane._kvs_name_from_arn, cloudfront._build_kvs_xml, cloudfront._delete_kvs
    taggable = cloudfront._resolve_taggable_cloudfront_arn

    def new_arn(name: str) -> str:
        return f"arn:aws:cloudfront::{get_account_id()}:key-value-store/{uuid.uuid4()}"

    def name_of(arn: str) -> Any:
        found, refused = find(arn)
        return (_name(arn) or found, refused) if refused is None else (found, refused)

    def describe_with_id(parent: Any, store: dict[str, Any]) -> None:
        store["Id"] = store["ARN"].rpartition("/")[2]
        describe(parent, store)

    def delete_with_keys(name: str, headers: dict[str, str]) -> Answer:
        arn = cloudfront._kvstores.get(name, {}).get("ARN")
        answer: Answer = delete(name, headers)
        if answer[0] == 204:
            data_plane._stores.pop(arn, None)
            cloudfront._tags.pop(arn, None)
        return answer

    def taggable_arn(arn: str) -> Any:
        return (arn, None) if _name(arn) else taggable(arn)

    def update_within_limits(arn: str, headers: dict[str, str], body: bytes) -> Any:
        puts = json.loads(body or b"{}").get("Puts") or []
        return _too_large(arn, {each["Key"]: each["Value"] for each in puts}) or update(arn, headers, body)

    def put_within_limits(arn: str, key: str, headers: dict[str, str], body: bytes) -> Any:
        return _too_large(arn, {key: json.loads(body or b"{}").get("Value", "")}) or put(arn, key, headers, body)

    cloudfront._kvs_arn = new_arn
    cloudfront._build_kvs_xml = describe_with_id
    cloudfront._delete_kvs = delete_with_keys
    cloudfront._resolve_taggable_cloudfront_arn = taggable_arn
    data_plane._kvs_name_from_arn = name_of
    data_plane._update_keys = update_within_limits
    data_plane._put_key = put_within_limits


def _name(arn: str) -> str | None:
    return next((name for name, store in cloudfront._kvstores.items() if store["ARN"] == arn), None)


def _too_large(arn: str, puts: dict[str, str]) -> Answer | None:
    store, refused = data_plane._get_store(arn)
    if refused is not None or data_plane._compute_size({**store["items"], **puts}) <= _MAX_STORE_BYTES:
        return None
    answer: Answer = data_plane._error(
        "ServiceQuotaExceededException", f"The key value store would be larger than {_MAX_STORE_BYTES} bytes", 402
    )
    return answer


def refusal(request: Request) -> Response | None:
    """Refusals for any store. A malformed request is left to MiniStack."""
    if behaviour.current.sessions_of_the_global_endpoint and "x-amz-security-token" in request.headers:
        return error("cloudfront-keyvaluestore", 403, "AccessDeniedException", "Authentication failed")
    try:
        if request.method == "GET":
            return _page(request)
        document = json.loads(request.body or b"{}")
        if request.method == "PUT":
            return _pairs([(request.path.partition("/keys/")[2], document.get("Value"))])
        puts, deletes = document.get("Puts") or [], document.get("Deletes") or []
        if len(puts) + len(deletes) > _MAX_BATCH:
            return _invalid(f"One request can change at most {_MAX_BATCH} keys, this one has {len(puts + deletes)}")
        return _pairs([(item.get("Key"), item.get("Value")) for item in puts + deletes])
    except (ValueError, AttributeError, TypeError):
        return None


def _page(request: Request) -> Response | None:
    if request.path.endswith("/keys") and int(request.query.get("MaxResults", "1")) > _MAX_PAGE:
        return _invalid(f"MaxResults can be at most {_MAX_PAGE}")
    return None


def _pairs(pairs: Iterable[tuple[Any, Any]]) -> Response | None:
    for key, value in pairs:
        if isinstance(key, str) and len(key.encode()) > _MAX_KEY_BYTES:
            return _invalid(f"Key is longer than {_MAX_KEY_BYTES} bytes: {key[:40]}...")
        if isinstance(value, str) and len(value.encode()) > _MAX_VALUE_BYTES:
            return _invalid(f"Value of {str(key)[:40]} is longer than {_MAX_VALUE_BYTES} bytes")
    return None


def _invalid(message: str) -> Response:
    return error("cloudfront-keyvaluestore", 400, "ValidationException", message)
