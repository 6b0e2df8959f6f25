# SPDX-License-Identifier: GPL-3.0-or-later

"""A host route in the user's words and as the viewer function reads it, and the message for each invalid value."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes import schema, values
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes.resource import desired
from hypothesis import given
from hypothesis import strategies as st

HOST = "www.example.com"

# What a user writes, and its members in the store; None is removed.
WORDS: list[tuple[dict[str, t.Any], dict[str, t.Any]]] = [
    ({}, {}),
    ({"release": "2026-11-20"}, {"p": "r/2026-11-20"}),
    ({"release": 20261120}, {"p": "r/20261120"}),
    ({"release": None}, {"p": None}),
    ({"release_prefix": "r/a"}, {"p": "r/a"}),
    ({"release_prefix": "shared/2.0/pages"}, {"p": "shared/2.0/pages"}),
    ({"release": "a", "release_prefix": None}, {"p": "r/a"}),
    ({"release_prefix": None, "release": "a"}, {"p": "r/a"}),
    ({"rewrite": "index"}, {"w": None}),
    ({"rewrite": "html"}, {"w": "h"}),
    ({"rewrite": "spa"}, {"w": "s"}),
    ({"rewrite": None, "release": "a"}, {"w": None, "p": "r/a"}),
    ({"trailing_slash": "keep"}, {"t": None}),
    ({"trailing_slash": "add"}, {"t": "a"}),
    ({"trailing_slash": "remove"}, {"t": "r"}),
    ({"redirects": []}, {"r": None}),
    ({"redirects": [{"from": "/a", "to": "/b"}]}, {"r": [["/a", "/b"]]}),
    ({"redirects": [{"from": "/a", "to": "/b", "status": 301}]}, {"r": [["/a", "/b"]]}),
    ({"redirects": [{"from": "/é b", "to": "/%C3%A9", "status": "308"}]}, {"r": [["/é b", "/%C3%A9", 308]]}),
    ({"redirects": [{"from": "/", "to": "https://a.example.com"}]}, {"r": [["/", "https://a.example.com"]]}),
    ({"maintenance": True}, {"m": 300}),
    ({"maintenance": "true"}, {"m": 300}),
    ({"maintenance": False}, {"m": None}),
    ({"maintenance": 1}, {"m": 1}),
    ({"maintenance": "600"}, {"m": 600}),
    ({"canary": {"release": "b", "percent": 12.5}}, {"c": {"p": "r/b", "n": 1250}}),
    ({"canary": {"release": "b", "percent": "0.29"}}, {"c": {"p": "r/b", "n": 29}}),
    ({"canary": {"release_prefix": "x/y", "percent": 100}}, {"c": {"p": "x/y", "n": 10000}}),
    ({"canary": {"release": "b", "percent": 0}}, {"c": {"p": "r/b", "n": 0}}),
    ({"previews": True}, {"g": 1}),
    ({"previews": "no"}, {"g": None}),
    ({"query": ["page", "q", "page"]}, {"q": ["page", "q"]}),
    ({"query": ["sort", "filter%5B%5D"]}, {"q": ["filter%5B%5D", "sort"]}),
    ({"query": []}, {"q": None}),
]


@pytest.mark.parametrize(("entry", "members"), WORDS, ids=lambda value: json.dumps(value, ensure_ascii=False))
def test_each_word_is_a_member_of_the_stored_value(entry: dict[str, t.Any], members: dict[str, t.Any]) -> None:
    assert schema.change(HOST, entry) == schema.Change(members, None)


@pytest.mark.parametrize(
    ("entry", "members"),
    [
        ({"object": "cache/2025/11/26/b882c6.html"}, {"o": "cache/2025/11/26/b882c6.html"}),
        ({"object": "with space/é🚀.html"}, {"o": "with space/é🚀.html"}),
        ({"release": "beta"}, {"p": "r/beta"}),
        ({"release_prefix": "x/y"}, {"p": "x/y"}),
        ({"redirect_to": "/new"}, {"u": "/new", "s": 301}),
        (
            {"redirect_to": "https://a.example.com/x?y=1#z", "status": 302},
            {"u": "https://a.example.com/x?y=1#z", "s": 302},
        ),
        (None, None),
    ],
    ids=repr,
)
def test_each_format_of_a_path(entry: t.Any, members: t.Any) -> None:
    assert schema.change(HOST, {"paths": {"/configurator": entry}}).paths == {"/configurator": members}


@pytest.mark.parametrize(
    "path", ["/", "/a", "/a/", "/a b", "/100%", "/日本語/ページ.html", "/two..dots", "/…", "/~a+b&c"]
)
def test_paths_that_a_viewer_can_request(path: str) -> None:
    assert values.path(path, "") == path


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("WWW.Example.com", "www.example.com"),
        ("*.example.com", "*.example.com"),
        ("*", "*"),
        ("a_b.xn--p1ai", "a_b.xn--p1ai"),
    ],
)
def test_every_format_of_a_host(given: str, name: str) -> None:
    assert values.host(given) == name


REFUSALS: list[tuple[t.Any, list[str]]] = [
    ("release-a", ["hosts.www.example.com must be a dictionary, not 'release-a'"]),
    ({"relaese": "a"}, ["hosts.www.example.com.relaese is not valid: did you mean release?"]),
    ({"zzz": "a"}, [".zzz is not valid: choose one of release, release_prefix, rewrite"]),
    ({"release": "a/b"}, ["hosts.www.example.com.release: 'a/b' must be 1 to 64 letters"]),
    ({"release": "a", "release_prefix": "b"}, ["release and release_prefix exclude each other: set one of them"]),
    ({"release_prefix": "/r/a"}, [".release_prefix: '/r/a' is not a prefix"]),
    ({"release_prefix": "r/../a"}, ["is not a prefix"]),
    ({"release_prefix": "r/a b"}, ["is not a prefix"]),
    ({"rewrite": "htm"}, [".rewrite: 'htm' is not valid: choose one of index, html, spa"]),
    ({"trailing_slash": True}, [".trailing_slash: True is not valid: choose one of keep, add, remove"]),
    ({"redirects": {"/a": "/b"}}, [".redirects: {'/a': '/b'} must be a list"]),
    ({"redirects": [{"from": "/a"}]}, [".redirects[0].to is missing in {'from': '/a'}."]),
    (
        {"redirects": [{"from": "/a", "to": "/b", "code": 301}]},
        [".redirects[0].code is not valid: choose one of from, to, status"],
    ),
    ({"redirects": [{"from": "a", "to": "/b"}]}, [".redirects[0].from: 'a' is not a path"]),
    ({"redirects": [{"from": "/a", "to": "b"}]}, [".redirects[0].to: 'b' must be a path such as /new, or a URL"]),
    ({"redirects": [{"from": "/a", "to": "//evil.example"}]}, [".to: '//evil.example' must be"]),
    ({"redirects": [{"from": "/a", "to": "/\\evil.example"}]}, ["must be a path"]),
    ({"redirects": [{"from": "/a", "to": "http://a.example.com"}]}, ["must be a path"]),
    ({"redirects": [{"from": "/a", "to": "https://a@b.example"}]}, ["must be a path"]),
    ({"redirects": [{"from": "/a", "to": "/b\r\nx: y"}]}, ["must be a path"]),
    ({"redirects": [{"from": "/a", "to": "/é b"}]}, ["must be percent-encoded: /%C3%A9%20b."]),
    ({"redirects": [{"from": "/a", "to": "/b?c=1"}]}, [".redirects[0].to: '/b?c=1' has a query string", "with paths"]),
    (
        {"redirects": [{"from": "/a", "to": "/b", "status": 303}]},
        [".status: 303 is not valid: choose one of 301, 302, 307, 308"],
    ),
    ({"redirects": [{"from": "/a", "to": "/b", "status": True}]}, [".status: True is not valid"]),
    ({"maintenance": 0}, [".maintenance: 0 must be true, false, or 1 to 604800 seconds"]),
    ({"maintenance": "soon"}, [".maintenance: 'soon' must be"]),
    ({"canary": "b"}, [".canary must be a dictionary"]),
    ({"canary": {"percent": 5}}, [".canary needs one of release, release_prefix"]),
    ({"canary": {"release": "b"}}, [".canary.percent is missing"]),
    ({"canary": {"release": "b", "percent": 0.001}}, [".canary.percent: 0.001 must be a number from 0 to 100"]),
    ({"canary": {"release": "b", "percent": 101}}, [".canary.percent: 101"]),
    ({"canary": {"release": "b", "percent": True}}, [".canary.percent: True"]),
    ({"canary": {"release": "b", "percent": "nan"}}, [".canary.percent: 'nan'"]),
    ({"canary": {"release": "b", "percent": "a lot"}}, [".canary.percent: 'a lot'"]),
    ({"canary": {"release": "b", "percent": "1e999999999"}}, [".canary.percent: '1e999999999' must be a number"]),
    ({"release": True}, [".release: True is not a string: quote it"]),
    ({"redirects": [{"from": "/a", "to": "/\ud800"}]}, [".to: '/\\ud800' must be a path"]),
    ({"redirects": [{"from": "/a", "to": "/b", "status": 0}]}, [".status: 0 is not valid"]),
    ({"paths": {"/a": {"redirect_to": "/b", "status": []}}}, [".status: [] is not valid"]),
    ({"paths": {"/a": {"object": {"key": "b"}}}}, ["paths./a.object: {'key': 'b'} is not a string"]),
    ({"previews": "maybe"}, [".previews: 'maybe' is not valid: choose true or false"]),
    ({"query": "page"}, [".query: 'page' must be a list"]),
    ({"query": ["a=b"]}, [".query: 'a=b' is not the name of a query string parameter"]),
    ({"query": [1]}, [".query: 1 is not the name of a query string parameter"]),
    ({"paths": ["/a"]}, [".paths must be a dictionary"]),
    ({"paths": {"/a": "b"}}, [".paths./a must be a dictionary, not 'b'"]),
    ({"paths": {"/a": {}}}, [".paths./a needs one of object, release"]),
    ({"paths": {"/a": {"object": "b", "release": "c"}}}, [".paths./a: object and release exclude each other"]),
    ({"paths": {"/a": {"object": "/b"}}}, [".paths./a.object: '/b' is not the key of an object"]),
    ({"paths": {"/a": {"object": "b" * 1025}}}, ["has 1025 bytes; a key in S3 has at most 1024"]),
    ({"paths": {"/a": {"object": "b", "status": 302}}}, [".paths./a.status is for redirect_to only"]),
    ({"paths": {"/a//b": {"object": "b"}}}, [".paths: '/a//b' is not normalised"]),
    ({"paths": {"/a/../b": {"object": "b"}}}, ["is not normalised"]),
    ({"paths": {"/a%20b": {"object": "b"}}}, ["is percent-encoded: write the characters themselves"]),
    ({"paths": {"/a?b": {"object": "b"}}}, ["contains a character that a path cannot have"]),
    ({"paths": {"/a\x00": {"object": "b"}}}, ["contains a character that a path cannot have"]),
    ({"paths": {"/\ud800": {"object": "b"}}}, ["contains a character that a path cannot have"]),
]


@pytest.mark.parametrize(("entry", "words"), REFUSALS, ids=[ascii(case[0])[:60] for case in REFUSALS])
def test_an_invalid_value_gets_one_message_that_names_the_option(entry: t.Any, words: list[str]) -> None:
    with pytest.raises(EdgeError) as refusal:
        schema.change(HOST, entry)
    message = str(refusal.value)
    for word in words:
        assert word in message
    assert message.startswith(f"hosts.{HOST}")
    assert message[-1] in ".?"
    assert "\n" not in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hosts": {"https://a.example.com": {}}}, "is not a host: use a host name such as www.example.com"),
        ({"hosts": {"a.example.com:443": {}}}, "is not a host"),
        ({"hosts": {"localhost": {}}}, "is not a host"),
        ({"hosts": {"a.*.example.com": {}}}, "is not a host"),
        ({"hosts": {"größe.example.com": {}}}, "international names in the form that starts with xn--"),
        ({"hosts": {"a.example.com.": {}}}, "is not a host"),
        ({"hosts": {"a.example.com": {}, "A.example.com": {}}}, "hosts names a.example.com twice"),
        ({"site": "a/b", "hosts": {}}, "site: 'a/b' must be letters"),
        ({"hosts": {}, "purge": True}, "would remove every host of the site"),
        ({"hosts": {"*": {}}, "purge": True, "state": "absent"}, "purge is for state present"),
    ],
    ids=str,
)
def test_options_that_are_refused(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words.replace("*", r"\*")):
        desired({"site": "my-site", "purge": False, "state": "present", **options})


def test_a_host_that_is_null_or_absent_is_removed() -> None:
    options = {"site": "my-site", "purge": False}
    assert desired({**options, "hosts": {"*": None}, "state": "present"}).changes == {"*": None}
    assert desired({**options, "hosts": {"*": {"not": "read"}}, "state": "absent"}).changes == {"*": None}


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"p": "r/a"}, '{"v":1,"p":"r/a"}'),
        ({}, '{"v":2}'),
        ({"m": 300}, '{"v":2,"m":300}'),
        ({"x": 1, "w": "h", "p": "r/é"}, '{"v":2,"p":"r/é","w":"h","x":1}'),
        ({"p": "r/a", "later": 1}, '{"v":2,"p":"r/a","later":1}'),
    ],
    ids=str,
)
def test_a_value_has_the_lowest_sufficient_version(members: dict[str, t.Any], text: str) -> None:
    assert schema.host_text(members) == text
    assert schema.host_members(text, "") == members


def test_a_value_of_the_first_version_has_a_prefix_only() -> None:
    assert schema.host_members('{"v":1,"p":"r/a","m":300}', "") == {"p": "r/a"}
    assert schema.host_members('{"v":1}', "") == {}


@pytest.mark.parametrize("text", ['{"v":3,"p":"r/a"}', "r/a", "[]", "{}", "", "[" * 1024])
def test_an_invalid_value_is_not_interpreted(text: str) -> None:
    with pytest.raises(EdgeError, match=r"The value of my-site/h/a is not a host route .* remove the host first"):
        schema.host_members(text, "my-site/h/a")
    assert schema.path_members(text) == {}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"w": "z"}, {"rewrite": "z"}),
        ({"r": [["/a"]]}, {"redirects": [["/a"]]}),
        ({"c": "r/b"}, {"canary": "r/b"}),
        ({"later": 1}, {"later": 1}),
        ({"p": 5}, {"release_prefix": 5}),
        ({"x": 1}, {}),
    ],
    ids=str,
)
def test_a_value_of_another_tool_is_returned_unchanged(members: dict[str, t.Any], words: dict[str, t.Any]) -> None:
    assert schema.words(members) == words


def test_the_largest_member_is_named_in_the_users_word() -> None:
    assert schema.largest({"p": "r/a", "r": [["/a", "/b" * 50]], "q": ["a"]}) == "redirects"


releases = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
shown = st.builds(lambda name: {"release": name}, releases) | st.just({"release_prefix": "shared/pages"})
segments = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\?#%"), min_size=1, max_size=8)
paths = st.lists(segments.filter(lambda name: name not in (".", "..")), max_size=3).map(
    lambda names: "/" + "/".join(names)
)
targets = st.sampled_from(["/", "/new", "/%C3%A9/x", "https://a.example.com", "https://a.example.com/x"])
statuses = st.sampled_from([301, 302, 307, 308])
entries = st.builds(
    lambda prefix, others: {**prefix, **others},
    shown | st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "rewrite": st.sampled_from(["html", "spa"]),
            "trailing_slash": st.sampled_from(["add", "remove"]),
            "redirects": st.lists(
                st.fixed_dictionaries({"from": paths, "to": targets, "status": statuses}), min_size=1, max_size=3
            ),
            "maintenance": st.integers(1, 604800),
            "canary": st.builds(
                lambda prefix, share: {**prefix, "percent": share / 100}, shown, st.integers(0, 10_000)
            ),
            "previews": st.just(True),
            "query": st.sets(st.from_regex(r"[A-Za-z0-9._~%-]{1,9}", fullmatch=True), min_size=1).map(sorted),
        },
    ),
)
path_entries = st.one_of(
    st.builds(lambda key: {"object": key}, paths.map(lambda path: f"a{path}".rstrip("/"))),
    shown,
    st.fixed_dictionaries({"redirect_to": targets | st.just("/x?y#z"), "status": statuses}),
)


@given(entries)
def test_words_are_stored_and_read_back_as_the_same_words(entry: dict[str, t.Any]) -> None:
    text = schema.host_text(schema.change(HOST, entry).members)
    assert schema.words(schema.host_members(text, "")) == entry


@given(st.dictionaries(paths, path_entries, max_size=3))
def test_paths_are_stored_and_read_back_as_the_same_paths(entry: dict[str, t.Any]) -> None:
    found = schema.change(HOST, {"paths": entry}).paths or {}
    stored = {path: schema.path_text(members) for path, members in found.items() if members}
    assert {path: schema.path_words(schema.path_members(text)) for path, text in stored.items()} == entry
