"""The name server with the TXT records of the emulator's Route 53."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.edge.name_server import NameServer
from localaws.local_aws import LocalAws

_numbers = itertools.count()


class Zone:
    """A public hosted zone, and a name server with the clock `now` and the random numbers `drawn`."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.name = f"names{next(_numbers)}.example"
        self.route53 = local_aws.client("route53")
        self.id = self.route53.create_hosted_zone(Name=self.name, CallerReference=self.name)["HostedZone"]["Id"]
        self.now = 0.0
        self.drawn: Iterator[float] = itertools.cycle([0.0])
        self.server = NameServer(local_aws.url, draw=lambda: next(self.drawn), clock=lambda: self.now)

    def put(self, host: str, *values: str, kind: str = "TXT", **members: Any) -> None:
        record = {"Name": f"{host}.{self.name}", "Type": kind, "TTL": 7, **members}
        record["ResourceRecords"] = [{"Value": value} for value in values]
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
        self.route53.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch=batch)

    def weighted(self, **weights: int) -> None:
        for name, weight in weights.items():
            self.put("bucket", f'"shop-{name}"', SetIdentifier=name, Weight=weight)
        self.now += 2.0

    def drawings(self) -> Counter[str]:
        """The answers to 100 evenly distributed draws."""
        self.drawn = iter([number / 100 for number in range(100)])
        return Counter(text for _ in range(100) for text in self.ask("bucket")[2])

    def ask(self, host: str, kind: int = 16) -> tuple[int, int, list[str]]:
        """Code, TTL, texts."""
        name = f"{host}.{self.name}" if host else self.name
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        question = labels + struct.pack("!xHH", kind, 1)
        answer = self.server.answer(struct.pack("!HHHHHH", 9, 0x0100, 1, 0, 0, 0) + question)
        assert answer is not None
        number, flags, questions, answers, *_ = struct.unpack_from("!HHHHHH", answer)
        assert (number, flags & 0xFFF0, questions) == (9, 0x8180, 1)
        assert answer[12 : 12 + len(question)] == question
        end, seconds, texts = 12 + len(question), 0, []
        for _ in range(answers):
            _name, found, _of, seconds, length = struct.unpack_from("!HHHIH", answer, end)
            data = answer[end + 12 : end + 12 + length]
            end += 12 + length
            assert found == 16
            text = b""
            while data:
                text, data = text + data[1 : 1 + data[0]], data[1 + data[0] :]
            texts.append(text.decode())
        return flags & 0xF, seconds, texts


@pytest.fixture
def zone(local_aws: LocalAws) -> Iterator[Zone]:
    made = Zone(local_aws)
    yield made
    made.server.stop()


def test_txt_records_are_answered_with_their_ttl(zone: Zone) -> None:
    zone.put("plain", '"one"', r'"two \"parts\" " "of it"')
    zone.put("other", "192.0.2.1", kind="A")
    assert zone.ask("plain") == (0, 7, ["one", 'two "parts" of it'])
    assert zone.ask("PLAIN") == zone.ask("plain")
    assert zone.ask("plain", kind=1) == zone.ask("other") == (0, 0, [])
    assert zone.ask("none") == (3, 0, [])


def test_an_answer_is_drawn_by_weight(zone: Zone) -> None:
    zone.weighted(eu=3, us=1, ap=0)
    assert zone.drawings() == {"shop-eu": 75, "shop-us": 25}
    zone.weighted(eu=0)
    assert zone.drawings() == {"shop-us": 100}
    zone.weighted(us=0)
    assert set(zone.drawings()) == {"shop-eu", "shop-us", "shop-ap"}


def test_an_unhealthy_record_is_left_out(zone: Zone) -> None:
    alarm = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-east-1", "Name": "eu"}}
    made = zone.route53.create_health_check(CallerReference=zone.name, HealthCheckConfig=alarm)["HealthCheck"]["Id"]
    zone.weighted(us=1, ap=0)
    zone.put("bucket", '"shop-eu"', SetIdentifier="eu", Weight=1, HealthCheckId=made)
    assert zone.drawings() == {"shop-eu": 50, "shop-us": 50}
    zone.route53.update_health_check(HealthCheckId=made, Disabled=True, Inverted=True)
    zone.now += 2.0
    assert zone.drawings() == {"shop-us": 100}


def test_an_answer_is_kept_for_a_second(zone: Zone) -> None:
    zone.put("kept", '"old"')
    assert zone.ask("kept")[2] == ["old"]
    zone.put("kept", '"new"')
    assert zone.ask("kept")[2] == ["old"]
    zone.now += 1.0
    assert zone.ask("kept")[2] == ["new"]


def test_the_most_specific_zone_answers(zone: Zone, local_aws: LocalAws) -> None:
    zone.put("a.sub", '"of the zone above"')
    zone.route53.create_hosted_zone(Name=f"sub.{zone.name}", CallerReference=f"sub.{zone.name}")
    assert zone.ask("a.sub") == (3, 0, [])


def test_malformed_queries_are_not_answered(zone: Zone) -> None:
    for query in (b"", b"\x00" * 12, struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + b"\x03abc"):
        assert zone.server.answer(query) is None


def test_without_route_53_the_answer_is_servfail(zone: Zone) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        zone.server.stop()
        zone.server = NameServer(f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert zone.ask("bucket") == (2, 0, [])
