# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The part of awscrt that signing loads, from the pinned wheel."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from .._core.errors import EdgeError
from . import package_elf
from .package_files import Files, unzipped

# The last version before AWS-LC took its entropy from CPU jitter, which costs every cold start 23 ms
# of CPU (aws/aws-lc#3180), 20 times what the rest of the import costs. The abi3 wheel for CPython 3.11
# loads on 3.11 and everything later: the Lambda runtime's Python and the controller's alike.
AWSCRT_VERSION = "0.27.6"
AWSCRT_WHEEL = f"awscrt-{AWSCRT_VERSION}-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
AWSCRT_SHA256 = "786476667b414476b152896d13f213a17e55d058bd3da414e43b020b5375e453"

# The handler calls it directly: awscrt's own Python around it would only be loaded to be passed through.
NATIVE_MODULE = "_awscrt.abi3.so"


def native_module(wheel: Path) -> Files:
    """The native module of *wheel*, stripped."""
    content = unzipped(wheel, [NATIVE_MODULE]).get(NATIVE_MODULE)
    if content is None:
        raise EdgeError(f"wheel: {wheel} lacks {NATIVE_MODULE}: give the wheel {AWSCRT_WHEEL}.")
    package_elf.check(NATIVE_MODULE, content)
    return {NATIVE_MODULE: package_elf.stripped(content)}


def cached(cache: Path) -> Path:
    """The pinned wheel in *cache*; fetched by pip from the index that pip is configured for if it is not there."""
    wheel = cache / AWSCRT_WHEEL
    if not _is_pinned(wheel):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as directory:
            _download(Path(directory))
            # Into place at once: two runs may share the cache.
            (Path(directory) / AWSCRT_WHEEL).replace(wheel)
    return wheel


def checked(wheel: Path) -> Path:
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
        lines = outcome.stderr.strip().splitlines() or ["pip printed nothing"]
        raise EdgeError(
            f"pip could not fetch {AWSCRT_WHEEL}: {lines[-1]} Where there is no package index, "
            "give the file as wheel (in the playbooks: origin_request_wheel)."
        )
