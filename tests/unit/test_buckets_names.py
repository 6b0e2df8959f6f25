# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of a site's buckets."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.bucket_names import (
    bucket_names,
    is_account_regional,
)
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import REGIONS


class Account:
    account_id = "111122223333"


class NoCall:
    @property
    def account_id(self) -> str:
        raise AssertionError("a call was made")


def test_names_consist_of_site_account_and_region() -> None:
    assert bucket_names("my-site", ["eu-north-1"], {}, Account()) == {
        "eu-north-1": "my-site-111122223333-eu-north-1-an"
    }


def test_a_prefix_replaces_the_site() -> None:
    assert bucket_names("my-site", ["eu-north-1"], {}, Account(), prefix="web") == {
        "eu-north-1": "web-111122223333-eu-north-1-an"
    }


def test_global_names_consist_of_prefix_and_region_without_a_call() -> None:
    assert bucket_names("my-site", ["eu-north-1", "me-south-1"], {}, NoCall(), "global", "web-7f") == {
        "eu-north-1": "web-7f-eu-north-1",
        "me-south-1": "web-7f-me-south-1",
    }


def test_given_names_are_in_the_order_of_the_regions_without_a_call() -> None:
    given = {"us-east-1": "virginia", "eu-north-1": "stockholm"}
    assert list(bucket_names("s", ["eu-north-1", "us-east-1"], given, NoCall()).items()) == [
        ("eu-north-1", "stockholm"),
        ("us-east-1", "virginia"),
    ]


def test_a_name_of_digits_may_be_a_number() -> None:
    given = t.cast(t.Any, {"eu-north-1": 20261120})
    assert bucket_names("s", ["eu-north-1"], given, NoCall()) == {"eu-north-1": "20261120"}


def test_returned_names_are_valid_input() -> None:
    made = bucket_names("my-site", ["eu-north-1"], {}, Account())
    assert bucket_names("my-site", ["eu-north-1"], made, Account()) == made


def test_the_longest_site_has_valid_names_in_every_region() -> None:
    names = bucket_names("a" * 32, list(REGIONS[:17]), {}, Account())
    assert max(map(len, names.values())) == 63


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("web-111122223333-eu-north-1-an", True),
        ("web-444455556666-eu-north-1-an", False),
        ("web-111122223333-us-east-1-an", False),
        ("web", False),
    ],
)
def test_the_format_of_a_name_shows_its_namespace(name: str, own: bool) -> None:
    assert is_account_regional(name, "111122223333", "eu-north-1") is own


TWO = ["eu-north-1", "us-east-1"]
REFUSED: list[tuple[str, dict[str, t.Any], str]] = [
    ("no Region", {"regions": []}, "regions is empty"),
    ("no such Region", {"regions": ["mars-1"]}, "'mars-1' is not a Region"),
    ("another Region's name", {"names": {"us-east-1": "b"}}, "names must have a bucket for every Region"),
    ("one name too few", {"regions": TWO, "names": {"us-east-1": "b"}}, "names must have a bucket for every Region"),
    ("one bucket twice", {"regions": TWO, "names": dict.fromkeys(TWO, "one")}, "same bucket for two Regions"),
    ("too long", {"site": "a" * 40, "regions": ["ap-southeast-1"]}, "site: 'a+' makes .* shorten it by 8"),
    ("too long a prefix", {"namespace": "global", "prefix": "a" * 60}, "prefix: 'a+' makes .* shorten it by 8"),
    ("a bad site", {"site": "Bad_Site"}, "site: 'Bad_Site-.* must be 3 to 63"),
    ("a bad name", {"names": {"eu-north-1": "Bad_Name!"}}, "names: 'Bad_Name!' for eu-north-1 must be 3 to 63"),
    ("two dots", {"names": {"eu-north-1": "a..b"}}, "must be 3 to 63"),
    ("an address", {"names": {"eu-north-1": "192.168.5.4"}}, "not look like an IP address"),
    ("a reserved beginning", {"names": {"eu-north-1": "xn--a"}}, "neither begin with xn--"),
    ("a reserved end", {"names": {"eu-north-1": "web--x-s3"}}, "nor end with .*--x-s3"),
    ("half a namespace", {"names": {"eu-north-1": "web-an"}}, "let it end with -<account>-eu-north-1-an"),
    (
        "another Region's namespace",
        {"names": {"eu-north-1": "web-111122223333-us-east-1-an"}},
        "let it end with -<account>-eu-north-1-an",
    ),
    ("global without a prefix", {"namespace": "global"}, "prefix is missing"),
    ("names and a prefix", {"names": {"eu-north-1": "web"}, "prefix": "web"}, "names and prefix exclude each other"),
    ("no namespace there", {"regions": ["eu-north-1", "me-south-1"]}, "no account-regional namespace in me-south-1"),
]


@pytest.mark.parametrize(("options", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_invalid_names_are_refused_before_any_call(options: dict[str, t.Any], words: str) -> None:
    arguments: dict[str, t.Any] = {"site": "site", "regions": ["eu-north-1"], "names": {}, **options}
    with pytest.raises(EdgeError, match=words):
        bucket_names(**arguments, aws=NoCall())


def test_a_name_in_another_accounts_namespace_is_refused() -> None:
    given = {"eu-north-1": "web-444455556666-eu-north-1-an"}
    with pytest.raises(EdgeError, match="namespace of another account than 111122223333"):
        bucket_names("s", ["eu-north-1"], given, Account())
