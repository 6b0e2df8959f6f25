# SPDX-License-Identifier: GPL-3.0-or-later

"""Code that makes no AWS call neither needs nor imports boto3."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"
COLLECTIONS = PLUGINS.parent / "build" / "collections"
PACKAGE = "ansible_collections.multiregion.edge.plugins"

# Their import raises an error that `except ImportError` does not catch.
_IMPORT_ALL = """
import importlib, sys

from ansible.plugins.loader import init_plugin_loader

init_plugin_loader([sys.argv[1]])

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("boto3", "botocore") or name.startswith("ansible_collections.amazon"):
            raise RuntimeError(f"it imports {name}")

sys.meta_path.insert(0, Blocked())
for name in sys.argv[2:]:
    try:
        importlib.import_module(name)
    except RuntimeError as error:
        print(f"{name}: {error}")
"""


def pure() -> list[Path]:
    """The rules, the plans, and other modules documented as pure."""
    utils = sorted((PLUGINS / "module_utils").rglob("*.py"))
    return [
        path
        for path in utils
        if path.parent.name == "_rules" or path.stem.endswith("plan") or "Pure." in path.read_text()[:1500]
    ]


def without_aws() -> list[Path]:
    return [path for path in sorted((PLUGINS / "modules").glob("*.py")) if "AnsibleAWSModule" not in path.read_text()]


def test_code_without_aws_calls_does_not_import_boto3() -> None:
    names = [
        ".".join((PACKAGE, *path.relative_to(PLUGINS).with_suffix("").parts)) for path in (*pure(), *without_aws())
    ]
    for expected in ("module_utils._rules.regions", "module_utils._buckets.plan", "modules.site_probe"):
        assert f"{PACKAGE}.{expected}" in names
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, str(COLLECTIONS), *names], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
