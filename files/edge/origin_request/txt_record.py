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

TRIES = 2
TIMEOUT_SECONDS = 0.5

_IN, _TXT, _RECURSION_DESIRED, _TRUNCATED, _RESPONSE = 1, 16, 0x0100, 0x0200, 0x8000


class DnsError(Exception):
    pass


def texts(name: str, servers: list[str] | None = None) -> tuple[list[str], int]:
    """The texts, and for how many seconds they are valid. *servers*: `address` or `address:port`. Raises DnsError."""
    question = _question(name)
    error: Exception = DnsError("no name server is known")
    for server in (servers or _nameservers()) * TRIES:
        try:
            return _texts(_ask(server, question), question)
        except (OSError, DnsError) as found:
            error = found
    raise DnsError(f"{name}: {error}") from error


def _question(name: str) -> bytes:
    labels = [label.encode() for label in name.rstrip(".").split(".")]
    if not name.isascii() or len(name) > 254 or not all(1 <= len(label) <= 63 for label in labels):
        raise DnsError(f"{name!r} is not a domain name")
    return b"".join(bytes([len(label)]) + label for label in labels) + struct.pack("!xHH", _TXT, _IN)


def _nameservers() -> list[str]:
    with open("/etc/resolv.conf") as lines:  # noqa: PTH123
        words = [line.split() for line in lines]
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]


def _ask(server: str, question: bytes) -> bytes:
    """The response of *server*. Its random id and port distinguish it from a forged one."""
    address, _colon, port = server.partition(":") if server.count(":") == 1 else (server, "", "")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, int(port or 53))
    query = os.urandom(2) + struct.pack("!HHHHH", _RECURSION_DESIRED, 1, 0, 0, 0) + question
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT_SECONDS)
        udp.connect(where)
        udp.send(query)
        answer = udp.recv(65535)
    if len(answer) > 4 and answer[:2] == query[:2] and struct.unpack_from("!H", answer, 2)[0] & _TRUNCATED:
        # Truncated: the response does not fit in a datagram.
        with socket.create_connection(where, TIMEOUT_SECONDS) as tcp, tcp.makefile("rb") as stream:
            tcp.sendall(struct.pack("!H", len(query)) + query)
            length = stream.read(2)
            answer = stream.read(int.from_bytes(length, "big"))
    if answer[:2] != query[:2]:
        raise DnsError("the answer is to another question")
    return answer


def _texts(answer: bytes, question: bytes) -> tuple[list[str], int]:
    try:
        _id, flags, questions, answers, _authorities, _additional = struct.unpack_from("!HHHHHH", answer)
        end = 12 + len(question)
        if flags & 0xF or not flags & _RESPONSE:
            raise DnsError(f"the name server answers with code {flags & 0xF}")
        # The server may return the name in another case.
        if questions != 1 or answer[12:end].lower() != question.lower():
            raise DnsError("the answer is to another question")
        found, holds = [], []
        for _record in range(answers):
            end = _after_name(answer, end)
            kind, of, seconds, length = struct.unpack_from("!HHIH", answer, end)
            end += 10 + length
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
    while answer[position]:
        if answer[position] >= 0xC0:
            return position + 2
        position += 1 + answer[position]
    return position + 1


def _joined(data: bytes) -> str:
    """A text consists of strings of up to 255 bytes."""
    pieces, position = [], 0
    while position < len(data):
        length = data[position]
        pieces.append(data[position + 1 : position + 1 + length])
        position += 1 + length
    return b"".join(pieces).decode("ascii", "replace")
