# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds one file from the modules in src/, as CloudFront accepts it: python build.py [TARGET]

CloudFront accepts 10,240 bytes and no modules but its own. So imports, exports, comments and spaces are removed, and
the names of functions, constants and variables are shortened. A table of the names, `*.names.txt`, is written beside
the target. Each line of the built file is one declaration, so a line number in CloudFront's log leads to the source.
The same sources give the same bytes.

No minifier in Python reads async functions, so esprima2 parses, which tests/localaws/requirements.txt has. A name gets
the same short one everywhere: so no scope can be mistaken, and one table is enough.
"""

from __future__ import annotations

import itertools
import string
import sys
import typing as t
from collections import Counter
from pathlib import Path

import esprima

HERE = Path(__file__).parent
TARGET = HERE / "viewer_request.js"
LARGEST = 10 * 1024
# The most characters that replace each: the site's name, and true or false, unless the placeholder stays.
PLACEHOLDERS = {"__EDGE_NAME__": 32, "__EDGE_SELECTS_ORIGINS__": len("__EDGE_SELECTS_ORIGINS__")}
HEAD = """\
import cf from 'cloudfront';
// multiregion.edge, SPDX-License-Identifier: GPL-3.0-or-later. Made of files/edge/viewer_request/src
"""
# CloudFront calls the one and has the other.
KEPT = ("handler", "cf")
_RESERVED = ("as", "do", "if", "in", "of")
# The member that has the name.
_DECLARING = {"VariableDeclarator": "id", "CatchClause": "param", "FunctionDeclaration": "id"}
_FUNCTIONS = ("FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression")

Node = dict[str, t.Any]


class BuildError(Exception):
    """A sentence: what is wrong with the sources."""


class Declaration(t.NamedTuple):
    """A declaration of a module, its place as `src/path.js:12`, and its tokens, with their places in the module."""

    name: str
    where: str
    node: Node
    tokens: list[Node]


class Built(t.NamedTuple):
    """The function's code, in which the role replaces the placeholders, and the table of names."""

    code: str
    table: str
    names: dict[str, str]  # the short ones, by those in src/


def build(directory: Path = HERE / "src") -> Built:
    modules: dict[str, list[Declaration]] = {}
    _add("handler.js", directory, modules, ())
    declarations = [one for module in modules.values() for one in module]
    if several := [name for name, times in Counter(one.name for one in declarations).items() if times > 1]:
        raise BuildError(f"Two modules declare {several[0]}: rename one of them.")
    names = _short_names(declarations)
    code = HEAD + "".join(_line(one, names) for one in declarations)
    left = bytes_left(code)
    if left < 0:
        raise BuildError(f"The function is {-left} bytes over the {LARGEST} that CloudFront accepts: shorten it.")
    return Built(code, _table(declarations, names), names)


def bytes_left(code: str) -> int:
    """Of what CloudFront accepts, with the longest replacements of the placeholders."""
    for placeholder, longest in PLACEHOLDERS.items():
        code = code.replace(placeholder, "n" * longest)
    return LARGEST - len(code.encode())


def _add(name: str, directory: Path, modules: dict[str, list[Declaration]], importers: tuple[str, ...]) -> None:
    """Add the module after those that it imports."""
    if name in modules:
        return
    if name in importers:
        raise BuildError(f"src/{name} imports itself through {' and '.join(importers)}: break the circle.")
    if not (directory / name).is_file():
        raise BuildError(f"src/{name} is imported by {importers[-1] if importers else 'no module'} but does not exist.")
    options = {"range": True, "loc": True, "tokens": True}
    try:
        tree: Node = esprima.parseModule((directory / name).read_text(encoding="utf-8"), options).toDict()
    except esprima.Error as error:
        raise BuildError(f"src/{name} cannot be parsed: {error}") from error
    found = []
    for node in tree["body"]:
        if node["type"] == "ImportDeclaration" and node["source"]["value"].startswith("./"):
            _check_import(node, name)
            _add(node["source"]["value"].removeprefix("./"), directory, modules, (*importers, name))
        elif node["type"] != "ImportDeclaration":
            found.append(_declaration(node, name, tree["tokens"]))
        elif node["source"]["value"] != "cloudfront":
            raise BuildError(f"{_place(node, name)}: CloudFront has no module {node['source']['value']}.")
    modules[name] = found


def _check_import(node: Node, module: str) -> None:
    for one in node["specifiers"]:
        if one["type"] != "ImportSpecifier" or one["imported"]["name"] != one["local"]["name"]:
            raise BuildError(f"{_place(node, module)}: write import {{ names }} without other names for them.")


def _declaration(node: Node, module: str, tokens: list[Node]) -> Declaration:
    where = _place(node, module)
    inner = node.get("declaration") if node["type"] == "ExportNamedDeclaration" else node
    if not inner or inner["type"] not in ("FunctionDeclaration", "VariableDeclaration"):
        raise BuildError(f"{where}: a module has imports, functions and constants, each exported where it is declared.")
    if len(inner.get("declarations", ())) > 1:
        raise BuildError(f"{where}: declare each constant by itself.")
    for part in _walk(inner):
        if part["type"] == "EmptyStatement" or (part["type"] == "Property" and part["shorthand"]):
            raise BuildError(f"{_place(part, module)}: write {{ name: name }} in objects, and no empty statement.")
    first, last = inner["range"]
    name = (inner.get("id") or inner["declarations"][0]["id"])["name"]
    return Declaration(name, where, inner, [one for one in tokens if first <= one["range"][0] < last])


def _place(node: Node, module: str) -> str:
    return f"src/{module}:{node['loc']['start']['line']}"


def _short_names(declarations: list[Declaration]) -> dict[str, str]:
    """The most frequent name gets the first. None is that of something global that the code uses."""
    own = {one.name for one in declarations}
    declared, used = set(own), Counter[str]()
    for one in declarations:
        declared.update(*(names for _scope, names in _scopes(one.node)))
        used.update(name["name"] for name in _names(one.node))
    for one in declarations:
        if hidden := sorted(_outside(one.node, own) & declared - set(KEPT)):
            raise BuildError(f"{one.where}: {hidden[0]} is global here, and declared elsewhere: rename the other one.")
    taken = {*used.keys() - declared, *KEPT, *_RESERVED}
    ranked = sorted(declared - set(KEPT), key=lambda name: (-used[name], name))
    letters = string.ascii_letters
    short = ("".join(one) for size in (1, 2) for one in itertools.product(letters, repeat=size))
    return dict(zip(ranked, (one for one in short if one not in taken), strict=False))


def _scopes(node: Node) -> t.Iterator[tuple[Node, set[str]]]:
    """The functions in it, each with its parameters and all that is declared in its body, not in functions there."""
    for part in _walk(node):
        if part["type"] in _FUNCTIONS:
            names = {one["name"] for one in part["params"]}
            for inner in _walk(part["body"], enter=lambda one: one["type"] not in _FUNCTIONS):
                target = _DECLARING.get(inner["type"])
                if target and inner[target]:
                    names.add(inner[target]["name"])
            yield part, names


def _outside(node: Node, known: set[str]) -> set[str]:
    """The names that are used where nothing declares them."""
    inside = {id(function): names for function, names in _scopes(node)}

    def used(part: Node, known: set[str]) -> t.Iterator[str]:
        known = known | inside.get(id(part), set())
        if part["type"] == "Identifier" and part["name"] not in known:
            yield part["name"]
        for child in _children(part):
            yield from used(child, known)

    return set(used(node, known))


def _names(node: Node) -> t.Iterator[Node]:
    return (part for part in _walk(node) if part["type"] == "Identifier")


def _walk(node: Node, enter: t.Callable[[Node], bool] = lambda _: True) -> t.Iterator[Node]:
    """It and what is in it, without the names of members."""
    yield node
    if enter(node):
        for child in _children(node):
            yield from _walk(child, enter)


def _children(node: Node) -> t.Iterator[Node]:
    for key, value in node.items():
        if key in ("property", "key") and not node.get("computed"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "type" in child:
                yield child


def _line(declaration: Declaration, names: dict[str, str]) -> str:
    short = {name["range"][0]: names.get(name["name"], name["name"]) for name in _names(declaration.node)}
    texts = [short.get(one["range"][0], one["value"]) for one in declaration.tokens]
    line = ""
    for text, following in zip(texts, [*texts[1:], "\n"], strict=True):
        if text == ";" and following == "}":
            continue
        # Two words, and the operators that would become others.
        if line and ((_is_word(line[-1]) and _is_word(text[0])) or (line[-1] == text[0] and text[0] in "+-/")):
            line += " "
        line += text
    return line + "\n"


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"


def _table(declarations: list[Declaration], names: dict[str, str]) -> str:
    first = HEAD.count("\n") + 1
    lines = [
        f"{number:4}  {names.get(one.name, one.name):7}  {one.name:15}  {one.where}"
        for number, one in enumerate(declarations, first)
    ]
    locals_ = sorted(set(names) - {one.name for one in declarations}, key=lambda name: (len(names[name]), names[name]))
    return "\n".join(
        [
            "The names in viewer_request.js, and what they are in src/. Written by build.py.",
            "",
            "line, name there, name in src/, place",
            *lines,
            "",
            "parameters and variables: name there, name in src/",
            *[f"      {names[name]:7}  {name}" for name in locals_],
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else TARGET
    try:
        built = build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(built.code, encoding="utf-8", newline="\n")
    target.with_suffix(".names.txt").write_text(built.table, encoding="utf-8", newline="\n")
    left = bytes_left(built.code)
    print(f"{target}: {LARGEST - left} bytes, {left} left with {' and '.join(PLACEHOLDERS)} replaced")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
