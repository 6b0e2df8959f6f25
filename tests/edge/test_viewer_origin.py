# SPDX-License-Identifier: GPL-3.0-or-later

"""The viewer function in the origin mode nearest_bucket selects origins. In the other modes it selects none."""

from __future__ import annotations

import json
import typing as t

import pytest
from edge.viewer_engines import ENGINES, Engine, Outcome, event, start
from edge.viewer_table import TABLE

# At the edge location of the engines, CloudFront expects to use the regional edge cache in us-west-2.
KEY = "my-site/n/us-west-2"
HOSTS = {
    "my-site/h/www.example.com": json.dumps({"v": 2, "p": "r/1", "x": 1, "r": [["/old", "/new"]]}),
    "my-site/p/www.example.com/exact": json.dumps({"v": 2, "o": "shared/a.html"}),
    "my-site/h/closed.example.com": json.dumps({"v": 2, "p": "r/1", "m": 60}),
}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Engine]:
    engine = start(request.param, tmp_path_factory.mktemp("engine"), "true")
    yield engine
    engine.close()


def run(engine: Engine, value: str | None, uri: str = "/a.css", host: str = "www.example.com") -> Outcome:
    keys = {**HOSTS, **({} if value is None else {KEY: value})}
    (outcome,) = engine.run([(event(uri, host), keys)])
    return outcome


def near(*origins: t.Any, **more: t.Any) -> str:
    return json.dumps({"v": 1, "o": origins, **more})


def group(first: str, second: str) -> dict[str, t.Any]:
    members = [{"originId": first}, {"originId": second}]
    return {"originIds": members, "failoverCriteria": {"statusCodes": [404, 500, 502, 503, 504]}}


CHOICES = {
    "two": (near("eu", "us"), group("eu", "us")),
    "in this order": (near("us", "eu"), group("us", "eu")),
    "one": (near("ap"), "ap"),
    "none": (near(), None),
    "no key": (None, None),
    "an empty value": ("", None),
    "no JSON": ("{", None),
    "no object": ("null", None),
    "a list": ('["eu","us"]', None),
    "no version": ('{"o":["eu"]}', None),
    "another version": (near("eu", v=2), None),
    "no list of ids": ('{"v":1,"o":"eu"}', None),
    "no ids": ('{"v":1}', None),
    "a number": (near("eu", 7), None),
    "no text": (near("", "eu"), None),
    "null": (near(None), None),
    "the same twice": (near("eu", "eu"), None),
    "three": (near("eu", "us", "ap"), None),
    "an unknown one": (near("moon"), None),
    "an unknown one of two": (near("eu", "moon"), None),
    "a later member beside": (near("eu", "us", x=1), group("eu", "us")),
}


@pytest.mark.parametrize(("value", "origin"), CHOICES.values(), ids=CHOICES)
def test_the_key_of_the_regional_edge_cache_selects_the_origins(
    engine: Engine, value: str | None, origin: t.Any
) -> None:
    """Regardless of the key's value, the request continues to an origin."""
    outcome = run(engine, value)
    assert (outcome.text, outcome.origin) == ("/r/1/a.css", origin)
    missing = [] if value is not None else [f"?{KEY}"]
    assert outcome.reads == ["my-site/h/www.example.com", "?my-site/p/www.example.com/a.css", KEY, *missing]


def test_a_failed_read_of_that_key_fails_no_request(engine: Engine) -> None:
    (outcome,) = engine.run([(event("/a.css"), {**HOSTS, KEY: near("eu", "us")}, "my-site/n/")])
    assert (outcome.text, outcome.origin) == ("/r/1/a.css", None)


@pytest.mark.parametrize(
    ("uri", "host", "answer"),
    [
        ("/old", "www.example.com", "301 /new"),
        ("/%", "www.example.com", "400"),
        ("/", "unknown.example.com", "404"),
        ("/", "closed.example.com", "503"),
    ],
)
def test_a_generated_response_has_no_origin(engine: Engine, uri: str, host: str, answer: str) -> None:
    outcome = run(engine, near("eu", "us"), uri, host)
    assert (outcome.text, outcome.origin) == (answer, None)
    assert KEY not in outcome.reads


@pytest.mark.parametrize(
    ("uri", "answer"), [("/exact", "/shared/a.html"), ("/_edge/region", "/_edge/region"), ("/", "/r/1/index.html")]
)
def test_every_request_to_an_origin_goes_to_the_nearest(engine: Engine, uri: str, answer: str) -> None:
    outcome = run(engine, near("eu", "us"), uri)
    assert (outcome.text, outcome.origin) == (answer, group("eu", "us"))


def test_the_selection_changes_nothing_else(engine: Engine) -> None:
    keys = {KEY: near("eu", "us")}
    outcomes = engine.run([(case.event, {**case.keys, **keys}) for case in TABLE])
    assert [one.text for one in outcomes] == [case.answer for case in TABLE]


@pytest.mark.parametrize("selects", ["", "false"])
def test_in_other_modes_no_origin_is_selected_and_no_key_read_for_it(selects: str, tmp_path: t.Any) -> None:
    engine = start("v8", tmp_path, selects)
    try:
        outcome = run(engine, near("eu", "us"), "/_edge/region")
        assert (outcome.text, outcome.origin, outcome.reads) == ("/_edge/region", None, [])
    finally:
        engine.close()
