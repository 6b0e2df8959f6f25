# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A site's directory as the objects of a release: keys, content types, cache headers. Pure but for reading files."""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import itertools
import mimetypes
import os
import re
import typing as t
from pathlib import Path

from .._core.errors import EdgeError

MAX_KEY_BYTES = 1024
# MOST in files/edge/viewer_request/src/path.js: of slashes and of what needs a call for each.
MOST_OF_A_CHARACTER = 100

# Of a multipart upload, and so of the ETag that S3 gives it.
PART_BYTES = 16 * 1024 * 1024

# A release never changes, so CloudFront may keep every object of it for a year (s-maxage); browsers know
# a page by a URL that outlives the release, so they ask again, but for names that change with the content.
IMMUTABLE = "public, max-age=31536000, immutable"
PAGE = "public, max-age=0, s-maxage=31536000, must-revalidate"
OTHER = "public, max-age=3600, s-maxage=31536000"

# Python's own table, without this machine's (/etc/mime.types), plus what it lacks.
_TYPES = mimetypes.MimeTypes(filenames=())
for _suffix, _type in {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}.items():
    _TYPES.add_type(_type, _suffix)

_TEXTUAL = ("application/json", "application/manifest+json", "application/xml", "image/svg+xml")

# What a file is once it is packed; no Content-Encoding is sent, so it is not what was packed.
_PACKED = {
    "bzip2": "application/x-bzip2",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
}

# name.3f9a1c2b.css: eight or more hexadecimal digits, a letter and a digit among them (a date is none)
_HEX_FINGERPRINT = re.compile(r"[.\-_](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\.[A-Za-z0-9.]+$")
# name-Dk3x_ZqA.js: eight characters of base 64
_BASE64_FINGERPRINT = re.compile(r"[.\-]([A-Za-z0-9_\-]{8})\.(?:js|mjs|css|map|woff2?|svg|png|jpe?g|webp|avif)$")
# Of those eight, the places where a character's class (capital, small, digit, other) is not that of the one before:
# random text has about five of seven; a word such as LinkedIn, Summer24 or IMG_1234 three at the most.
_LEAST_CHANGES = 5

_RELEASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclasses.dataclass(frozen=True)
class SiteFile:
    """One file: where it is, its path in the site, its size and the ETag that S3 will give it."""

    source: str
    path: str
    size: int
    etag: str

    @property
    def key(self) -> str:
        """Where the viewer function looks for it: a last segment without a dot is a directory with an index.html."""
        return self.path if "." in self.path.rsplit("/", 1)[-1] else f"{self.path}/index.html"

    @property
    def headers(self) -> dict[str, str]:
        """PutObject's parameters for the headers that S3 will answer with."""
        return {"ContentType": content_type(self.path), "CacheControl": cache_control(self.path)}


def scan(directory: str, exclude: t.Sequence[str], option: str = "src") -> list[SiteFile]:
    """Every file below *directory* but those whose name, or whose directory's, matches a pattern of *exclude*.

    Raises EdgeError for what cannot be read: a release that lacks a file would be found out by viewers.
    """
    check_directory(directory, option)
    found = []
    try:
        for parent, directories, names in os.walk(directory, followlinks=True, onerror=_raise):
            directories[:] = sorted(name for name in directories if not _matches(name, exclude))
            for name in directories:
                _check_loop(Path(parent, name), option)
            for name in sorted(names):
                if not _matches(name, exclude):
                    found.append(_site_file(Path(parent, name), directory, option))
    except OSError as error:
        raise EdgeError(f"{option}: {error.filename} cannot be read ({error.strerror}): make it readable.") from error
    if not found:
        raise EdgeError(f"{option}: {directory} has no file in it: build the site first.")
    return found


def _site_file(source: Path, directory: str, option: str) -> SiteFile:
    if not source.is_file():
        raise EdgeError(f"{option}: {source} is neither a file nor a directory, or a link to nothing: remove it.")
    path = source.relative_to(directory).as_posix()
    _check_path(path, option)
    return SiteFile(str(source), path, source.stat().st_size, _etag(source))


def _raise(error: OSError) -> t.NoReturn:
    raise error


def _check_loop(directory: Path, option: str) -> None:
    if directory.is_symlink() and directory.parent.resolve().is_relative_to(directory.resolve()):
        raise EdgeError(f"{option}: {directory} is a link to a directory that it is in: remove it.")


def check_release_name(name: str, option: str) -> None:
    if not _RELEASE_NAME.fullmatch(name):
        raise EdgeError(
            f"{option}: {name!r} must be 1 to 64 letters, digits, dots, hyphens and underscores, "
            "a letter or digit first."
        )


def site_directory(given: str, option: str) -> str:
    """The absolute path of the directory that the user gave, relative to the working directory; it must have files."""
    directory = str(Path(given).expanduser().absolute())
    check_directory(directory, option)
    return directory


def check_directory(directory: str, option: str) -> None:
    """Raise EdgeError unless *directory* is there and has a file in it."""
    if not directory or not Path(directory).is_dir():
        raise EdgeError(
            f"{option}: there is no directory {directory!r}: give the folder that your site was built into."
        )
    if not any(names for _parent, _directories, names in os.walk(directory)):
        raise EdgeError(f"{option}: {directory} has no file in it: build the site first.")


def fingerprint(files: t.Iterable[SiteFile]) -> str:
    """A release's name by its content: the same files and headers give the same twelve digits."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.key):
        digest.update(repr((file.key, file.size, file.etag, sorted(file.headers.items()))).encode())
    return digest.hexdigest()[:12]


def content_type(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    guessed, encoding = _TYPES.guess_type(name)
    if encoding is not None:
        return _PACKED.get(encoding, "application/octet-stream")
    if guessed is None:
        return "application/octet-stream" if "." in name[1:] else "text/plain; charset=utf-8"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") or guessed in _TEXTUAL else guessed


def cache_control(path: str) -> str:
    if is_fingerprinted(path):
        return IMMUTABLE
    return PAGE if content_type(path).startswith("text/html") or "." not in path.rsplit("/", 1)[-1] else OTHER


def is_fingerprinted(path: str) -> bool:
    """Whether a bundler put a hash of the content into the file's name."""
    name = path.rsplit("/", 1)[-1]
    if name.endswith((".html", ".htm")):
        return False
    if _HEX_FINGERPRINT.search(name):
        return True
    found = _BASE64_FINGERPRINT.search(name)
    return found is not None and _class_changes(found[1]) >= _LEAST_CHANGES


def _class_changes(text: str) -> int:
    classes = [(character.isupper(), character.islower(), character.isdigit()) for character in text]
    return sum(one != other for one, other in itertools.pairwise(classes))


def _matches(name: str, patterns: t.Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _check_path(path: str, option: str) -> None:
    try:
        size = len(path.encode())
    except UnicodeEncodeError as error:
        raise EdgeError(f"{option}: the name {path!r} is not UTF-8, as keys in S3 are: rename the file.") from error
    if size > MAX_KEY_BYTES - 128:  # what the release's prefix and an index.html may add
        raise EdgeError(f"{option}: the path {path[:80]}... has {size} bytes; keys in S3 have at most {MAX_KEY_BYTES}.")
    for character in "/!'()*":
        if f"/{path}".count(character) > MOST_OF_A_CHARACTER:  # a URI begins with a slash
            raise EdgeError(
                f"{option}: the viewer function refuses the path {path[:80]}..., which has too many of {character!r}: "
                f"{MOST_OF_A_CHARACTER} at most, with the slash before it. Rename the file."
            )


def _etag(source: Path) -> str:
    """MD5, or for what is uploaded in parts the MD5 of the parts' MD5s and their number."""
    parts = []
    with source.open("rb") as stream:
        while block := stream.read(PART_BYTES):
            parts.append(hashlib.md5(block, usedforsecurity=False))
    # boto3 uploads in parts from the threshold on, so also what is one part exactly.
    if source.stat().st_size < PART_BYTES:
        return (parts[0] if parts else hashlib.md5(b"", usedforsecurity=False)).hexdigest()
    whole = hashlib.md5(b"".join(part.digest() for part in parts), usedforsecurity=False)
    return f"{whole.hexdigest()}-{len(parts)}"
