# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The routing words: HOST_ROUTE is the one table of what a host route has. Pure.

To add a word, add a Word here, its checks to values.py and its effect to the viewer function
(files/edge/viewer_request), and run `make docs`: it writes the tables of docs/routing.md and the documentation of the
module site_routes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from . import values
from .forms import Form, Json, Members, Word, check_dictionary

PATHS = "paths"
REDIRECTS = "redirects"
PERCENT = "percent"
# Words that name a release exclude each other: they share a member.
_PREFIX_WORDS = ("release", "release_prefix")
_STATUSES = f"{', '.join(map(str, values.STATUSES[:-1]))} or {values.STATUSES[-1]}"


def _choice(name: str, member: str, choices: t.Mapping[str, str | None], documentation: str) -> Word:
    """The first choice is the default, which is not stored."""
    stored = [f"`{value}` {word}" for word, value in choices.items() if value is not None]
    default = next(iter(choices))
    return Word(
        name,
        member,
        "str",
        documentation,
        encode=lambda value, where: values.choice(value, where, choices),
        decode=lambda value: next((word for word, known in choices.items() if known == value), value),
        default=f"`{default}`",
        stored=f"{', '.join(stored)}; absent: {default}",
        choices=tuple(choices),
    )


def _redirects(given: Json, where: str) -> Json:
    if not isinstance(given, list):
        raise EdgeError(f"{where}: {given!r} must be a list of dictionaries with from and to.")
    return [_redirect(entry, f"{where}[{number}]") for number, entry in enumerate(given)] or None


def _redirect(given: Json, where: str) -> Json:
    """From and to, and a status that is not the default."""
    found = REDIRECT.encode_whole(given, where)
    status = found.get("status", values.DEFAULT_STATUS)
    return [found["from"], found["to"], *([] if status == values.DEFAULT_STATUS else [status])]


def _redirect_words(redirects: Json) -> Json:
    return [
        {"from": source, "to": to, "status": status[0] if status else values.DEFAULT_STATUS}
        for source, to, *status in redirects
    ]


def _path(given: Json, where: str) -> Members:
    members = PATH.encode_whole(given, where)
    return {**members, "s": members.get("s", values.DEFAULT_STATUS)} if "u" in members else members


def _paths(given: Json, where: str) -> dict[str, Members | None]:
    """Each is a value of its own in the store. None: it is removed."""
    check_dictionary(given, where)
    paths = {name: values.path(name, where) for name in given}
    return {
        path: None if given[name] is None else _path(given[name], f"{where}.{path}") for name, path in paths.items()
    }


_STATUS = Word(
    "status",
    "status",
    "int",
    f"The status: {_STATUSES}.",
    encode=values.status,
    default=f"`{values.DEFAULT_STATUS}`",
)
_RELEASE = Word(
    "release",
    "p",
    "str",
    "The name of a release.",
    encode=values.release,
    decode=values.release_name,
    stored="the prefix of the release's objects, without a slash at its ends: `r/<release>`",
)
_RELEASE_PREFIX = Word(
    "release_prefix",
    "p",
    "str",
    "In place of `release`: the prefix of its objects, such as `r/2026-11-20`.",
    encode=values.prefix,
)

REDIRECT = Form(
    (
        Word(
            "from",
            "from",
            "str",
            "A path, decoded. The redirect is for the path and for all paths below it.",
            encode=values.path,
            required=True,
        ),
        Word(
            "to",
            "to",
            "str",
            "A path or an `https` URL, percent-encoded, without query string and fragment. What follows `from` in the "
            "path is appended, and so is the query string.",
            encode=values.target_of_paths,
            required=True,
        ),
        _STATUS,
    )
)

CANARY = Form(
    (
        dataclasses.replace(_RELEASE, documentation="The name of the release."),
        _RELEASE_PREFIX,
        Word(
            PERCENT,
            "n",
            "float",
            "The share of viewers that see it, from 0 to 100 with at most two decimals.",
            encode=values.per_ten_thousand,
            decode=values.percent,
            required=True,
        ),
    ),
    _PREFIX_WORDS,
    needed=True,
)

# The value of an exact path.
PATH = Form(
    (
        Word(
            "object",
            "o",
            "str",
            "The key of an object in the buckets.",
            encode=values.object_key,
            stored="the key of the object",
        ),
        dataclasses.replace(_RELEASE, documentation="The name of a release in which the same path is looked up."),
        _RELEASE_PREFIX,
        Word(
            "redirect_to",
            "u",
            "str",
            "A path or an `https` URL, percent-encoded. The query string is appended.",
            encode=values.target,
            stored="the target of the redirect",
        ),
        dataclasses.replace(
            _STATUS,
            member="s",
            documentation=f"With `redirect_to`: the status, {_STATUSES}.",
            only_with="redirect_to",
            stored="with `u`: the status",
        ),
    ),
    ("object", *_PREFIX_WORDS, "redirect_to"),
    needed=True,
)

HOST_ROUTE = Form(
    (
        dataclasses.replace(
            _RELEASE, documentation="The name of the release that the host shows.", default="none: the answer is 404"
        ),
        _RELEASE_PREFIX,
        _choice(
            "rewrite",
            "w",
            {"index": None, "html": "h", "spa": "s"},
            "What a path without a file name is. `index`: `/about` and `/about/` are `/about/index.html`. `html`: "
            "`/about` is `/about.html`. `spa`: each path whose last segment has no dot is `/index.html`.",
        ),
        _choice(
            "trailing_slash",
            "t",
            {"keep": None, "add": "a", "remove": "r"},
            "Whether to redirect (308) to the path with (`add`) or without (`remove`) a slash at its end.",
        ),
        Word(
            REDIRECTS,
            "r",
            "list",
            "A list of redirects. The first that fits is taken. The list replaces the one before.",
            encode=_redirects,
            decode=_redirect_words,
            stored=f"a list of `[from, to, status]`; status absent: {values.DEFAULT_STATUS}",
            form=REDIRECT,
        ),
        Word(
            "maintenance",
            "m",
            "raw",
            "Answers every path with 503. `true`, or the seconds of the header Retry-After, which `true` sets to "
            f"{values.DEFAULT_RETRY_SECONDS}.",
            encode=values.retry_seconds,
            default="`false`",
            stored="the seconds of Retry-After",
        ),
        Word(
            "canary",
            "c",
            "dict",
            "A canary release: a share of the viewers sees another release.",
            encode=CANARY.encode_whole,
            decode=CANARY.decode,
            stored='`{"p":"r/<release>","n":<of 10,000 viewers>}`',
            form=CANARY,
        ),
        Word(
            "previews",
            "g",
            "bool",
            "Whether viewers can select a release of the site: by the cookie `__Host-edge-preview=<release>`. On the "
            "hosts of a wildcard, it is only the host `preview--<release>` that selects one.",
            encode=values.flag,
            decode=bool,
            default="`false`",
            stored="1",
        ),
        Word(
            "query",
            "q",
            "list",
            "The names of the query string parameters that are passed on, as viewers send them. A page may differ by "
            "them if the cache policy of the distribution has them, too (`edge_query_strings`).",
            encode=values.query_names,
            stored="the names, sorted",
        ),
        Word(
            PATHS,
            "x",
            "dict",
            "Exact paths, decoded, such as `/configurator`. Paths that it does not name are kept, one that is null is "
            "removed. If `paths` is null, all are removed.",
            encode=_paths,
            decode=lambda _value: None,  # they are values of their own
            stored="1: paths of this host have values of their own; without it none is read",
            form=PATH,
        ),
    ),
    _PREFIX_WORDS,
)
