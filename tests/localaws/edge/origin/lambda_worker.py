"""One instance of a Lambda function: `python -I -S lambda_worker.py PACKAGE HANDLER NAME_SERVER ENDPOINT`.

It imports nothing of the edge: the function must find only its own package and the standard library, as in AWS.
"""

from __future__ import annotations

import builtins
import http.client
import importlib
import io
import json
import os
import socket
import sys
import time
import traceback
from typing import Any

# As in Lambda's sandbox: a name server that only the function can reach, at the standard port.
_RESOLV_CONF = "/etc/resolv.conf"
_NAME_SERVER = ("169.254.78.1", 53)


class Context:
    def __init__(self, request_id: str, function_arn: str, timeout: float) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = function_arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self._deadline = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def use_name_server(name_server: str) -> None:
    """Give the function its own resolv.conf, whose server is *name_server* (`address:port`)."""
    address, _, port = name_server.partition(":")
    opened = builtins.open

    class Socket(socket.socket):
        def connect(self, where: Any) -> None:
            super().connect((address, int(port)) if where == _NAME_SERVER else where)

    def open_own(file: Any, *more: Any, **options: Any) -> Any:
        if file == _RESOLV_CONF:
            return io.StringIO(f"nameserver {_NAME_SERVER[0]}\n")
        return opened(file, *more, **options)

    socket.socket = Socket  # type: ignore[misc]
    builtins.open = open_own


def use_endpoint(endpoint: str) -> None:
    """Send the function's requests to AWS's APIs to *endpoint* (`address:port`), which has no TLS."""
    address, _, port = endpoint.partition(":")
    connect_by_tls = http.client.HTTPSConnection.connect

    def connect(connection: http.client.HTTPSConnection) -> None:
        if connection.host.endswith(".amazonaws.com"):
            connection.sock = socket.create_connection((address, int(port)), connection.timeout)
        else:
            connect_by_tls(connection)

    http.client.HTTPSConnection.connect = connect  # type: ignore[assignment,method-assign]


def main(package: str, handler_name: str) -> None:
    # The function's output belongs in its log, not between the JSON lines.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.path.insert(0, package)
    handler: Any = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if handler is None:
                module, _, name = handler_name.rpartition(".")
                handler = getattr(importlib.import_module(module.replace("/", ".")), name)
            context = Context(message["request_id"], message["function_arn"], message["timeout"])
            answer = json.dumps({"ok": handler(message["event"], context)})
        except BaseException as error:
            answer = json.dumps({"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()})
        answers.write(answer + "\n")
        answers.flush()


if __name__ == "__main__":
    use_name_server(sys.argv[3])
    use_endpoint(sys.argv[4])
    main(sys.argv[1], sys.argv[2])
