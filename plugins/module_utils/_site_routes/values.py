# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The single values of a host's entry: each is checked, and returned as a record has it. Pure."""

from __future__ import annotations

import re
import typing as t
from decimal import Decimal
from urllib.parse import quote

from .._core.errors import EdgeError
from .._release.files import check_release_name

Json = t.Any

# What every site's releases begin with.
RELEASES = "r/"
STATUSES = (301, 302, 307, 308)
DEFAULT_STATUS = 301
DEFAULT_RETRY_SECONDS = 300
_MAX_RETRY_SECONDS = 7 * 24 * 3600
_MAX_OBJECT_BYTES = 1024

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"\*|(?:\*\.)?(?:{_LABEL}\.)+{_LABEL}")
_PREFIX = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_QUERY_NAME = re.compile(r"[A-Za-z0-9._~%\[\]-]{1,128}")
# Control characters, and what is no character and so no UTF-8.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][!-~]*)?")
_IN_URLS = "/:?#[]@!$&'()*+,;=%~"
_NOT_IN_URLS = set(' "<>\\^`{|}')


def host(value: Json) -> str:
    name = str(value).lower()
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise EdgeError(
            f"hosts: {value!r} is no host: write it like www.example.com, without https:// and port, and what has "
            "other letters than these in the form that begins with xn--; *.example.com is any name before it, and * "
            "any other host."
        )
    return name


def release(value: Json, where: str) -> str:
    name = _text(value, where)
    check_release_name(name, where)
    return RELEASES + name


def prefix(value: Json, where: str) -> str:
    text = _text(value, where)
    if not _PREFIX.fullmatch(text) or _has_dot_segment(text):
        raise EdgeError(
            f"{where}: {value!r} is no prefix: write it like r/2026-11-20, with no slash at its ends; its segments "
            "have letters, digits, dots, hyphens, underscores and tildes."
        )
    return text


def path(value: Json, where: str) -> str:
    """A viewer's path as the router has it once it is normalised: decoded, and such that it can be asked for."""
    text = str(value)
    if not text.startswith("/"):
        raise EdgeError(f"{where}: {value!r} is no path: it begins with a slash.")
    if "//" in text or _has_dot_segment(text):
        raise EdgeError(
            f"{where}: {value!r} never arrives: the router takes // for / and resolves . and .. before it looks; "
            "write the path that is left."
        )
    if _ESCAPE.search(text):
        raise EdgeError(f"{where}: {value!r} is percent-encoded: write the characters themselves.")
    if "?" in text or "#" in text or _UNSEEN.search(text):
        raise EdgeError(
            f"{where}: {value!r} has a character that no path here can have: ?, # or one that cannot be seen. "
            "Only the path counts, not a query."
        )
    return text


def object_key(value: Json, where: str) -> str:
    key = _text(value, where)
    if not key or key.startswith("/") or "//" in key or _has_dot_segment(key) or _UNSEEN.search(key):
        raise EdgeError(f"{where}: {value!r} is no object's key: write it like cache/page.html, with no slash first.")
    size = len(key.encode())
    if size > _MAX_OBJECT_BYTES:
        raise EdgeError(f"{where}: {key[:80]}... has {size} bytes; keys in S3 have at most {_MAX_OBJECT_BYTES}.")
    return key


def target(value: Json, where: str) -> str:
    """Of a redirect: what Location says, so it is encoded already."""
    text = _text(value, where)
    if not text.isascii() and not _UNSEEN.search(text):
        raise EdgeError(f"{where}: {value!r} must be percent-encoded: {quote(text, safe=_IN_URLS)}.")
    is_path = text.startswith("/") and not text.startswith("//")
    if not (is_path or _URL.fullmatch(text)) or not text.isprintable() or set(text) & _NOT_IN_URLS:
        raise EdgeError(
            f"{where}: {value!r} must be a path such as /new, or a URL such as https://www.example.com/new."
        )
    return text


def status(value: Json, where: str) -> int:
    if value is None:
        return DEFAULT_STATUS
    if _whole(value) not in STATUSES:
        raise EdgeError(f"{where}: {value!r} must be {', '.join(map(str, STATUSES[:-1]))} or {STATUSES[-1]}.")
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


def choice(value: Json, where: str, choices: t.Mapping[str, Json]) -> Json:
    if str(value) not in choices:
        raise EdgeError(f"{where}: {value!r} is none; choose from {', '.join(choices)}.")
    return choices[str(value)]


def retry_seconds(value: Json, where: str) -> int | None:
    """True is the usual time, False no maintenance."""
    on = _boolean(value)
    if on is not None:
        return DEFAULT_RETRY_SECONDS if on else None
    seconds = _whole(value)
    if seconds is None or not 1 <= seconds <= _MAX_RETRY_SECONDS:
        raise EdgeError(
            f"{where}: {value!r} must be true, false, or 1 to {_MAX_RETRY_SECONDS} seconds after which to ask again."
        )
    return seconds


def flag(value: Json, where: str) -> int | None:
    on = _boolean(value)
    if on is None:
        raise EdgeError(f"{where}: {value!r} must be true or false.")
    return 1 if on else None


def query_names(value: Json, where: str) -> list[str] | None:
    if not isinstance(value, list):
        raise EdgeError(f"{where}: {value!r} must be a list of names of query parameters.")
    for name in value:
        if not isinstance(name, str) or not _QUERY_NAME.fullmatch(name):
            raise EdgeError(
                f"{where}: {name!r} is no name of a query parameter: write it as viewers send it, with letters, "
                "digits and . _ ~ - [ ] % only."
            )
    return sorted(set(value)) or None


def _text(value: Json, where: str) -> str:
    """YAML makes numbers, dates and booleans of some names. Of a boolean nobody can tell what was written."""
    if isinstance(value, (bool, dict, list)):
        raise EdgeError(f"{where}: {value!r} is no text: write one, in quotes if YAML would read more into it.")
    return str(value)


def _has_dot_segment(text: str) -> bool:
    return bool({".", ".."} & set(text.split("/")))


def _boolean(value: Json) -> bool | None:
    """Surveys and -e give strings."""
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())


def _whole(value: Json) -> int | None:
    is_whole = isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"\d{1,9}", value))
    return int(value) if is_whole and not isinstance(value, bool) else None
