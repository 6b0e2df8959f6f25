# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of host routes: the writes, their order, and their descriptions."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes.resource import desired
from hypothesis import given
from hypothesis import strategies as st

from unit.operations import operations

OPERATIONS = operations(KeysApi)

WWW = "www.example.com"
WWW_KEY = f"my-site/h/{WWW}"
PATH_KEY = f"my-site/p/{WWW}"
FIRST = '{"v":1,"p":"r/a"}'
PAGE = '{"v":2,"o":"cache/a.html"}'


def planned(
    observed: dict[str, str], hosts: dict[str, t.Any], purge: bool = False, state: str = "present", size: int = 0
) -> Plan:
    wanted = desired({"site": "my-site", "hosts": hosts, "purge": purge, "state": state})
    return planning.plan(OPERATIONS, planning.Observed(observed, size), wanted, "arn", "my-site")


def calls(plan: Plan) -> list[tuple[dict[str, str], list[str]]]:
    assert {step.name for step in plan.steps} <= {"update_keys"}
    return [(step.arguments["puts"], step.arguments["deletes"]) for step in plan.steps]


def applied(observed: t.Mapping[str, str], plan: Plan) -> dict[str, str]:
    result = dict(observed)
    for puts, deletes in calls(plan):
        assert 0 < len(puts) + len(deletes) <= 50
        result = {key: text for key, text in (result | puts).items() if key not in deletes}
    return result


CASES: list[tuple[str, dict[str, str], dict[str, t.Any], list[t.Any], list[str]]] = [
    ("a new host", {}, {WWW: {"release": "a"}}, [({WWW_KEY: FIRST}, [])], [f"Route {WWW}: release a"]),
    ("nothing yet", {}, {WWW: {}}, [({WWW_KEY: '{"v":2}'}, [])], [f"Route {WWW}: to nothing yet"]),
    ("what an older version wrote stays", {WWW_KEY: FIRST}, {WWW: {"release": "a"}}, [], []),
    ("nothing asked", {WWW_KEY: FIRST}, {WWW: {}}, [], []),
    ("other spacing and order", {WWW_KEY: '{ "p": "r/a", "v": 2 }'}, {WWW: {"release": "a"}}, [], []),
    (
        "another release, and no more",
        {WWW_KEY: FIRST},
        {WWW: {"release": "b"}},
        [({WWW_KEY: '{"v":1,"p":"r/b"}'}, [])],
        [f"Change {WWW}: release a → b"],
    ),
    (
        "a release keeps the rest",
        {WWW_KEY: '{"v":2,"p":"r/a","w":"h","c":{"p":"r/b","n":5},"x":1,"later":1}'},
        {WWW: {"release": "b"}},
        [({WWW_KEY: '{"v":2,"p":"r/b","w":"h","c":{"p":"r/b","n":5},"x":1,"later":1}'}, [])],
        [f"Change {WWW}: release a → b"],
    ),
    (
        "more than a release is version 2",
        {WWW_KEY: FIRST},
        {WWW: {"maintenance": True, "canary": {"release": "b", "percent": 2.5}}},
        [({WWW_KEY: '{"v":2,"p":"r/a","m":300,"c":{"p":"r/b","n":250}}'}, [])],
        [f"Change {WWW}: maintenance 300; canary b 2.5 %"],
    ),
    (
        "null removes, and version 1 is left",
        {WWW_KEY: '{"v":2,"p":"r/a","m":300,"g":1}'},
        {WWW: {"maintenance": None, "previews": False}},
        [({WWW_KEY: FIRST}, [])],
        [f"Change {WWW}: no maintenance; no previews"],
    ),
    (
        "redirects are replaced",
        {WWW_KEY: '{"v":2,"r":[["/a","/b"]]}'},
        {WWW: {"redirects": [{"from": "/c", "to": "/d"}]}},
        [({WWW_KEY: '{"v":2,"r":[["/c","/d"]]}'}, [])],
        [f"Change {WWW}: other redirects"],
    ),
    (
        "a first path",
        {WWW_KEY: FIRST},
        {WWW: {"paths": {"/configurator": {"object": "cache/a.html"}}}},
        [({WWW_KEY: '{"v":2,"p":"r/a","x":1}', f"{PATH_KEY}/configurator": PAGE}, [])],
        [f"Route /configurator of {WWW}"],
    ),
    (
        "one path more, one other, and one that stays",
        {WWW_KEY: '{"v":2,"x":1}', f"{PATH_KEY}/a": PAGE, f"{PATH_KEY}/b": PAGE},
        {WWW: {"paths": {"/b": {"object": "b"}, "/c": {"release": "c"}}}},
        [({f"{PATH_KEY}/b": '{"v":2,"o":"b"}', f"{PATH_KEY}/c": '{"v":2,"p":"r/c"}'}, [])],
        [f"Route /c of {WWW}", f"Change /b of {WWW}"],
    ),
    (
        "the last path goes",
        {WWW_KEY: '{"v":2,"p":"r/a","x":1}', f"{PATH_KEY}/a": PAGE},
        {WWW: {"paths": {"/a": None}}},
        [({WWW_KEY: FIRST}, []), ({}, [f"{PATH_KEY}/a"])],
        [f"Remove /a of {WWW}"],
    ),
    (
        "null paths are none",
        {WWW_KEY: '{"v":2,"p":"r/a","x":1}', f"{PATH_KEY}/a": PAGE, f"{PATH_KEY}/b": PAGE},
        {WWW: {"paths": None}},
        [({WWW_KEY: FIRST}, []), ({}, [f"{PATH_KEY}/a", f"{PATH_KEY}/b"])],
        [f"Remove 2 paths /a, /b of {WWW}"],
    ),
    (
        "a run was killed before it wrote that the host has paths",
        {WWW_KEY: FIRST, f"{PATH_KEY}/a": PAGE},
        {WWW: {"paths": {"/a": {"object": "cache/a.html"}}}},
        [({WWW_KEY: '{"v":2,"p":"r/a","x":1}'}, [])],
        [f"Put 1 key into my-site: {WWW_KEY}"],
    ),
    (
        "a host goes with its paths",
        {WWW_KEY: '{"v":2,"x":1}', f"{PATH_KEY}/a": PAGE, "my-site/p/www.example.com.au/a": PAGE, "other/h/a": "x"},
        {WWW: None},
        [({}, [WWW_KEY, f"{PATH_KEY}/a"])],
        [f"Remove {WWW}, with 1 path"],
    ),
    ("a host that is not there is not removed", {}, {WWW: None}, [], []),
    ("so is one that cannot be read", {WWW_KEY: "?"}, {WWW: None}, [({}, [WWW_KEY])], [f"Remove {WWW}"]),
    (
        "paths that a killed removal left",
        {f"{PATH_KEY}/a": "?"},
        {WWW: None},
        [({}, [f"{PATH_KEY}/a"])],
        [f"Remove {WWW}, with 1 path"],
    ),
]


@pytest.mark.parametrize(
    ("observed", "hosts", "expected", "sentences"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_plans(observed: t.Any, hosts: t.Any, expected: t.Any, sentences: t.Any) -> None:
    plan = planned(observed, hosts)
    assert calls(plan) == expected
    assert plan.sentences == sentences
    assert planned(applied(observed, plan), hosts).steps == ()


def test_other_hosts_are_not_changed_without_purge() -> None:
    observed = {
        WWW_KEY: '{"v":2,"p":"r/a","x":1}',
        f"{PATH_KEY}/a": PAGE,
        f"{PATH_KEY}/b": PAGE,
        "my-site/h/old.example.com": FIRST,
        "my-site/p/gone.example.com/x": PAGE,
        "my-site-eu/h/www.example.com": FIRST,
    }
    hosts = {WWW: {"paths": {"/a": {"object": "cache/a.html"}}}}
    assert planned(observed, hosts).steps == ()
    plan = planned(observed, hosts, purge=True)
    assert calls(plan) == [({}, ["my-site/h/old.example.com", "my-site/p/gone.example.com/x", f"{PATH_KEY}/b"])]
    assert plan.sentences == [
        "Remove gone.example.com, with 1 path",
        "Remove old.example.com",
        f"Remove /b of {WWW}",
    ]
    # The paths of a host stay if they are not given, also with purge.
    assert calls(planned({WWW_KEY: observed[WWW_KEY], f"{PATH_KEY}/a": PAGE}, {WWW: {}}, purge=True)) == []


def test_the_diff_has_the_users_words() -> None:
    observed = {WWW_KEY: FIRST, "my-site/h/*": '{"v":2,"m":60}', f"{PATH_KEY}/a": PAGE}
    plan = planned(observed, {WWW: {"rewrite": "spa", "paths": {"/b": {"release": "b"}}}, "*": None})
    assert plan.before == {
        WWW: {"release": "a", "paths": {"/a": {"object": "cache/a.html"}}},
        "*": {"maintenance": 60},
    }
    assert plan.after == {
        WWW: {
            "release": "a",
            "rewrite": "spa",
            "paths": {"/a": {"object": "cache/a.html"}, "/b": {"release": "b"}},
        }
    }


def test_many_paths_are_written_before_their_host_and_named_in_one_sentence() -> None:
    hosts = {WWW: {"paths": {f"/{number:03}": {"object": "a"} for number in range(120)}}}
    plan = planned({}, hosts)
    assert [len(puts) for puts, _ in calls(plan)] == [50, 50, 20, 1]
    assert list(calls(plan)[-1][0]) == [WWW_KEY]
    assert plan.sentences == [f"Route {WWW}: to nothing yet", f"Route 120 paths /000, /001, /002, ... of {WWW}"]


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (
            {WWW: {"redirects": [{"from": f"/{n:02}{'a' * 10}", "to": f"/{n:02}{'b' * 20}"} for n in range(30)]}},
            f"hosts.{WWW} makes a value of .* bytes; CloudFront takes 1024. Most of it is redirects: shorten that",
        ),
        (
            {WWW: {"query": [f"{n:03}{'q' * 20}" for n in range(60)], "previews": True}},
            "Most of it is query: shorten that",
        ),
        ({WWW: {"paths": {f"/{'é' * 250}": {"object": "a"}}}}, "makes a key of 526 bytes; CloudFront takes 512"),
        ({WWW: {"paths": {"/a": {"object": "a" * 1020}}}}, r"paths./a makes a value .* shorten its object"),
        ({WWW: {"paths": {"/a": {"redirect_to": f"/{'a' * 1020}"}}}}, r"shorten its redirect_to"),
    ],
    ids=["redirects", "query", "key", "object", "target"],
)
def test_values_that_cloudfront_would_refuse_are_refused_by_name(hosts: t.Any, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planned({}, hosts)


def test_a_full_store_is_refused_before_the_first_write() -> None:
    full = 5 * 1024 * 1024
    with pytest.raises(EdgeError, match="my-site would hold 5242891 bytes; CloudFront allows 5242880"):
        planned({}, {"a.example.com": {"release": "a"}}, size=full - len("my-site/h/a.example.com") - len(FIRST) + 11)
    assert planned({WWW_KEY: FIRST}, {WWW: {"release": "b"}}, size=full).steps  # not one byte more


def test_an_invalid_host_route_is_not_overwritten() -> None:
    with pytest.raises(EdgeError, match="not a host route that this version of the collection can read"):
        planned({WWW_KEY: '{"v":3,"p":"r/a"}'}, {WWW: {"release": "b"}})


LOOPS: list[tuple[str, dict[str, t.Any], str]] = [
    ("to itself", {"redirects": [{"from": "/a", "to": "/a"}]}, r"redirects\[0\] is a redirect loop: /a → /a"),
    ("below itself", {"redirects": [{"from": "/a", "to": "/a/b"}]}, "/a → /a/b → /a/b/b"),
    ("everything to a page", {"redirects": [{"from": "/", "to": "/soon"}]}, "/ → /soon → /soon/soon"),
    (
        "to each other",
        {"redirects": [{"from": "/x", "to": "/y"}, {"from": "/a", "to": "/b"}, {"from": "/b", "to": "/a"}]},
        r"redirects\[1\] is a redirect loop: /a → /b → /a",
    ),
    ("by a URL", {"redirects": [{"from": "/", "to": f"https://{WWW}/"}]}, "/ → / → /"),
    ("by a dot segment", {"paths": {"/a": {"redirect_to": "/x/../a"}}}, "/a → /a"),
    ("by an encoded one", {"redirects": [{"from": "/a/", "to": "/b/%2E%2e/a/"}]}, "/a/ → /a/"),
    ("by two slashes", {"paths": {"/a/": {"redirect_to": "/a//"}}}, "/a/ → /a/"),
    ("encoded", {"redirects": [{"from": "/é", "to": "/%C3%A9"}]}, "/é → /é"),
    ("a path to itself", {"paths": {"/a": {"redirect_to": "/a?again"}}}, "paths./a is a redirect loop"),
    (
        "a path and a prefix",
        {"paths": {"/a": {"redirect_to": "/b"}}, "redirects": [{"from": "/b", "to": "/a"}]},
        "is a redirect loop",
    ),
    ("against the slash", {"trailing_slash": "add", "redirects": [{"from": "/a/", "to": "/a"}]}, "/a/ → /a → /a/"),
    ("against no slash", {"trailing_slash": "remove", "paths": {"/a": {"redirect_to": "/a/"}}}, "/a → /a/ → /a"),
]


@pytest.mark.parametrize(("entry", "words"), [case[1:] for case in LOOPS], ids=[case[0] for case in LOOPS])
def test_redirect_loops_are_refused(entry: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planned({}, {WWW: entry})


@pytest.mark.parametrize(
    "entry",
    [
        {"redirects": [{"from": "/docs", "to": "/docs-v2"}]},
        {"redirects": [{"from": "/", "to": "https://example.com/"}]},
        {"redirects": [{"from": "/", "to": "/soon"}], "paths": {"/soon": {"object": "soon.html"}}},
        {"redirects": [{"from": "/a", "to": "/b"}, {"from": "/b", "to": "/c"}]},
        {"trailing_slash": "remove", "redirects": [{"from": "/a", "to": "/b/"}]},
        {"trailing_slash": "add", "paths": {"/a": {"redirect_to": "/v1.2"}}},
    ],
    ids=str,
)
def test_redirect_chains_that_end_are_accepted(entry: dict[str, t.Any]) -> None:
    assert planned({}, {WWW: entry, "*": {"redirects": [{"from": "/", "to": f"https://{WWW}/"}]}}).steps


def to(host: str) -> dict[str, t.Any]:
    return {"redirects": [{"from": "/", "to": f"https://{host}/"}]}


@pytest.mark.parametrize(
    ("hosts", "existing"),
    [
        ({"*": to(WWW)}, {}),
        ({"*": to("example.com")}, {}),
        ({"*": to(f"{WWW}:443")}, {}),
        ({"*": to(f"{WWW}.")}, {}),
        ({"*.example.com": to(WWW)}, {}),
        ({"*.example.com": to(WWW), "*": {"release": "a"}}, {}),
        ({"*": to(WWW), "*.shop.example.com": {"release": "a"}}, {}),
        ({"*": {"paths": {"/a": {"redirect_to": f"https://{WWW}/a"}}}}, {}),
        ({"*": to(WWW), WWW: None}, {WWW_KEY: '{"v":1,"p":"r/a"}'}),
    ],
    ids=str,
)
def test_a_wildcard_that_redirects_to_a_host_that_it_answers_for_is_refused(
    hosts: dict[str, t.Any], existing: dict[str, str]
) -> None:
    with pytest.raises(
        EdgeError, match=r"is a redirect loop: .* also answers for hosts without a host route of their own"
    ):
        planned(existing, hosts)


@pytest.mark.parametrize(
    ("hosts", "existing"),
    [
        ({"*": to(WWW), WWW: {"release": "a"}}, {}),
        ({"*": to(WWW)}, {WWW_KEY: '{"v":1,"p":"r/a"}'}),
        ({"*": to(WWW), "*.example.com": {"release": "a"}}, {}),
        ({"*.example.com": to("example.com")}, {}),
        ({"*.example.com": to("www.shop.example.com")}, {}),
        ({"*": to(f"{WWW}:8443")}, {}),
        ({"*": {"release": "a", "redirects": [{"from": "/old", "to": f"https://{WWW}/new"}]}}, {}),
    ],
    ids=str,
)
def test_a_wildcard_may_redirect_to_a_host_or_a_page_that_does_not(
    hosts: dict[str, t.Any], existing: dict[str, str]
) -> None:
    assert planned(existing, hosts).steps


def test_existing_redirects_count_for_loops() -> None:
    observed = {WWW_KEY: '{"v":2,"x":1,"r":5}', f"{PATH_KEY}/a": '{"v":2,"u":"/b","s":301}'}
    with pytest.raises(EdgeError, match="is a redirect loop"):
        planned(observed, {WWW: {"redirects": [{"from": "/b", "to": "/a"}]}})


names = st.sampled_from(["a.example.com", "*.example.com", "*"])
entries = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "release": st.sampled_from(["a", "b", None]),
        "rewrite": st.sampled_from(["index", "html", "spa", None]),
        "maintenance": st.sampled_from([True, False, 60, None]),
        "previews": st.sampled_from([True, False, None]),
        "paths": st.none()
        | st.dictionaries(
            st.sampled_from(["/a", "/b", "/c"]), st.sampled_from([None, {"object": "a"}, {"release": "b"}])
        ),
    },
)
requests = st.dictionaries(names, entries, min_size=1)


@given(requests, requests, st.booleans(), st.integers(0, 3))
def test_from_any_state_a_killed_run_converges(first: t.Any, second: t.Any, purge: bool, made: int) -> None:
    observed = applied({}, planned({}, first))
    plan = planned(observed, second, purge)
    killed = applied(observed, Plan(None, None, plan.steps[:made]))
    again = planned(killed, second, purge)
    end = applied(killed, again)
    assert end == applied(observed, plan)
    assert again.after == plan.after
    assert planned(end, second, purge).steps == ()
    for key, text in end.items():
        if key.startswith("my-site/h/"):
            has_paths = any(other.startswith(f"my-site/p/{key.removeprefix('my-site/h/')}/") for other in end)
            assert bool(json.loads(text).get("x")) == has_paths
