# SPDX-License-Identifier: GPL-3.0-or-later

"""The Lambda@Edge package: its identity, its zip file, its contents, and refusals."""

from __future__ import annotations

import importlib.util
import io
import json
import platform
import struct
import sys
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import package, package_elf, package_wheel
from hypothesis import given
from hypothesis import strategies as st

HANDLER = Path(__file__).parents[2] / "files" / "edge" / "origin_request"
MODULE = "_awscrt.abi3.so"
LIKE_LAMBDA = (sys.platform, platform.machine(), platform.libc_ver()[0]) == ("linux", "x86_64", "glibc")
FILES = {"handler.py": b"x = 1\n", "awscrt/__init__.py": b"", "_awscrt.abi3.so": b"\x7fELF" * 1000}
FILE_SETS = st.dictionaries(st.text("abc/.", min_size=1, max_size=6), st.binary(max_size=20), max_size=5)


def shared_object(machine: int = 62, kind: int = 3, glibc: bytes = b"2.16", magic: bytes = b"\x7fELF\x02\x01") -> bytes:
    """A shared object with a header and one segment, followed by debug information and sections."""
    strings = b"\0GLIBC_2.2.5\0GLIBC_" + glibc + b"\0free\0"
    end = 64 + 56 + len(strings)
    header = struct.pack("<6s10xHHIQQQIHHHHHH", magic, kind, machine, 1, 0, 64, end + 5, 0, 64, 56, 1, 64, 2, 1)
    segment = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, end, end, 4096)
    return header + segment + strings + b"debug" + bytes(128)


def test_a_native_module_is_stripped_and_can_still_be_loaded() -> None:
    content = shared_object()
    stripped = package_elf.stripped(content)
    assert len(stripped) == len(content) - 5 - 128
    assert b"GLIBC_2.16" in stripped and b"debug" not in stripped
    package_elf.check(MODULE, stripped)
    assert package_elf.stripped(stripped) == stripped


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("_awscrt.cpython-313-x86_64-linux-gnu.so", shared_object(), "is for one version of Python only"),
        (MODULE, shared_object(machine=183), "is not a shared object for Linux on x86-64"),
        (MODULE, shared_object(kind=2), "is not a shared object for Linux on x86-64"),
        (MODULE, shared_object(magic=b"MZ\0\0\0\0"), "is not a shared object for Linux on x86-64"),
        (MODULE, b"\x7fELF", "is not a shared object for Linux on x86-64"),
        (MODULE, shared_object(glibc=b"2.38"), r"needs GLIBC 2\.38; Lambda has 2\.34"),
    ],
    ids=["a version's ABI", "ARM", "a program", "another system", "too short", "a newer GLIBC"],
)
def test_a_native_module_that_lambda_cannot_load_is_refused(name: str, content: bytes, message: str) -> None:
    with pytest.raises(EdgeError, match=message):
        package_elf.check(name, content)


def test_the_newest_glibc_of_lambda_is_accepted() -> None:
    package_elf.check(MODULE, shared_object(glibc=b"2.34"))


@given(FILE_SETS, st.randoms())
def test_identity_does_not_depend_on_the_order(files: dict[str, bytes], random: t.Any) -> None:
    items = list(files.items())
    random.shuffle(items)
    assert package.identity(dict(items)) == package.identity(files)


@given(FILE_SETS, FILE_SETS)
def test_different_files_have_different_identities(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (package.identity(one) == package.identity(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": b"bc"}, {"ab": b"c"}), ({"a": b"b", "c": b"d"}, {"a": b"b" + b"c" + b"d"}), ({}, {"a": b""})],
)
def test_identity_depends_on_where_a_name_ends(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert package.identity(one) != package.identity(other)


def test_identity_does_not_depend_on_the_zlib(tmp_path: Path) -> None:
    stored = tmp_path / "stored.zip"
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("directory/", b"")
        for name in sorted(FILES, reverse=True):
            archive.writestr(name, FILES[name])
    packed = tmp_path / "packed.zip"
    packed.write_bytes(package.zipped(FILES))
    assert stored.read_bytes() != packed.read_bytes()
    assert package.unzipped(packed) == FILES
    assert package.identity(package.unzipped(stored)) == package.identity(package.unzipped(packed))


def test_a_zip_is_deterministic_and_does_not_depend_on_the_order() -> None:
    assert package.zipped(FILES) == package.zipped(dict(reversed(FILES.items())))


def test_a_zip_has_a_fixed_date_and_files_that_lambda_can_read() -> None:
    with zipfile.ZipFile(io.BytesIO(package.zipped(FILES))) as archive:
        members = {member.filename: member for member in archive.infolist()}
    assert list(members) == sorted(FILES)
    assert {member.date_time for member in members.values()} == {(1980, 1, 1, 0, 0, 0)}
    modes = {name: oct(member.external_attr >> 16) for name, member in members.items()}
    assert modes == {"_awscrt.abi3.so": "0o755", "awscrt/__init__.py": "0o644", "handler.py": "0o644"}


def damaged() -> bytes:
    content = bytearray(package.zipped({"handler.py": bytes(range(256)) * 20}))
    for position in range(40, 60):
        content[position] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no zip", package.zipped(FILES)[:200], damaged()],
    ids=["none", "empty", "text", "half", "bad"],
)
def test_an_invalid_zip_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "package.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EdgeError, match="cannot be read as a zip"):
        package.unzipped(path)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with the files of awscrt that packing needs."""
    path = tmp_path / "awscrt.whl"
    path.write_bytes(package.zipped({MODULE: shared_object(), "awscrt/auth.py": b"no"}))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A handler that signs if a file requests it."""
    directory = tmp_path / "source"
    (directory / "proof").mkdir(parents=True)
    (directory / "handler.py").write_text("handler = 1\n")
    (directory / "README.md").write_text("no\n")
    (directory / "__pycache__").mkdir()
    (directory / "proof" / "prove.py").write_text(
        "import json, sys\nfrom pathlib import Path\n"
        "there = sorted(path.name for path in Path(sys.argv[1]).iterdir())\n"
        "answer = json.dumps({'proven': '_awscrt.abi3.so' in there or 'config.json' in there})\n"
        "print('a line of the handler')\nprint(answer)\n"
    )
    return directory


def options(source: Path, wheel: Path, **given: t.Any) -> dict[str, t.Any]:
    dest = str(source.parent / "build" / "package.zip")
    return {"source": str(source), "wheel": str(wheel), "dest": dest, "cache": "", "config": None, **given}


@pytest.fixture(autouse=True)
def pinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package_wheel, "_is_pinned", lambda path: path == tmp_path / "awscrt.whl")


def test_only_python_and_the_native_module_are_packed(source: Path, wheel: Path) -> None:
    built = package.build(options(source, wheel))
    assert built["files"] == [MODULE, "handler.py"]
    files = package.unzipped(Path(built["path"]))
    assert files[MODULE] == package_elf.stripped(shared_object())
    assert (built["sha256"], built["built"], built["proven"]) == (package.identity(files), True, True)


def test_a_package_for_single_buckets_has_no_native_module_and_downloads_no_wheel(source: Path, wheel: Path) -> None:
    config = {"mode": "region_map", "buckets": {"shop": "eu-north-1"}}
    built = package.build(options(source, source / "no wheel", config=config))
    assert built["files"] == ["config.json", "handler.py"]
    assert json.loads(package.unzipped(Path(built["path"]))["config.json"]) == config


def test_the_order_of_a_configuration_does_not_change_the_package(source: Path, wheel: Path) -> None:
    config = {"mode": "mrap", "alias": "a.mrap"}
    one = package.build(options(source, wheel, config=config))
    other = package.build(options(source, wheel, config=dict(reversed(config.items()))))
    assert (one["built"], other["built"]) == (True, False)
    assert one["sha256"] == other["sha256"]


def test_a_source_without_a_handler_or_self_test_is_refused(tmp_path: Path, source: Path, wheel: Path) -> None:
    (source / "proof" / "prove.py").rename(source / "prove.py")
    for directory in (source, tmp_path / "nowhere", wheel):
        with pytest.raises(EdgeError, match=r"source: .* is not a directory with a handler\.py and its proof"):
            package.build(options(directory, wheel))


def test_a_wheel_that_lacks_the_module_is_refused(tmp_path: Path, source: Path, wheel: Path) -> None:
    wheel.write_bytes(package.zipped({"awscrt/auth.py": b""}))
    with pytest.raises(EdgeError, match=r"lacks _awscrt\.abi3\.so: give the wheel awscrt-"):
        package.build(options(source, wheel))


PROOFS = {
    "a sentence": ('print(\'{"error": "config: no."}\')', r"^config: no\.$"),
    "an exception": ("import nowhere", "could not be proven, so it was not written: .*No module named 'nowhere'"),
    "nothing": ("", "could not be proven, so it was not written: it ended with 0"),
    "a crash": ("import os; os._exit(3)", "it ended with 3"),
    "what is not to be read": ("print('hello')", "could not be proven"),
}


@pytest.mark.parametrize(("proof", "message"), PROOFS.values(), ids=PROOFS)
def test_a_package_that_fails_its_self_test_is_not_written(source: Path, wheel: Path, proof: str, message: str) -> None:
    (source / "proof" / "prove.py").write_text(proof)
    with pytest.raises(EdgeError, match=message):
        package.build(options(source, wheel))
    assert list((source.parent / "build").iterdir()) == []


def test_the_self_test_cannot_import_from_this_environment(source: Path, wheel: Path) -> None:
    (source / "proof" / "prove.py").write_text("import awscrt")
    with pytest.raises(EdgeError, match="No module named 'awscrt'"):
        package.build(options(source, wheel))


SINGLE = {"mode": "region_map", "buckets": {"shop-eu": "eu-north-1"}, "default": "shop-eu"}


@pytest.mark.parametrize(
    "config",
    [
        {**SINGLE, "map": {"eu-west-1": "shop-eu"}},
        {**SINGLE, "parameter": {"name": "/shop", "region": "us-east-1"}},
        {"mode": "dns_record", "buckets": {"shop-eu": "eu-north-1"}, "record": "a.example.com"},
    ],
)
def test_the_handler_passes_its_self_test_without_a_network(source: Path, config: dict[str, t.Any]) -> None:
    built = package.build(options(source, source, config=config) | {"source": str(HANDLER)})
    assert built["proven"] is True
    assert built["bytes"] < 50_000


def test_the_handler_passes_its_self_test_with_the_stripped_native_module(source: Path, wheel: Path) -> None:
    """The module is from this environment's awscrt, which is newer than the packed one."""
    spec = importlib.util.find_spec("_awscrt")
    assert spec is not None and spec.origin is not None
    content = Path(spec.origin).read_bytes()
    if not LIKE_LAMBDA:
        content = shared_object()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MODULE, content)
    built = package.build(options(source, wheel) | {"source": str(HANDLER)})
    assert built["proven"] is LIKE_LAMBDA
    assert len(package.unzipped(Path(built["path"]))[MODULE]) < len(content)


def test_the_handler_refuses_an_invalid_configuration_when_it_is_built(source: Path) -> None:
    given = options(source, source, config={**SINGLE, "map": {"eu-west-1": "other"}}) | {"source": str(HANDLER)}
    with pytest.raises(EdgeError, match=r"^config: map: eu-west-1: the bucket 'other' is not in buckets: shop-eu\."):
        package.build(given)


def test_a_native_module_that_does_not_load_is_refused(source: Path, wheel: Path) -> None:
    """Only on a machine like Lambda's; on others the self-test is skipped."""
    given = options(source, wheel) | {"source": str(HANDLER)}
    if not LIKE_LAMBDA:
        assert package.build(given)["proven"] is False
        return
    with pytest.raises(EdgeError, match="the package does not sign: ImportError: "):
        package.build(given)


def test_a_wheel_with_other_bytes_is_refused(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for path in (wheel, tmp_path / "nowhere.whl"):
        with pytest.raises(EdgeError, match=f"with SHA-256 {package_wheel.AWSCRT_SHA256}"):
            package_wheel.checked(path)


def test_a_wheel_in_the_cache_is_used_only_if_its_hash_matches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Path] = []

    def download(directory: Path) -> None:
        fetched.append(directory)
        (directory / package_wheel.AWSCRT_WHEEL).write_bytes(b"right")

    monkeypatch.setattr(package_wheel, "_download", download)
    monkeypatch.setattr(package_wheel, "_is_pinned", lambda path: path.is_file() and path.read_bytes() == b"right")
    cache = tmp_path / "a" / "cache"
    assert package_wheel.cached(cache).read_bytes() == b"right"
    package_wheel.cached(cache)
    assert len(fetched) == 1
    (cache / package_wheel.AWSCRT_WHEEL).write_bytes(b"half")
    assert package_wheel.cached(cache).read_bytes() == b"right"
    assert [path.name for path in cache.iterdir()] == [package_wheel.AWSCRT_WHEEL]


def test_a_package_is_written_atomically_without_temporary_files(tmp_path: Path) -> None:
    dest = tmp_path / "build" / "package.zip"
    package.write(dest, b"one")
    package.write(dest, b"two")
    assert dest.read_bytes() == b"two"
    assert list(dest.parent.iterdir()) == [dest]
