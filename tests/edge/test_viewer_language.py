# SPDX-License-Identifier: GPL-3.0-or-later

"""The lint finds features that CloudFront Functions do not have, and only these."""

from __future__ import annotations

import pytest

from localaws.edge.viewer_function.function import FunctionRefused, prepare
from localaws.edge.viewer_function.language import DIRECT, NESTED, NotRead, findings

REFUSED = {
    "for (const a of b) {}": "for...of",
    "async function f() { for await (const a of b) {} }": "for await...of",
    "f(...a);": "spread",
    "const a = [...b];": "spread",
    "const a = {...b};": "spread",
    "const { a } = b;": "destructuring",
    "const [a] = b;": "destructuring",
    "[a, b] = c;": "destructuring",
    "function f({ a }) {}": "destructuring",
    "(([a]) => a);": "destructuring",
    "a?.b;": "optional chaining (?.)",
    "a?.();": "optional chaining (?.)",
    "a?.[b];": "optional chaining (?.)",
    "a ?? b;": "nullish coalescing (??)",
    "a ??= b;": "logical assignment (??=)",
    "a ||= b;": "logical assignment (||=)",
    "a &&= b;": "logical assignment (&&=)",
    "function f(a = 1) {}": "default parameters",
    "(a = 1) => a;": "default parameters",
    "class A {}": "classes",
    "const A = class {};": "classes",
    "function* f() {}": "generators",
    "const a = 1n;": "BigInt",
    "f`a`;": "tagged templates",
    "try {} catch {}": "catch without a name for the error",
    "/(?<=a)b/.test(c);": "lookbehind in a regular expression",
    "/(?<!a)b/.test(c);": "lookbehind in a regular expression",
    "/a/u.test(c);": "the flags u of a regular expression",
    "import('x');": "import()",
    "import { a } from 'b';": "an import of names",
    "debugger;": "debugger",
    "new Map();": "Map",
    "const a = new Set([1]);": "Set",
    "f(Set);": "Set",
    "BigInt(1);": "BigInt",
    "new URL(a);": "URL",
    "structuredClone(a);": "structuredClone",
    "await f();": "await outside of an async function",
    "async function f() { g(await h()); }": DIRECT,
    "async function f() { g(1, await h()); }": DIRECT,
    "async function f() { new G(await h()); }": DIRECT,
    "async function f() { return g(await h()); }": DIRECT,
    "async function f() { g([await h()]); }": NESTED,
    "async function f() { g({ a: await h() }); }": NESTED,
    "async function f() { g((await h()).a); }": NESTED,
    "async function f() { g(1 + i(await h())); }": DIRECT,
    "const f = async () => 1;": "an async function inside of another, or as a value",
    "f(async (a) => a);": "an async function inside of another, or as a value",
    "const f = async function () {};": "an async function inside of another, or as a value",
    "function f() { async function g() {} }": "an async function inside of another, or as a value",
}

UNDOCUMENTED = {
    "[1].flat();": ".flat",
    "a.matchAll(/b/g);": ".matchAll",
    "Array.from(a);": ".from",
    "Object.fromEntries(a);": ".fromEntries",
    "a.at(-1);": ".at",
    "const b = { a };": "shorthand, methods or computed names in an object",
    "const b = { a() {} };": "shorthand, methods or computed names in an object",
    "const b = { [a]: 1 };": "shorthand, methods or computed names in an object",
}

DOCUMENTED = [
    "import cf from 'cloudfront';\nconst store = cf.kvs();",
    "async function handler(event) { const a = await f(event); return await g(a); }",
    "async function f() { if (await g(1)) { return [await h()]; } for (let i = 0; i < 2; i++) { await g(i); } }",
    "async function f() { const a = (await g(h(1))) || {}; return a.b; }",
    "function f(...rest) { return rest; }",
    "const f = (a, b) => a + b;",
    "const a = `b${c}\nd`;",
    "a ** b;",
    "const m = 1_000, n = 0x1F;",
    "/(?<year>\\d{4})/gim.exec(a).groups.year;",
    "outer: for (const a in b) { switch (a) { case 1: break outer; default: continue; } }",
    "do { a(); } while (b); try { c(); } catch (error) { throw error; } finally { d(); }",
    "Object.entries(a).find(function (one) { return one[0] === 'b'; }); 'a'.padStart(3).replaceAll('a', 'b');",
    "const a = { Map: 1, 'b-c': 2 }; a.Set = a.Map; label: for (;;) { break label; }",
    "function f(Map) { return Map; }",
    "const o = { get: function () {}, at: 1 };",
    "var a = b ? c : d, e; delete a.b; typeof f === 'undefined' || void 0; a++; ~a; (1, 2);",
    "new Promise(function (resolve) { resolve(1); }); crypto; Buffer; new Uint8Array(2); Symbol.for('a');",
]


@pytest.mark.parametrize(("code", "what"), list(REFUSED.items()), ids=list(REFUSED))
def test_features_that_cloudfronts_engine_refuses(code: str, what: str) -> None:
    found = [one for one in findings(code) if one.refused]
    assert {one.what for one in found} == {what}


@pytest.mark.parametrize(("code", "what"), list(UNDOCUMENTED.items()), ids=list(UNDOCUMENTED))
def test_features_that_are_only_undocumented(code: str, what: str) -> None:
    assert [(one.what, one.refused) for one in findings(code)] == [(what, False)]


@pytest.mark.parametrize("code", DOCUMENTED)
def test_documented_features(code: str) -> None:
    assert findings(code) == []


def test_a_finding_has_its_line() -> None:
    (found,) = findings("const a = 1;\n  a?.b;\n")
    assert str(found) == "optional chaining (?.) (line 2, column 3)"


@pytest.mark.parametrize("code", ["function f( {", "new.target;"])
def test_code_that_cannot_be_parsed(code: str) -> None:
    with pytest.raises(NotRead):
        findings(code)


@pytest.mark.parametrize("code", [code for code in REFUSED if "import" not in code])
def test_the_local_edge_does_not_load_such_a_function(code: str) -> None:
    text = f"import cf from 'cloudfront';\nfunction handler(event) {{ return event.request; }}\n{code}\n"
    with pytest.raises(FunctionRefused, match=r"CloudFront Functions do not have: .*\(line 3, column \d+\)"):
        prepare(text.encode())
