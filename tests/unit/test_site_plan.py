# SPDX-License-Identifier: GPL-3.0-or-later

<<<<<<<< HEAD:tests/unit/test_site_plan_action.py
"""The action plugin site_plan: where relative paths are, and that a mistake is a sentence before the module runs."""
========
"""The action plugin site_plan: the settings it makes of variables, where relative paths are, and its refusals."""
>>>>>>>> main:tests/unit/test_site_plan.py

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
<<<<<<<< HEAD:tests/unit/test_site_plan_action.py
from ansible_collections.multiregion.edge.plugins.action.site_plan import ActionModule
from ansible_collections.multiregion.edge.plugins.plugin_utils import _journal
from ansible_collections.multiregion.edge.plugins.plugin_utils._direct import DirectAction
========
from ansible.template import Templar, trust_as_template
from ansible_collections.multiregion.edge.plugins.action.site_plan import ActionModule
>>>>>>>> main:tests/unit/test_site_plan.py

GIVEN = {"edge_name": "my-site", "edge_regions": "eu-north-1"}


<<<<<<<< HEAD:tests/unit/test_site_plan_action.py
@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would read AWS returns what it was given."""
    monkeypatch.setattr(_journal, "start", lambda host: None)
    monkeypatch.setattr(DirectAction, "run", lambda action, tmp, task_vars: dict(action._task.args))


def settings(**given: t.Any) -> dict[str, t.Any]:
    task = MagicMock(args={"playbook": "routes"})
    templar = SimpleNamespace(template=lambda value: value)
    action = ActionModule(task, MagicMock(), MagicMock(), DataLoader(), templar, None)
    found = action.run(task_vars={"inventory_hostname": "localhost", "ansible_check_mode": False, **GIVEN, **given})
    assert found["playbook"] == "routes"
    result: dict[str, t.Any] = found["settings"]
========
def run(**given: t.Any) -> dict[str, t.Any]:
    loader = DataLoader()
    action = ActionModule(MagicMock(), MagicMock(), MagicMock(), loader, Templar(loader), None)
    result: dict[str, t.Any] = action._settings({**GIVEN, **given, "release_name": "of a role"})
>>>>>>>> main:tests/unit/test_site_plan.py
    return result


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "dist"


@pytest.mark.parametrize("site", ["dist", "./dist", "~/dist", "{absolute}"])
<<<<<<<< HEAD:tests/unit/test_site_plan_action.py
def test_a_site_is_relative_to_the_directory_of_the_user(dist: Path, site: str) -> None:
    assert settings(edge_site=site.format(absolute=dist))["site_directory"] == str(dist)


def test_without_a_site_there_is_nothing_to_look_for() -> None:
    assert settings()["site_directory"] == ""
========
def test_a_site_is_where_the_person_is_who_names_it(dist: Path, site: str) -> None:
    assert run(edge_site=site.format(absolute=dist))["site"] == str(dist)


def test_without_a_site_there_is_nothing_to_look_for() -> None:
    assert run()["site"] == ""


def test_a_variable_may_be_a_template() -> None:
    regions = trust_as_template("{{ ['eu-north-1', 'us-east-1'] | join(',') }}")
    assert run(edge_regions=regions)["regions"] == ["eu-north-1", "us-east-1"]
>>>>>>>> main:tests/unit/test_site_plan.py


@pytest.mark.parametrize("routes", ["routes.yml", "./routes.yml", "~/routes.yml", "{here}/routes.yml"])
def test_routes_are_relative_to_the_directory_of_the_user(dist: Path, routes: str) -> None:
    (dist.parent / "routes.yml").write_text('"*.example.com": {release: 2026-11-20, canary: null}\n')
<<<<<<<< HEAD:tests/unit/test_site_plan_action.py
    found = settings(edge_routes=routes.format(here=dist.parent))["routes"]
========
    found = run(edge_routes=routes.format(here=dist.parent))["routes"]
>>>>>>>> main:tests/unit/test_site_plan.py
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
def test_a_file_that_has_no_routes_is_a_sentence(dist: Path, content: str | None, sentence: str) -> None:
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
def test_a_mistake_is_a_sentence(dist: Path, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(AnsibleActionFail, match=sentence):
        settings(**given)
