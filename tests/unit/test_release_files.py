# SPDX-License-Identifier: GPL-3.0-or-later

"""A site's directory as objects: keys, types, cache headers, included files, and refusals."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._release import files
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import (
    IMMUTABLE,
    MOST_OF_A_CHARACTER,
    OTHER,
    PAGE,
    SiteFile,
    cache_control,
    content_type,
    fingerprint,
    is_fingerprinted,
    scan,
    site_directory,
)


def site(directory: Path, *paths: str) -> str:
    for path in paths:
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return str(directory)


def found(directory: str, *exclude: str) -> list[str]:
    return [file.path for file in scan(directory, exclude)]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("index.html", "index.html"),
        ("docs/index.html", "docs/index.html"),
        ("about", "about/index.html"),
        ("v1.2/docs", "v1.2/docs/index.html"),
        ("v1.2/docs.html", "v1.2/docs.html"),
        (".well-known/security", ".well-known/security/index.html"),
        ("docs/.nojekyll", "docs/.nojekyll"),
        ("a b/c+d/50%.txt", "a b/c+d/50%.txt"),
        ("grüße/日本.html", "grüße/日本.html"),
    ],
)
def test_the_key_is_the_one_of_the_viewer_function(path: str, key: str) -> None:
    assert SiteFile("", path, 0, "").key == key


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.js.map", "application/json; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("site.webmanifest", "application/manifest+json; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("a.png", "image/png"),
        ("IMAGE.JPG", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.pdf", "application/pdf"),
        ("a.tar.gz", "application/gzip"),
        ("a.unknown-suffix", "application/octet-stream"),
        ("LICENSE", "text/plain; charset=utf-8"),
        (".nojekyll", "text/plain; charset=utf-8"),
        ("v1.2/LICENSE", "text/plain; charset=utf-8"),
    ],
)
def test_content_types(path: str, expected: str) -> None:
    assert content_type(path) == expected


@pytest.mark.parametrize(
    ("path", "lie"),
    [("a.tar.xz", "application/x-tar"), ("a.tar.bz2", "application/x-tar"), ("a.js.br", "text/javascript")],
)
def test_compressed_files_do_not_have_the_type_of_their_content(path: str, lie: str) -> None:
    """No Content-Encoding is sent, so the type must be that of the bytes."""
    assert not content_type(path).startswith(lie)


@pytest.mark.parametrize(
    "name",
    [
        "main.3f9a1c2b.css",
        "main-3f9a1c2b.js",
        "main_3f9a1c2b4d5e6f70.js",
        "logo.d41d8cd98f00b204e9800998ecf8427e.svg",
        "chunk.3f9a1c2b.js.map",
        "index-Dk3x_ZqA.js",
        "index-BqVz4KdX.css",
        "inter-latin-C2AdPX0b.woff2",
    ],
)
def test_names_with_a_hash_of_the_content(name: str) -> None:
    assert is_fingerprinted(f"assets/{name}")
    assert cache_control(f"assets/{name}") == IMMUTABLE


@pytest.mark.parametrize(
    "name",
    [
        "report-20241126.pdf",
        "report-2024-11-26.pdf",
        "backup.20241126120000.json",
        "my-Document.js",
        "my-document.js",
        "jquery-3.6.0.min.js",
        "bootstrap.bundle.min.js",
        "app-settings.css",
        "font-awesome.css",
        "facade-decade.css",
        "photo-deadbeef.jpg",
        "3f9a1c2b.d/index.html",
        "page.3f9a1c2b.html",
        "the-INTERNET.png",
        "phone-12345678.svg",
        # Eight characters with capitals and digits that are no hash: browsers would cache them for a year.
        "icon-LinkedIn.svg",
        "app-DarkMode.css",
        "holiday-IMG_1234.jpg",
        "poster-Summer24.png",
        "chapter-Figure01.png",
    ],
)
def test_names_without_a_hash_are_never_immutable(name: str) -> None:
    assert not is_fingerprinted(f"assets/{name}")
    assert cache_control(f"assets/{name}") != IMMUTABLE


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", PAGE),
        ("docs/a.htm", PAGE),
        ("about", PAGE),
        ("main.css", OTHER),
        ("feed.xml", OTHER),
        ("v1.2/about", PAGE),
        ("main.3f9a1c2b.css", IMMUTABLE),
    ],
)
def test_cache_control(path: str, expected: str) -> None:
    assert cache_control(path) == expected


def test_every_file_is_found_with_its_path_size_and_etag(tmp_path: Path) -> None:
    names = ["a b+c%20.txt", "docs/grüße.html", "docs/v1.2/x", "index.html", ".well-known/security.txt"]
    directory = site(tmp_path, *names)
    (tmp_path / "empty.txt").touch()
    result = {file.path: file for file in scan(directory, [])}
    assert sorted(result) == sorted([*names, "empty.txt"])
    assert (result["empty.txt"].size, result["empty.txt"].etag) == (0, "d41d8cd98f00b204e9800998ecf8427e")
    assert result["index.html"].etag == "eacf331f0ffc35d4b482f1d15a887d3b"
    assert Path(result["docs/v1.2/x"].source).read_text() == "docs/v1.2/x"


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ([], [".git/config", "a.html", "a.map", "docs/.git/x", "docs/b.map"]),
        ([".git"], ["a.html", "a.map", "docs/b.map"]),
        ([".git", "*.map"], ["a.html"]),
        (["docs", ".git"], ["a.html", "a.map"]),
    ],
)
def test_excludes_match_names_at_every_depth(tmp_path: Path, exclude: list[str], left: list[str]) -> None:
    directory = site(tmp_path, ".git/config", "a.html", "a.map", "docs/.git/x", "docs/b.map")
    assert sorted(found(directory, *exclude)) == left


def test_a_linked_directory_is_included_or_refused_but_never_skipped(tmp_path: Path) -> None:
    site(tmp_path / "shared", "a.css")
    directory = site(tmp_path / "site", "index.html")
    (tmp_path / "site" / "assets").symlink_to(tmp_path / "shared")
    try:
        assert "assets/a.css" in found(directory)
    except EdgeError as refusal:
        assert "assets" in str(refusal)


def test_a_broken_link_is_not_skipped_silently(tmp_path: Path) -> None:
    directory = site(tmp_path, "index.html")
    (tmp_path / "gone.css").symlink_to(tmp_path / "nowhere.css")
    with pytest.raises(EdgeError, match=r"gone\.css"):
        scan(directory, [])


def test_an_unreadable_directory_is_not_skipped_silently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = site(tmp_path, "index.html", "private/a.css")
    real = os.scandir

    def scandir(path: str = ".") -> object:
        if str(path).endswith("private"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(EdgeError, match="private"):
        scan(directory, [])


@pytest.mark.parametrize("name", ["", "nowhere", "index.html"], ids=["no name", "missing", "a file"])
def test_a_path_that_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    site(tmp_path, "index.html")
    with pytest.raises(EdgeError, match=r"src: there is no directory .* give the folder that your site was built into"):
        scan(str(tmp_path / name) if name else "", [])


def test_a_directory_without_files_after_excludes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for _turn in range(2):
        with pytest.raises(EdgeError, match="has no file in it: build the site first"):
            scan(str(tmp_path), [".git"])
        site(tmp_path, ".git/config")


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    site(tmp_path, "index.html")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.html")).write_text("x")
    with pytest.raises(EdgeError, match="is not UTF-8"):
        scan(str(tmp_path), [])


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/".join(["a"] * 100), False),
        ("/".join(["a"] * 101), True),
        ("(" * 100 + ".html", False),
        ("(" * 101 + ".html", True),
    ],
    ids=["99 slashes", "100 slashes", "100 parentheses", "101 parentheses"],
)
def test_a_path_that_the_viewer_function_refuses_is_refused(tmp_path: Path, path: str, refused: bool) -> None:
    site(tmp_path, path)
    if not refused:
        assert [file.path for file in scan(str(tmp_path), [])] == [path]
        return
    with pytest.raises(EdgeError, match=r"the viewer function refuses the path .* Rename the file"):
        scan(str(tmp_path), [])


def test_the_limit_is_that_of_the_viewer_function() -> None:
    source = Path(__file__).parents[2] / "files" / "edge" / "viewer_request" / "src" / "path.js"
    assert f"const MOST = {MOST_OF_A_CHARACTER};" in source.read_text()


def test_a_path_too_long_for_a_key_is_refused(tmp_path: Path) -> None:
    site(tmp_path, "/".join(["é" * 100] * 5) + "/x")
    with pytest.raises(EdgeError, match=r"has \d+ bytes; keys in S3 have at most 1024"):
        scan(str(tmp_path), [])


@pytest.mark.parametrize("given", ["dist", "./dist", "~/dist", "{here}/dist"])
def test_a_site_is_relative_to_the_directory_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    site(tmp_path, "dist/index.html")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert site_directory(given.format(here=tmp_path), "edge_site") == str(tmp_path / "dist")


@pytest.mark.parametrize(
    ("given", "words"), [("nowhere", "edge_site: there is no directory"), ("empty", "edge_site: .*has no file in it")]
)
def test_an_invalid_site_is_refused_with_the_name_of_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EdgeError, match=words):
        site_directory(given, "edge_site")


FILES = [SiteFile("/a/index.html", "index.html", 3, "e1"), SiteFile("/a/x.css", "x.css", 4, "e2")]


def test_a_fingerprint_depends_on_the_content_only() -> None:
    moved = [dataclasses.replace(file, source="/elsewhere") for file in FILES]
    assert fingerprint(FILES) == fingerprint(moved[::-1])
    assert len(fingerprint(FILES)) == 12


@pytest.mark.parametrize("change", [{"path": "y.css"}, {"path": "x.js"}, {"size": 5}, {"etag": "e3"}], ids=str)
def test_every_change_gives_another_fingerprint(change: dict[str, object]) -> None:
    changed = [FILES[0], dataclasses.replace(FILES[1], **change)]  # type: ignore[arg-type]
    assert fingerprint(changed) != fingerprint(FILES)
    assert fingerprint(FILES[:1]) != fingerprint(FILES)


def test_other_headers_give_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(FILES)
    monkeypatch.setattr(files, "OTHER", "no-store")
    assert fingerprint(FILES) != before
