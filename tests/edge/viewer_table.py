"""Requests and their answers: a viewer's request, the host route, and what the viewer function does."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

from edge.viewer_engines import SITE, Event, Keys, event

RELEASE = "r/0f3a9c1d2b4e"
HOST = "www.example.com"


class Case(t.NamedTuple):
    """A request, the members of its host route besides `v` and `p`, and the answer as in Outcome.text.

    `asked` is host, path and query string; without a host it is www.example.com. `paths` has the
    entries of exact paths, `name` is the key of the host route.
    """

    asked: str
    answer: str
    record: dict[str, t.Any] = {}
    cookies: dict[str, str] = {}
    paths: dict[str, dict[str, t.Any]] = {}
    name: str = HOST

    def __str__(self) -> str:
        asked = self.asked if len(self.asked) < 60 else f"{self.asked[:20]}..."
        return f"{asked!a} {' '.join([*self.record, *self.cookies, *['x' for _ in self.paths][:1]])}".strip()

    @property
    def event(self) -> Event:
        host, _, _ = self.asked.partition("/")
        path, _, query = self.asked.removeprefix(host).partition("?")
        return event(path, host or HOST, query, self.cookies)

    @property
    def keys(self) -> Keys:
        has = {"x": 1} if self.paths else {}
        records = {f"h/{self.name}": {"v": 2, "p": RELEASE, **self.record, **has}}
        records |= {f"p/{self.name}{path}": {"v": 2, **record} for path, record in self.paths.items()}
        return {f"{SITE}/{key}": json.dumps(record, separators=(",", ":")) for key, record in records.items()}


def _each(record: dict[str, t.Any], answers: dict[str, str], **more: t.Any) -> list[Case]:
    """Cases of one host route; `~/` is the release."""
    return [Case(asked, answer.replace("~/", f"/{RELEASE}/", 1), record, **more) for asked, answer in answers.items()]


PATHS = _each(
    {},
    {
        "/": "~/index.html",
        "/dir/": "~/dir/index.html",
        "/dir": "~/dir/index.html",
        "/file.txt": "~/file.txt",
        "/dir/file.txt": "~/dir/file.txt",
        "/v1.2/docs": "~/v1.2/docs/index.html",
        "/a.b/": "~/a.b/index.html",
        "/.well-known/security.txt": "~/.well-known/security.txt",
        "/.well-known/acme": "~/.well-known/acme/index.html",
        "/.hidden": "~/.hidden",
        "/...": "~/...",
        "/index.html": "~/index.html",
        # The same object, in different spellings.
        "/a%20b": "~/a%20b/index.html",
        "/a b.html": "~/a%20b.html",
        "/gr%C3%BC%c3%9fe/": "~/gr%C3%BC%C3%9Fe/index.html",
        "/grüße/": "~/gr%C3%BC%C3%9Fe/index.html",
        "/emoji%20%F0%9F%9A%80.svg": "~/emoji%20%F0%9F%9A%80.svg",
        "/emoji 🚀.svg": "~/emoji%20%F0%9F%9A%80.svg",
        "/%66ile%2Etxt": "~/file.txt",
        "/%7Euser~.txt": "~/~user~.txt",
        "/a+b.css": "~/a%2Bb.css",
        "/a%2bb.css": "~/a%2Bb.css",
        "/!$&'()*,:;=@.txt": "~/%21%24%26%27%28%29%2A%2C%3A%3B%3D%40.txt",
        "/a%252Fb.txt": "~/a%252Fb.txt",
        "/%252e%252e/x.txt": "~/%252e%252e/x.txt",
        "/a%0Ab.txt": "~/a%0Ab.txt",
        "/%3Fa%23b.txt": "~/%3Fa%23b.txt",
        # Slashes and dots.
        "//": "~/index.html",
        "///guide///x.css": "~/guide/x.css",
        "/guide//": "~/guide/index.html",
        "/.": "~/index.html",
        "/./guide/./": "~/guide/index.html",
        "/guide/.": "~/guide/index.html",
        "/guide/..": "~/index.html",
        "/guide/../x.css": "~/x.css",
        "/a/b/../../../../x.css": "~/x.css",
        "/%2e%2E/%2E./.%2e/x.css": "~/x.css",
        "/../../r/other/x.css": "~/r/other/x.css",
        "/_edge/../_edge/region": "~/_edge/region/index.html",
        "//_edge/region": "~/_edge/region/index.html",
        "/_edge/regions": "~/_edge/regions/index.html",
        "/_edge/region/": "~/_edge/region/index.html",
        "/_edge%2fregion": "400",
        # Paths that cannot name an object, or that S3 might interpret differently.
        "/%2F": "400",
        "/..%2f..%2fetc": "400",
        "/a%5Cb.txt": "~/a%5Cb.txt",
        "/a\\b.txt": "~/a%5Cb.txt",
        "/..%5C..%5Cetc.txt": "~/..%5C..%5Cetc.txt",
        "/a%00.txt": "400",
        "/%": "400",
        "/%4": "400",
        "/%zz": "400",
        "/100%": "400",
        "/%ff": "400",
        "/%C3": "400",
        "/%C0%AF": "400",
        "/%ED%A0%80": "400",
        "/%F4%90%80%80": "400",
        "/" + "a" * 1023 + "/": "400",
        "/" + "%e6%97%a5" * 342: "400",
        "/" + "%c3%bc" * 500 + ".txt": "~/" + "%C3%BC" * 500 + ".txt",
        "/" + "%61" * 1023 + "b": "400",
        "/" + "%61" * 1019 + ".txt": "~/" + "a" * 1019 + ".txt",
        "/" + "a" * 1020 + "%62": "~/" + "a" * 1020 + "b/index.html",
        "/" + "a" * 1022 + "%62%63": "400",
        "/" + "🚀" * 255 + ".md": "~/" + "%F0%9F%9A%80" * 255 + ".md",
        "/" + "🚀" * 256: "400",
        # More than 100 slashes, or of a character that has to be encoded by a call for each.
        "/a" * 99 + "/": "~" + "/a" * 99 + "/index.html",
        "/" * 100 + "x.css": "~/x.css",
        "/" * 101 + "x.css": "400",
        "/." * 101: "400",
        "/" + "(" * 100 + ".txt": "~/" + "%28" * 100 + ".txt",
        "/" + "(" * 101 + ".txt": "400",
        "/" + "%27" * 101: "400",
        # The query string: S3 would execute commands in it.
        "/?versionId=null&acl": "~/index.html",
        "/file.txt?a=1": "~/file.txt",
    },
)

REWRITES = [
    *_each(
        {"w": "h"},
        {
            "/about": "~/about.html",
            "/v1.2/about": "~/v1.2/about.html",
            "/": "~/index.html",
            "/x/": "~/x/index.html",
            "/about.html": "~/about.html",
            "/a+b": "~/a%2Bb.html",
        },
    ),
    *_each(
        {"w": "s"},
        {
            "/": "~/index.html",
            "/cart": "~/index.html",
            "/cart/7/": "~/index.html",
            "/v1.2/cart": "~/index.html",
            "/app.js": "~/app.js",
            "/img/logo.svg": "~/img/logo.svg",
            "/%00": "400",
        },
    ),
    *_each({"w": "i"}, {"/about": "~/about/index.html"}),
    *_each({"w": "of a later version"}, {"/about": "~/about/index.html"}),
]

SLASHES = [
    *_each(
        {"t": "a"},
        {
            "/": "~/index.html",
            "/guide": "308 /guide/",
            "//guide": "308 /guide/",
            "/guide/": "~/guide/index.html",
            "/file.txt": "~/file.txt",
            "/v1.2/docs?a=1&b": "308 /v1.2/docs/?a=1&b",
            "/gr%c3%bc%c3%9fe": "308 /gr%C3%BC%C3%9Fe/",
        },
    ),
    *_each(
        {"t": "r"},
        {
            "/": "~/index.html",
            "/guide": "~/guide/index.html",
            "/guide/": "308 /guide",
            "//evil.example/..//guide///": "308 /guide",
            "//evil/": "308 /evil",
            "/guide/?a=1&a=2&b": "308 /guide?a=1&a=2&b",
            "/v1.2/": "~/v1.2/index.html",
        },
    ),
]

_RULES = [
    ["/old", "/new"],
    ["/go/", "https://example.com", 302],
    ["/wiki/", "https://example.com/w/?from=here", 307],
    ["/größe", "/size", 308],
    ["/q", "/s?a=1#part"],
    ["/up", "/"],
    ["/odd", "//example.com/x", 200],
]
REDIRECTS = [
    *_each(
        {"r": _RULES},
        {
            "/old": "301 /new",
            "/old/": "301 /new/",
            "/old/a b/c.txt?x=%2F&y": "301 /new/a%20b/c.txt?x=%2F&y",
            "/older": "~/older/index.html",
            "/x/old": "~/x/old/index.html",
            "/./x/..//old//y": "301 /new/y",
            "/go/": "302 https://example.com",
            "/go": "~/go/index.html",
            "/go/a+b?c": "302 https://example.com/a%2Bb?c",
            "/go/.evil.example/": "302 https://example.com/.evil.example/",
            "/go/@evil.example": "302 https://example.com/%40evil.example",
            "/go//evil.example": "302 https://example.com/evil.example",
            "/wiki/?a=1": "307 https://example.com/w/?from=here&a=1",
            "/gr%c3%b6%c3%9fe/7": "308 /size/7",
            "/q?b=2": "301 /s?a=1&b=2#part",
            "/up//evil.example": "301 /evil.example",
            "/up": "301 /",
            "/odd": "301 /example.com/x",
            # A Location is ASCII for any query string.
            "/old?q=größe&名=🚀&x=%C3%A9": "301 /new?q=gr%C3%B6%C3%9Fe&%E5%90%8D=%F0%9F%9A%80&x=%C3%A9",
            "/old?q=\udce9": "301 /new",
            "/old?length=%0d%0aX: y&b=//evil.com&ö": "301 /new?length=%0d%0aX:%20y&b=//evil.com&%C3%B6",
            "/old?a=1\n": "301 /new?a=1%0A",
            "/old?a=%2525ü": "301 /new?a=%2525%C3%BC",
            "/old?a=&&a": "301 /new?a=&&a",
            "/old?" + "a" * 8000: "301 /new?" + "a" * 8000,
            "/old?" + "ü" * 1024: "301 /new?" + "%C3%BC" * 1024,
            "/old?" + "ü" * 1025: "301 /new",
        },
    ),
    *_each(
        {"r": [["/", "https://example.org/", 308]]},
        {"/": "308 https://example.org/", "/x/": "308 https://example.org/x/"},
    ),
    *_each({"r": [["/a", "/1"], ["/a/b", "/2"]], "t": "a"}, {"/a/b": "301 /1/b", "/b": "308 /b/"}),
]

_PATHS = {
    "/configurator": {"o": "cache/2025/11/26/b882c6.html"},
    "/größe": {"o": "cache/größe (1).html"},
    "/beta": {"p": "r/beta"},
    "/beta/app.js": {"p": "r/beta"},
    "/sale": {"u": "https://example.com/sale#top", "s": 302},
    "/later": {"v": 3, "o": "x"},
}
EXACT = [
    *_each(
        {},
        {
            "/configurator": "/cache/2025/11/26/b882c6.html",
            "//configurator?a=1": "/cache/2025/11/26/b882c6.html",
            "/configurator/": "~/configurator/index.html",
            "/configurator/x": "~/configurator/x/index.html",
            "/gr%C3%B6%c3%9fe": "/cache/gr%C3%B6%C3%9Fe%20%281%29.html",
            "/beta": "/r/beta/beta/index.html",
            "/beta/app.js": "/r/beta/beta/app.js",
            "/sale?a=1": "302 https://example.com/sale?a=1#top",
            "/later": "~/later/index.html",
            "/": "~/index.html",
        },
        paths=_PATHS,
    ),
    # No other rule of the host applies to an exact path.
    *_each(
        {"r": [["/", "/elsewhere"]], "t": "a", "w": "h", "q": ["a"]},
        {
            "/beta?b=2&a=1": "/r/beta/beta.html?a=1",
            "/configurator?a=1": "/cache/2025/11/26/b882c6.html?a=1",
            "/sale": "302 https://example.com/sale#top",
        },
        paths=_PATHS,
    ),
    *_each({}, {"a.example.com/beta": "/r/beta/beta/index.html"}, paths=_PATHS, name="*.example.com"),
    *_each({}, {"a.example.com/beta": "/r/beta/beta/index.html"}, paths=_PATHS, name="*"),
    *_each({}, {"/x": "301 /y", "/z": "301 /y"}, paths={"/x": {"u": "/y"}, "/z": {"u": "/y", "s": 200}}),
]

_PREVIEW, _CANARY = "__Host-edge-preview", "__Host-edge-canary"
RELEASES = [
    *_each({"m": 600}, {"/": "503", "/%": "503", "/_edge/region": "/_edge/region"}),
    *_each({"m": 0}, {"/": "503"}),
    *_each({"p": ""}, {"/": "404", "/%": "400"}),
    *_each({"p": 7}, {"/": "404"}),
    *_each({"p": "tenants/größe"}, {"/x.css": "/tenants/gr%C3%B6%C3%9Fe/x.css"}),
    # FNV-1a 32 of 203.0.113.178 is 221,707,589: 7589 of 10,000.
    *_each({"c": {"p": "r/new", "n": 7590}}, {"/": "/r/new/index.html"}),
    *_each({"c": {"p": "r/new", "n": 7589}}, {"/": "~/index.html"}),
    *_each({"c": {"p": "r/new", "n": 10000}}, {"/": "~/index.html"}, cookies={_CANARY: "0"}),
    *_each({"c": {"p": "r/new", "n": 0}}, {"/": "/r/new/index.html"}, cookies={_CANARY: "1"}),
    *_each({"c": {"p": "r/new", "n": 10000}}, {"/": "/r/new/index.html"}, cookies={_CANARY: "x"}),
    *_each({"c": {"p": "r/new", "n": 10000}, "p": ""}, {"/": "/r/new/index.html"}),
    *_each({"g": 1}, {"/": "/r/Next.2_a-b/index.html"}, cookies={_PREVIEW: "Next.2_a-b"}),
    *_each({"g": 1, "c": {"p": "r/new", "n": 10000}}, {"/": "/r/next/index.html"}, cookies={_PREVIEW: "next"}),
    *_each({}, {"/": "~/index.html"}, cookies={_PREVIEW: "next"}),
    *[
        case
        for name in ("", ".", "..", ".x", "a/b", "../x", "a%2Fb", "a b", "x" * 65, "next\n")
        for case in _each({"g": 1}, {"/": "~/index.html"}, cookies={_PREVIEW: name})
    ],
    *_each({"g": 1}, {"preview--next.example.com/a": "/r/next/a/index.html"}, name="*.example.com"),
    *_each({"g": 1}, {"preview--next.example.com/a": "/r/next/a/index.html"}, name="*"),
    *_each({}, {"preview--next.example.com/": "~/index.html"}, name="*.example.com"),
    *_each({"g": 1}, {"preview--.example.com/": "~/index.html"}, name="*.example.com"),
    *_each({"g": 1}, {"preview--next.example.com/": "~/index.html"}, name="preview--next.example.com"),
    # The hosts of a wildcard may be different tenants, and any host of a domain may set a cookie without the prefix.
    *_each({"g": 1}, {"a.example.com/": "~/index.html"}, cookies={_PREVIEW: "next"}, name="*.example.com"),
    *_each({"g": 1}, {"a.example.com/": "~/index.html"}, cookies={_PREVIEW: "next"}, name="*"),
    *_each({"g": 1}, {"/": "~/index.html"}, cookies={"edge-preview": "next"}),
    *_each({"c": {"p": "r/new", "n": 0}}, {"/": "~/index.html"}, cookies={"edge-canary": "1"}),
]

QUERIES = [
    *_each(
        {"q": ["page", "a", "größe"]},
        {
            "/": "~/index.html",
            "/?b=1": "~/index.html",
            "/?page=2&acl&a=1": "~/index.html?a=1&page=2",
            "/?a&page=": "~/index.html?a&page",
            "/?constructor=1&__proto__=2": "~/index.html",
            # One cache entry for one set of values: each decoded once and encoded once, and the first of a name.
            "/?page=%32": "~/index.html?page=2",
            "/?page=2&page=2": "~/index.html?page=2",
            "/?page=2&a=3&page=1": "~/index.html?a=3&page=2",
            "/?a=%c3%b6": "~/index.html?a=%C3%B6",
            "/?a=%C3%B6": "~/index.html?a=%C3%B6",
            "/?a=ö": "~/index.html?a=%C3%B6",
            "/?a=%2F+1": "~/index.html?a=%2F%201",
            "/?a=/%201": "~/index.html?a=%2F%201",
            "/?a=%2B": "~/index.html?a=%2B",
            "/?a=%2532": "~/index.html?a=%2532",
            "/?a=%0A%00": "~/index.html?a=%0A%00",
            "/?a=%28(": "~/index.html?a=((",
            # Not percent-encoded, or not UTF-8.
            "/?a=%zz&page=2": "~/index.html?page=2",
            "/?a=%ff": "~/index.html",
            "/?a=\udcff&page=2": "~/index.html?page=2",
            # Longer than 1,024 characters together.
            "/?a=" + "x" * 1023 + "&page=2": "~/index.html?a=" + "x" * 1023 + "&page=2",
            "/?a=" + "x" * 1024 + "&page=2": "~/index.html",
            "/?b=" + "x" * 8000 + "&page=2": "~/index.html?page=2",
            "/?a=" + "ü" * 600 + "&page=2": "~/index.html?page=2",
        },
    ),
    *_each({"q": []}, {"/?a=1": "~/index.html"}),
    *_each({"q": ["constructor", "__proto__"]}, {"/?a=1": "~/index.html", "/?__proto__=2": "~/index.html?__proto__=2"}),
]

TABLE = [*PATHS, *REWRITES, *SLASHES, *REDIRECTS, *EXACT, *RELEASES, *QUERIES]
