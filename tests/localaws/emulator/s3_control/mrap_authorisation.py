"""Resources and condition keys of requests on and through a Multi-Region Access Point; MiniStack has fewer."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from ministack import app
from ministack.core import iam_actions
from ministack.core.responses import get_account_id

from localaws.emulator.s3_control.mrap_store import mraps

_NAME = re.compile(rb"<Name>([^<]+)</Name>")
_body: ContextVar[bytes] = ContextVar("body", default=b"")
_through: ContextVar[str | None] = ContextVar("through", default=None)


def install() -> None:
    """Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"."""
    control_request = app._handle_s3_control_request
    control_arn = app._s3control_mrap_arn
    enforce = app._enforce_mrap_request
    service_context = iam_actions.s3_service_context

    async def handle_control_request(
        path: str, method: str, body: bytes, query: Any, request_id: str, headers: Any = None
    ) -> Any:
        _body.set(body)
        if method == "POST" and "/async-requests/mrap/" in path:
            # S3 User Guide, "Managing Multi-Region Access Points": who manages one needs it too.
            denied = app._enforce_data_plane(
                "s3", "s3:ListAllMyBuckets", headers or {}, query, request_id, resource_arn="*"
            )
            if denied:
                return denied
        return await control_request(path, method, body, query, request_id, headers)

    def resource(s3: Any, path: str) -> str:
        return _resource(unquote(path)) or str(control_arn(s3, path))

    def enforce_data_request(host: str, *arguments: Any) -> Any:
        alias = host.lower().partition(".accesspoint.")[0]
        token = _through.set(f"arn:aws:s3::{get_account_id()}:accesspoint/{alias}")
        try:
            return enforce(host, *arguments)
        finally:
            _through.reset(token)

    def request_context(*arguments: Any, **options: Any) -> dict[str, Any]:
        context: dict[str, Any] = service_context(*arguments, **options)
        arn = _through.get()
        if arn is None:
            return context
        return {**context, "s3:DataAccessPointArn": arn, "s3:DataAccessPointAccount": get_account_id()}

    app._handle_s3_control_request = handle_control_request
    app._s3control_mrap_arn = resource
    app._enforce_mrap_request = enforce_data_request
    iam_actions.s3_service_context = request_context


def _resource(path: str) -> str | None:
    """The resource where it is not the MRAP in the path."""
    if path.rstrip("/").endswith("/mrap/instances"):
        return "*"  # ListMultiRegionAccessPoints has no resource
    _, _, operation = path.partition("/async-requests/mrap/")
    if operation.startswith("arn:"):
        return operation
    name = _NAME.search(_body.get())
    if operation in ("delete", "put-policy") and name:
        mrap = mraps.named(get_account_id(), name[1].decode())
        return mrap.arn if mrap else None
    return None
