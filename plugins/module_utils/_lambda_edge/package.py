# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The package of the origin request function: the handler, its configuration, and the modules for signing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from .._core.errors import EdgeError
from . import package_wheel
from .package_files import (
    Files,
    identity,
    is_at,
    unzipped,
    write,
    zipped,
)

__all__ = ["Files", "build", "collect", "identity", "is_at", "prove", "unzipped", "write", "zipped"]

_CONFIGURATION = "config.json"
# It stays here: it proves the others.
_PROOF = Path("proof", "prove.py")
_PROOF_SECONDS = 60


def build(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the module returns. The zip is only written if it is not there."""
    source, dest = Path(params["source"]), Path(params["dest"])
    files = collect(source, params["config"], lambda: _wheel(params))
    proven = prove(source, files, dest.parent)
    sha256 = identity(files)
    built = not is_at(dest, sha256)
    if built:
        write(dest, zipped(files))
    return {
        "path": str(dest),
        "sha256": sha256,
        "bytes": dest.stat().st_size,
        "built": built,
        "proven": proven,
        "files": sorted(files),
    }


def collect(source: Path, config: t.Mapping[str, t.Any] | None, wheel: t.Callable[[], Path]) -> Files:
    """Every .py file of the directory *source*, the configuration, and awscrt's part of the *wheel* if it is used:
    SigV4A is an elliptic curve's and needs it; SigV4, for single buckets, is in Python's own library."""
    files = {path.name: path.read_bytes() for path in sorted(source.glob("*.py"))} if source.is_dir() else {}
    if "handler.py" not in files or not (source / _PROOF).is_file():
        raise EdgeError(f"source: {source} is not a directory with a handler.py and its {_PROOF} in it.")
    if config:
        files[_CONFIGURATION] = (json.dumps(config, sort_keys=True, indent=1) + "\n").encode()
    if "buckets" not in (config or {}):
        files |= package_wheel.native_module(wheel())
    return files


def prove(source: Path, files: t.Mapping[str, bytes], workdir: Path) -> bool:
    """Whether the package imported and signed, with nothing but its own files; False where this machine is not like
    Lambda's. Raises EdgeError if it would not work. *workdir*: /tmp may forbid to load native code."""
    workdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=workdir.resolve()) as directory:
        for name, content in files.items():
            (Path(directory) / name).write_bytes(content)
        command = [sys.executable, "-I", "-S", "-B", str(source.resolve() / _PROOF), directory]
        try:
            outcome = subprocess.run(
                command, capture_output=True, text=True, check=False, cwd=directory, timeout=_PROOF_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise EdgeError(f"The package did not sign within {_PROOF_SECONDS} s, so it was not written.") from error
    lines = outcome.stdout.splitlines()
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError):
        reason = (outcome.stderr.strip().splitlines() or [f"it ended with {outcome.returncode}"])[-1]
        raise EdgeError(f"The package could not be proven, so it was not written: {reason}") from None
    if "error" in answer:
        raise EdgeError(answer["error"])
    return bool(answer["proven"])


def _wheel(params: t.Mapping[str, t.Any]) -> Path:
    if params["wheel"]:
        return package_wheel.checked(Path(params["wheel"]))
    return package_wheel.cached(Path(params["cache"]))
