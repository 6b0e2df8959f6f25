# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The keys that a task names, of its options or of a file. Pure but for reading that file."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from .._core.errors import EdgeError
from . import digest as digests
from . import plan as planning
from .keys_plan import Wanted


def wanted(p: dict[str, t.Any]) -> Wanted:
    """What the options ask for. Raises EdgeError for the first thing that is wrong in them."""
    prefix: str = p["prefix"]
    digests.check_prefix(prefix)
    if prefix:
        planning.check_key(digests.name(prefix), "", "prefix: the key of its digest")
    for option in ("purge", "manifest_bucket"):
        if p[option] and not prefix:
            raise EdgeError(f"{option} needs a prefix: without one, every key of the store would be this task's.")
    puts = _from_file(p["src"], prefix) if p["src"] else _from_option(p["keys"] or {}, prefix)
    if p["purge"] and not puts and (p["src"] or p["keys"] is None):
        raise EdgeError(
            f"purge with no keys would delete every key below {prefix!r}: name one that stays, "
            "or confirm it with keys: {}."
        )
    absent = [f"{prefix}{name}" for name in p["absent"]]
    both = sorted(puts.keys() & set(absent))
    if both:
        raise EdgeError(f"{'src' if p['src'] else 'keys'} and absent both name {both[0]!r}: decide for one.")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in puts.items())
    if size > planning.MAX_STORE_BYTES:
        raise EdgeError(f"keys: {size} bytes in all; a key value store holds {planning.MAX_STORE_BYTES}.")
    return Wanted(puts, tuple(dict.fromkeys(absent)), prefix, p["purge"])


def _from_option(given: dict[t.Any, t.Any], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in given.items():
        _add(found, prefix, str(name), value, "keys")
    return found


def _from_file(path: str, prefix: str) -> dict[str, str]:
    """Every error names the line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EdgeError(f"src: {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise EdgeError(f"src: {path} is not UTF-8, at byte {error.start}: save it as such.") from error
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise EdgeError(f"src: {path}, line {line}: this is not JSON: {getattr(error, 'msg', error)}.") from error
    if not isinstance(pairs, _Pairs):
        raise EdgeError(f"src: {path}, line 1: one JSON object is expected, with each key and its value.")
    found: dict[str, str] = {}
    for name, value in pairs:
        again = f"{prefix}{name}" in found
        try:
            _add(found, prefix, name, _plain(value), "")
        except EdgeError as error:
            line = _line(text, name, 1 + again)
            raise EdgeError(f"src: {path}, line {line}{error}") from error
    return found


class _Pairs(list[tuple[str, t.Any]]):
    """An object as it stands in the file: a name may be there twice."""


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, _Pairs):
        return {name: _plain(each) for name, each in value}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _add(found: dict[str, str], prefix: str, name: str, value: t.Any, where: str) -> None:
    key = f"{prefix}{name}"
    if not name:
        raise EdgeError(f"{where}: a key without a name.")
    if key in found:
        raise EdgeError(f"{where}: {name!r} is there twice.")
    if key.startswith(digests.RESERVED):
        raise EdgeError(f"{where}: {key!r} is the name of a digest, which this module writes: choose another one.")
    found[key] = _text(value)
    planning.check_key(key, found[key], where)


def _text(value: t.Any) -> str:
    """A value as the store keeps it: text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _line(text: str, name: str, occurrence: int) -> int:
    """Where *name* is a name in the JSON *text*: one in a value of the same name may mislead it."""
    written = "|".join(re.escape(json.dumps(name, ensure_ascii=ascii)) for ascii in (True, False))
    places = [match.start() for match in re.finditer(rf"(?:{written})\s*:", text)]
    return text.count("\n", 0, places[min(occurrence, len(places)) - 1]) + 1 if places else 1
