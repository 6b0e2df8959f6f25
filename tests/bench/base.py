"""The files of another commit, in a separate directory, for a comparison with this working tree."""

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

# The last commit where each module ran in its own Python process.
DEFAULT = "4e1dee2"


class NoBaseError(Exception):
    """There is no such commit: an archive has no history, and a shallow clone has only a part of it."""


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """The files of the commit, with the collection in a path where Ansible finds it. Removed at the end."""
    archive = _archive(commit)
    with tempfile.TemporaryDirectory(prefix="multiregion-edge-base-") as name:
        directory = Path(name).resolve()
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(directory, filter="data")
        # As in the Makefile.
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
