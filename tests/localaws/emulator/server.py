"""Serve on the loopback interface until SIGTERM or until stdin ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from hypercorn.asyncio import serve
from hypercorn.config import Config

from localaws.emulator.cloudfront import functions
from localaws.emulator.gateway import Gateway

_SHUTDOWN_SECONDS = 5.0


def run(port: int) -> int:
    status = 0
    try:
        asyncio.run(_serve(port))
    except OSError as problem:
        print(f"localaws.emulator cannot serve on port {port}: {problem}", file=sys.stderr)
        status = 1
    _end_lambda_workers()
    functions.end()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # threads of MiniStack would keep the process alive


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def watch_stdin() -> None:
        # The parent process holds the other end, so this process ends with it, even if it is killed.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        threading.Timer(_SHUTDOWN_SECONDS, os._exit, (1,)).start()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch_stdin, name="stdin", daemon=True).start()
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = "WARNING"
    await serve(Gateway(), config, shutdown_trigger=stop.wait)  # type: ignore[arg-type, unused-ignore]


def _end_lambda_workers() -> None:
    runtime = sys.modules.get("ministack.core.lambda_runtime")
    if runtime is not None:
        runtime.reset()
