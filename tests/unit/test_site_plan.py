# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin site_plan: relative paths, and messages for invalid input before the module runs."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.multiregion.edge.plugins.action.site_plan import ActionModule
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal
from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction

GIVEN = {"edge_name": "my-site", "edge_regions": "eu-north-1"}


def redacted(arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """As Ansible redacts a secret key with the value my."""
    assert arguments["settings"]["name"] == "my-site"
    return {**arguments, "settings": {**arguments["settings"], "name": "********-site"}}


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module that would read AWS returns its input."""
    monkeypatch.setattr(_journal, "start", lambda host: None)
    monkeypatch.setattr(DirectAction, "run", lambda action, tmp, task_vars: redacted(action._task.args))


def settings(**given: t.Any) -> dict[str, t.Any]:
    task = MagicMock(args={"playbook": "routes"})
    loader = DataLoader()
    action = ActionModule(task, MagicMock(), MagicMock(), loader, Templar(loader), None)
    found = action.run(task_vars={"inventory_hostname": "localhost", "ansible_check_mode": False, **GIVEN, **given})
    assert found["playbook"] == "routes"
    result: dict[str, t.Any] = found["settings"]
    return result


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "dist"


@pytest.mark.parametrize("site", ["dist", "./dist", "~/dist", "{absolute}"])
def test_a_site_is_relative_to_the_directory_of_the_user(dist: Path, site: str) -> None:
    assert settings(edge_site=site.format(absolute=dist))["site_directory"] == str(dist)


def test_a_variable_may_be_a_template() -> None:
    regions = trust_as_template("{{ ['eu-north-1', 'us-east-1'] | join(',') }}")
    assert settings(edge_regions=regions)["regions"] == ["eu-north-1", "us-east-1"]


def test_the_settings_do_not_depend_on_credentials() -> None:
    assert settings()["name"] == "my-site"


def test_without_a_site_no_directory_is_needed() -> None:
    assert settings()["site_directory"] == ""


@pytest.mark.parametrize("routes", ["routes.yml", "./routes.yml", "~/routes.yml", "{here}/routes.yml"])
def test_routes_are_relative_to_the_directory_of_the_user(dist: Path, routes: str) -> None:
    (dist.parent / "routes.yml").write_text('"*.example.com": {release: 2026-11-20, canary: null}\n')
    found = settings(edge_routes=routes.format(here=dist.parent))["routes"]
    assert found == {"*.example.com": {"release": datetime.date(2026, 11, 20), "canary": None}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"edge_routes: there is no file '.*/routes\.yml'"),
        ("", r"edge_routes: .*/routes\.yml must have a dictionary of hosts"),
        ("- www.example.com", r"must have a dictionary of hosts"),
        ("*.example.com: {}", r"edge_routes: .*/routes\.yml cannot be read: .*YAML"),
    ],
    ids=["no file", "an empty file", "a list", "no YAML"],
)
def test_a_file_without_routes_is_refused_with_a_message(dist: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        (dist.parent / "routes.yml").write_text(content)
    with pytest.raises(AnsibleActionFail, match=sentence) as refusal:
        settings(edge_routes="routes.yml")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"edge_site": "nowhere"}, "edge_site: there is no directory"),
        ({"edge_name": ""}, "edge_name is missing"),
        (
            {"edge_home": "eu-north-1"},
            r"edge_home is not a variable of these playbooks: did you mean edge_home_region\?",
        ),
    ],
)
def test_an_invalid_value_is_refused_with_a_message(dist: Path, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(AnsibleActionFail, match=sentence):
        settings(**given)
