"""HTTP/1.1 on 127.0.0.1, one thread per connection; the bytes of a request target are not changed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localaws.edge.messages import LOG, Answer, ViewerRequest, error_answer, new_request_id

_IDLE_SECONDS = 60.0
LOCATION_HEADER = "x-edge-location"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Callable[[ViewerRequest, str | None], Answer]) -> None:
        self.answer = answer
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        LOG.exception("a connection failed")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # a malformed request gets a 400 with a status line, not HTTP/0.9
    timeout = _IDLE_SECONDS
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    server: Server
    raw_requestline: bytes
    _target = b""

    def parse_request(self) -> bool:
        # Take the target out first: the base class decodes it, splits it at non-breaking spaces (which are bytes of
        # UTF-8) and joins leading slashes.
        parts = self.raw_requestline.rstrip(b"\r\n").split(b" ")
        self._target = b""
        if len(parts) == 3:
            self._target = parts[1]
            self.raw_requestline = b" ".join([parts[0], b"/", parts[2]]) + b"\r\n"
        return super().parse_request()

    def _serve(self) -> None:
        request_id = new_request_id()
        # A body is not read, so the connection cannot be used again.
        if self.headers.get("transfer-encoding") or self.headers.get("content-length", "0").strip() != "0":
            self.close_connection = True
        try:
            answer = self._answer(request_id)
        except Exception:
            LOG.exception("%s failed", request_id)
            answer = error_answer(500, f"The edge failed; its log has {request_id}", "Error from cloudfront")
        try:
            self._write(answer, request_id)
        except OSError as error:
            LOG.info("%s the viewer disconnected: %s", request_id, error)
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _answer(self, request_id: str) -> Answer:
        if not self._target.startswith(b"/"):
            return error_answer(400, "Bad request: the target must be a path", "Error from cloudfront")
        path, _, query = self._target.decode("utf-8", "surrogateescape").partition("?")
        headers, cookies, location = [], {}, None
        for name, value in self.headers.items():
            name = name.lower()
            if name == LOCATION_HEADER:
                location = value.strip()
            elif name == "cookie":
                pairs = [part.strip().partition("=") for part in value.split(";") if part.strip()]
                cookies.update({key: text for key, _, text in pairs})
            else:
                headers.append((name, value))
        request = ViewerRequest(
            request_id,
            self.command,
            self.headers.get("host", ""),
            path,
            query,
            headers,
            cookies,
            self.client_address[0],
        )
        return self.server.answer(request, location)

    def _write(self, answer: Answer, request_id: str) -> None:
        bodiless = self.command == "HEAD" or answer.status in (204, 304) or answer.status < 200
        chunked = answer.length is None and not bodiless and self.request_version == "HTTP/1.1"
        if answer.length is None and not bodiless and not chunked:
            self.close_connection = True  # HTTP/1.0: the end of the connection is the end of the body
        lines = [f"HTTP/1.1 {answer.status} {answer.reason or _reason(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if chunked:
            lines.append("transfer-encoding: chunked")
        elif answer.length is not None and answer.status not in (204, 304):
            lines.append(f"content-length: {answer.length}")
        if self.close_connection:
            lines.append("connection: close")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
        self._write_body(answer.chunks, bodiless, chunked, request_id)
        self.wfile.flush()

    def _write_body(self, chunks: Iterable[bytes], bodiless: bool, chunked: bool, request_id: str) -> None:
        gone: OSError | None = None
        try:
            for chunk in chunks:
                # Read to the end even if the viewer disconnected: the copy for the cache is made here.
                if gone is None and not bodiless:
                    try:
                        self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
                    except OSError as error:
                        gone = error
        except OSError as error:
            # The status is sent already: only a closed connection shows the viewer that the body is incomplete.
            LOG.error("%s the origin failed during its body: %s", request_id, error)
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if gone is not None:
            raise gone
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        LOG.debug(format, *args)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
