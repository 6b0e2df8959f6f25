"""What the project sends to the edge: its router and its signer, as a deployment would have them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import mimetypes
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).parents[2]
_EDGE = _REPOSITORY / "files" / "edge"
SITE = _REPOSITORY / "examples" / "site"
NAME, RELEASE = "shop", "r/one"
# Every host shows the release; docs/routing.md has the keys.
KEYS = {f"{NAME}/h/*": json.dumps({"v": 1, "p": RELEASE})}
# What picks two buckets for each request, behind the router. Its table is part of the code.
_NEAREST = """
const NEAREST = %s;
async function handler(event) {
  const answer = await routed(event);
  const pair = NEAREST[cf.edgeLocation.region];
  if (answer.uri && pair) {
    cf.createRequestOriginGroup({
      originIds: [{ originId: pair[0] }, { originId: pair[1] }],
      failoverCriteria: { statusCodes: [404, 500, 502, 503, 504] }
    });
  }
  return answer;
}
"""


def router() -> str:
    return (_EDGE / "viewer_request" / "viewer_request.js").read_text().replace("__EDGE_NAME__", NAME)


def router_to(nearest: dict[str, list[str]]) -> str:
    """*nearest*: the ids of the origins, by the Region of the regional edge cache."""
    pairs = {cache: origins[:2] for cache, origins in nearest.items()}
    head = "async function handler(event)"
    code = router()
    assert code.count(head) == 1
    return code.replace(head, "async function routed(event)") + _NEAREST % json.dumps(pairs)


def package(config: dict[str, Any] | None = None) -> bytes:
    """The zip of the signer with this configuration; without one, it signs for access points."""
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
    """The demo's site as a release: body and content type, by key."""
    return {
        f"{RELEASE}/{path.relative_to(SITE).as_posix()}": (
            path.read_bytes(),
            mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        )
        for path in sorted(SITE.rglob("*"))
        if path.is_file()
    }
