"""The input of `make demo`, checked before anything is started."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

DEFAULTS: dict[str, Any] = {
    "edge_name": "demo",
    "edge_regions": [
        "eu-north-1",
        "eu-west-3",
        "ap-south-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "us-west-1",
        "us-east-1",
        "sa-east-1",
    ],
}


class InputError(Exception):
    """The input is invalid; the message is shown to the user."""


@dataclass(frozen=True)
class Inputs:
    site: Path
    variables: dict[str, Any]
    port: int


def read(environment: Mapping[str, str], directory: Path) -> Inputs:
    """SITE, VARS and PORT of the environment; relative paths are relative to *directory*."""
    given = _variables(directory / environment["VARS"]) if environment.get("VARS") else {}
    site = _site(directory / (environment.get("SITE") or given.get("edge_site") or REPOSITORY / "examples" / "site"))
    port = _port(environment.get("PORT") or "8080")
    return Inputs(site, {**DEFAULTS, **given, "edge_site": str(site)}, port)


def _site(path: Path) -> Path:
    if not path.is_dir():
        raise InputError(f"SITE: there is no directory {path}: give the folder that your site was built into.")
    if not any(item.is_file() for item in path.rglob("*")):
        raise InputError(f"SITE: {path} has no file in it: build the site first.")
    return path.resolve()


def _variables(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"VARS: {path} cannot be read ({error}): give a YAML file of edge_* variables.") from error
    except yaml.YAMLError as error:
        raise InputError(f"VARS: {path} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(content, dict):
        raise InputError(f"VARS: {path} must hold variables, such as edge_name: my-site.")
    return content


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise InputError(f"PORT: {text!r} is not a port: give a number from 1 to 65535.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = (
                "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({os.strerror(error.errno or 0)})"
            )
            raise InputError(f"PORT: {port} {reason}: give another one, for example make demo PORT=8081.") from error
    return port
