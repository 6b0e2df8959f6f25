"""What hostile requests cost the viewer function, compared with a plain one, in V8 without its compiler and in QuickJS.

CloudFront's engine is not known, and how long a function may run is not documented. So only ratios are meaningful: each
is that of the least CPU time of several rounds, and each round has all requests. `python -m edge.viewer_costs` with
ENGINE ROUNDS measures in a process of its own, because V8 takes its flags once.
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
import time
import typing as t

import quickjs
from edge.viewer_engines import MEMORY_BYTES, engine_code
from edge.viewer_table import Case
from py_mini_racer import DEFAULT_V8_FLAGS, MiniRacer, init_mini_racer

ENGINES = {"v8": "V8 without its compiler", "quickjs": "QuickJS"}
MOST = 10.0
URI_BYTES = 8192
ROUNDS = 9
# The calls of one measurement: more for V8, which runs in a thread of its own, because each eval has a cost, too.
_CALLS = {"v8": 60, "quickjs": 10}
# What seems to cost much is measured in more rounds: on a busy machine, few long measurements are undisturbed.
_MORE_ROUNDS = 4

_LOOP = """
let __events = [];
let __kept = [];
function __prepare(text, calls) {
  const given = JSON.parse(text);
  __events = [];
  __kept = [];
  __keys = given[1];
  for (let i = 0; i < calls; i++) {
    __events.push(__event(JSON.parse(text)[0]));
    // CloudFront makes and frees it: neither is the function's cost.
    __kept.push(__events[i].request.querystring);
  }
}
async function __time() {
  __answer = null;
  for (let i = 0; i < __events.length; i++) { __reads = []; await handler(__events[i]); }
  __answer = 'done';
}
"""

PLAIN = Case("/guide/chapter-1/", "")

UNKNOWN_HOST = "an unknown host"
_PIECES = (
    "/ /. /.. /./ /a /a/.. a// /%61 /%2e %2e/ a %61 %C3%BC %E6%97%A5 %F0%9F%9A%80 % %ff /%zz %2F %00 . .. - ~ + "
    "( % %28 !'()* (a *' ü /ü 日 🚀 \udcff \\ ; \""
)
_LENGTHS = (64, 300, 512, 1000, 1024, 2048, 3071, URI_BYTES)
_REDIRECT = {"r": [[f"/old/{number}", "/new"] for number in range(20)] + [["/", "https://example.org/"]]}
_QUERY = {"q": ["a", "page", "q"]}
_EVERY_WORD = {"r": _REDIRECT["r"][:20], "t": "a", "g": 1, "c": {"p": "r/next", "n": 5000}, **_QUERY}
_COOKIES = {f"{number:x}": "a" for number in range(1500)}


def hostile() -> dict[str, dict[str, Case]]:
    """Requests whose URI has at most 8 KB, or whose cookies have, by what they consist of."""
    paths = {
        _shown(piece): {f"{piece} in {length} bytes": Case(_filled("/", piece, length), "") for length in _LENGTHS}
        for piece in dict.fromkeys(_PIECES.split())
    }
    return {
        **paths,
        "paths of a host with each word": {
            f"{piece} in {length} bytes, each word": Case(
                _filled("/", piece, length), "", _EVERY_WORD, paths={"/x": {"o": "x"}}
            )
            for piece in ("/a", "a", "(", "%61", "ü", "/%C3%BC")
            for length in (200, 500, 1024, 3071)
        },
        "query strings of redirects": {
            f"a redirect with {piece}": Case(_filled("/a?", piece, URI_BYTES), "", _REDIRECT)
            for piece in ("a", "&", "a=1&", "a&", "%61", "%", "ü", "=ü&%", "?")
        }
        | {"a redirect with many names": Case(f"/a?{_many_names()}", "", _REDIRECT)}
        | {
            f"a redirect with {piece} in {length} bytes": Case(_filled("/a?", piece, length), "", _REDIRECT)
            for piece in ("ü", "%ü", "%%%%%%%%%%ü", "é%")
            for length in (500, 1026, 2048, URI_BYTES)
        },
        "query strings that are passed on": {
            f"a page with {piece}": Case(_filled("/?page=", piece, length), "", _QUERY)
            for piece in ("a", "%61", "%C3%BC", "+", "(", "ü", "&page=", "&page", "&q=1&a=2")
            for length in (512, 1024, 1038, URI_BYTES)
        }
        | {"a page with many names": Case(f"/?{_many_names()}", "", _QUERY)},
        "long host names": {
            f"the host {piece}": Case(f"{piece * 200}/", "", name="*") for piece in ("a.", "A", ":", ".")
        },
        "paths of an unknown host": {UNKNOWN_HOST: Case(_filled("/", "+", 1024), "", name="other.example.com")},
        "many and long cookies": {
            "many cookies": Case("/", "", _EVERY_WORD, _COOKIES),
            "a long preview": Case("/", "", _EVERY_WORD, {"__Host-edge-preview": "a" * URI_BYTES}),
            "a long canary": Case("/", "", _EVERY_WORD, {"__Host-edge-canary": "1" * URI_BYTES}),
        },
    }


def _shown(piece: str) -> str:
    return f"`{piece}`, repeated" if piece.isprintable() else "a byte that is not UTF-8, repeated"


def _filled(start: str, piece: str, length: int) -> str:
    """It is *length* bytes long, in UTF-8, or a little shorter."""
    return start + piece * ((length - len(start)) // len(piece.encode(errors="surrogateescape")))


def _many_names() -> str:
    return "&".join(f"{number:x}" for number in range(2000))[: URI_BYTES - 3]


class Measure(t.Protocol):
    def __call__(self, case: Case) -> float: ...


def ratios(engine: str, rounds: int = ROUNDS) -> dict[str, float]:
    """What each request of `hostile` costs, compared with a plain one for the same host."""
    command = [sys.executable, "-m", "edge.viewer_costs", engine, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run_in_memory(case: Case, limit: int = MEMORY_BYTES) -> None:
    """One run in QuickJS, whose memory also has the engine, the event and the keys. JSException if it is not enough."""
    context = _quickjs()
    context.set("__text", _given(case))
    context.set_memory_limit(limit)
    context.eval("__prepare(__text, 1)")
    _settle(context)
    _check(context.eval("__answer"))


def _quickjs() -> t.Any:
    context = quickjs.Context()
    context.eval(engine_code() + _LOOP)
    return context


def _v8() -> Measure:
    init_mini_racer(flags=(*DEFAULT_V8_FLAGS, "--jitless"))
    context = MiniRacer()
    context.eval(engine_code() + _LOOP)

    def measure(case: Case) -> float:
        context.eval(f"__prepare({json.dumps(_given(case))}, {_CALLS['v8']})")
        started = time.process_time()
        context.eval("__time()", timeout_sec=60)
        done = context.eval("__answer")
        seconds = time.process_time() - started
        _check(done)
        return seconds

    return measure


def _interpreter() -> Measure:
    context = _quickjs()

    def measure(case: Case) -> float:
        context.set("__text", _given(case))
        context.eval(f"__prepare(__text, {_CALLS['quickjs']})")
        started = time.process_time()
        _settle(context)
        seconds = time.process_time() - started
        _check(context.eval("__answer"))
        return seconds

    return measure


def _settle(context: t.Any) -> None:
    context.eval("__time(); 0")
    while context.execute_pending_job():
        pass


def _given(case: Case) -> str:
    return json.dumps([case.event, case.keys])


def _check(answer: object) -> None:
    if answer != "done":
        raise RuntimeError("The viewer function threw an exception during the measurement.")


def main(engine: str, rounds: int) -> None:
    measure = {"v8": _v8, "quickjs": _interpreter}[engine]()
    cases = {name: case for group in hostile().values() for name, case in group.items()}
    plain = {name: case._replace(asked=PLAIN.asked, cookies={}) for name, case in cases.items()}
    infinite = float("inf")
    least = {name: [infinite, infinite] for name in cases}
    for round_ in range(rounds * _MORE_ROUNDS):
        for name, measured in least.items():
            if round_ >= rounds and measured[1] < measured[0] * MOST / 2:
                continue
            # One beside the other, so that both meet the machine as it is then.
            for place, case in enumerate((plain[name], cases[name])):
                measured[place] = min(measured[place], measure(case))
    print(json.dumps({name: hostile / plain for name, (plain, hostile) in least.items()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
