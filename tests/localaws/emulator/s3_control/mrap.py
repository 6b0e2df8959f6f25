"""The operations of S3 Control on Multi-Region Access Points: asynchronous, and idempotent by client token.

MiniStack authorises the requests but completes every operation at once, so this answers in its place.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ministack.core.responses import get_account_id
from ministack.services import s3

from localaws.emulator.core.errors import Refused
from localaws.emulator.s3_control import mrap_responses as responses
from localaws.emulator.s3_control import mrap_routes as routes
from localaws.emulator.s3_control.mrap_model import Mrap, Operation
from localaws.emulator.s3_control.mrap_requests import parse_change, parse_route_updates
from localaws.emulator.s3_control.mrap_store import mraps

_OPERATIONS = "/v20180820/async-requests/mrap/"
_INSTANCES = "/v20180820/mrap/instances"
_CHANGES = ("create", "delete", "put-policy")
_ARN = re.compile(r"arn:aws:s3::\d{12}:accesspoint/([a-z][a-z0-9]*\.mrap)")
_READS: dict[str, Callable[[Mrap], Element]] = {
    "": responses.one,
    "policy": responses.policy,
    "policystatus": responses.policy_status,
}


def install() -> None:
    s3.handle_mrap_control = _handle
    s3.find_mrap = _record
    s3.mrap_member = lambda bucket: any(bucket in mrap.members for mrap in mraps.of(get_account_id()))


def _record(reference: str) -> dict[str, Any] | None:
    """The record that MiniStack's authorisation reads, by name, alias or ARN."""
    account, wanted = get_account_id(), reference.rpartition("/")[2]
    for mrap in mraps.of(account):
        if wanted in (mrap.name, mrap.alias):
            return {"Name": mrap.name, "Alias": mrap.alias, "Policy": mrap.established}
    return None


def _handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
    operation = unquote(path).partition(_OPERATIONS)[2]
    route = s3.mrap_control_route(path) if unquote(path).startswith(_INSTANCES) else None
    of_routes = bool(route and route[1] == "routes")
    region = s3._signed_region(headers, query)
    if region not in (s3._MRAP_ROUTE_REGIONS if of_routes else (s3._MRAP_MANAGEMENT_REGION,)):
        return s3._mrap_region_error(path, routes=of_routes)
    try:
        if operation:
            document: Element | None = _operation(method, operation, region, body)
        elif route is None or method not in route[3]:
            return s3._control_route_error(method, path, route)
        elif of_routes:
            routes.check_endpoint(region)
            document = _routes(method, route[0], body)
        elif route[1] is None:
            document = responses.listed([mrap for mrap in mraps.of(get_account_id()) if mrap.visible])
        else:
            document = _READS[route[1]](_visible(mraps.named(get_account_id(), route[0])))
    except Refused as refused:
        return s3.s3control_error(refused.code, str(refused), refused.status)
    return 200, {"Content-Type": "application/xml"}, b"" if document is None else responses.body(document)


def _operation(method: str, tail: str, region: str, body: bytes) -> Element:
    account = get_account_id()
    if method == "POST" and tail in _CHANGES:
        client_token, change = parse_change(tail, body)
        token_arn = f"arn:aws:s3:{region}:{account}:async-request/mrap/{tail}/{uuid.uuid4()}"
        return responses.accepted(mraps.submit(Operation(account, client_token, change, token_arn)))
    if method != "GET":
        raise Refused("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    known = mraps.operation(account, tail)
    if known is None:
        raise Refused("NoSuchAsyncRequest", "The specified request does not exist.", 404)
    return responses.described(known)


def _routes(method: str, arn: str, body: bytes) -> Element | None:
    alias = _ARN.fullmatch(arn)
    if alias is None:
        raise Refused("InvalidRequest", "Request invalid")
    mrap = mraps.aliased(alias[1])
    mrap = _visible(mrap if mrap and mrap.arn == arn and mrap.serves else None)
    if method == "GET":
        return responses.routes(mrap)
    routes.submit(mrap, parse_route_updates(body))
    return None


def _visible(mrap: Mrap | None) -> Mrap:
    if mrap is None or not mrap.visible:
        message = "The specified Multi-Region Access Point does not exist."
        raise Refused("NoSuchMultiRegionAccessPoint", message, 404)
    return mrap
