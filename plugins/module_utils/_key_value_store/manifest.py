# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The manifest: the keys below a prefix as the last run left them, kept in the home bucket.

It is used only if its own hash is the one in the digest key, so it does no harm if it is lost or old.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import typing as t

from . import digest as digests
from .plan import Values


def key(arn: str, prefix: str) -> str:
    """A store that was deleted and created again has another id. Prefixes may have bytes that a path cannot."""
    return f"_edge/keys/{arn.rpartition('/')[2]}/{hashlib.sha256(prefix.encode()).hexdigest()[:32]}.json.gz"


def matches_digest(values: Values, digest: digests.Digest | None) -> bool:
    return digest is not None and digest.all != "" and digests.of_all(values) == digest.all


def text(values: Values) -> bytes:
    # Without the time, so that the same keys are the same bytes.
    return gzip.compress(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode(), mtime=0)


def parse(found: bytes) -> dict[str, str]:
    """No keys for what is no manifest: the hash of none is not the digest's."""
    try:
        document: t.Any = json.loads(gzip.decompress(found))
    except (OSError, EOFError, ValueError):
        return {}
    texts = isinstance(document, dict) and all(isinstance(value, str) for value in document.values())
    return document if texts else {}
