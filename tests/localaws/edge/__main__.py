"""`python -m localaws.edge`: the edge in its own process."""

from __future__ import annotations

import argparse
import contextlib
import errno
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from localaws.edge import Edge, EdgeError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m localaws.edge", description="CloudFront on this machine")
    parser.add_argument("--endpoint", required=True, help="URL of the emulator")
    parser.add_argument("--distribution", required=True, help="the distribution's id")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--home-region", required=True, help="viewers without X-Edge-Location are near this Region")
    parser.add_argument("--workdir", type=Path, required=True, help="for the cache and the Lambda packages")
    parser.add_argument("--log", type=Path, help="instead of stderr")
    parser.add_argument("--watch-stdin", action="store_true", help="exit when stdin ends")
    options = parser.parse_args(arguments)
    target: logging.Handler = logging.FileHandler(options.log) if options.log else logging.StreamHandler(sys.stderr)
    logging.basicConfig(level=logging.WARNING, handlers=[target], format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("localaws.edge").setLevel(logging.INFO)

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.watch_stdin:
        threading.Thread(target=_wait_for_end_of_stdin, args=(stop,), daemon=True).start()

    edge = Edge(options.endpoint, options.distribution, options.home_region, options.workdir, port=options.port)
    edge.start()
    try:
        print(f"edge ready {edge.url}", flush=True)
        stop.wait()
    finally:
        edge.stop()
    return 0


def _wait_for_end_of_stdin(stop: threading.Event) -> None:
    # Not sys.stdin: a thread that waits in it makes the interpreter abort at exit.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    stop.set()


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "The port is taken; choose another one with --port"
    return str(error)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (EdgeError, OSError, BotoCoreError, ClientError) as failure:
        print(f"edge: {_message(failure)}", file=sys.stderr)
        sys.exit(2)
