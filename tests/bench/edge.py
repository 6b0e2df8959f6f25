"""The code that runs for every request: the origin request function compared with other implementations, and the
viewer function compared with a function that does nothing."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from bench import edge_signing, edge_viewer

HEADING = "## The edge"


def section() -> list[str]:
    return [HEADING, "", *edge_signing.section(), "", *edge_viewer.section()]
