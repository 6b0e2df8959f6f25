# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A key with the digest of what is below a prefix, so that an unchanged run reads one key instead of all. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._core.errors import EdgeError
from .plan import Values

# What stands before the prefix in the digest's name. No routing key begins so: those begin with a site's
# name, which begins with a letter or a digit. And no prefix contains another one's digest.
RESERVED = "_digest/"

_VERSION = 1


class Digest(t.NamedTuple):
    """*asked* is the hash of what the last task asked for, which was so then; *all* that of every key below
    the prefix, or "" where they were not all known."""

    all: str
    asked: str


def name(prefix: str) -> str:
    return f"{RESERVED}{prefix}"


def check_prefix(prefix: str) -> None:
    if prefix and (RESERVED.startswith(prefix) or prefix.startswith(RESERVED)):
        raise EdgeError(f"prefix: {prefix!r} would take in the digests, whose names begin with {RESERVED}: change it.")


def of_all(values: Values) -> str:
    return _hash(sorted(values.items()))


def of_asked(puts: Values, absent: t.Iterable[str], purge: bool) -> str:
    return _hash([sorted(puts.items()), sorted(absent), purge])


def text(digest: Digest) -> str:
    return json.dumps({"v": _VERSION, "all": digest.all, "asked": digest.asked}, separators=(",", ":"))


def parse(found: str | None) -> Digest | None:
    """None for what is none, or of a version to come: then it proves nothing."""
    try:
        document = json.loads(found or "")
        return Digest(str(document["all"]), str(document["asked"])) if document["v"] == _VERSION else None
    except (ValueError, TypeError, KeyError):
        return None


def overlapping(prefix: str, names: t.Iterable[str]) -> str | None:
    """Another prefix with a digest that has keys in common with *prefix*."""
    for other in sorted(each.removeprefix(RESERVED) for each in names if each.startswith(RESERVED)):
        if other != prefix and (other.startswith(prefix) or prefix.startswith(other)):
            return other
    return None


def _hash(canonical: t.Any) -> str:
    return hashlib.sha256(json.dumps(canonical, separators=(",", ":")).encode()).hexdigest()
