"""The implementations that sign requests, each as a package in a directory below build/bench, as a user builds it."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from py_compile import PycInvalidationMode

from demo.inputs import REPOSITORY

HERE = Path(__file__).parent
PACKAGES = REPOSITORY / "build" / "bench"
OURS = REPOSITORY / "build" / "origin_request.zip"
SOURCE = REPOSITORY / "files" / "edge" / "origin_request"
# The last version that is quick to import, and the one that boto3 installs today.
AWSCRT = ("0.27.6", version("awscrt"))
NODE = {"aws-crt": "1.33.2", "@smithy/signature-v4a": "3.6.2"}

NAME, PRECOMPILED = "multiregion.edge", "multiregion.edge, precompiled"
LIMIT = f"the limit: one bare P-256 signature (OpenSSL, by cryptography {version('cryptography')})"


@dataclass(frozen=True)
class Contestant:
    name: str
    package: Path | None
    command: list[str]
    handler: str
    path: tuple[str, ...] = ()

    def megabytes(self) -> tuple[float, float]:
        """The package's size, zipped and unpacked."""
        assert self.package is not None
        files = [path for path in sorted(self.package.rglob("*")) if path.is_file()]
        target = PACKAGES / "size.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(self.package))
        return target.stat().st_size / 1e6, sum(path.stat().st_size for path in files) / 1e6


def contestants(sample: str | None) -> tuple[list[Contestant], list[str]]:
    """The available implementations, this collection's first, and a message for each that is not available."""
    ours = _emptied("ours")
    with zipfile.ZipFile(OURS) as archive:
        archive.extractall(ours)
    precompiled = _emptied("ours-precompiled")
    shutil.copytree(ours, precompiled, dirs_exist_ok=True)
    compileall.compile_dir(precompiled, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    found = [
        _python(NAME, ours, "handler.handler"),
        _python(PRECOMPILED, precompiled, "handler.handler"),
        _python(LIMIT, None, "edge_limit.handler"),
    ]
    missing = []
    if sample:
        found += _samples(Path(sample))
    else:
        missing.append("The Lambda of aws-samples is missing: run `make bench SAMPLE=dir` with a checkout of it.")
    if shutil.which("node") and shutil.which("npm"):
        found += [_node(name, pinned) for name, pinned in NODE.items()]
    else:
        missing.append("The implementations in Node are missing: the machine of the measurement has no node or no npm.")
    return found, missing


def why_the_package_is_missing() -> str | None:
    """A message, if build/origin_request.zip is missing or not built from the current sources."""
    sources = {path.name: path.read_bytes() for path in SOURCE.glob("*.py")}
    if OURS.is_file():
        with zipfile.ZipFile(OURS) as archive:
            if {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")} == sources:
                return None
    return f"{OURS} is not built from the current sources: run `make package` first."


def _python(name: str, package: Path | None, handler: str) -> Contestant:
    # The boto3 of this environment follows the package in the import path, as that of Lambda's runtime does.
    path = (str(package or HERE), sysconfig.get_path("platlib"))
    return Contestant(name, package, [sys.executable, "-I", "-S", "-B", str(HERE / "edge_worker.py")], handler, path)


def _samples(sample: Path) -> Iterator[Contestant]:
    source = next(sample.rglob("lambda_function.py"), None)
    if source is None:
        raise SystemExit(f"SAMPLE: {sample} has no lambda_function.py in it: give a checkout of aws-samples' Lambda.")
    for awscrt in AWSCRT:
        package = _emptied(f"sample-{awscrt}")
        _run(sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", str(package), f"awscrt=={awscrt}")
        shutil.copy(source, package)
        yield _python(f"aws-samples' Lambda, awscrt {awscrt}", package, "lambda_function.lambda_handler")


def _node(name: str, pinned: str) -> Contestant:
    short = name.rpartition("/")[2]
    package = _emptied(short)
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    _run("npm", "install", *options, "--prefix", str(package), f"{name}@{pinned}")
    handler = shutil.copy(HERE / f"edge_node_{short}.js", package)
    shutil.copy(HERE / "edge_node_request.js", package)
    return Contestant(f"Node, {name} {pinned}", package, ["node", str(HERE / "edge_worker.js")], str(handler))


def _emptied(name: str) -> Path:
    directory = PACKAGES / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
