# SPDX-License-Identifier: GPL-3.0-or-later

"""The module site_routes and the viewer function agree: keys that one writes have the effect in docs/routing.md."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes import loops
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes.plan import Observed, plan
from ansible_collections.multiregion.edge.plugins.module_utils._site_routes.resource import desired
from edge.viewer_engines import SITE, V8, Outcome, event
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unit.operations import operations

WWW = "www.example.com"


@pytest.fixture(scope="module")
def viewer_function() -> t.Iterator[V8]:
    engine = V8()
    yield engine
    engine.close()


def written(hosts: dict[str, t.Any]) -> dict[str, str]:
    """The keys that are written to an empty store."""
    wanted = desired({"site": SITE, "hosts": hosts, "purge": False, "state": "present"})
    steps = plan(operations(KeysApi), Observed({}), wanted, "arn", "store").steps
    return {key: text for step in steps for key, text in step.arguments["puts"].items()}


def asked(
    viewer_function: V8, keys: dict[str, str], address: str, cookies: dict[str, str] | None = None, path: str = ""
) -> Outcome:
    host, slash, rest = address.partition("/")
    uri, _, query = (slash + rest).partition("?")
    (outcome,) = viewer_function.run([(event(path or uri, host, query, cookies or {}), keys)])
    return outcome


HOSTS = {
    WWW: {
        "release": "a",
        "rewrite": "html",
        "trailing_slash": "remove",
        "redirects": [{"from": "/größe", "to": "/size", "status": 302}],
        "query": ["q", "page"],
        "paths": {
            "/configurator": {"object": "cache/é+1.html"},
            "/beta": {"release": "b"},
            "/shared": {"release_prefix": "common/2.0"},
            "/shop": {"redirect_to": "https://shop.example.com/?a=b", "status": 307},
            "/100% sure": {"object": "sure.html"},
        },
    },
    "app.example.com": {"release": "a", "rewrite": "spa", "trailing_slash": "add"},
    "closed.example.com": {"release": "a", "maintenance": 600},
    "all.example.com": {"release": "a", "canary": {"release": "b", "percent": 100}},
    "none.example.com": {"release": "a", "canary": {"release": "b", "percent": 0}},
    "*.example.com": {"release_prefix": "r/wild", "previews": True},
    "*": {"redirects": [{"from": "/", "to": f"https://{WWW}/"}]},
}


@pytest.mark.parametrize(
    ("address", "cookies", "answer"),
    [
        (f"{WWW}/about?page=2&utm=x&q=1", {}, "/r/a/about.html?page=2&q=1"),
        (f"{WWW}/about/", {}, "308 /about"),
        (f"{WWW}/gr%C3%B6%C3%9Fe/xl?q=1", {}, "302 /size/xl?q=1"),
        (f"{WWW}/größer", {}, "/r/a/gr%C3%B6%C3%9Fer.html"),
        (f"{WWW}/configurator", {}, "/cache/%C3%A9%2B1.html"),
        (f"{WWW}/beta", {}, "/r/b/beta.html"),
        (f"{WWW}/shared", {}, "/common/2.0/shared.html"),
        (f"{WWW}/shop?c=d", {}, "307 https://shop.example.com/?a=b&c=d"),
        (f"{WWW}/100%25%20sure", {}, "/sure.html"),
        (f"{WWW}/", {"__Host-edge-preview": "b"}, "/r/a/index.html"),
        ("app.example.com/any/where/", {}, "/r/a/index.html"),
        ("app.example.com/any", {}, "308 /any/"),
        ("closed.example.com/", {}, "503"),
        ("all.example.com/", {}, "/r/b/index.html"),
        ("none.example.com/", {}, "/r/a/index.html"),
        ("none.example.com/", {"__Host-edge-canary": "1"}, "/r/b/index.html"),
        ("other.example.com/", {}, "/r/wild/index.html"),
        ("other.example.com/", {"__Host-edge-preview": "next"}, "/r/wild/index.html"),
        ("preview--next.example.com/", {}, "/r/next/index.html"),
        ("example.org/deep/down", {}, f"301 https://{WWW}/deep/down"),
    ],
    ids=ascii,
)
def test_every_routing_word_has_its_documented_effect(
    viewer_function: V8, address: str, cookies: dict[str, str], answer: str
) -> None:
    assert asked(viewer_function, written(HOSTS), address, cookies).text == answer


def test_maintenance_has_a_retry_after_header(viewer_function: V8) -> None:
    headers = asked(viewer_function, written(HOSTS), "closed.example.com/").value["headers"]
    assert headers["retry-after"]["value"] == "600"


places = st.sampled_from(["/", "/a", "/b", "/a/", "/a/b", "/b/a", "/v1.2", "/a/v1.2/", "/ab"])
targets = places | st.sampled_from(
    [
        f"https://{WWW}",
        f"https://{WWW}/a",
        "https://elsewhere.example.com/a",
        "/b/../a",
        "/a//",
        "/./b",
        "/%61/.",
        "/..",
    ]
)
redirecting = st.fixed_dictionaries(
    {
        "redirects": st.lists(st.fixed_dictionaries({"from": places, "to": targets}), max_size=3),
        "paths": st.dictionaries(
            places, st.fixed_dictionaries({"redirect_to": targets}) | st.just({"object": "o"}), max_size=2
        ),
        "trailing_slash": st.sampled_from(["keep", "add", "remove"]),
    }
)


@settings(deadline=None)
@given(redirecting)
@example({"redirects": [], "paths": {"/a": {"redirect_to": "/b/../a"}}, "trailing_slash": "keep"})
@example({"redirects": [{"from": "/a/", "to": "/a//"}], "paths": {}, "trailing_slash": "keep"})
@example({"redirects": [{"from": "/a", "to": "/%61/."}], "paths": {}, "trailing_slash": "remove"})
def test_redirects_are_refused_if_and_only_if_they_loop(viewer_function: V8, entry: dict[str, t.Any]) -> None:
    starts = [each["from"] for each in entry["redirects"]]
    starts += [path for path, found in entry["paths"].items() if "redirect_to" in found]
    try:
        keys, refused = written({WWW: entry}), ""
    except EdgeError as error:
        keys, refused = unchecked(entry), str(error)
        assert "is a redirect loop" in refused
    assert bool(refused) == any(circles(viewer_function, keys, start) for start in starts)


def unchecked(entry: dict[str, t.Any]) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops, "check", lambda *_: None)
        return written({WWW: entry})


def circles(viewer_function: V8, keys: dict[str, str], path: str) -> bool:
    for _ in range(20):
        location = (
            asked(viewer_function, keys, WWW, path=path).value.get("headers", {}).get("location", {}).get("value", "")
        )
        location = location.removeprefix(f"https://{WWW}") or "/" if location else ""
        if not location.startswith("/"):
            return False
        path = unquote(location)
    return True
