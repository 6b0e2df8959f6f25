# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A package as its files: its identity, and to and from a zip."""

from __future__ import annotations

import hashlib
import io
import os
import typing as t
import zipfile
import zlib
from pathlib import Path

from .._core.errors import EdgeError

# The earliest time that a zip can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)

Files = dict[str, bytes]


def identity(files: t.Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted names and bytes: independent of the machine and the zlib."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def zipped(files: t.Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, date_time=_EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix on any machine: the mode below counts
            member.external_attr = (0o755 if name.endswith(".so") else 0o644) << 16
            archive.writestr(member, files[name])
    return buffer.getvalue()


def unzipped(package: Path, only: t.Collection[str] | None = None) -> Files:
    """The files of a zip, or those that are named and there. Raises EdgeError if *package* is no zip."""
    try:
        with zipfile.ZipFile(package) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            return {name: archive.read(name) for name in names if only is None or name in only}
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise EdgeError(f"{package} cannot be read as a zip: {error}.") from error


def is_at(dest: Path, sought: str) -> bool:
    """Whether *dest* is a package of the identity *sought*; half a package is none."""
    try:
        return identity(unzipped(dest)) == sought
    except EdgeError:
        return False


def write(dest: Path, content: bytes) -> None:
    """Write *content* to *dest* at once: a half-written package is never seen."""
    dest.parent.mkdir(parents=True, exist_ok=True)
    temporary = dest.with_name(f".{dest.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(dest)
