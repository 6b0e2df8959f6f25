"""GetFunction of a version returns the location of that version's package; MiniStack's that of $LATEST."""

from __future__ import annotations

import contextvars
from typing import Any

from ministack.services import lambda_svc

_qualifier: contextvars.ContextVar[str | None] = contextvars.ContextVar("qualifier", default=None)


def install() -> None:
    get_function = lambda_svc._get_function
    code_url = lambda_svc._presigned_code_url
    serve = lambda_svc.serve_function_code

    def get_version(name: str, qualifier: str | None = None) -> Any:
        token = _qualifier.set(qualifier)
        try:
            return get_function(name, qualifier)
        finally:
            _qualifier.reset(token)

    def version_url(name: str) -> str:
        version = _qualifier.get()
        return str(code_url(f"{name}:{version}" if version and version != "$LATEST" else name))

    def serve_version(name: str, account_id: str | None = None, region: str | None = None) -> Any:
        function, _, version = name.partition(":")
        if not version:
            return serve(name, account_id, region)
        record = lambda_svc._functions.get_scoped(account_id, region, function) or {}
        package = record.get("versions", {}).get(version, {}).get("code_zip")
        if package is None:
            return 404, {"Content-Type": "text/plain"}, b"No such version"
        return 200, {"Content-Type": "application/zip"}, package

    lambda_svc._get_function = get_version
    lambda_svc._presigned_code_url = version_url
    lambda_svc.serve_function_code = serve_version
