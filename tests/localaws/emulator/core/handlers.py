"""MiniStack's handler of a service, with a check in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack import app

from localaws.emulator.core.errors import Refused


def check_first(service: str, check: Callable[[str, str, bytes], None], answer: Callable[[str, str, int], Any]) -> None:
    """*check* is given method, path and body. What it raises as Refused becomes the *answer*, made of code, message and
    status."""
    handler = app.SERVICE_HANDLERS[service]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        try:
            check(method, path, body)
        except Refused as refused:
            return answer(refused.code, str(refused), refused.status)
        return await handler(method, path, headers, body, query)

    app.SERVICE_HANDLERS[service] = handle
