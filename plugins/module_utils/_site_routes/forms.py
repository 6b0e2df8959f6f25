# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Words that a user writes ⇄ members of a value in the key value store, by a table of the words. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from .._core.errors import EdgeError

Json = t.Any
Words = dict[str, Json]
Members = dict[str, Json]


def _same(value: Json) -> Json:
    return value


@dataclasses.dataclass(frozen=True)
class Word:
    """One word.

    member:        its member in the stored value. Words that exclude each other can share one.
    type:          of its value, in Ansible's words.
    documentation: what it is, in Markdown.
    encode:        checks a value and returns the member's, or None where the member is left out. It is given the value,
                   and where it is; it raises EdgeError.
    decode:        the inverse; None: the member is not this word's.
    default:       the default in the documentation.
    stored:        the member's value in the documentation.
    form:          the words of a value that is a dictionary, a list or a dictionary of dictionaries.
    only_with:     another word, without which this one is refused.
    """

    name: str
    member: str
    type: str
    documentation: str
    encode: t.Callable[[Json, str], Json]
    decode: t.Callable[[Json], Json] = _same
    default: str = "none"
    stored: str = ""
    form: Form | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    only_with: str = ""

    def read(self, value: Json) -> Json:
        """Another tool may have written it: what cannot be decoded is returned as it is."""
        try:
            return self.decode(value)
        except (TypeError, KeyError, IndexError, AttributeError, ValueError):
            return value


@dataclasses.dataclass(frozen=True)
class Form:
    """The words of a dictionary. *one_of*: words that exclude each other, of which one may be *needed*."""

    words: tuple[Word, ...]
    one_of: tuple[str, ...] = ()
    needed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(word.name for word in self.words)

    def encode(self, given: Json, where: str) -> Members:
        """A word that is null is removed: its member is None. Raises EdgeError for the first invalid value."""
        self._check(given, where)
        members: Members = {}
        for word in self.words:
            if given.get(word.name) is not None:
                members[word.member] = word.encode(given[word.name], f"{where}.{word.name}")
            elif word.name in given:
                members.setdefault(word.member, None)
        return members

    def encode_whole(self, given: Json, where: str) -> Members:
        """Nothing is there before: what is null is left out."""
        return {member: value for member, value in self.encode(given, where).items() if value is not None}

    def decode(self, members: Members) -> Words:
        """What this version does not know is returned as it is."""
        found: Words = {}
        for member, value in members.items():
            words = [word for word in self.words if word.member == member]
            if not words:
                found[member] = value
            for word in words:
                decoded = word.read(value)
                if decoded is not None:
                    found[word.name] = decoded
                    break
        return found

    def _check(self, given: Json, where: str) -> None:
        check_dictionary(given, where)
        for name in given:
            if name not in self.names:
                near = difflib.get_close_matches(str(name), self.names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(self.names)}."
                raise EdgeError(f"{where}.{name} is not valid: {hint}")
        set_ones = [name for name in self.one_of if given.get(name) is not None]
        if len(set_ones) > 1:
            raise EdgeError(f"{where}: {' and '.join(set_ones)} exclude each other: set one of them.")
        if self.needed and not set_ones:
            raise EdgeError(f"{where} needs one of {', '.join(self.one_of)}.")
        for word in self.words:
            if word.required and given.get(word.name) is None:
                raise EdgeError(f"{where}.{word.name} is missing in {given!r}.")
            if word.only_with and given.get(word.name) is not None and given.get(word.only_with) is None:
                raise EdgeError(f"{where}.{word.name} is for {word.only_with} only: remove it.")


def check_dictionary(given: Json, where: str) -> None:
    if not isinstance(given, dict):
        raise EdgeError(f"{where} must be a dictionary, not {given!r}.")
