# SPDX-License-Identifier: GPL-3.0-or-later

"""A viewer is served regardless of the network: no request waits for an answer that does not arrive."""

from __future__ import annotations

import importlib
import sys
import threading
import typing as t

import pytest
from edge.origin_events import SOURCE


@pytest.fixture
def latest() -> t.Iterator[t.Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SOURCE))
        module = importlib.import_module("latest")
        patch.setattr(module.time, "time", lambda: module.now)
        module.now = 1000.0
        yield module
    del sys.modules["latest"]


def test_a_late_answer_is_not_waited_for_and_is_used_when_it_arrives(
    latest: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "WAIT_SECONDS", 0.01)
    go, asked = threading.Event(), []

    def read() -> tuple[dict[str, str], int]:
        asked.append(latest.now)
        go.wait()
        return {"a": "b"}, 60

    value = latest.Latest("slow", read)
    assert value.value() is None
    latest.now += 3600
    assert value.value() is None
    assert len(asked) == 1  # one query at a time
    go.set()
    value._reader.join()
    assert value.value() == {"a": "b"}
    assert len(asked) == 1


def test_a_value_with_a_ttl_of_zero_is_read_again_after_a_second(latest: t.Any) -> None:
    asked: list[float] = []

    def read() -> tuple[dict[str, str], int]:
        asked.append(latest.now)
        return {}, 0

    value = latest.Latest("short", read)
    for _ in range(3):
        value.value()
    assert len(asked) == 1
    latest.now += 1
    value.value()
    assert len(asked) == 2


def test_an_error_is_logged_with_its_type(latest: t.Any, capsys: pytest.CaptureFixture[str]) -> None:
    def read() -> tuple[dict[str, str], int]:
        raise OSError("away")

    assert latest.Latest("TXT a.example.com", read).value() is None
    assert capsys.readouterr().out == "TXT a.example.com: OSError: away; the last value is kept\n"
