# SPDX-License-Identifier: GPL-3.0-or-later

"""The build of the viewer function: the committed file is up to date, and CloudFront accepts it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import esprima
import pytest
from edge.viewer_engines import FUNCTION, IMPORT, event, start

from localaws.edge.viewer_function import language

SOURCES = FUNCTION.parent / "src"
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


def test_the_committed_file_is_up_to_date(builder: t.Any) -> None:
    assert FUNCTION.read_text(encoding="utf-8") == builder.build(), "run files/edge/viewer_request/build.py"


def test_it_has_every_statement_of_the_sources(builder: t.Any) -> None:
    """According to a parser, only imports, exports and comments are removed, and no string is cut at two slashes."""

    def statements(code: str) -> list[dict[str, t.Any]]:
        found: list[dict[str, t.Any]] = []
        for node in esprima.parseModule(code).toDict()["body"]:
            if node["type"] != "ImportDeclaration":
                found.append(node["declaration"] if node["type"] == "ExportNamedDeclaration" else node)
        return found

    written = [node for path in SOURCES.glob("*.js") for node in statements(path.read_text(encoding="utf-8"))]
    built = statements(builder.build())
    assert sorted(map(json.dumps, built)) == sorted(map(json.dumps, written))
    names = [node["id"]["name"] for node in built if node["type"] == "FunctionDeclaration"]
    assert len(set(names)) == len(names), "two modules have a function of one name"


def test_the_import_comes_first_and_there_is_one_handler(builder: t.Any) -> None:
    code = builder.build()
    assert code.startswith(IMPORT)
    assert code.count("function handler(event)") == 1


@pytest.mark.parametrize("name", ["abc", "a" * 32], ids=["short name", "the longest name"])
@pytest.mark.parametrize("mode", ["true", "false", "__EDGE_SELECTS_ORIGINS__"])
def test_it_is_within_the_size_limit_as_deployed(builder: t.Any, name: str, mode: str) -> None:
    code = builder.build()
    assert (code.count("__EDGE_NAME__"), code.count("__EDGE_SELECTS_ORIGINS__")) == (1, 1)
    deployed = code.replace("__EDGE_NAME__", name).replace("__EDGE_SELECTS_ORIGINS__", mode)
    assert len(deployed.encode()) <= 10_240 - builder.bytes_left(code)
    assert builder.bytes_left(code) > 512


def test_only_the_documented_language_is_used(builder: t.Any) -> None:
    assert language.findings(builder.build()) == []


def test_it_needs_a_small_part_of_cloudfronts_memory_limit() -> None:
    engine = start("v8", Path())
    with_everything = {"v": 2, "p": "r/1", "t": "a", "r": [["/a", "/b"]] * 40, "q": ["a"], "x": 1, "g": 1}
    keys = {"my-site/h/www.example.com": json.dumps(with_everything)}
    longest = "/" + "%C3%BC/" * 1300  # the longest URL that CloudFront accepts
    assert [one.text for one in engine.run([(event(longest), keys)] * 200)] == ["400"] * 200
    engine.close()


def test_a_module_follows_the_modules_that_it_imports(builder: t.Any, tmp_path: Path) -> None:
    made = sources(
        tmp_path,
        handler="import { a } from './a.js';\nimport { b } from './b.js';\nfunction handler() {\n  return a + b;\n}\n",
        a="import { b } from './b.js';\n\n// Why.\nexport const a = b; // because\n",
        b="import cf from 'cloudfront';\n\nexport const b = 'https://b';\n",
    )
    code = builder.build(made)
    assert code == builder.HEAD + "const b = 'https://b';\nconst a = b;\nfunction handler() {\n return a + b;\n}\n"


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"handler": "import { a } from './handler.js';"}, "imports itself through handler.js"),
        ({"handler": "import { a } from './a.js';", "a": "import { a } from './handler.js';"}, "break the circle"),
        ({"handler": "const a = 1; /* b */"}, "src/handler.js:1: write // comments"),
        ({"handler": "\nconst a = `b`;"}, "src/handler.js:2: "),
        ({"handler": "import * as a from './a.js';"}, "import { names }"),
        ({"handler": "export default 1;"}, "export function"),
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
    assert target.read_text(encoding="utf-8") == builder.build()
    assert f"{builder.bytes_left(builder.build())} left" in done.stdout
