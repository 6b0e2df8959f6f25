"""The viewer function: its share of CloudFront's 10 KB, its time in V8 compared with an empty function, and the cost of
hostile requests compared with a plain one."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import runpy
import statistics
import time

import quickjs
from edge import viewer_costs, viewer_table
from edge.viewer_engines import FUNCTION, IMPORT, SITE, V8
from edge.viewer_table import Case
from py_mini_racer import DEFAULT_V8_FLAGS, MiniRacer, init_mini_racer

ROUNDS, WARM_UP, CALLS = 51, 2000, 2000
# CloudFront's engine probably has no compiler, and V8 compiles other parts at other times in each run.
FLAGS = (*DEFAULT_V8_FLAGS, "--jitless")
NO_OP = "async function handler(event) { return event.request; }"

# Each call has its own event, as in CloudFront; the time of both functions includes the parsing.
LOOP = """
async function __time(event, keys, calls) {
  __keys = JSON.parse(keys);
  __answer = null;
  for (let i = 0; i < calls; i++) { __reads = []; await handler(__event(JSON.parse(event))); }
  __answer = 'done';
}
"""


HEADING = "### The viewer request function"


def section() -> list[str]:
    return [*_ordinary(), "", *_hostile()]


def _ordinary() -> list[str]:
    init_mini_racer(flags=FLAGS)
    cases = _cases()
    reads = _reads(cases)
    ours, nothing = _context(FUNCTION.read_text(encoding="utf-8")), _context(NO_OP)
    taken: dict[str, list[float]] = {name: [] for name in ("a function that does nothing", *cases)}
    first = next(iter(cases.values()))
    for round_ in range(-1, ROUNDS):  # the first round is not measured
        calls = WARM_UP if round_ < 0 else CALLS
        for name in taken:
            case = cases.get(name, first)
            microseconds = _microseconds(ours if name in cases else nothing, case, calls)
            if round_ >= 0:
                taken[name].append(microseconds)
    return _lines(taken, reads)


def _cases() -> dict[str, Case]:
    def asked(what: str, table: list[Case]) -> Case:
        return next(case for case in table if case.asked == what)

    return {
        "a page": asked("/dir/", viewer_table.PATHS),
        "a file": asked("/dir/file.txt", viewer_table.PATHS),
        "a path to be decoded and encoded": asked("/grüße/", viewer_table.PATHS),
        "a page of a wildcard host, an exact path": asked("a.example.com/beta", viewer_table.EXACT),
        "an exact path": asked("/configurator", viewer_table.EXACT),
        "a redirect": asked("/old/a b/c.txt?x=%2F&y", viewer_table.REDIRECTS),
        "a canary release, by the viewer's address": next(
            case for case in viewer_table.RELEASES if case.record.get("c", {}).get("n") == 7590
        ),
        "a query string of which two names count": asked("/?page=2&a=3&page=1", viewer_table.QUERIES),
    }


def _reads(cases: dict[str, Case]) -> dict[str, int]:
    """The number of reads of the store for each request, whose answer must be as in the table."""
    engine = V8()
    try:
        outcomes = engine.run([(case.event, case.keys) for case in cases.values()])
    finally:
        engine.close()
    for (name, case), outcome in zip(cases.items(), outcomes, strict=True):
        if outcome.text != case.answer:
            raise SystemExit(f"{name}: the viewer function returns {outcome.text}, the table has {case.answer}.")
    return {name: len(outcome.reads) for name, outcome in zip(cases, outcomes, strict=True)}


def _context(function: str) -> MiniRacer:
    stub = (FUNCTION.parents[3] / "tests" / "edge" / "cloudfront_stub.js").read_text(encoding="utf-8")
    context = MiniRacer()
    code = function.removeprefix(IMPORT).replace("__EDGE_NAME__", SITE)
    context.eval(f"globalThis.console = {{ log: function () {{}} }};\n{stub}\n{code}\n{LOOP}")
    return context


def _microseconds(context: MiniRacer, case: Case, calls: int) -> float:
    given = ", ".join(json.dumps(json.dumps(each)) for each in (case.event, case.keys))
    started = time.process_time()
    context.eval(f"__time({given}, {calls})", timeout_sec=60)
    done = context.eval("__answer", timeout_sec=5)
    seconds = time.process_time() - started
    if done != "done":
        raise SystemExit("The viewer function threw an exception during the measurement.")
    return seconds / calls * 1e6


def _lines(taken: dict[str, list[float]], reads: dict[str, int]) -> list[str]:
    builder = runpy.run_path(str(FUNCTION.with_name("build.py")))
    largest, left = builder["LARGEST"], builder["bytes_left"](FUNCTION.read_text(encoding="utf-8"))
    unit = next(iter(taken.values()))
    lines = [
        HEADING,
        "",
        f"{largest - left:,} of CloudFront's {largest:,} bytes with the longest name of a site, {left:,} left. The",
        f"requests are of the tests' table, in V8 without its compiler, the store in memory, {ROUNDS} rounds of",
        f"{CALLS}. Reads include those that only ask whether a key exists. CloudFront's engine is another, so only the",
        "ratios are meaningful.",
        "",
        "| request | µs | to nothing | reads of the store |",
        "|---|---|---|---|",
    ]
    for name, rounds in taken.items():
        # Within the same round, because the machine's speed varies.
        ratio = statistics.median(one / nothing for one, nothing in zip(rounds, unit, strict=True))
        lines.append(f"| {name} | {statistics.median(rounds):.1f} | {ratio:.1f} | {reads.get(name, 0)} |")
    return lines


def _hostile() -> list[str]:
    found = {engine: viewer_costs.ratios(engine, viewer_costs.ROUNDS * 2) for engine in viewer_costs.ENGINES}
    every = [ratio for ratios in found.values() for ratio in ratios.values()]
    lines = [
        "### Hostile requests",
        "",
        f"{len(every) // len(found)} requests with a URI of at most {viewer_costs.URI_BYTES:,} bytes, or with as many",
        "of cookies, compared with a plain request for the same host, by the least of the rounds. Each group has its",
        f"most costly one; of all, it is {max(every):.1f} times a plain one. The memory is that of QuickJS with the",
        f"function, the event and the keys: a plain request needs {_kilobytes(viewer_costs.PLAIN)} KB. CloudFront",
        "allows 2,048 KB.",
        "",
        f"| requests | {' | '.join(viewer_costs.ENGINES.values())} | KB |",
        f"|---|{'---|' * (len(found) + 1)}",
    ]
    for group, cases in viewer_costs.hostile().items():
        ratios = [f"{max(ratios[name] for name in cases):.1f}" for ratios in found.values()]
        memory = max(map(_kilobytes, cases.values()))
        lines.append(f"| {group} | {' | '.join(ratios)} | {memory} |")
    return lines


def _kilobytes(case: Case) -> int:
    """The least limit with which QuickJS runs it."""
    least, most = 0, 4096
    while most - least > 8:
        middle = (least + most) // 2
        try:
            viewer_costs.run_in_memory(case, middle * 1024)
            most = middle
        except (MemoryError, RuntimeError, quickjs.JSException):
            least = middle
    return most
