"""How the collection is found, and which tests may run beside each other: those that share nothing."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader
from xdist.scheduler import LoadScopeScheduling

# By Ansible's own loader, which templates need for the collection's filters; before anything imports the collection.
init_plugin_loader([str(Path(__file__).parents[1] / "build" / "collections")])

# Each of their tests has an AWS of its own; the other files of e2e share one site.
_APART = (
    "test_demo.py",
    "test_fresh_account.py",
    "test_going_over.py",
    "test_molecule.py",
    "test_origin_modes.py",
    "test_query_strings.py",
    "test_replacement.py",
    "test_routes.py",
    "test_settings.py",
)


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        """What a test shares with others: mostly the fixtures of its file."""
        path = nodeid.partition("::")[0]
        if "/e2e/" not in path:
            return path
        return nodeid if path.endswith(_APART) else "the site"


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first, so that none is left alone at the end.
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture
def shown() -> Iterator[list[str]]:
    """The lines that a module shows while it waits."""
    from ansible_collections.multiregion.edge.plugins.module_utils import _progress

    lines: list[str] = []
    _progress.report_to(lines.append)
    yield lines
    _progress.report_to(None)
