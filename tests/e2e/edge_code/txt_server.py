"""A name server on loopback with TXT records (RFC 1035)."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socketserver
import struct
import threading
from types import TracebackType
from typing import Self

_HEADER = struct.Struct("!HHHHHH")
_ANSWER, _NO_SUCH_NAME, _FAILED = 0x8400, 0x8403, 0x8402  # authoritative
_TO_QUESTION, _TXT, _IN = 0xC00C, 16, 1


class TxtServer:
    """`texts` has the strings of each name; with `broken`, the answer is SERVFAIL."""

    def __init__(self, texts: dict[str, list[str]], seconds: int = 1) -> None:
        self.texts = texts
        self.seconds = seconds
        self.broken = False
        self.asked: list[str] = []
        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, query: bytes) -> bytes:
        (request_id, *_), end = _HEADER.unpack_from(query), 12
        labels = []
        while length := query[end]:
            labels.append(query[end + 1 : end + 1 + length].decode())
            end += 1 + length
        question, name = query[12 : end + 5], ".".join(labels).lower()
        self.asked.append(name)
        found = [] if self.broken else self.texts.get(name, [])
        flags = _FAILED if self.broken else _ANSWER if found else _NO_SUCH_NAME
        records = b"".join(
            struct.pack("!HHHIH", _TO_QUESTION, _TXT, _IN, self.seconds, len(text) + 1) + bytes([len(text)]) + text
            for text in map(str.encode, found)
        )
        return _HEADER.pack(request_id, flags, 1, len(found), 0, 0) + question + records

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, socket = self.request
                socket.sendto(server.answer(query), self.client_address)

        return Handler
