"""Sample functions and requests for the tests of the edge."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from localaws.edge.messages import ViewerRequest
from localaws.geo import load_pops

_HERE = Path(__file__).parent
FUNCTION = (_HERE / "viewer_function.js").read_text()
NEAREST_BUCKET = (_HERE / "nearest_bucket.js").read_text()
_HANDLER = (_HERE / "handler.py").read_text()
REQUEST = ViewerRequest(
    "id==", "GET", "www.example.com", "/a", "v=1&x=2", [("host", "www.example.com")], {"c": "1"}, "192.0.2.1"
)
SYDNEY = load_pops()["SYD"]


def lambda_zip(source: str, files: Iterable[tuple[Path, Path]] = ()) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as content:
        content.writestr("handler.py", source)
        for path, name in files:
            content.write(path, name)
    return archive.getvalue()


def awscrt() -> Iterator[tuple[Path, Path]]:
    spec, native = find_spec("awscrt"), find_spec("_awscrt")
    assert spec and spec.origin and native and native.origin
    package, library = Path(spec.origin).parent, Path(native.origin)
    for path in package.rglob("*.py"):
        yield path, path.relative_to(package.parent)
    yield library, Path(library.name)


def signed_by_lambda() -> dict[str, Any]:
    """The options of a Site with the functions of this directory."""
    return {"function_code": FUNCTION, "lambda_zip": lambda_zip(_HANDLER, awscrt()), "keys": {"release": "r1"}}
