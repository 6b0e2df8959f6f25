"""A CloudFront Function in V8: `python -I worker.py RUNTIME_JS`. The first line has the code and the store.

It is a process because V8 cannot stop a loop after an `await`, and a process can be killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from py_mini_racer import JSEvalException, JSOOMException, MiniRacer

# CloudFront allows 2 MB and about a millisecond of computing; V8 needs more to start with, and this machine is shared.
_MEMORY_BYTES = 64 * 1024 * 1024
_SECONDS = 1.0


def main(runtime_path: str) -> None:
    context = MiniRacer()
    context.set_hard_memory_limit(_MEMORY_BYTES)
    for line in sys.stdin:
        message = json.loads(line)
        out_of_memory = False
        try:
            answer = _start(context, runtime_path, message) if "code" in message else _run(context, message)
        except JSEvalException as error:
            answer = json.dumps({"error": str(error)})
            out_of_memory = isinstance(error, JSOOMException)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
        if out_of_memory:
            return  # V8 cannot continue; the edge starts a new process


def _start(context: MiniRacer, runtime_path: str, message: dict[str, str]) -> str:
    context.eval(Path(runtime_path).read_text(encoding="utf-8"))
    if message["store"]:
        context.eval(f"__edge.load({json.dumps(message['store'])})")
    context.eval("'use strict';" + message["code"], timeout_sec=_SECONDS)
    if context.eval("typeof handler") != "function":
        return json.dumps({"error": "The code defines no function named handler"})
    return json.dumps({"ok": True})


def _run(context: MiniRacer, message: dict[str, str]) -> str:
    script = f"__edge.run({json.dumps(message['event'])}, {message['edge_location']}, {message['options']})"
    context.eval(script, timeout_sec=_SECONDS)
    out = context.eval("__edge.out")
    return out if isinstance(out, str) else json.dumps({"error": "The function's promise was never settled"})


if __name__ == "__main__":
    main(sys.argv[1])
