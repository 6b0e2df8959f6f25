# SPDX-License-Identifier: GPL-3.0-or-later

"""Functions that select a bucket by their Region or by a record, and their requests."""

from __future__ import annotations

import sys
import typing as t
from contextlib import contextmanager

import pytest
from edge.origin_events import BUCKETS, CREDENTIALS, Event, custom, event, host_of, verified

REGION_MAP = {
    "mode": "region_map",
    "buckets": BUCKETS,
    "map": {"eu-west-1": "shop-eu", "us-west-2": "shop-us"},
    "default": "shop-us",
}
NAME = "bucket.example.com"
DNS_RECORD = {"mode": "dns_record", "buckets": BUCKETS, "record": NAME}


def run_in(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """The environment of a function in that Region."""
    for name, value in {**CREDENTIALS, "AWS_REGION": region}.items():
        monkeypatch.setenv(name, value)


class Record:
    """A TXT record and a clock that the test sets."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[list[str], int]] = {}
        self.asked: list[str] = []
        self.now = 1000.0

    def texts(self, name: str, servers: list[str] | None) -> tuple[list[str], int]:
        self.asked.append(name)
        if name not in self.answers:
            raise OSError("the name server is away")
        return self.answers[name]

    @contextmanager
    def instead_of_dns(self) -> t.Iterator[None]:
        """Replace DNS in the module `dns_record` of the package, if it has been loaded."""
        with pytest.MonkeyPatch.context() as patch:
            if "dns_record" in sys.modules:
                patch.setattr(sys.modules["dns_record"], "texts", self.texts)
                patch.setattr(sys.modules["latest"].time, "time", lambda: self.now)
            yield


def shop(**given: t.Any) -> Event:
    origin = custom(host_of("shop-us"), given.pop("path", ""), **given.pop("origin_headers", {}))
    return event(given.pop("uri", "/r/1/a+b.html"), origin=origin, **given)


def failing_over(own: str, path: str = "", **headers: str) -> Event:
    """The second run for a request: the other member of the origin group, a custom origin of the bucket *own*."""
    return event("/r/1/a+b.html", origin=custom(host_of(own), path, X_Origin_Failover="1", **headers))


def asked(request: Event, **given: t.Any) -> str:
    """The bucket that receives the request. The signature must be for this bucket."""
    bucket, _, rest = request["origin"]["custom"]["domainName"].partition(".")
    assert rest == f"s3.{BUCKETS[bucket]}.amazonaws.com"
    verified(request, region=BUCKETS[bucket], **given)
    return t.cast(str, bucket)
