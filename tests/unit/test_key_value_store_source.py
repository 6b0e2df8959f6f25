# SPDX-License-Identifier: GPL-3.0-or-later

"""A task's keys, from its options or a file: invalid input is refused before the first call."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import source
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.keys_plan import Wanted

NONE: dict[str, t.Any] = {
    "keys": None,
    "src": None,
    "prefix": "",
    "absent": [],
    "purge": False,
    "manifest_bucket": None,
}


def wanted(**options: t.Any) -> Wanted:
    return source.wanted({**NONE, **options})


def test_names_have_the_prefix_and_values_are_text() -> None:
    found = wanted(keys={"a": "1", 2: {"v": [1, "ä"]}, "n": 7, "t": True}, absent=["x", "x"], prefix="p/", purge=True)
    assert found.puts == {"p/a": "1", "p/2": '{"v":[1,"ä"]}', "p/n": "7", "p/t": "true"}
    assert (found.absent, found.prefix, found.purge) == (("p/x",), "p/", True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"keys": {"": "1"}, "prefix": "p/"}, "keys: a key without a name"),
        ({"keys": {1: "a", "1": "b"}}, "keys: '1' is there twice"),
        ({"keys": {"k" * 511: "1"}, "prefix": "p/"}, "has 513 bytes; a key has 1 to 512"),
        ({"keys": {"k": "v" * 1025}}, "keys: the value of 'k' has 1025 bytes"),
        ({"keys": {f"{n}": "v" * 1024 for n in range(5120)}}, "bytes in all; a key value store holds 5242880"),
        ({"keys": {"a": "1"}, "absent": ["a"], "prefix": "p/"}, "keys and absent both name 'p/a'"),
        ({"keys": {"a": "1"}, "purge": True}, "purge needs a prefix"),
        ({"keys": {"a": "1"}, "manifest_bucket": "b"}, "manifest_bucket needs a prefix"),
        ({"absent": ["a"], "purge": True, "prefix": "p/"}, "purge with no keys would delete every key below 'p/'"),
        ({"keys": {"_digest/a": "1"}}, "'_digest/a' is the name of a digest"),
        ({"keys": {}, "prefix": "_digest/"}, "would take in the digests"),
        ({"keys": {"a": "1"}, "prefix": "p" * 505}, "prefix: the key of its digest: .* has 513 bytes"),
    ],
    ids=[
        "no name",
        "twice",
        "a long name",
        "a long value",
        "all together",
        "wanted and unwanted",
        "purge without a prefix",
        "a manifest without a prefix",
        "purge of all by mistake",
        "a digest's name",
        "a digest's prefix",
        "a long prefix",
    ],
)
def test_options_that_are_refused(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        wanted(**options)


def test_all_keys_are_purged_if_one_option_requests_it() -> None:
    assert wanted(keys={}, purge=True, prefix="p/").puts == {}


def file(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "keys.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_a_file(tmp_path: Path, mark: bytes) -> None:
    content = mark + json.dumps({"a": "1", "ä": {"b": [{"c": None}]}}, ensure_ascii=False).encode()
    assert wanted(src=file(tmp_path, content), prefix="p/").puts == {"p/a": "1", "p/ä": '{"b":[{"c":null}]}'}


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ('{"a": "1",\n\n "b" "2"}', {}, r"keys.json, line 3: this is not JSON: Expecting ':' delimiter\."),
        ("", {}, "line 1: this is not JSON"),
        ('["a"]', {}, "line 1: one JSON object is expected"),
        ('{"a": "1",\n "b": "2",\n "a" : "3"}', {}, "line 3: 'a' is there twice"),
        ('{"a": "1",\n "b": "' + "v" * 1025 + '"}', {}, "line 2: the value of 'b' has 1025 bytes"),
        ('{"a": "1",\n\n "' + "ä" * 257 + '": ""}', {}, "line 3: 'ä.*' has 514 bytes"),
        ('{"a": "1",\n "\\u00e4": "1", "ä": "2"}', {}, "line 2: 'ä' is there twice"),
        ('{\n"": "1"}', {}, "line 2: a key without a name"),
        ('{"a": "\\ud83d"}', {}, "line 1: .* unpaired surrogate"),
        (b'{"a": "\xe4"}', {}, "keys.json is not UTF-8, at byte 7"),
        ("{}", {"purge": True, "prefix": "p/"}, "purge with no keys"),
        ('{"a": "1"}', {"absent": ["a"]}, "src and absent both name 'a'"),
    ],
    ids=[
        "no JSON",
        "empty",
        "a list",
        "twice",
        "a long value",
        "a long name",
        "twice, written otherwise",
        "no name",
        "unpaired surrogate",
        "no UTF-8",
        "purge of all by mistake",
        "wanted and unwanted",
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: str | bytes, options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        wanted(src=file(tmp_path, content), **options)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match=r"src: .*none\.json cannot be read: No such file or directory"):
        wanted(src=str(tmp_path / "none.json"))
