# SPDX-License-Identifier: GPL-3.0-or-later

"""Functions in eu-west-1 that select a bucket by their Region or by a record that the test sets."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from edge.bucket_origins import DNS_RECORD, REGION_MAP, Record, run_in
from edge.origin_events import packaged


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    run_in(monkeypatch, "eu-west-1")


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def by_region(tmp_path: Path) -> t.Iterator[t.Any]:
    with packaged(tmp_path, REGION_MAP) as module:
        yield module.handler


@pytest.fixture
def by_record(tmp_path: Path, record: Record) -> t.Iterator[t.Any]:
    with packaged(tmp_path, DNS_RECORD) as module, record.instead_of_dns():
        yield module.handler
