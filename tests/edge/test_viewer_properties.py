# SPDX-License-Identifier: GPL-3.0-or-later

"""The viewer function for any path: the uploaded object, or the documented refusal."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote, unquote, urlsplit

import pytest
from edge.viewer_engines import Engine, Outcome, event, start
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

PREFIX = "r/0f3a9c1d2b4e"
RECORD = {"v": 2, "p": PREFIX}
SETTINGS = settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])

# File names: any UTF-8, and often characters with a meaning in URLs.
_characters = st.one_of(
    st.sampled_from("%./\\+ ?#&=:;@!$'()*,~\x00\n"), st.characters(codec="utf-8"), st.characters(max_codepoint=127)
)
_names = st.text(_characters.filter(lambda c: c != "/"), min_size=1, max_size=12).filter(lambda n: n not in (".", ".."))
_files = st.lists(_names, min_size=1, max_size=4).map("/".join)
# Bytes that a viewer may send unencoded. Browsers do so for these, and CloudFront does not change them.
_AS_IT_IS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@|^\"<>[]{}`")


@pytest.fixture(scope="module", params=["v8", "quickjs"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Engine]:
    engine = start(request.param, tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


def ask(engine: Engine, uri: str, **record: t.Any) -> Outcome:
    keys = {"my-site/h/www.example.com": json.dumps({**RECORD, **record})}
    (outcome,) = engine.run([(event(uri), keys)])
    return outcome


@st.composite
def written(draw: st.DrawFn, path: str) -> str:
    """The path as a viewer may write it: each character unencoded, where allowed, or encoded in either case."""
    parts = []
    for character in path:
        plain = character == "/" or character in _AS_IT_IS or ord(character) > 127
        how = draw(st.sampled_from(["plain", "upper", "lower"] if plain and character != "/" else ["upper", "lower"]))
        if character == "/" or how == "plain":
            parts.append(character)
        else:
            digits = "".join(f"%{byte:02X}" for byte in character.encode())
            parts.append(digits if how == "upper" else digits.lower())
    return "/" + "".join(parts)


@SETTINGS
@given(data=st.data(), file=_files)
@example(data=None, file="a%2Fb.txt")
@example(data=None, file="..a/...")
def test_every_file_is_found_in_any_encoding_of_its_path(engine: Engine, data: st.DataObject | None, file: str) -> None:
    uri = data.draw(written(file)) if data else "/" + quote(file)
    outcome = ask(engine, uri)
    if "\x00" in file:
        assert outcome.text == "400"
        return
    name = file.rsplit("/", 1)[-1]
    key = f"{PREFIX}/{file}" if "." in name else f"{PREFIX}/{file}/index.html"
    assert outcome.text == "/" + quote(key, safe="-._~/")


# Paths made of the parts that mistakes would involve.
_PIECES = (
    "/ // .. . %2e %2E%2e %2f %5c \\ %00 % %4 %25 %252e %c3%a9 %ff %2b é a index.html _edge region r evil.example"
    " @ : ; + ~ ' \udcff"
)
_any_paths = st.lists(st.sampled_from(_PIECES.split()), max_size=12).map(lambda pieces: "/" + "".join(pieces))


@SETTINGS
@given(uri=st.one_of(_any_paths, st.text(_characters, max_size=30).map("/{}".format)), rewrite=st.sampled_from("ihs"))
def test_no_path_leaves_the_release_and_every_uri_is_canonical(engine: Engine, uri: str, rewrite: str) -> None:
    outcome = ask(engine, uri, w=rewrite)
    if outcome.text == "400":
        return
    found = outcome.value["uri"]
    segments = found.removeprefix(f"/{PREFIX}/").split("/")
    assert found.startswith(f"/{PREFIX}/") or uri in ("/_edge/region", "/_edge/404.html")
    assert not {"", ".", ".."} & set(segments)
    assert not {"", ".", ".."} & {unquote(segment) for segment in segments}
    # One object has one URI: in the encoding of S3's signature, and the same when requested again.
    assert found == quote(unquote(found), safe="-._~/")
    if found.startswith(f"/{PREFIX}/"):
        assert ask(engine, found.removeprefix(f"/{PREFIX}"), w=rewrite).text == found


@SETTINGS
@given(
    uri=_any_paths,
    policy=st.sampled_from("ar"),
    rules=st.lists(
        st.tuples(st.sampled_from(["/", "/a", "/a/", "/é"]), st.sampled_from(["/", "/b", "/b/"])), max_size=2
    ),
)
def test_a_redirect_to_a_path_stays_on_the_host(
    engine: Engine, uri: str, policy: str, rules: list[tuple[str, str]]
) -> None:
    outcome = ask(engine, uri, t=policy, r=rules)
    location = outcome.value.get("headers", {}).get("location", {}).get("value")
    if location is None:
        return
    assert location.startswith("/") and not location.startswith(("//", "/\\"))
    assert location.isascii() and location.isprintable() and " " not in location
    if not rules:
        assert ask(engine, location, t=policy).value["uri"].startswith(f"/{PREFIX}/")


@SETTINGS
@given(uri=_any_paths, prefix=st.sampled_from(["/", "/a", "/a/"]), slash=st.sampled_from(["", "/", "/b", "/b/"]))
def test_a_redirect_to_another_host_has_that_host(engine: Engine, uri: str, prefix: str, slash: str) -> None:
    outcome = ask(engine, uri, r=[[prefix, f"https://example.org{slash}"]])
    location = outcome.value.get("headers", {}).get("location", {}).get("value")
    assert location is None or urlsplit(location).netloc == "example.org"


@SETTINGS
@given(name=st.text(_characters, max_size=20), host=st.booleans())
def test_a_preview_shows_a_release_only(engine: Engine, name: str, host: bool) -> None:
    keys = {"my-site/h/*.example.com": json.dumps({**RECORD, "g": 1})}
    asked = event("/x.css", "a.example.com", cookies={"__Host-edge-preview": name})
    if host:
        asked = event("/x.css", f"preview--{name}.example.com")
    (outcome,) = engine.run([(asked, keys)])
    segments = outcome.text.split("/")
    assert outcome.text == "404" or (segments[:2], segments[3:]) == (["", "r"], ["x.css"])
    assert outcome.text == "404" or segments[2] in (PREFIX.removeprefix("r/"), name, name.lower().split(".")[0])


@SETTINGS
@given(st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")))
def test_any_value_in_the_store_gives_an_answer(engine: Engine, value: str) -> None:
    outcome = engine.run([(event("/x.css"), {"my-site/h/www.example.com": value})])[0]
    assert outcome.text in ("404", "503")


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pnosu"), inner, max_size=3),
    max_leaves=6,
)


@SETTINGS
@given(record=st.dictionaries(st.sampled_from("pwtrmcgqx"), _json, max_size=9), path=_json)
def test_any_host_route_gives_an_answer_and_never_a_path_without_its_prefix(
    engine: Engine, record: t.Any, path: t.Any
) -> None:
    """Such host routes are never written. The function still returns a response of its own or an object's URI."""
    keys = {
        "my-site/h/www.example.com": json.dumps({**record, "v": 2}),
        "my-site/p/www.example.com/x.css": json.dumps({**path, "v": 2} if isinstance(path, dict) else path),
    }
    (outcome,) = engine.run([(event("/x.css"), keys)])
    assert outcome.value.get("statusCode") in (301, 302, 307, 308, 404, 503) or outcome.value["uri"] != "/x.css"
