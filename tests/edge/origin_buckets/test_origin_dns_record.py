# SPDX-License-Identifier: GPL-3.0-or-later

"""Mode dns_record: a TXT record names the bucket until its TTL expires, and after an error the last valid answer."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from edge.bucket_origins import DNS_RECORD, NAME, Record, asked, shop
from edge.origin_events import arriving, packaged


def test_the_record_names_the_bucket_until_its_ttl_expires(by_record: t.Any, record: Record) -> None:
    record.answers[NAME] = (["shop-eu"], 60)
    assert asked(by_record(shop())) == "shop-eu"
    record.answers[NAME] = (["blog-eu"], 60)
    record.now += 59
    assert asked(by_record(shop())) == "shop-eu"
    record.now += 1
    assert asked(by_record(shop())) == "blog-eu"
    assert record.asked == [NAME, NAME]


def test_the_origin_names_the_record_in_a_header_that_s3_does_not_get(by_record: t.Any, record: Record) -> None:
    record.answers = {"blog.example.com": (["blog-eu"], 60), NAME: (["shop-eu"], 60)}
    request = by_record(shop(origin_headers={"X_Origin_Record": "blog.example.com"}))
    assert asked(request) == "blog-eu"
    assert "x-origin-record" not in arriving(request)
    assert asked(by_record(shop())) == "shop-eu"


BAD_ANSWERS = {
    "no answer": None,
    "another bucket": (["another-accounts"], 60),
    "another kind of text": (["v=spf1 -all"], 60),
    "no weight at all": (["shop-eu 0"], 60),
    "a weight that is absurd": (["shop-eu 65536", "shop-eu " + "9" * 5000], 60),
    "a weight that is none": (["shop-eu -1", "shop-eu 1.5", "shop-eu \u00b2"], 60),
    "an empty text": ([""], 60),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_after_an_error_the_last_valid_answer_is_used_or_else_the_origins_bucket(
    by_record: t.Any, record: Record, bad: tuple[list[str], int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(value: tuple[list[str], int] | None) -> None:
        record.now += 3600
        record.answers = {NAME: value} if value else {}

    answer(bad)
    assert asked(by_record(shop())) == "shop-us"
    assert f"TXT {NAME}: " in capsys.readouterr().out
    answer((["shop-eu"], 60))
    assert asked(by_record(shop())) == "shop-eu"
    answer(bad)
    assert asked(by_record(shop())) == "shop-eu"


def test_after_an_error_the_next_query_waits(by_record: t.Any, record: Record) -> None:
    for _ in range(3):
        by_record(shop())
    assert record.asked == [NAME]
    record.now += 5
    by_record(shop())
    assert record.asked == [NAME, NAME]


def test_a_default_has_precedence_over_the_origins_bucket(tmp_path: Path, record: Record) -> None:
    with packaged(tmp_path, {**DNS_RECORD, "default": "blog-eu"}) as module, record.instead_of_dns():
        assert asked(module.handler(shop())) == "blog-eu"


@pytest.mark.parametrize("weight", ["9" * 5000, "65536", "-1", "1e3"])
def test_a_text_with_an_invalid_weight_is_skipped_and_the_others_count(
    by_record: t.Any, record: Record, weight: str
) -> None:
    record.answers[NAME] = ([f"blog-eu {weight}", "shop-eu 65535"], 60)
    assert asked(by_record(shop())) == "shop-eu"


def test_several_records_share_the_requests_by_weight(by_record: t.Any, record: Record) -> None:
    record.answers[NAME] = (["shop-eu 3", "shop-us", "blog-eu 0", "unknown 50"], 60)
    found: list[str] = []
    for number in range(400):
        case = shop(request_id=f"request-{number}")
        found.append(by_record(case)["origin"]["custom"]["domainName"].partition(".")[0])
    assert set(found) == {"shop-eu", "shop-us"}
    assert 250 < found.count("shop-eu") < 350
    # CloudFront may retry a request: it goes to the same bucket.
    again = [asked(by_record(shop(request_id="request-7")), request_id="request-7") for _ in range(3)]
    assert set(again) == {found[7]}
