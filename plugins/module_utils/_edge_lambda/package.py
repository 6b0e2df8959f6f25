# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The origin-request package: our handler plus the part of awscrt that signing loads."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import typing as t
import zipfile
import zlib
from pathlib import Path

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

# The last version before AWS-LC took its entropy from CPU jitter, which costs every cold start 23 ms
# of CPU (aws/aws-lc#3180), 20 times what the rest of the import costs. The abi3 wheel for CPython 3.11
# loads on 3.11 and everything later: the Lambda runtime's Python and the controller's alike.
AWSCRT_VERSION = "0.27.6"
AWSCRT_WHEEL = f"awscrt-{AWSCRT_VERSION}-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
AWSCRT_SHA256 = "786476667b414476b152896d13f213a17e55d058bd3da414e43b020b5375e453"

# All that `import awscrt.auth` loads.
_AWSCRT_FILES = (
    "_awscrt.abi3.so",
    "awscrt/__init__.py",
    "awscrt/auth.py",
    "awscrt/exceptions.py",
    "awscrt/http.py",
    "awscrt/io.py",
)

# The earliest time that a zip can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)

Files = dict[str, bytes]


def identity(files: t.Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted names and bytes: the same wherever and by whatever zlib it was zipped."""
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
            member.create_system = 3  # Unix, whatever this machine is: the mode below counts
            member.external_attr = (0o755 if name.endswith(".so") else 0o644) << 16
            archive.writestr(member, files[name])
    return buffer.getvalue()


def unzipped(package: Path) -> Files:
    """The files of a package. Raises EdgeError if *package* is no zip."""
    try:
        with zipfile.ZipFile(package) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise EdgeError(f"{package} cannot be read as a zip: {error}.") from error


def collect(source: Path, wheel: Path) -> Files:
    """Every .py file of the directory *source*, and what signing needs of the awscrt *wheel*."""
    files = {path.name: path.read_bytes() for path in sorted(source.glob("*.py"))} if source.is_dir() else {}
    if not files:
        raise EdgeError(f"source: {source} is not a directory with a handler's .py files in it.")
    content = unzipped(wheel)
    missing = [name for name in _AWSCRT_FILES if name not in content]
    if missing:
        raise EdgeError(f"wheel: {wheel} lacks {', '.join(missing)}: give the wheel {AWSCRT_WHEEL}.")
    return files | {name: content[name] for name in _AWSCRT_FILES}


def awscrt_wheel(cache: Path) -> Path:
    """The pinned wheel in *cache*; fetched by pip from the index that pip is configured for if it is not there."""
    wheel = cache / AWSCRT_WHEEL
    if not _is_pinned(wheel):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as directory:
            _download(Path(directory))
            # Into place at once: two runs may share the cache.
            (Path(directory) / AWSCRT_WHEEL).replace(wheel)
    return wheel


def check_wheel(wheel: Path) -> Path:
    if not _is_pinned(wheel):
        raise EdgeError(f"wheel: {wheel} is not {AWSCRT_WHEEL} with SHA-256 {AWSCRT_SHA256}.")
    return wheel


def _is_pinned(wheel: Path) -> bool:
    return wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() == AWSCRT_SHA256


def _download(directory: Path) -> None:
    requirement = directory / "requirements.txt"
    requirement.write_text(f"awscrt=={AWSCRT_VERSION} --hash=sha256:{AWSCRT_SHA256}\n")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--platform=manylinux2014_x86_64", "--implementation=cp", "--abi=abi3"),
        *("--python-version=3.11", f"--dest={directory}", f"--requirement={requirement}"),
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode or not (directory / AWSCRT_WHEEL).is_file():
        lines = outcome.stderr.strip().splitlines() or ["pip said nothing"]
        raise EdgeError(
            f"pip could not fetch {AWSCRT_WHEEL}: {lines[-1]} Where there is no package index, "
            "give the file as wheel (in the playbooks: origin_request_wheel)."
        )


def is_at(dest: Path, sought: str) -> bool:
    """Whether *dest* is a package of the identity *sought*; half a package is none."""
    try:
        return identity(unzipped(dest)) == sought
    except EdgeError:
        return False


def write(dest: Path, content: bytes) -> None:
    """Write *content* to *dest* at once: nobody ever sees half a package."""
    dest.parent.mkdir(parents=True, exist_ok=True)
    temporary = dest.with_name(f".{dest.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(dest)
