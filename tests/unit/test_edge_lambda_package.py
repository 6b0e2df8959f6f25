# SPDX-License-Identifier: GPL-3.0-or-later

"""The Lambda@Edge package: its identity, its zip, what goes in and what is refused."""

from __future__ import annotations

import io
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda import package
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from hypothesis import given
from hypothesis import strategies as st

FILES = {"handler.py": b"x = 1\n", "awscrt/__init__.py": b"", "_awscrt.abi3.so": b"\x7fELF" * 1000}
FILE_SETS = st.dictionaries(st.text("abc/.", min_size=1, max_size=6), st.binary(max_size=20), max_size=5)


@given(FILE_SETS, st.randoms())
def test_identity_does_not_depend_on_the_order(files: dict[str, bytes], random: t.Any) -> None:
    items = list(files.items())
    random.shuffle(items)
    assert package.identity(dict(items)) == package.identity(files)


@given(FILE_SETS, FILE_SETS)
def test_identity_tells_different_files_apart(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (package.identity(one) == package.identity(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": b"bc"}, {"ab": b"c"}), ({"a": b"b", "c": b"d"}, {"a": b"b" + b"c" + b"d"}), ({}, {"a": b""})],
)
def test_identity_is_not_fooled_by_where_a_name_ends(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert package.identity(one) != package.identity(other)


def test_identity_survives_zipping_by_any_zlib(tmp_path: Path) -> None:
    stored = tmp_path / "stored.zip"
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("directory/", b"")
        for name in sorted(FILES, reverse=True):
            archive.writestr(name, FILES[name])
    ours = tmp_path / "ours.zip"
    ours.write_bytes(package.zipped(FILES))
    assert stored.read_bytes() != ours.read_bytes()
    assert package.unzipped(ours) == FILES
    assert package.identity(package.unzipped(stored)) == package.identity(package.unzipped(ours))


def test_a_zip_is_the_same_bytes_each_time_and_whatever_the_order() -> None:
    assert package.zipped(FILES) == package.zipped(dict(reversed(FILES.items())))


def test_a_zip_has_no_clock_and_files_that_lambda_can_read() -> None:
    with zipfile.ZipFile(io.BytesIO(package.zipped(FILES))) as archive:
        members = {member.filename: member for member in archive.infolist()}
    assert list(members) == sorted(FILES)
    assert {member.date_time for member in members.values()} == {(1980, 1, 1, 0, 0, 0)}
    modes = {name: oct(member.external_attr >> 16) for name, member in members.items()}
    assert modes == {"_awscrt.abi3.so": "0o755", "awscrt/__init__.py": "0o644", "handler.py": "0o644"}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "awscrt.whl"
    path.write_bytes(package.zipped({**dict.fromkeys(package._AWSCRT_FILES, b"crt"), "awscrt/mqtt.py": b"no"}))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    directory = tmp_path / "source"
    directory.mkdir()
    (directory / "handler.py").write_text("handler = 1\n")
    (directory / "README.md").write_text("no\n")
    (directory / "__pycache__").mkdir()
    return directory


def test_only_python_and_what_signing_loads_is_packed(source: Path, wheel: Path) -> None:
    assert sorted(package.collect(source, wheel)) == sorted(["handler.py", *package._AWSCRT_FILES])


def test_a_source_without_a_handler_is_refused(tmp_path: Path, source: Path, wheel: Path) -> None:
    (source / "handler.py").unlink()
    for directory in (source, tmp_path / "nowhere", wheel):
        with pytest.raises(EdgeError, match=r"source: .* is not a directory with a handler's \.py files"):
            package.collect(directory, wheel)


def test_a_wheel_that_lacks_something_is_refused(tmp_path: Path, source: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(package.zipped(dict.fromkeys(package._AWSCRT_FILES[1:], b"")))
    with pytest.raises(EdgeError, match=r"lacks _awscrt\.abi3\.so: give the wheel awscrt-"):
        package.collect(source, wheel)


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
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "package.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EdgeError, match="cannot be read as a zip"):
        package.unzipped(path)


def test_a_wheel_with_other_bytes_is_refused(tmp_path: Path, wheel: Path) -> None:
    for path in (wheel, tmp_path / "nowhere.whl"):
        with pytest.raises(EdgeError, match=f"with SHA-256 {package.AWSCRT_SHA256}"):
            package.check_wheel(path)


def test_a_wheel_in_the_cache_is_only_taken_if_its_bytes_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[Path] = []

    def download(directory: Path) -> None:
        fetched.append(directory)
        (directory / package.AWSCRT_WHEEL).write_bytes(b"right")

    monkeypatch.setattr(package, "_download", download)
    monkeypatch.setattr(package, "_is_pinned", lambda path: path.is_file() and path.read_bytes() == b"right")
    cache = tmp_path / "a" / "cache"
    assert package.awscrt_wheel(cache).read_bytes() == b"right"
    package.awscrt_wheel(cache)
    assert len(fetched) == 1
    (cache / package.AWSCRT_WHEEL).write_bytes(b"half")
    assert package.awscrt_wheel(cache).read_bytes() == b"right"
    assert [path.name for path in cache.iterdir()] == [package.AWSCRT_WHEEL]


def test_a_package_is_written_at_once_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    dest = tmp_path / "build" / "package.zip"
    package.write(dest, b"one")
    package.write(dest, b"two")
    assert dest.read_bytes() == b"two"
    assert list(dest.parent.iterdir()) == [dest]
