"""The language of CloudFront Functions: ES 5.1, and the later features in "JavaScript runtime 2.0 features" (CloudFront
guide). V8 accepts more, so the code itself is searched for features that CloudFront does not accept."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import esprima

Node = dict[str, Any]


def _names_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The documented syntax by ESTree node type. Everything else is refused.
_DOCUMENTED = _names_in(
    """
    Program ImportDeclaration ImportDefaultSpecifier FunctionDeclaration VariableDeclaration VariableDeclarator
    BlockStatement BreakStatement CatchClause ContinueStatement DoWhileStatement EmptyStatement ExpressionStatement
    ForInStatement ForStatement IfStatement LabeledStatement ReturnStatement SwitchCase SwitchStatement ThrowStatement
    TryStatement WhileStatement
    ArrayExpression ArrowFunctionExpression AssignmentExpression AwaitExpression BinaryExpression CallExpression
    ConditionalExpression FunctionExpression Identifier Literal LogicalExpression MemberExpression NewExpression
    ObjectExpression Property RestElement SequenceExpression TemplateElement TemplateLiteral ThisExpression
    UnaryExpression UpdateExpression
    """
)
_CALLED = {
    "ArrayPattern": "destructuring",
    "ObjectPattern": "destructuring",
    "AssignmentPattern": "default parameters",
    "ChainExpression": "optional chaining (?.)",
    "ClassDeclaration": "classes",
    "ClassExpression": "classes",
    "DebuggerStatement": "debugger",
    "ForAwaitStatement": "for await...of",
    "ForOfStatement": "for...of",
    "Import": "import()",
    "ImportSpecifier": "an import of names",
    "SpreadElement": "spread",
    "TaggedTemplateExpression": "tagged templates",
    "YieldExpression": "generators",
}
# njs, probably CloudFront's engine, refuses both.
DIRECT, NESTED = "code that awaits in the arguments of a call", "code that awaits inside an argument of a call"
_FUNCTIONS = ("FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression")

# Not documented, so not in the runtime. eval, Function and timers are documented: they throw when called.
ABSENT_GLOBALS = _names_in(
    """
    AbortController AggregateError Atomics BigInt BigInt64Array BigUint64Array FinalizationRegistry Intl Iterator Map
    Proxy Reflect Set SharedArrayBuffer URL URLSearchParams WeakMap WeakRef WeakSet WebAssembly fetch queueMicrotask
    structuredClone
    """
)
# A method's name does not show its type, so these are for linting only.
_ABSENT_METHODS = _names_in(
    """
    at findLast findLastIndex flat flatMap from fromEntries groupBy hasOwn isWellFormed localeCompare
    matchAll normalize raw toReversed toSorted toSpliced toWellFormed withResolvers
    """
)


@dataclass(frozen=True)
class Finding:
    """A use of an undocumented feature; `refused`: CloudFront's engine would refuse the code."""

    what: str
    line: int
    column: int
    refused: bool = True

    def __str__(self) -> str:
        return f"{self.what} (line {self.line}, column {self.column})"


class NotRead(Exception):
    """The parser cannot read the code: it is not JavaScript, or of a later edition than the parser."""


def findings(code: str) -> list[Finding]:
    """All uses of undocumented features, in the order of the code. NotRead if it cannot be parsed."""
    try:
        tree: Node = esprima.parseModule(code, {"loc": True}).toDict()
    except (esprima.Error, RecursionError) as error:
        raise NotRead(str(error)) from error
    known = set(_declared(tree))
    found = [*_in_node(tree, _Place()), *_globals(tree, known)]
    return sorted(set(found), key=lambda one: (one.line, one.column, one.what))


@dataclass(frozen=True)
class _Place:
    """The place of a node in the code."""

    depth: int = 0  # of functions
    asynchronous: bool = False  # the innermost function
    argument: str = ""  # the finding for an await here, within the arguments of a call


def _in_node(node: Node, place: _Place) -> Iterator[Finding]:
    kind = node["type"]
    if kind not in _DOCUMENTED:
        yield _finding(node, _CALLED.get(kind) or str(kind))
        if kind.startswith("Class"):
            return
    for what, refused in _uses(node, place):
        yield _finding(node, what, refused)
    if kind in _FUNCTIONS:
        place = _Place(place.depth + 1, bool(node.get("async")))
    arguments = node["arguments"] if kind in ("CallExpression", "NewExpression") else ()
    for child in _children(node):
        inside = place
        if any(child is argument for argument in arguments):
            inside = _Place(place.depth, place.asynchronous, DIRECT)
        elif place.argument == DIRECT:
            inside = _Place(place.depth, place.asynchronous, NESTED)
        yield from _in_node(child, inside)


def _uses(node: Node, place: _Place) -> Iterator[tuple[str, bool]]:
    """Undocumented uses of a documented node type, and whether the engine refuses them."""
    match node["type"]:
        case "LogicalExpression" if node["operator"] == "??":
            yield "nullish coalescing (??)", True
        case "AssignmentExpression" if node["operator"] in ("||=", "&&=", "??="):
            yield f"logical assignment ({node['operator']})", True
        case "Literal":
            yield from _in_literal(node)
        case "CatchClause" if not node.get("param"):
            yield "catch without a name for the error", True
        case "Property" if node["shorthand"] or node["method"] or node["computed"]:
            yield "shorthand, methods or computed names in an object", False
        case "MemberExpression" if not node["computed"] and node["property"]["name"] in _ABSENT_METHODS:
            yield f".{node['property']['name']}", False
        case "AwaitExpression" if not place.asynchronous:
            yield "await outside of an async function", True
        case "AwaitExpression" if place.argument:
            yield place.argument, True
        case "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression":
            if node.get("generator"):
                yield "generators", True
            if node.get("async") and (place.depth or node["type"] != "FunctionDeclaration"):
                yield "an async function inside of another, or as a value", True


def _in_literal(node: Node) -> Iterator[tuple[str, bool]]:
    if regex := node.get("regex"):
        if re.search(r"\(\?<[=!]", regex["pattern"]):
            yield "lookbehind in a regular expression", True
        if set(regex["flags"]) - set("gim"):
            yield f"the flags {regex['flags']} of a regular expression", True
    elif re.fullmatch(r"[0-9][0-9a-zA-Z_]*n", node["raw"]):
        yield "BigInt", True


def _globals(tree: Node, known: set[str]) -> Iterator[Finding]:
    for name in _references(tree):
        if name["name"] in ABSENT_GLOBALS - known:
            yield _finding(name, name["name"])


def _declared(node: Node) -> Iterator[str]:
    """All declared names, without scopes: a name that hides a global one hides it everywhere."""
    match node["type"]:
        case "VariableDeclarator" | "FunctionDeclaration" | "FunctionExpression" | "ClassDeclaration":
            yield from _names([node.get("id")])
        case "ImportDefaultSpecifier":
            yield from _names([node["local"]])
        case "CatchClause":
            yield from _names([node.get("param")])
    if node["type"] in _FUNCTIONS:
        yield from _names(node["params"])
    for child in _children(node):
        yield from _declared(child)


def _names(nodes: list[Node | None]) -> Iterator[str]:
    for node in nodes:
        if node is not None and node["type"] == "Identifier":
            yield node["name"]


def _references(node: Node) -> Iterator[Node]:
    """All names used as values, not as properties or labels."""
    if node["type"] == "Identifier":
        yield node
    for key, value in node.items():
        named = key in ("property", "key") and not node.get("computed")
        if named or key == "label":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "type" in child:
                yield from _references(child)


def _children(node: Node) -> Iterator[Node]:
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "type" in child:
                yield child


def _finding(node: Node, what: str, refused: bool = True) -> Finding:
    start = node.get("loc", {}).get("start", {"line": 1, "column": 0})
    return Finding(what, start["line"], start["column"] + 1, refused)
