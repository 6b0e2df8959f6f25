# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of a TXT record, by one query to a name server (RFC 1035).

The standard library resolves only addresses, and importing dnspython costs a cold start some hundred milliseconds.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable

TRIES = 2
# For one attempt, by UDP and then by TCP.
TIMEOUT_SECONDS = 0.5
# A mistaken or forged TTL selects a bucket for five minutes at most. No record of this collection has a longer one.
MAX_TTL_SECONDS = 300
# Source: resolv.conf(5), MAXNS.
_MAX_SERVERS = 3

_IN, _TXT, _RECURSION_DESIRED, _TRUNCATED, _RESPONSE = 1, 16, 0x0100, 0x0200, 0x8000
# A response to a standard query: the bit for a response, and the operation code.
_KIND = 0xF800


class DnsError(Exception):
    pass


def texts(name: str, servers: list[str] | None = None) -> tuple[list[str], int]:
    """The texts, and for how many seconds they are valid. *servers*: `address` or `address:port`.

    Each attempt ends within TIMEOUT_SECONDS, whatever arrives. Raises DnsError, and no other exception.
    """
    question = _question(name)
    error: Exception = DnsError("no name server is known")
    for server in (servers or _nameservers()) * TRIES:
        try:
            return _texts(_ask(server, question), question)
        except (OSError, ValueError, OverflowError, DnsError) as found:  # ValueError, OverflowError: a server's port
            error = found
    raise DnsError(f"{name}: {error}") from error


def _question(name: str) -> bytes:
    labels = [label.encode() for label in name.rstrip(".").split(".")]
    if not name.isascii() or len(name) > 254 or not all(1 <= len(label) <= 63 for label in labels):
        raise DnsError(f"{name!r} is not a domain name")
    return b"".join(bytes([len(label)]) + label for label in labels) + struct.pack("!xHH", _TXT, _IN)


def _nameservers() -> list[str]:
    try:
        with open("/etc/resolv.conf") as lines:  # noqa: PTH123
            words = [line.split() for line in lines]
    except (OSError, ValueError):
        return []
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"][:_MAX_SERVERS]


def _ask(server: str, question: bytes) -> bytes:
    """The response of *server*. Its random id and port distinguish it from a forged one."""
    until = time.monotonic() + TIMEOUT_SECONDS
    address, _colon, port = server.partition(":") if server.count(":") == 1 else (server, "", "")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, int(port or 53))
    query = os.urandom(2) + struct.pack("!HHHHH", _RECURSION_DESIRED, 1, 0, 0, 0) + question
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.connect(where)
        udp.send(query)
        answer = _answer(lambda: _received(udp, 65535, until), query)
    if struct.unpack_from("!H", answer, 2)[0] & _TRUNCATED:
        # Truncated: the response does not fit in a datagram.
        with socket.create_connection(where, _left(until)) as tcp:
            tcp.sendall(struct.pack("!H", len(query)) + query)
            answer = _answer(lambda: _message(tcp, until), query)
    return answer


def _answer(receive: Callable[[], bytes], query: bytes) -> bytes:
    """The first response to *query*. Anything else may be forged or late: it is ignored until the time is over."""
    ignored = ""
    while True:
        try:
            found = receive()
        except TimeoutError:
            raise DnsError(f"no answer in time{ignored}") from None
        if _is_response(found, query):
            return found
        ignored = ", but an answer to another question"


def _is_response(answer: bytes, query: bytes) -> bool:
    """Whether id, kind of message and question are right. The server may return the name in another case."""
    if len(answer) < len(query) or answer[:2] != query[:2]:
        return False
    flags, questions = struct.unpack_from("!HH", answer, 2)
    question = slice(12, len(query))
    return flags & _KIND == _RESPONSE and questions == 1 and answer[question].lower() == query[question].lower()


def _left(until: float) -> float:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no answer in time")
    return seconds


def _received(connection: socket.socket, size: int, until: float) -> bytes:
    connection.settimeout(_left(until))
    return connection.recv(size)


def _message(tcp: socket.socket, until: float) -> bytes:
    """By TCP a message follows its length. Source: RFC 1035, 4.2.2."""
    return _exactly(tcp, int.from_bytes(_exactly(tcp, 2, until), "big"), until)


def _exactly(tcp: socket.socket, size: int, until: float) -> bytes:
    content = b""
    while len(content) < size:
        piece = _received(tcp, size - len(content), until)
        if not piece:
            raise DnsError("the name server ended the connection")
        content += piece
    return content


def _texts(answer: bytes, question: bytes) -> tuple[list[str], int]:
    try:
        _id, flags, _questions, answers, _authorities, _additional = struct.unpack_from("!HHHHHH", answer)
        if flags & 0xF:
            raise DnsError(f"the name server answers with code {flags & 0xF}")
        end = 12 + len(question)
        found, holds = [], [MAX_TTL_SECONDS]
        for _record in range(answers):
            end = _after_name(answer, end)
            kind, of, seconds, length = struct.unpack_from("!HHIH", answer, end)
            end += 10 + length
            if end > len(answer):
                raise DnsError("the answer is cut")
            # In a chain of aliases, the shortest TTL counts. RFC 2181, 8: with the topmost bit set, a TTL is 0.
            holds.append(seconds if seconds < 1 << 31 else 0)
            if (kind, of) == (_TXT, _IN):
                found.append(_joined(answer[end - length : end]))
        if not found:
            raise DnsError("there is no TXT record")
        return found, min(holds)
    except (struct.error, IndexError) as error:
        raise DnsError("the answer cannot be read") from error


def _after_name(answer: bytes, position: int) -> int:
    """The end of the name that begins at *position*: after a zero, or after a pointer to an earlier name."""
    while length := answer[position]:
        if length >= 0xC0:
            return position + 2
        if length > 63:
            raise DnsError("the answer cannot be read")
        position += 1 + length
    return position + 1


def _joined(data: bytes) -> str:
    """A text consists of strings of up to 255 bytes."""
    pieces, position = [], 0
    while position < len(data):
        end = position + 1 + data[position]
        # A weight of 10 whose last digit is missing would be 1.
        if end > len(data):
            raise DnsError("a text is cut")
        pieces.append(data[position + 1 : end])
        position = end
    return b"".join(pieces).decode("ascii", "replace")
