"""The viewer function, the origin request function and the keys, as a deployment has them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import mimetypes
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).parents[3]
_EDGE = _REPOSITORY / "files" / "edge"
SITE = _REPOSITORY / "examples" / "site"
NAME, RELEASE = "shop", "r/one"
# Every host shows the release. docs/routing.md describes the keys.
KEYS = {f"{NAME}/h/*": json.dumps({"v": 1, "p": RELEASE})}


def viewer_function(mode: str = "mrap") -> str:
    code = (_EDGE / "viewer_request" / "viewer_request.js").read_text()
    return code.replace("__EDGE_NAME__", NAME).replace(
        "__EDGE_SELECTS_ORIGINS__", str(mode == "nearest_bucket").lower()
    )


def origin_keys(nearest: dict[str, list[str]]) -> dict[str, str]:
    """The origin-selection keys. *nearest*: the origin ids by the Region of the regional edge cache."""
    return {f"{NAME}/n/{cache}": json.dumps({"v": 1, "o": origins[:2]}) for cache, origins in nearest.items()}


def package(config: dict[str, Any] | None = None) -> bytes:
    """The package of the origin request function with this configuration; without one, it signs for MRAPs."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as content:
        for path in sorted((_EDGE / "origin_request").glob("*.py")):
            content.write(path, path.name)
        if config is not None:
            content.writestr("config.json", json.dumps(config))
        if config is None or config["mode"] == "mrap":
            native = find_spec("_awscrt")
            assert native and native.origin
            content.write(native.origin, Path(native.origin).name)
    return archive.getvalue()


def objects() -> dict[str, tuple[bytes, str]]:
    """The example site as a release: body and content type by key."""
    return {
        f"{RELEASE}/{path.relative_to(SITE).as_posix()}": (
            path.read_bytes(),
            mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        )
        for path in sorted(SITE.rglob("*"))
        if path.is_file()
    }
