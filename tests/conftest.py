"""How the collection is found, and how the tests are divided among pytest-xdist's workers."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ansible import __version__ as ansible_core
from ansible.plugins.loader import init_plugin_loader
from xdist.scheduler import LoadScopeScheduling

# By Ansible's own loader, which templates need for the collection's filters; before anything imports the collection.
init_plugin_loader([str(Path(__file__).parents[1] / "build" / "collections")])

_GROUPS_FILE = pytest.StashKey[str]()


def pytest_report_header() -> str:
    return f"ansible-core: {ansible_core}"


@pytest.fixture(scope="session", autouse=True)
def no_bytecode_of_temporary_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Python keeps what it compiled under `sys.pycache_prefix`, also after the directory of a test is gone."""
    yield
    if sys.pycache_prefix:
        shutil.rmtree(f"{sys.pycache_prefix}{tmp_path_factory.getbasetemp()}", ignore_errors=True)


def _group(item: pytest.Item) -> str:
    """The tests of one group run one after another, on one worker: mostly those of a file, for its fixtures."""
    if item.get_closest_marker("shares_nothing"):
        return item.nodeid
    shares = item.get_closest_marker("shares")
    return shares.args[0] if shares else item.nodeid.partition("::")[0]


def _seconds(item: pytest.Item) -> float:
    takes = item.get_closest_marker("takes")
    return takes.args[0] if takes else 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the group that takes longest first, so that no worker is left alone with it at the end."""
    groups = {item.nodeid: _group(item) for item in items}
    seconds = dict.fromkeys(groups.values(), 0.0)
    for item in items:
        seconds[groups[item.nodeid]] += _seconds(item)
    items.sort(key=lambda item: -seconds[groups[item.nodeid]])
    if hasattr(config, "workerinput"):
        Path(config.workerinput["groups_file"]).write_text(json.dumps(groups))


# What follows runs in the process that hands the tests to the workers. It collects none itself, and xdist gives it only
# the ids of the tests: the groups reach it in a file. (With --dist=loadgroup, xdist 3.8 appends a group to the id by
# setting Node._nodeid, which pytest 9.2 no longer reads.)
class Scheduling(LoadScopeScheduling):
    @cached_property
    def _groups(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(Path(self.config.stash[_GROUPS_FILE]).read_text())
        return found

    def _split_scope(self, nodeid: str) -> str:
        return self._groups[nodeid]


def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    directory = TemporaryDirectory()
    config.add_cleanup(directory.cleanup)
    config.stash[_GROUPS_FILE] = str(Path(directory.name) / "groups.json")


def pytest_configure_node(node: Any) -> None:
    node.workerinput["groups_file"] = node.config.stash[_GROUPS_FILE]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture
def shown() -> Iterator[list[str]]:
    """The lines that a module shows while it waits."""
    from ansible_collections.multiregion.edge.plugins.module_utils._core import progress

    lines: list[str] = []
    progress.report_to(lines.append)
    yield lines
    progress.report_to(None)
