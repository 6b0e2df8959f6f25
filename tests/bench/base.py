"""The files of another commit, in a directory of their own, to compare this working tree with."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.inputs import REPOSITORY

# Each module had a Python process of its own.
DEFAULT = "4e1dee2"


class NoBaseError(Exception):
    """Why there is no such commit: a downloaded archive has no history, and a shallow clone has not all of it."""


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """The commit's files, with the collection where its full names resolve. Removed at the end."""
    archive = _archive(commit)
    with tempfile.TemporaryDirectory(prefix="multiregion-edge-base-") as name:
        directory = Path(name).resolve()
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(directory, filter="data")
        # As the Makefile makes it.
        namespace = directory / "build" / "collections" / "ansible_collections" / "multiregion"
        namespace.mkdir(parents=True)
        (namespace / "edge").symlink_to(directory)
        yield directory


def _archive(commit: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "archive", "--format=tar", commit], cwd=REPOSITORY, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise NoBaseError("git is not installed") from error
    if done.returncode:
        raise NoBaseError(done.stderr.decode(errors="replace").strip())
    return done.stdout
