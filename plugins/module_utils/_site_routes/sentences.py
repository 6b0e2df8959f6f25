# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What changes of a host route, in sentences. Pure."""

from __future__ import annotations

import itertools
import typing as t

from .forms import Json, Words
from .words import PATHS, PERCENT, REDIRECTS


def about(host: str, before: Words | None, after: Words | None) -> t.Iterator[str]:
    """One sentence about the host itself, and one each about its paths that are added, changed and removed."""
    old, new = dict(before or {}), dict(after or {})
    old_paths, new_paths = old.pop(PATHS, {}), new.pop(PATHS, {})
    if before is not None and after is None:
        yield f"Remove {host}{_with_paths(old_paths)}"
        return
    if before is None and after is not None:
        yield f"Route {host}: {_all(new) or 'to nothing yet'}"
    elif old != new:
        yield f"Change {host}: {'; '.join(_changes(old, new))}"
    yield from _paths(f"Route {{}} of {host}", [path for path in new_paths if path not in old_paths])
    yield from _paths(
        f"Change {{}} of {host}",
        [path for path in new_paths if old_paths.get(path, new_paths[path]) != new_paths[path]],
    )
    yield from _paths(f"Remove {{}} of {host}", [path for path in old_paths if path not in new_paths])


def _all(words: Words) -> str:
    return "; ".join(f"{word} {_short(word, value)}" for word, value in words.items())


def _changes(old: Words, new: Words) -> t.Iterator[str]:
    for word in dict.fromkeys((*old, *new)):
        if word not in new:
            yield f"no {word}"
        elif word not in old:
            yield f"{word} {_short(word, new[word])}"
        elif old[word] != new[word]:
            one, other = _short(word, old[word]), _short(word, new[word])
            yield f"{word} {one} → {other}" if one != other else f"other {word}"


def _short(word: str, value: Json) -> str:
    """The diff has it in full."""
    if value is True:
        return "on"
    if isinstance(value, dict):
        return " ".join(f"{item} %" if name == PERCENT else str(item) for name, item in value.items())
    if isinstance(value, list):
        return f"({len(value)})" if word == REDIRECTS else ", ".join(map(str, value))
    return str(value)


def _paths(sentence: str, paths: t.Sequence[str]) -> t.Iterator[str]:
    if paths:
        first = ", ".join(itertools.islice(paths, 3))
        number = "" if len(paths) == 1 else f"{len(paths)} paths "
        yield sentence.format(f"{number}{first}{', ...' if len(paths) > 3 else ''}")


def _with_paths(paths: t.Sized) -> str:
    return f", with {len(paths)} {'path' if len(paths) == 1 else 'paths'}" if paths else ""
