# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of a query string that is sent to S3, as one string that is signed and sent."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, unquote_to_bytes


def selected(given: str, allowed: list[str]) -> str:
    """The pairs whose name is *allowed*, each encoded once, sorted, and with a '=' also where there is no value.
    Source: IAM User Guide, "Create a signed AWS API request", canonical query string."""
    pairs = []
    for part in given.split("&"):
        name, _equals, value = (_encoded(text) for text in part.partition("="))
        pairs.append((name, value))
    names = {quote_from_bytes(name.encode(), "-._~") for name in allowed}
    return "&".join(f"{name}={value}" for name, value in sorted(pairs) if name in names)


def _encoded(text: str) -> str:
    # Forms and S3 read '+' as a space.
    raw = text.replace("+", " ").encode("utf-8", "surrogateescape")
    return quote_from_bytes(unquote_to_bytes(raw), "-._~")
