"""One instance of a Python handler, as in Lambda: run with `-I -S -B`, it reads a job from stdin, and prints the
measurements of its cold start, its memory and its warm requests. edge_worker.js is the same for Node."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The imports of Lambda's bootstrap before the handler.
import http.client  # noqa: F401
import importlib
import json
import logging  # noqa: F401
import sys
import time
import traceback  # noqa: F401
from typing import Any


def live(job: dict[str, Any]) -> dict[str, Any]:
    sys.path[:0] = job["path"]
    texts: list[str] = job["events"]
    first = json.loads(texts[0])
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    module, _, name = job["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    handler(first, None)
    wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    memory = peak_memory_kb()
    for number in range(job["warm_up"]):
        handler(json.loads(texts[number % len(texts)]), None)
    taken = []
    for number in range(job["calls"]):
        event = json.loads(texts[number % len(texts)])
        started = time.perf_counter_ns()
        handler(event, None)
        taken.append(time.perf_counter_ns() - started)
    answers = [handler(json.loads(text), None) for text in texts] if job["answers"] else []
    return {"wall": wall, "cpu": cpu, "memory_kb": memory, "taken": taken, "answers": answers}


def peak_memory_kb() -> int:
    # Not getrusage: its maximum is inherited from the parent process.
    with open("/proc/self/status") as lines:  # noqa: PTH123
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    print(json.dumps(live(json.load(sys.stdin)), default=bytes.hex))
