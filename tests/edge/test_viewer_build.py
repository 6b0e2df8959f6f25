# SPDX-License-Identifier: GPL-3.0-or-later

"""The build of the viewer function: the committed file is up to date, and CloudFront accepts it."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import esprima
import pytest
from edge.viewer_engines import FUNCTION, IMPORT
from py_mini_racer import MiniRacer

from localaws.edge.viewer_function import language

PERFORMANCE = FUNCTION.parents[3] / "docs" / "performance.md"
SOURCES = FUNCTION.parent / "src"
TABLE = FUNCTION.with_suffix(".names.txt")
SCRIPT = FUNCTION.parent / "build.py"


@pytest.fixture(scope="module")
def builder() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("viewer_request_build", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sources(directory: Path, **modules: str) -> Path:
    for name, code in modules.items():
        (directory / f"{name}.js").write_text(code, encoding="utf-8")
    return directory


def test_the_committed_files_are_up_to_date(builder: t.Any) -> None:
    built = builder.build()
    assert FUNCTION.read_text(encoding="utf-8") == built.code, "run files/edge/viewer_request/build.py"
    assert TABLE.read_text(encoding="utf-8") == built.table, "run files/edge/viewer_request/build.py"


def test_the_same_sources_give_the_same_bytes() -> None:
    """Also with another order of what Python keeps without one."""
    script = f"import runpy; print(runpy.run_path({str(SCRIPT)!r})['build']().code)"
    made = [
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert made[0].stdout == made[1].stdout == FUNCTION.read_bytes() + b"\n"


def test_it_has_every_statement_of_the_sources(builder: t.Any) -> None:
    """According to a parser, only imports and exports are gone, if each name is replaced by that of the table."""

    def statements(code: str, names: dict[str, str]) -> list[str]:
        found: list[str] = []
        for node in esprima.parseModule(code).toDict()["body"]:
            if node["type"] != "ImportDeclaration":
                node = node["declaration"] if node["type"] == "ExportNamedDeclaration" else node
                found.append(json.dumps(renamed(node, names)))
        return found

    def renamed(node: t.Any, names: dict[str, str], property_: bool = False) -> t.Any:
        if isinstance(node, list):
            return [renamed(each, names) for each in node]
        if not isinstance(node, dict):
            return node
        if node.get("type") == "Identifier" and not property_:
            return {**node, "name": names.get(node["name"], node["name"])}
        own = not node.get("computed")
        return {key: renamed(each, names, key in ("property", "key") and own) for key, each in node.items()}

    built = builder.build()
    long = {short: name for name, short in built.names.items()}
    assert len(long) == len(built.names), "two names have one short one"
    written = [one for path in SOURCES.glob("*.js") for one in statements(path.read_text(encoding="utf-8"), {})]
    assert sorted(statements(built.code, long)) == sorted(written)


def test_a_line_number_leads_to_the_source(builder: t.Any) -> None:
    """CloudFront's log has the line and the name of the function in which an error was thrown."""
    context = MiniRacer()
    context.eval("const cf = { kvs: function () { return {}; } };")
    context.eval(builder.build().code.replace(IMPORT, ""))
    short = builder.build().names["withQuery"]
    stack = context.eval(f"try {{ {short}(null) }} catch (error) {{ error.stack }}")
    found = re.search(rf"at {short} \(.*?:(\d+):\d+\)", str(stack))
    assert found
    (row,) = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line.split()[:1] == [found[1]])
    assert row[:3] == [found[1], short, "withQuery"]
    path, line = row[3].removeprefix("src/").split(":")
    assert "function withQuery(" in (SOURCES / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_the_import_comes_first_and_there_is_one_handler(builder: t.Any) -> None:
    code = builder.build().code
    assert code.startswith(IMPORT)
    assert code.count("function handler(") == 1


@pytest.mark.parametrize("name", ["abc", "a" * 32], ids=["short name", "the longest name"])
@pytest.mark.parametrize("mode", ["true", "false", "__EDGE_SELECTS_ORIGINS__"])
def test_it_is_within_the_size_limit_as_deployed(builder: t.Any, name: str, mode: str) -> None:
    code = builder.build().code
    assert (code.count("__EDGE_NAME__"), code.count("__EDGE_SELECTS_ORIGINS__")) == (1, 1)
    deployed = code.replace("__EDGE_NAME__", name).replace("__EDGE_SELECTS_ORIGINS__", mode)
    assert len(deployed.encode()) <= 10_240 - builder.bytes_left(code)
    assert builder.bytes_left(code) >= 1500


def test_only_the_documented_language_is_used(builder: t.Any) -> None:
    assert language.findings(builder.build().code) == []


def test_no_regular_expression_depends_on_the_engine(builder: t.Any) -> None:
    """In some engines, $ also matches before a last line break, and a global replacement in non-ASCII text hung one."""
    tree = esprima.tokenize(builder.build().code.replace(IMPORT, ""))
    found = [token.value for token in tree if token.type == "RegularExpression"]
    assert found
    assert not [value for value in found if "$" in value or not value.endswith("/")]


def test_the_documented_size_is_current(builder: t.Any) -> None:
    left = builder.bytes_left(builder.build().code)
    size = f"{builder.LARGEST - left:,} of CloudFront's {builder.LARGEST:,} bytes"
    text = f"{size} with the longest name of a site, {left:,} left"
    assert text in PERFORMANCE.read_text(encoding="utf-8"), "run make bench SECTION=viewer"


def test_a_module_follows_the_modules_that_it_imports(builder: t.Any, tmp_path: Path) -> None:
    made = sources(
        tmp_path,
        handler="import { a } from './a.js';\nimport { b } from './b.js';\nfunction handler() {\n  return a + b;\n}\n",
        a="import { b } from './b.js';\n\n// Why.\nexport const a = b; // because\n",
        b="import cf from 'cloudfront';\n\nexport const b = 'https://b';\n",
    )
    built = builder.build(made)
    assert built.code == builder.HEAD + "const a='https://b';\nconst b=a;\nfunction handler(){return b+a}\n"
    assert built.names == {"b": "a", "a": "b"}


@pytest.mark.parametrize(
    ("code", "built"),
    [
        ("const a = 1;", "const a=1;"),
        ("function handler(event) { return event.event; }", "function handler(a){return a.event}"),
        ("const one = { one: 1, 'two': 2 };", "const a={one:1,'two':2};"),
        ("const one = [1]; const two = one[one];", "const a=[1];\nconst b=a[a];"),
        ("const one = 1 + +2 - -3 + -4;", "const a=1+ +2- -3+-4;"),
        ("const one = 4 / /a b/.source;", "const a=4/ /a b/.source;"),
        ("const one = [typeof 'a // b', 'c  d'];", "const a=[typeof'a // b','c  d'];"),
        ("function f() { const one = 1, two = 2; }", "function a(){const b=1,c=2}"),
        (
            "function f(a) { for (let i = 0; i in a; i++) { continue; } }",
            "function c(b){for(let a=0;a in b;a++){continue}}",
        ),
        ("const cf2 = cf; /* a */ // b", "const a=cf;"),
        ("function f() { /* a */ return new Date(); }", "function a(){return new Date()}"),
        # A name that is global is not given to something else.
        ("const x = a; const y = x + x;", "const b=a;\nconst c=b+b;"),
    ],
)
def test_names_and_spaces_that_are_not_needed_go(builder: t.Any, tmp_path: Path, code: str, built: str) -> None:
    assert builder.build(sources(tmp_path, handler=code)).code == f"{builder.HEAD}{built}\n"


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"handler": "import { a } from './handler.js';"}, "imports itself through handler.js"),
        ({"handler": "import { a } from './a.js';", "a": "import { a } from './handler.js';"}, "break the circle"),
        ({"handler": "const a = ;"}, "src/handler.js cannot be parsed: Line 1: "),
        ({"handler": "\na();"}, "src/handler.js:2: a module has imports, functions and constants"),
        ({"handler": "const a = 1;\nconst b = { a };"}, "src/handler.js:2: write { name: name }"),
        ({"handler": "const a = 1, b = 2;"}, "src/handler.js:1: declare each constant by itself"),
        ({"handler": "function a() {;}"}, "no empty statement"),
        ({"handler": "import a from './a.js';", "a": ""}, "import { names }"),
        ({"handler": "import { a as b } from './a.js';", "a": ""}, "without other names"),
        ({"handler": "import crypto from 'crypto';"}, "CloudFront has no module crypto"),
        ({"handler": "import { a } from './a.js';\nconst b = 1;", "a": "const b = 2;"}, "Two modules declare b"),
        ({"handler": "function a(b) {}\nfunction c() { return b; }"}, "src/handler.js:2: b is global here"),
        ({"handler": "import * as a from './a.js';"}, "import { names }"),
        ({"handler": "export default 1;"}, "each exported where it is declared"),
        ({"handler": "const a = 1;\nexport { a };"}, "each exported where it is declared"),
        ({"handler": "import { a } from './none.js';"}, "src/none.js is imported by handler.js but does not exist"),
        ({"handler": "const a = '" + "a" * 10_240 + "';"}, "shorten it"),
    ],
)
def test_unsupported_sources_are_refused_with_a_message(
    builder: t.Any, tmp_path: Path, modules: dict[str, str], message: str
) -> None:
    with pytest.raises(builder.BuildError) as caught:
        builder.build(sources(tmp_path, **modules))
    assert message in str(caught.value)


def test_from_the_command_line(builder: t.Any, tmp_path: Path) -> None:
    target = tmp_path / "made" / "viewer_request.js"
    done = subprocess.run([sys.executable, str(SCRIPT), str(target)], capture_output=True, text=True, check=True)
    assert target.read_text(encoding="utf-8") == builder.build().code
    assert target.with_name("viewer_request.names.txt").read_text(encoding="utf-8") == builder.build().table
    assert f"{builder.bytes_left(builder.build().code)} left" in done.stdout
