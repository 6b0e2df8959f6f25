# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements divided among valid IAM policies: they are equivalent, and their names are stable."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.policy_documents import same
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import REGIONS
from ansible_collections.multiregion.edge.plugins.module_utils._service_role import documents
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.documents import (
    MAX_SIZE,
    covers,
    document,
    grants,
    size,
    split,
    text,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.role_variables import rendered
from unit.service_roles import BATCH, LAMBDA, S3, Statement, allow, trusting


def granted(*policies: Statement) -> frozenset[t.Any]:
    return frozenset().union(*grants({str(number): policy for number, policy in enumerate(policies)}).values())


def arns(count: int, length: int = 60) -> list[str]:
    return [f"arn:aws:s3:::{number:03}".ljust(length, "x") for number in range(count)]


class TestSplit:
    def test_statements_within_the_limit_are_not_changed(self) -> None:
        statements = [allow("s3:GetObject", Sid="Read"), allow("s3:PutObject", Sid="Write")]
        assert split("p", statements) == [document(statements)]
        assert split("p", []) == []

    def test_white_space_is_not_counted(self) -> None:
        """IAM User Guide, "IAM and AWS STS quotas"; local AWS counts in the same way."""
        statement = allow("s3:GetObject", on=arns(10))
        assert size([statement]) == len("".join(text(document([statement])).split()))
        assert " " not in text(document([statement]))

    def test_one_character_over_the_limit_needs_another_policy(self) -> None:
        first = allow("s3:GetObject", on=["x"], Sid="A")
        room = MAX_SIZE - size([first, allow("s3:PutObject", on=[""], Sid="B")])
        fits, too_long = (allow("s3:PutObject", on=["y" * length], Sid="B") for length in (room, room + 1))
        assert split("p", [first, fits]) == [document([first, fits])]
        assert split("p", [first, too_long]) == [document([first]), document([too_long])]

    def test_a_statement_that_is_too_long_is_divided_at_its_longest_list(self) -> None:
        statement = allow("s3:GetObject", "s3:PutObject", on=arns(150), Sid="Read")
        parts = split("p", [statement])
        assert [part["Statement"][0]["Sid"] for part in parts] == ["Read", "Read2"]
        assert [len(part["Statement"][0]["Resource"]) for part in parts] == [75, 75]
        assert all(part["Statement"][0]["Action"] == statement["Action"] for part in parts)
        assert granted(*parts) == granted(document([statement]))

    @pytest.mark.parametrize("pad", range(15, 30))
    def test_the_statements_name_counts_too(self, pad: int) -> None:
        """IAM counts the "2" of "Read2", too."""
        resources = [*(f"arn:aws:s3:::{number:04}{'x' * 100}" for number in range(100)), f"arn:aws:s3:::{'y' * pad}"]
        parts = split("p", [allow("s3:GetObject", on=resources, Sid="Read")])
        assert max(size(part["Statement"]) for part in parts) <= MAX_SIZE

    def test_conditions_that_need_one_value_are_divided(self) -> None:
        condition = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": arns(200)}, "Null": {"aws:Token": ["true"]}}
        statement = allow("kms:Decrypt", on=["arn:aws:kms:::key/1"], Condition=condition)
        parts = split("p", [statement])
        assert len(parts) > 2 and granted(*parts) == granted(document([statement]))

    @pytest.mark.parametrize("operator", ["StringNotLike", "ForAllValues:StringLike", "ArnNotEquals"])
    def test_conditions_that_need_all_values_are_not_divided(self, operator: str) -> None:
        statement = allow("kms:Decrypt", on=["k"], Condition={operator: {"aws:SourceArn": arns(200)}}, Sid="Long")
        with pytest.raises(
            EdgeError, match=r"policies\[0\]: the statement 'Long' has \d+ characters, of 6144 that IAM"
        ):
            split("policies[0]", [statement])

    def test_exceptions_are_not_divided(self) -> None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": arns(200)}
        with pytest.raises(EdgeError, match="no list that could be divided: make it shorter"):
            split("policies[0]", [statement])

    def test_sids_are_unique(self) -> None:
        statements = [allow("s3:GetObject", on=arns(400), Sid="Read"), allow("s3:PutObject", Sid="Read2")]
        parts = split("p", statements)
        sids = [statement["Sid"] for part in parts for statement in part["Statement"]]
        assert len(set(sids)) == len(sids) and sids[0] == "Read" and sids[-1] == "Read2"


names = st.text("abcdefghij*/-", min_size=1, max_size=120)


@st.composite
def statements(draw: t.Any) -> Statement:
    condition = st.dictionaries(
        st.sampled_from(["StringLike", "ForAnyValue:StringEquals", "ArnLikeIfExists"]),
        st.dictionaries(st.sampled_from(["aws:a", "aws:b"]), st.lists(names, min_size=1, max_size=8), min_size=1),
        max_size=2,
    )
    return {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        "Action": draw(st.one_of(names, st.lists(names, min_size=1, max_size=10))),
        "Resource": draw(st.lists(names, min_size=1, max_size=100)),
        **draw(st.fixed_dictionaries({}, optional={"Sid": st.sampled_from(["A", "A2", "B"]), "Condition": condition})),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), max_size=5, unique_by=lambda statement: statement.get("Sid", str(statement))))
def test_divided_statements_are_equivalent_and_within_the_limit(given_statements: list[Statement]) -> None:
    parts = split("p", given_statements)
    assert all(size(part["Statement"]) <= MAX_SIZE for part in parts)
    assert granted(*parts) == granted(document(given_statements))
    for part in parts:
        sids = [statement["Sid"] for statement in part["Statement"] if "Sid" in statement]
        assert len(set(sids)) == len(sids)
    assert split("p", given_statements) == parts


class TestRegions:
    """The statements for 17 Regions, with the longest names of Regions, buckets and keys."""

    REGIONS = sorted(REGIONS, key=len)[-17:]

    def parts(self, count: int, still: int = 0) -> dict[str, list[Statement]]:
        regions = self.REGIONS[:count]
        gone = [f"{number:02}".ljust(63, "x") for number in range(still)]
        found = rendered(
            "replication",
            "__replication_policies",
            replication_site="a" * 32,
            replication_account_id="111122223333",
            replication_topology="mesh",
            replication_buckets={region: region.ljust(63, "x") for region in regions},
            replication_kms_keys={
                region: f"arn:aws:kms:{region}:111122223333:key/mrk-{'0' * 32}" for region in regions
            },
            __replication_still={"sources": gone, "destinations": gone},
        )
        return {group["name"].rpartition("replication")[2]: split("p", group["statements"]) for group in found}

    def test_the_statements_of_17_regions_need_no_division(self) -> None:
        """So an existing site is adopted unchanged."""
        assert {name: len(parts) for name, parts in self.parts(17).items()} == {"": 1, "-batch": 1, "-kms": 1}

    def test_an_exchange_of_all_regions_needs_more_policies_temporarily(self) -> None:
        """IAM refused the single policy that the role created earlier."""
        found = self.parts(17, still=16)
        assert len(found[""]) > 1 and sum(map(len, found.values())) < 10
        assert all(size(part["Statement"]) <= MAX_SIZE for parts in found.values() for part in parts)

    def test_an_additional_region_keeps_the_names_and_most_statements(self) -> None:
        buckets = arns(120)
        before = split("p", [allow("s3:Get", on=buckets, Sid="A"), allow("s3:Put", on=buckets[:20], Sid="B")])
        after = split("p", [allow("s3:Get", on=[*buckets, "new"], Sid="A"), allow("s3:Put", on=buckets[:20], Sid="B")])
        assert len(before) == len(after) == 2
        assert granted(*before) < granted(*after)


class TestGrants:
    def test_the_spelling_makes_no_difference(self) -> None:
        one = document([{"Effect": "Allow", "Action": "S3:getobject", "Resource": ["b", "a"], "Sid": "X"}])
        other = document([allow("s3:GetObject", on=["a"]), allow("s3:GetObject", on=["b"])])
        assert granted(one) == granted(other) and not same(one, other)

    @pytest.mark.parametrize(
        ("wide", "narrow", "yes"),
        [
            (allow("s3:*", on=["*"]), allow("s3:Get", "s3:Put", on=["a", "b/*"]), True),
            (allow("s3:Get*", on=["arn:?/*"]), allow("s3:GetObject", on=["arn:b/c/*"]), True),
            (allow("s3:Get", on=["b/*"]), allow("s3:Get", on=["b"]), False),
            (allow("s3:Get", on=["b?"]), allow("s3:Get", on=["b*"]), False),
            (allow("s3:Get", on=["b.c"]), allow("s3:Get", on=["bxc"]), False),
            (allow("s3:Get"), allow("s3:Get", Condition={"StringEquals": {"aws:a": ["1"]}}), True),
            (allow("s3:Get", Condition={"StringEquals": {"aws:a": ["1"]}}), allow("s3:Get"), False),
            (allow("s3:*"), {"Effect": "Allow", "NotAction": ["s3:Get"], "Resource": ["arn:aws:s3:::b/*"]}, False),
        ],
    )
    def test_a_wildcard_includes_named_values(self, wide: Statement, narrow: Statement, yes: bool) -> None:
        found = grants({"wide": document([wide]), "narrow": document([narrow])})
        assert (found["narrow"] < found["wide"]) is yes

    def test_too_many_values_are_compared_as_a_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "_MOST_GRANTS", 5)
        condition = {"StringLike": {"aws:a": ["1", "2", "3"], "aws:b": ["1", "2"]}}
        policy = document([allow("s3:Get", on=["x"], Condition=condition)])
        assert len(granted(policy)) == 1 and granted(policy) == granted(policy)

    @pytest.mark.parametrize(
        "other",
        [
            {"Effect": "Deny", "Action": ["s3:Get"], "Resource": ["x"]},
            {"Effect": "Allow", "NotAction": ["s3:Get"], "Resource": ["x"]},
            {"Effect": "Allow", "Action": ["s3:Get"], "NotResource": ["x"]},
            allow("s3:Get", on=["x"], Condition={"Bool": {"aws:SecureTransport": "true"}}),
        ],
    )
    def test_statements_with_another_meaning_are_different_grants(self, other: Statement) -> None:
        assert not granted(document([allow("s3:Get", on=["x"])])) & granted(document([other]))


ACCOUNT_ONLY = {"StringEquals": {"aws:SourceAccount": "111122223333"}}


@pytest.mark.parametrize(
    ("wide", "narrow", "yes"),
    [
        (trusting(S3), trusting(S3), True),
        (trusting(S3, BATCH), trusting(S3), True),
        (trusting(S3), trusting(S3, BATCH), False),
        (trusting(S3), trusting(S3, condition=ACCOUNT_ONLY), True),
        (trusting(S3, condition=ACCOUNT_ONLY), trusting(S3), False),
        (trusting(S3, condition=ACCOUNT_ONLY), trusting(S3, condition=ACCOUNT_ONLY), True),
        (trusting(S3, condition={"StringNotEquals": {"a": "1"}}), trusting(S3, condition=ACCOUNT_ONLY), False),
        (trusting(LAMBDA), trusting(S3), False),
        (
            document([{"Effect": "Allow", "NotPrincipal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]),
            trusting(S3),
            False,
        ),
        (document([{"Effect": "Deny", "Principal": {"Service": S3}, "Action": "sts:AssumeRole"}]), trusting(S3), False),
    ],
)
def test_covered_grants(wide: Statement, narrow: Statement, yes: bool) -> None:
    assert covers(wide, narrow) is yes
