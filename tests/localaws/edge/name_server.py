"""A name server on loopback with the TXT records of the emulator's hosted zones, answered as Route 53 does.

Sources: RFC 1035; Route 53 Developer Guide, "Weighted routing" and "How Amazon Route 53 chooses records when health
checking is configured".
"""

from __future__ import annotations

import random
import re
import socketserver
import struct
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from localaws.clients import pinned_client
from localaws.edge.messages import LOG

_HEADER = struct.Struct("!HHHHHH")
_TXT, _IN, _TO_QUESTION = 16, 1, 0xC00C
_ANSWER, _RECURSION_DESIRED = 0x8080, 0x0100
_FOUND, _FAILED, _NO_SUCH_NAME = 0, 2, 3
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
# An answer of the API is kept this long.
_SECONDS = 1.0

RecordSet = dict[str, Any]


class NameServer:
    """Started by `with` or `start`; it listens at `address`, by UDP."""

    def __init__(
        self,
        endpoint: str,
        draw: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._route53 = pinned_client(endpoint, "route53", "us-east-1")
        self._draw = draw
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, list[RecordSet] | None]] = {}
        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="name-server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, query: bytes) -> bytes | None:
        """None for a malformed query."""
        try:
            request_id, flags, questions, *_ = _HEADER.unpack_from(query)
            labels, end = [], _HEADER.size
            while length := query[end]:
                labels.append(query[end + 1 : end + 1 + length].decode("ascii"))
                end += 1 + length
            kind, _of = struct.unpack_from("!HH", query, end + 1)
        except (struct.error, IndexError, UnicodeDecodeError):
            return None
        if questions != 1:
            return None
        code, seconds, texts = self._look_up(".".join(labels).lower() + ".", kind)
        records = b"".join(
            struct.pack("!HHHIH", _TO_QUESTION, _TXT, _IN, seconds, len(text)) + text for text in map(_strings, texts)
        )
        flags = _ANSWER | (flags & _RECURSION_DESIRED) | code
        return _HEADER.pack(request_id, flags, 1, len(texts), 0, 0) + query[_HEADER.size : end + 5] + records

    def _look_up(self, name: str, kind: int) -> tuple[int, int, list[str]]:
        """Code, TTL and values."""
        try:
            records = self._records(name)
            if records is None:
                return _NO_SUCH_NAME, 0, []
            found = self._chosen([record for record in records if record["Type"] == "TXT"]) if kind == _TXT else None
        except (BotoCoreError, ClientError) as error:
            LOG.error("the name server cannot read Route 53: %s", error)
            return _FAILED, 0, []
        if found is None:
            return _FOUND, 0, []
        return _FOUND, int(found["TTL"]), [record["Value"] for record in found["ResourceRecords"]]

    def _records(self, name: str) -> list[RecordSet] | None:
        """The records of the name, or None if it does not exist."""
        with self._lock:
            since, records = self._known.get(name, (float("-inf"), None))
            if self._clock() - since >= _SECONDS:
                records = self._read(name)
                self._known[name] = (self._clock(), records)
            return records

    def _read(self, name: str) -> list[RecordSet] | None:
        pages = self._route53.get_paginator("list_hosted_zones").paginate()
        zones = [zone for page in pages for zone in page["HostedZones"] if not zone["Config"]["PrivateZone"]]
        of_it = [zone for zone in zones if f".{name}".endswith(f".{zone['Name'].lower()}")]
        if not of_it:
            return None
        zone = max(of_it, key=lambda found: len(found["Name"]))
        listed = self._route53.list_resource_record_sets(HostedZoneId=zone["Id"], StartRecordName=name)
        records = [record for record in listed["ResourceRecordSets"] if record["Name"].lower() == name]
        return [record | {"healthy": self._is_healthy(record.get("HealthCheckId"))} for record in records] or None

    def _is_healthy(self, check: str | None) -> bool:
        """There are no checks here: healthy, but unhealthy if the check is disabled and inverted."""
        if check is None:
            return True
        config = self._route53.get_health_check(HealthCheckId=check)["HealthCheck"]["HealthCheckConfig"]
        return not (config.get("Disabled") and config.get("Inverted"))

    def _chosen(self, records: list[RecordSet]) -> RecordSet | None:
        if not records or "Weight" not in records[0]:
            return records[0] if records else None
        healthy = [record for record in records if record["healthy"]] or records
        # If all weights are 0, all records have the same chance.
        shares = [record["Weight"] for record in healthy]
        if not any(shares):
            shares = [1] * len(healthy)
        point = self._draw() * sum(shares)
        for record, share in zip(healthy, shares, strict=True):
            point -= share
            if point < 0:
                return record
        return healthy[-1]

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, socket = self.request
                answer = server.answer(query)
                if answer is not None:
                    socket.sendto(answer, self.client_address)

        return Handler


def _strings(value: str) -> bytes:
    """The strings of a quoted value in wire format."""
    texts = [re.sub(r"\\(.)", r"\1", found).encode("utf-8") for found in _STRING.findall(value)]
    return b"".join(bytes([len(text)]) + text for text in texts)
