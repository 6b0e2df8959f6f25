# SPDX-License-Identifier: GPL-3.0-or-later

"""TXT records are read by DNS messages, and every answer is either parsed or an error."""

from __future__ import annotations

import importlib
import socket
import struct
import sys
import threading
import typing as t

import pytest
from edge.origin_events import SOURCE
from hypothesis import given
from hypothesis import strategies as st

NAME = "bucket.example.com"
QUESTION = b"\x06bucket\x07example\x03com\0\0\x10\0\x01"
TO_QUESTION = b"\xc0\x0c"  # a pointer to the name in the question


@pytest.fixture(scope="module")
def txt() -> t.Iterator[t.Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SOURCE))
        yield importlib.import_module("txt_record")
    del sys.modules["txt_record"]


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
        self.queries: list[bytes] = []
        self.wrong_id = False
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
            if self.udp is not None:
                self._udp.sendto((b"??" if self.wrong_id else query[:2]) + self.udp, sender)

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
    "a time that cannot be": (answer(record(b"shop-eu", seconds=2**31)), ["shop-eu"], 0),
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


ERRORS = {
    "no such name": (answer(flags=0x8183), "code 3"),
    "the server failed": (answer(flags=0x8182), "code 2"),
    "no record": (answer(), "no TXT record"),
    "a query": (answer(record(b"shop-eu"), flags=0x0100), "code 0"),
    "to another question": (answer(record(b"shop-eu"), question=QUESTION.replace(b"bucket", b"packet")), "another"),
    "without the question": (answer(record(b"shop-eu"), question=b"", questions=0), "another"),
    "half": (answer(record(b"shop-eu"))[:20], "another"),
    "a record that ends early": (answer(record(b"shop-eu"))[:-9], "cannot be read"),
    "nothing": (b"", "cannot be read"),
}


@pytest.mark.parametrize(("wire", "message"), ERRORS.values(), ids=ERRORS)
def test_other_answers_are_errors(txt: t.Any, server: NameServer, wire: bytes, message: str) -> None:
    server.udp = wire
    with pytest.raises(txt.DnsError, match=rf"{NAME}: .*{message}"):
        txt.texts(NAME, [server.address])


def test_an_answer_with_another_id_is_an_error(txt: t.Any, server: NameServer) -> None:
    server.udp, server.wrong_id = answer(record(b"shop-eu")), True
    with pytest.raises(txt.DnsError, match="another question"):
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


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64, ".".join(["a" * 60] * 5), "gr\u00fc\u00dfe.example"])
def test_an_invalid_domain_name_is_not_queried(txt: t.Any, server: NameServer, name: str) -> None:
    with pytest.raises(txt.DnsError, match="is not a domain name"):
        txt.texts(name, [server.address])
    assert server.queries == []


@given(st.binary(max_size=80), st.integers(0, 80))
def test_any_bytes_are_an_answer_or_an_error(txt: t.Any, noise: bytes, at: int) -> None:
    good = b"id" + answer(record(b"shop", b"-eu"))
    for wire in (noise, good[:at] + noise, good[: 12 + len(QUESTION)] + noise):
        try:
            found, seconds = txt._texts(wire, QUESTION)
        except txt.DnsError:
            continue
        assert found and all(isinstance(text, str) for text in found) and seconds >= 0
