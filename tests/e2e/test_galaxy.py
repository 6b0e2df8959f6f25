"""The tarball for Galaxy: its contents, the findings of Galaxy's importer, and a deployment from it."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from demo.inputs import REPOSITORY
from demo.site import LocalSite
from localaws.edge import Edge
from localaws.viewer import get

# The tests share only the build of the tarball, which takes a second.
pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(25)]

ANSIBLE = Path(sys.executable).parent
IMPORTER = REPOSITORY / ".venv-galaxy" / "bin"

SHIPPED = {
    *("FILES.json", "MANIFEST.json", "LICENSE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "requirements.txt"),
    *("changelogs", "docs", "extensions", "files", "meta", "playbooks", "plugins", "roles", "tests"),
}
# Files that the playbooks and roles read.
NEEDED = ("files/edge/viewer_request/viewer_request.js", "files/edge/origin_request/handler.py", "docs/routing.md")


def run(*command: str | Path, cwd: Path, environment: dict[str, str]) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tarball")
    command = (ANSIBLE / "ansible-galaxy", "collection", "build", REPOSITORY, "--output-path", directory)
    run(*command, cwd=directory, environment={**os.environ})
    [built] = directory.iterdir()
    return built


def test_the_tarball_has_the_shipped_files_only(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {member.name for member in archive.getmembers() if not member.isdir()}
        below = {member.name.partition("/")[0] for member in archive.getmembers()}
    assert below == SHIPPED, "build_ignore in galaxy.yml lists what is in a checkout and not in the tarball"
    assert not [name for name in names if name.startswith("extensions/molecule") or "__pycache__" in name]
    assert [name for name in names if name.startswith("tests/")] == ["tests/config.yml"]
    assert set(NEEDED) <= names
    for directory in ("files", "roles", "playbooks", "docs"):
        there = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / directory).rglob("*") if path.is_file()}
        assert {name for name in there if "__pycache__" not in name} <= names


def test_galaxy_imports_the_tarball_without_a_warning(tarball: Path, tmp_path: Path) -> None:
    """As on Galaxy: with ansible-doc and ansible-lint, and without the collection's dependencies."""
    environment = {"PATH": f"{IMPORTER}{os.pathsep}{os.defpath}", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    printed = run(IMPORTER / "python", "-m", "galaxy_importer.main", tarball, cwd=tmp_path, environment=environment)
    assert not [line for line in printed.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))], printed
    found = json.loads((tmp_path / "importer_result.json").read_text())
    documented = {
        item["content_name"]
        for item in found["docs_blob"]["contents"]
        if item["content_type"] == "role" or (item["doc_strings"] or {}).get("doc")
    }
    modules = {path.stem for path in (REPOSITORY / "plugins" / "modules").glob("*.py")}
    roles = {path.name for path in (REPOSITORY / "roles").iterdir()}
    assert modules | roles <= documented


def test_a_site_is_deployed_from_the_tarball(tarball: Path, tmp_path: Path) -> None:
    """Installed into an empty path and run from a directory that is not the repository."""
    collections, elsewhere = tmp_path / "collections", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "index.html").write_text("from the tarball")
    with LocalSite({"edge_name": "shop", "edge_regions": "eu-north-1,us-east-1", "edge_site": "."}) as site:
        environment = {
            **os.environ,
            **site.environment(region=None),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(tmp_path / "home"),
        }
        # amazon.aws is in the `ansible` package.
        install = (ANSIBLE / "ansible-galaxy", "collection", "install", tarball, "--offline", "--no-deps")
        run(*install, "--collections-path", collections, cwd=elsewhere, environment=environment)
        variables = tmp_path / "variables.yml"
        variables.write_text(yaml.safe_dump({**site.variables, "edge_site": str(elsewhere)}))
        for playbook in ("site", "publish"):
            command = (ANSIBLE / "ansible-playbook", f"multiregion.edge.{playbook}", "--extra-vars", f"@{variables}")
            run(*command, cwd=elsewhere, environment=environment)
        with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path) as edge:
            assert get(edge.url, "/").body == b"from the tarball"
