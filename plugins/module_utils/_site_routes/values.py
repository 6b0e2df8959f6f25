# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Single values of a host route: each check returns the value as it is stored. Pure."""

from __future__ import annotations

import re
import typing as t
from decimal import Decimal
from urllib.parse import quote

from ansible.module_utils.parsing.convert_bool import boolean

from .._core.errors import EdgeError
from .._release.files import check_release_name
from .._rules.names import is_record_name
from .forms import Json

# The prefix of every site's releases.
RELEASES = "r/"
STATUSES = (301, 302, 307, 308)
DEFAULT_STATUS = 301
DEFAULT_RETRY_SECONDS = 300
_MAX_RETRY_SECONDS = 7 * 24 * 3600
# Source: S3 User Guide, "Naming Amazon S3 objects".
_MAX_OBJECT_BYTES = 1024

_PREFIX = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_QUERY_NAME = re.compile(r"[A-Za-z0-9._~%\[\]-]{1,128}")
# Control characters, and unpaired surrogates, which UTF-8 cannot encode.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][!-~]*)?")
_IN_URLS = "/:?#[]@!$&'()*+,;=%~"
_NOT_IN_URLS = set(' "<>\\^`{|}')


def host(value: Json) -> str:
    name = str(value).lower()
    if name != "*" and not is_record_name(name, wildcard=True):
        raise EdgeError(
            f"hosts: {value!r} is not a host: use a host name such as www.example.com, without https:// and port, a "
            "wildcard such as *.example.com, or *. Write international names in the form that starts with xn--."
        )
    return name


def release(value: Json, where: str) -> str:
    name = _text(value, where)
    check_release_name(name, where)
    return RELEASES + name


def release_name(stored: Json) -> str | None:
    """The inverse of release(). None for a prefix that is not a release's."""
    name = str(stored).removeprefix(RELEASES)
    try:
        return name if release(name, "") == stored else None
    except EdgeError:
        return None


def prefix(value: Json, where: str) -> str:
    text = _text(value, where)
    if not _PREFIX.fullmatch(text) or _has_dot_segment(text):
        raise EdgeError(
            f"{where}: {value!r} is not a prefix: write it as r/2026-11-20, with no slash at its ends. Its segments "
            "can have letters, digits, dots, hyphens, underscores and tildes."
        )
    return text


def path(value: Json, where: str) -> str:
    """A path as the viewer function looks it up: decoded and normalised."""
    text = str(value)
    if not text.startswith("/"):
        raise EdgeError(f"{where}: {value!r} is not a path: a path starts with a slash.")
    if "//" in text or _has_dot_segment(text):
        raise EdgeError(
            f"{where}: {value!r} is not normalised: the viewer function replaces // by / and resolves . and .. first. "
            "Write the path that results."
        )
    if _ESCAPE.search(text):
        raise EdgeError(f"{where}: {value!r} is percent-encoded: write the characters themselves.")
    if "?" in text or "#" in text or _UNPRINTABLE.search(text):
        raise EdgeError(
            f"{where}: {value!r} contains a character that a path cannot have: ?, #, a control character or an "
            "unpaired surrogate. A path has no query string."
        )
    return text


def object_key(value: Json, where: str) -> str:
    key = _text(value, where)
    if not key or key.startswith("/") or "//" in key or _has_dot_segment(key) or _UNPRINTABLE.search(key):
        raise EdgeError(
            f"{where}: {value!r} is not the key of an object: write it as cache/page.html, without a leading slash."
        )
    size = len(key.encode())
    if size > _MAX_OBJECT_BYTES:
        raise EdgeError(f"{where}: {key[:80]}... has {size} bytes; a key in S3 has at most {_MAX_OBJECT_BYTES}.")
    return key


def target(value: Json, where: str) -> str:
    """Of a redirect: the value of the header Location, percent-encoded."""
    text = _text(value, where)
    if not text.isascii() and not _UNPRINTABLE.search(text):
        raise EdgeError(f"{where}: {value!r} must be percent-encoded: {quote(text, safe=_IN_URLS)}.")
    is_path = text.startswith("/") and not text.startswith("//")
    if not (is_path or _URL.fullmatch(text)) or not text.isprintable() or set(text) & _NOT_IN_URLS:
        raise EdgeError(
            f"{where}: {value!r} must be a path such as /new, or a URL such as https://www.example.com/new."
        )
    return text


def target_of_paths(value: Json, where: str) -> str:
    """Of a redirect for all paths below one: the rest of the path is appended to it."""
    text = target(value, where)
    if set(text) & {"?", "#"}:
        raise EdgeError(
            f"{where}: {value!r} has a query string or a fragment, but the rest of the path is appended to it: remove "
            "it, or redirect the one path with paths."
        )
    return text


def status(value: Json, where: str) -> int:
    if _whole(value) not in STATUSES:
        raise EdgeError(f"{where}: {value!r} is not valid: choose one of {', '.join(map(str, STATUSES))}.")
    return int(value)


def per_ten_thousand(value: Json, where: str) -> int:
    """Of a percentage with up to two decimals."""
    try:
        share = Decimal("NaN" if isinstance(value, bool) else str(value)) * 100
    except ArithmeticError:
        share = Decimal("NaN")
    if not share.is_finite() or share != share.to_integral_value() or not 0 <= share <= 10_000:
        raise EdgeError(f"{where}: {value!r} must be a number from 0 to 100 with at most two decimals, such as 2.5.")
    return int(share)


def percent(share: int) -> int | float:
    return share // 100 if share % 100 == 0 else share / 100


def choice(value: Json, where: str, choices: t.Mapping[str, str | None]) -> str | None:
    if str(value) not in choices:
        raise EdgeError(f"{where}: {value!r} is not valid: choose one of {', '.join(choices)}.")
    return choices[str(value)]


def retry_seconds(value: Json, where: str) -> int | None:
    """True is the default time, False no maintenance."""
    seconds = _whole(value)
    if seconds is not None and 1 <= seconds <= _MAX_RETRY_SECONDS:
        return seconds
    on = _boolean(value) if seconds is None else None
    if on is None:
        raise EdgeError(
            f"{where}: {value!r} must be true, false, or 1 to {_MAX_RETRY_SECONDS} seconds until clients may retry."
        )
    return DEFAULT_RETRY_SECONDS if on else None


def flag(value: Json, where: str) -> int | None:
    on = _boolean(value)
    if on is None:
        raise EdgeError(f"{where}: {value!r} is not valid: choose true or false.")
    return 1 if on else None


def query_names(value: Json, where: str) -> list[str] | None:
    if not isinstance(value, list):
        raise EdgeError(f"{where}: {value!r} must be a list of names of query string parameters.")
    for name in value:
        if not isinstance(name, str) or not _QUERY_NAME.fullmatch(name):
            raise EdgeError(
                f"{where}: {name!r} is not the name of a query string parameter: write it as viewers send it, with "
                "letters, digits and . _ ~ - [ ] % only."
            )
    return sorted(set(value)) or None


def _text(value: Json, where: str) -> str:
    """YAML reads some names as numbers and dates. Of a boolean it is not known what was written: yes, on or true."""
    if isinstance(value, (bool, dict, list)):
        raise EdgeError(f"{where}: {value!r} is not a string: quote it if YAML reads it as something else.")
    return str(value)


def _has_dot_segment(text: str) -> bool:
    return bool({".", ".."} & set(text.split("/")))


def _boolean(value: Json) -> bool | None:
    """Surveys and -e give strings. None for what is not a boolean."""
    try:
        return bool(boolean(value, strict=True)) if isinstance(value, (bool, str)) else None
    except TypeError:
        return None


def _whole(value: Json) -> int | None:
    is_whole = isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"\d{1,9}", value))
    return int(value) if is_whole and not isinstance(value, bool) else None
