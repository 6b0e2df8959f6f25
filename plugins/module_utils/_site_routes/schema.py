# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A host's entry in the user's words ⇄ the records that the router reads (docs/routing.md). Pure."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from .._core.errors import EdgeError
from . import records, values
from .records import Members
from .values import Json

Words = dict[str, Json]

REWRITES = {"index": None, "html": "h", "spa": "s"}
SLASHES = {"keep": None, "add": "a", "remove": "r"}

PATHS = "paths"
_PREFIX_WORDS = ("release", "release_prefix")

# The members of a host's record, and the user's word for each.
_WORDS = {
    "p": "release",
    "w": "rewrite",
    "t": "trailing_slash",
    "r": "redirects",
    "m": "maintenance",
    "c": "canary",
    "g": "previews",
    "q": "query",
}
_MEMBERS = {word: member for member, word in _WORDS.items()} | {"release_prefix": "p"}


@dataclasses.dataclass(frozen=True)
class Change:
    """What an entry asks for. A member or a path that is None is removed, one that is not there stays as it is.

    *paths* is None if there is nothing about them. With *no_other_paths*, those that it does not name are removed.
    """

    members: Members
    paths: dict[str, Members | None] | None
    no_other_paths: bool = False


def change(host: str, entry: Json) -> Change:
    """Raises EdgeError that names the option for the first thing that is wrong."""
    where = f"hosts.{host}"
    _check_words(entry, (*_MEMBERS, PATHS), where)
    _one_of(entry, _PREFIX_WORDS, where, required=False)
    members: Members = {}
    for word in [word for word in entry if word != PATHS]:
        # Of release and release_prefix one may be null, for a play that has a variable for each.
        member, given = _MEMBERS[word], entry[word]
        if given is not None or members.get(member) is None:
            members[member] = None if given is None else _ENCODERS[word](given, f"{where}.{word}")
    if PATHS not in entry:
        return Change(members, None)
    paths = {} if entry[PATHS] is None else _paths(entry[PATHS], f"{where}.{PATHS}")
    return Change(members, paths, no_other_paths=entry[PATHS] is None)


def words(members: Members) -> Words:
    """A host's record in the user's words. What this version does not know is told as it is."""
    told: Words = {}
    for member, value in members.items():
        if member == "p":
            told |= _prefix_words(value)
        elif member != records.HAS_PATHS:
            told[_WORDS.get(member, member)] = _lenient(_DECODERS.get(member, _same), value)
    return told


def path_words(members: Members) -> Words:
    if "p" in members:
        return _prefix_words(members["p"])
    if "u" in members:
        return {"redirect_to": members["u"], "status": members.get("s", values.DEFAULT_STATUS)}
    return {"object": members["o"]} if "o" in members else {}


def largest(members: Members) -> str:
    """The user's word for the member that takes the most bytes of a record."""
    member = max(members, key=lambda name: len(str(members[name])))
    return next(iter(words({member: members[member]})), member)


def _paths(given: Json, where: str) -> dict[str, Members | None]:
    _check_dictionary(given, where)
    found: dict[str, Members | None] = {}
    for name, entry in given.items():
        path = values.path(name, where)
        found[path] = None if entry is None else _path(entry, f"{where}.{path}")
    return found


def _path(entry: Json, where: str) -> Members:
    _check_words(entry, ("object", *_PREFIX_WORDS, "redirect_to", "status"), where)
    word = _one_of(entry, ("object", *_PREFIX_WORDS, "redirect_to"), where)
    if word == "redirect_to":
        status = values.status(entry.get("status"), f"{where}.status")
        return {"u": values.target(entry[word], f"{where}.{word}"), "s": status}
    if entry.get("status") is not None:
        raise EdgeError(f"{where}.status is for redirect_to only: remove it.")
    if word == "object":
        return {"o": values.object_key(entry[word], f"{where}.{word}")}
    return {"p": _ENCODERS[word](entry[word], f"{where}.{word}")}


def _redirects(given: Json, where: str) -> Json:
    if not isinstance(given, list):
        raise EdgeError(f"{where}: {given!r} must be a list of dictionaries with from and to.")
    found = []
    for number, entry in enumerate(given):
        here = f"{where}[{number}]"
        _check_words(entry, ("from", "to", "status"), here)
        if entry.get("from") is None or entry.get("to") is None:
            raise EdgeError(f"{here}: {entry!r} needs both from and to.")
        pair = [values.path(entry["from"], f"{here}.from"), values.target(entry["to"], f"{here}.to")]
        if set(pair[1]) & {"?", "#"}:
            raise EdgeError(
                f"{here}.to: {entry['to']!r} has a query or fragment, but what follows the prefix is put at its end: "
                "remove it, or redirect the one path under paths."
            )
        status = values.status(entry.get("status"), f"{here}.status")
        found.append(pair if status == values.DEFAULT_STATUS else [*pair, status])
    return found or None


def _redirect_words(redirects: Json) -> Json:
    return [
        {"from": each[0], "to": each[1], "status": each[2] if len(each) > 2 else values.DEFAULT_STATUS}
        for each in redirects
    ]


def _canary(given: Json, where: str) -> Json:
    _check_words(given, (*_PREFIX_WORDS, "percent"), where)
    word = _one_of(given, _PREFIX_WORDS, where)
    if given.get("percent") is None:
        raise EdgeError(f"{where}.percent is missing: say which share of viewers gets it, such as 2.5.")
    return {
        "p": _ENCODERS[word](given[word], f"{where}.{word}"),
        "n": values.per_ten_thousand(given["percent"], f"{where}.percent"),
    }


def _canary_words(canary: Json) -> Words:
    return {**_prefix_words(canary["p"]), "percent": values.percent(canary["n"])}


def _prefix_words(prefix: Json) -> Words:
    name = str(prefix).removeprefix(values.RELEASES)
    try:
        return {"release": name} if values.release(name, "") == prefix else {"release_prefix": prefix}
    except EdgeError:
        return {"release_prefix": prefix}


def _same(value: Json) -> Json:
    return value


def _inverse(choices: t.Mapping[str, Json]) -> t.Callable[[Json], Json]:
    return lambda value: next((word for word, known in choices.items() if known == value), value)


def _lenient(decoder: t.Callable[[Json], Json], value: Json) -> Json:
    """Somebody else may have written it."""
    try:
        return decoder(value)
    except (TypeError, KeyError, IndexError, AttributeError):
        return value


_ENCODERS: dict[str, t.Callable[[Json, str], Json]] = {
    "release": values.release,
    "release_prefix": values.prefix,
    "rewrite": lambda value, where: values.choice(value, where, REWRITES),
    "trailing_slash": lambda value, where: values.choice(value, where, SLASHES),
    "redirects": _redirects,
    "maintenance": values.retry_seconds,
    "canary": _canary,
    "previews": values.flag,
    "query": values.query_names,
}
_DECODERS: dict[str, t.Callable[[Json], Json]] = {
    "w": _inverse(REWRITES),
    "t": _inverse(SLASHES),
    "r": _redirect_words,
    "c": _canary_words,
    "g": bool,
}


def _check_dictionary(given: Json, where: str) -> None:
    if not isinstance(given, dict):
        raise EdgeError(f"{where} must be a dictionary, not {given!r}.")


def _check_words(given: Json, known: t.Sequence[str], where: str) -> None:
    _check_dictionary(given, where)
    for word in given:
        if word not in known:
            near = difflib.get_close_matches(str(word), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise EdgeError(f"{where}.{word} is no option; {hint}")


def _one_of(given: Words, words_of: t.Sequence[str], where: str, required: bool = True) -> str:
    named = [word for word in words_of if given.get(word) is not None]
    if len(named) > 1 or (required and not named):
        raise EdgeError(f"{where} needs {'only ' if named else ''}one of {', '.join(words_of)}.")
    return named[0] if named else ""
