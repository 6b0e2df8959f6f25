"""One site for the whole session, deployed by the playbooks to eight Regions of local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.inputs import DEFAULTS
from demo.site import LocalSite
from localaws.edge import Edge

# File names that a site may have, and that a viewer's browser must reach.
NAMES = (
    "index.html",
    "404.html",
    "guide/index.html",
    "guide/deep er/index.html",
    "assets/site.3f9a1c2b.css",
    "assets/app-Dk3x_ZqA.js",
    "LICENSE",
    "v1.2/docs/index.html",
    ".well-known/security.txt",
    "with space.txt",
    "plus+plus.txt",
    "100%.txt",
    "100%41.txt",
    "this & that.txt",
    "(parens).txt",
    "a=b;c,d@e!$'*.txt",
    "question?.txt",
    "hash#tag.txt",
    "tilde~.txt",
    "[brackets]{braces}.txt",
    'quote"back\\slash.txt',
    "Größe.txt",
    "Gro\u0308ße.txt",  # looks the same, in decomposed form
    "日本語/ページ.html",
    "emoji 🚀.svg",
    "empty.txt",
    "two..dots.txt",
    "downloads/archive.tar.gz",
)


def write_site(directory: Path) -> Path:
    for number, name in enumerate(NAMES):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if name == "empty.txt" else f"{number}: {name}\n".encode() * (number + 1))
    (directory / "large.bin").write_bytes(bytes(range(256)) * 4 * 20_000)  # 20 MB: uploaded in parts
    return directory


@pytest.fixture(scope="session")
def site_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("a site"))


@pytest.fixture(scope="session")
def site(site_directory: Path) -> Iterator[LocalSite]:
    variables = {**DEFAULTS, "edge_name": "shop", "edge_site": str(site_directory), "edge_tags": {"team": "web"}}
    with LocalSite(variables) as local_site:
        deployed = local_site.playbook("site.yml", "--diff", capture=True)
        assert deployed.returncode == 0, deployed.stdout
        published = local_site.playbook("playbooks/publish.yml", capture=True)
        assert published.returncode == 0, published.stdout
        yield local_site


@pytest.fixture
def edge(site: LocalSite, tmp_path: Path) -> Iterator[Edge]:
    """An edge with cold caches before the session's site."""
    with Edge(site.local_aws.url, site.distribution_id(), "eu-north-1", tmp_path) as local_edge:
        yield local_edge
