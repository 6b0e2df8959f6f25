# SPDX-License-Identifier: GPL-3.0-or-later

"""TXT records are read by DNS messages, and every answer is either parsed or an error."""

from __future__ import annotations

import importlib
import itertools
import socket
import struct
import sys
import threading
import typing as t
from pathlib import Path

import pytest
from edge.bucket_origins import DNS_RECORD, run_in, shop
from edge.origin_events import BUCKETS, SOURCE, packaged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAME = "bucket.example.com"
QUESTION = b"\x06bucket\x07example\x03com\0\0\x10\0\x01"
TO_QUESTION = b"\xc0\x0c"  # a pointer to the name in the question


@pytest.fixture(scope="module")
def txt() -> t.Iterator[t.Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SOURCE))
        yield importlib.import_module("txt_record")
    sys.modules.pop("txt_record", None)


def record(*texts: bytes, name: bytes = TO_QUESTION, seconds: int = 60, kind: int = 16) -> bytes:
    data = b"".join(bytes([len(text)]) + text for text in texts)
    return name + struct.pack("!HHIH", kind, 1, seconds, len(data)) + data


def alias(seconds: int) -> bytes:
    return TO_QUESTION + struct.pack("!HHIH", 5, 1, seconds, 8) + b"\x05other\xc0\x13"


def answer(*records: bytes, flags: int = 0x8180, question: bytes = QUESTION, questions: int = 1) -> bytes:
    """An answer without the id, which the server copies from the query."""
    return struct.pack("!HHHHH", flags, questions, len(records), 0, 0) + question + b"".join(records)


def both_at_one_port() -> tuple[socket.socket, socket.socket]:
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:  # another process has the port for TCP
            udp.close()


class NameServer:
    """Answers each query on loopback with the current value of `udp` or `tcp`; None: no answer."""

    def __init__(self) -> None:
        self.udp: bytes | None = None
        self.tcp: bytes | None = None
        self.before: list[bytes] = []  # datagrams that arrive before the answer
        self.queries: list[bytes] = []
        self._udp, self._tcp = both_at_one_port()
        self.address = f"127.0.0.1:{self._udp.getsockname()[1]}"
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    def _serve_udp(self) -> None:
        while True:
            query, sender = self._udp.recvfrom(512)
            if not query:
                return
            self.queries.append(query)
            for content in self.before:
                self._udp.sendto(content, sender)
            if self.udp is not None:
                self._udp.sendto(query[:2] + self.udp, sender)

    def _serve_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            with connection:
                query = connection.recv(512)[2:]
                if not query:
                    return
                if self.tcp is not None:
                    content = query[:2] + self.tcp
                    connection.sendall(struct.pack("!H", len(content)) + content)

    def stop(self) -> None:
        address = self._udp.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", address)
        socket.create_connection(address).close()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()


@pytest.fixture
def server(txt: t.Any, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[NameServer]:
    monkeypatch.setattr(txt, "TIMEOUT_SECONDS", 10)  # long enough for an answer on a busy machine
    server = NameServer()
    yield server
    server.stop()


ANSWERS = {
    "one record": (answer(record(b"shop-eu")), ["shop-eu"], 60),
    "several": (answer(record(b"shop-eu 3"), record(b"shop-us")), ["shop-eu 3", "shop-us"], 60),
    "a text in pieces": (answer(record(b"shop", b"-eu")), ["shop-eu"], 60),
    "an empty text": (answer(record(b"")), [""], 60),
    "behind an alias": (
        answer(alias(20), record(b"shop-eu", name=b"\x05other\xc0\x13", seconds=300)),
        ["shop-eu"],
        20,
    ),
    "among others": (answer(record(b"\1\2\3", kind=99), record(b"shop-eu", seconds=70)), ["shop-eu"], 60),
    "a name in another case": (answer(record(b"shop-eu"), question=QUESTION.upper()), ["shop-eu"], 60),
    "a TTL with the topmost bit": (answer(record(b"shop-eu", seconds=2**31)), ["shop-eu"], 0),
    "a TTL of 68 years": (answer(record(b"shop-eu", seconds=2**31 - 1)), ["shop-eu"], 300),
    "bytes that are no text": (answer(record(b"\xff")), ["\ufffd"], 60),
}


@pytest.mark.parametrize(("wire", "texts", "seconds"), ANSWERS.values(), ids=ANSWERS)
def test_valid_answers_are_parsed(txt: t.Any, server: NameServer, wire: bytes, texts: list[str], seconds: int) -> None:
    server.udp = wire
    assert txt.texts(NAME, [server.address]) == (texts, seconds)


def test_the_query_has_one_question_and_requests_recursion(txt: t.Any, server: NameServer) -> None:
    server.udp = answer(record(b"shop-eu"))
    txt.texts(f"{NAME}.", [server.address])
    assert [query[2:] for query in server.queries] == [b"\x01\0\0\x01\0\0\0\0\0\0" + QUESTION]


def test_a_truncated_answer_is_queried_again_by_tcp(txt: t.Any, server: NameServer) -> None:
    server.udp = answer(flags=0x8380)
    many = [b"unknown-%d" % number for number in range(100)]
    server.tcp = answer(*(record(text) for text in many))
    assert txt.texts(NAME, [server.address])[0] == [text.decode() for text in many]


def cut(*texts: bytes, by: int) -> bytes:
    """A record whose RDLENGTH, and whose data, end *by* bytes before its last text does."""
    whole = record(*texts)
    length = struct.unpack_from("!H", whole, 10)[0]
    return whole[:10] + struct.pack("!H", length - by) + whole[12 : len(whole) - by]


ERRORS = {
    "no such name": (answer(flags=0x8183), "code 3"),
    "the server failed": (answer(flags=0x8182), "code 2"),
    "no record": (answer(), "no TXT record"),
    "a record that ends early": (answer(record(b"shop-eu"))[:-9], "cannot be read"),
    "a text that ends early": (answer(record(b"shop-eu"))[:-3], "the answer is cut"),
    "a text cut by RDLENGTH": (answer(cut(b"shop-eu 10", by=1)), "a text is cut"),
    "the last of two cut by RDLENGTH": (answer(cut(b"shop-eu 1", b"0", by=1)), "a text is cut"),
    "a label that is too long": (answer(record(b"shop-eu", name=b"\x40" + b"a" * 64 + b"\0")), "cannot be read"),
}


@pytest.mark.parametrize(("wire", "message"), ERRORS.values(), ids=ERRORS)
def test_other_answers_are_errors(txt: t.Any, server: NameServer, wire: bytes, message: str) -> None:
    server.udp = wire
    with pytest.raises(txt.DnsError, match=rf"{NAME}: .*{message}"):
        txt.texts(NAME, [server.address])


NOT_THE_ANSWER = {
    "another id": b"??" + answer(record(b"shop-us")),
    "another question": b"ID" + answer(record(b"shop-us"), question=QUESTION.replace(b"bucket", b"packet")),
    "without the question": b"ID" + answer(record(b"shop-us"), question=b"", questions=0),
    "a query": b"ID" + answer(record(b"shop-us"), flags=0x0100),
    "another operation": b"ID" + answer(record(b"shop-us"), flags=0xA180),
    "half": b"ID" + answer(record(b"shop-us"))[:20],
    "nothing": b"",
}


@pytest.mark.parametrize("datagram", NOT_THE_ANSWER.values(), ids=NOT_THE_ANSWER)
def test_what_is_no_answer_to_the_query_is_ignored_until_the_answer_arrives(
    txt: t.Any, server: NameServer, monkeypatch: pytest.MonkeyPatch, datagram: bytes
) -> None:
    monkeypatch.setattr(txt.os, "urandom", lambda _size: b"ID")
    server.before, server.udp = [datagram] * 20, answer(record(b"shop-eu"))
    assert txt.texts(NAME, [server.address]) == (["shop-eu"], 60)
    assert len(server.queries) == 1


@pytest.mark.parametrize("datagram", NOT_THE_ANSWER.values(), ids=NOT_THE_ANSWER)
def test_without_an_answer_the_error_names_what_arrived(
    txt: t.Any, server: NameServer, monkeypatch: pytest.MonkeyPatch, datagram: bytes
) -> None:
    monkeypatch.setattr(txt.os, "urandom", lambda _size: b"ID")
    monkeypatch.setattr(txt, "TIMEOUT_SECONDS", 0.2)
    server.before = [datagram]
    with pytest.raises(txt.DnsError, match=f"{NAME}: no answer in time, but an answer to another question"):
        txt.texts(NAME, [server.address])


def test_no_answer_is_an_error_after_the_last_attempt(
    txt: t.Any, server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(txt, "TIMEOUT_SECONDS", 0.05)
    with pytest.raises(txt.DnsError, match=NAME):
        txt.texts(NAME, [server.address])


def test_the_next_name_server_is_queried_after_an_error(txt: t.Any, server: NameServer) -> None:
    server.udp = answer(record(b"shop-eu"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{gone.getsockname()[1]}"
    assert txt.texts(NAME, [address, server.address])[0] == ["shop-eu"]


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "no address", "1.2.3.4:x"])
def test_a_name_server_that_cannot_be_queried_is_an_error(txt: t.Any, address: str) -> None:
    with pytest.raises(txt.DnsError, match=NAME):
        txt.texts(NAME, [address])


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64, ".".join(["a" * 60] * 5), "gr\u00fc\u00dfe.example"])
def test_an_invalid_domain_name_is_not_queried(txt: t.Any, server: NameServer, name: str) -> None:
    with pytest.raises(txt.DnsError, match="is not a domain name"):
        txt.texts(name, [server.address])
    assert server.queries == []


class Network:
    """A name server that sends what a test gives it, in its own time. It replaces the modules socket and time."""

    SOCK_DGRAM, AF_INET, AF_INET6 = socket.SOCK_DGRAM, socket.AF_INET, socket.AF_INET6

    def __init__(self, datagrams: list[tuple[float, bytes]], stream: list[tuple[float, bytes]]) -> None:
        self.datagrams, self.stream, self.now, self.waits = datagrams, stream, 0.0, 0

    def monotonic(self) -> float:
        return self.now

    def socket(self, _family: int, _kind: int) -> Connection:
        return Connection(self, self.datagrams)

    def create_connection(self, _where: tuple[str, int], timeout: float) -> Connection:
        assert 0 < timeout <= 0.5
        return Connection(self, self.stream)


class Connection:
    """It repeats what it sends: a server that floods never ends by itself."""

    def __init__(self, network: Network, pieces: list[tuple[float, bytes]]) -> None:
        self._network, self._pieces, self._timeout = network, itertools.cycle(pieces), 0.0
        self._rest = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def connect(self, _where: tuple[str, int]) -> None:
        pass

    def send(self, _query: bytes) -> None:
        pass

    sendall = send

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0
        self._timeout = seconds

    def recv(self, size: int) -> bytes:
        network = self._network
        delay, content = (0.0, self._rest) if self._rest else next(self._pieces, (9.0, b""))
        network.waits += 1
        assert network.waits < 100_000, "it reads on and on"
        network.now += min(delay, self._timeout)
        if delay >= self._timeout:
            raise TimeoutError("timed out")
        self._rest = content[size:] if size < 65535 else b""
        return content[:size]


GOOD = [
    answer(record(b"shop", b"-eu 10"), record(b"shop-us 30", seconds=2**31 - 1), record(b"v=spf1 -all")),
    answer(alias(20), record(b"shop-eu", name=b"\x05other\xc0\x13"), record(b"other-accounts 200")),
    answer(record(b"shop-eu " + b"9" * 247), record(b"shop-us -1"), record(b"shop-eu 0")),
    answer(flags=0x8380),
    answer(flags=0x8183),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A response to the query with the id `ID`, with bytes replaced, inserted or removed."""
    wire = bytearray(b"ID" + draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(wire) - 1)))
        size = draw(st.integers(0, 6))
        wire[at : at + size] = draw(st.binary(max_size=6))
    return bytes(wire)


DELAYS = st.sampled_from([0.001, 0.05, 0.3, 0.6])


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[float, bytes]]:
    """Messages by TCP, in pieces, with a length that may be wrong."""
    message = draw(mutated())
    content = struct.pack("!H", draw(st.sampled_from([len(message), 0, 65535, max(0, len(message) - 1)]))) + message
    at = draw(st.integers(0, len(content)))
    return [(draw(DELAYS), piece) for piece in (content[:at], content[at:])]


@given(st.lists(st.tuples(DELAYS, st.one_of(mutated(), st.binary(max_size=80))), max_size=4), streams())
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_arrives_is_an_answer_or_an_error_in_time(
    txt: t.Any, datagrams: list[tuple[float, bytes]], stream: list[tuple[float, bytes]]
) -> None:
    network = Network(datagrams, stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(txt, "socket", network)
        patch.setattr(txt, "time", network)
        patch.setattr(txt.os, "urandom", lambda _size: b"ID")
        try:
            found, seconds = txt.texts(NAME, ["127.0.0.1"])
        except txt.DnsError:
            pass
        else:
            assert found and all(isinstance(text, str) for text in found) and 0 <= seconds <= 300
    assert network.now <= 2 * 0.5 + 0.001  # two attempts


@pytest.fixture(scope="module")
def by_record(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[t.Any]:
    with packaged(tmp_path_factory.mktemp("package"), DNS_RECORD) as module:
        yield module


@given(mutated())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_leads_to_another_host_than_a_listed_bucket(
    by_record: t.Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wire: bytes
) -> None:
    run_in(monkeypatch, "eu-west-1")
    module = sys.modules["dns_record"]
    by_record.targets._answers.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "texts", lambda _name, _servers: sys.modules["txt_record"]._texts(wire, QUESTION))
        host = by_record.handler(shop())["origin"]["custom"]["domainName"]
    assert host in {f"{name}.s3.{region}.amazonaws.com" for name, region in BUCKETS.items()}
