"""Which tests may run beside each other: those of different groups."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first, so that none is left alone at the end.
    items.sort(key=lambda item: "e2e" not in item.path.parts)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    """By what they share: the session's site, else the fixtures of their file, else nothing."""
    if "e2e" not in item.path.parts:
        return str(item.path)
    return "the site" if "site" in getattr(item, "fixturenames", ()) else item.nodeid
