# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's policy: accepted statements, managed statements, and equal policies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.policy import (
    check_statements,
    further_statements,
    merged,
    statements_of,
)
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

ARN = "arn:aws:s3:::b"
READ: dict[str, t.Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": "BUCKET_ARN/*",
}


def test_a_given_statement_gets_the_bucket_and_a_managed_sid() -> None:
    check_statements({"Distribution": READ})
    assert statements_of(ARN, {"Distribution": READ})[-1] == {
        **READ,
        "Sid": "MultiregionEdgeDistribution",
        "Resource": ["arn:aws:s3:::b/*"],
    }


def test_a_list_of_resources_is_accepted() -> None:
    both = {**READ, "Resource": ["BUCKET_ARN", "BUCKET_ARN/r/*"]}
    check_statements({"Both": both})
    assert statements_of(ARN, {"Both": both})[-1]["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/r/*"]


def test_the_default_is_two_statements_against_insecure_transport() -> None:
    sids = [statement["Sid"] for statement in statements_of(ARN, {})]
    assert sids == ["MultiregionEdgeDenyInsecureTransport", "MultiregionEdgeDenyOldTls"]


ONE, OTHER = (f"arn:aws:cloudfront::111122223333:distribution/{id_}" for id_ in ("E1", "E2"))


def test_without_options_further_statements_stay_and_any_option_replaces_them() -> None:
    assert further_statements(None, None) is None
    assert further_statements({}, None) == further_statements(None, []) == further_statements({}, []) == {}
    assert further_statements({"Distribution": READ}, []) == {"Distribution": READ}
    assert list(further_statements({"Backup": READ}, [ONE]) or {}) == [
        "Backup",
        "CloudFrontReads",
        "CloudFrontIsToldWhatIsMissing",
    ]


@pytest.mark.parametrize(("arns", "source"), [([ONE], ONE), ([ONE, OTHER], [ONE, OTHER])])
def test_distributions_are_allowed_by_exact_arns_with_the_sids_of_deployed_sites(
    arns: list[str], source: t.Any
) -> None:
    more = further_statements(None, arns)
    check_statements(more or {})
    common = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceArn": source}},
    }
    assert statements_of(ARN, more or {})[2:] == [
        {**common, "Sid": "MultiregionEdgeCloudFrontReads", "Action": "s3:GetObject", "Resource": [f"{ARN}/*"]},
        {**common, "Sid": "MultiregionEdgeCloudFrontIsToldWhatIsMissing", "Action": "s3:ListBucket", "Resource": [ARN]},
    ]


def test_a_given_statement_must_not_repeat_distribution_arns() -> None:
    with pytest.raises(EdgeError, match="CloudFrontReads is a statement that distribution_arns makes"):
        further_statements({"CloudFrontReads": READ}, [ONE])
    assert further_statements({"CloudFrontReads": READ}, []) == {"CloudFrontReads": READ}


@pytest.mark.parametrize(
    ("name", "statement", "words"),
    [
        ("My name", READ, "must be letters and digits"),
        ("1st", READ, "beginning with a letter"),
        ("DenyOldTls", READ, "every bucket has already"),
        ("A", [READ], r"policy_statements\.A must be a dictionary"),
        ("A", {**READ, "Sid": "mine"}, r"policy_statements\.A\.Sid is not an element"),
        ("A", {**READ, "Actions": "s3:*"}, "did you mean Action"),
        ("A", {**READ, "Effect": "allow"}, "must be Allow or Deny, not 'allow'"),
        ("A", {**READ, "Resource": "arn:aws:s3:::b/*"}, "Resource must be BUCKET_ARN"),
        ("A", {**READ, "Resource": ["BUCKET_ARN", "BUCKET_ARNs"]}, "Resource must be BUCKET_ARN"),
        ("A", {key: READ[key] for key in ("Effect", "Principal", "Action")}, r"policy_statements\.A lacks Resource\."),
        ("A", {key: READ[key] for key in ("Effect", "Action", "Resource")}, "lacks Principal or NotPrincipal"),
        ("A", {key: READ[key] for key in ("Effect", "Principal", "Resource")}, "lacks Action or NotAction"),
        ("A", {**READ, "Condition": {"Bool": "x"}}, "Condition must be a dictionary of operators"),
    ],
)
def test_statements_that_s3_would_refuse_are_refused(name: str, statement: t.Any, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_statements({name: statement})


def test_unmanaged_parts_of_a_live_policy_survive() -> None:
    unmanaged = {"Sid": "Backup", "Effect": "Allow"}
    live = {"Version": "2008-10-17", "Id": "theirs", "Statement": unmanaged}
    document = merged(live, statements_of(ARN, {}), keep_more=False)
    assert (document["Version"], document["Id"]) == ("2008-10-17", "theirs")
    assert document["Statement"] == [unmanaged, *statements_of(ARN, {})]


@pytest.mark.parametrize(("keep_more", "sids"), [(True, ["MultiregionEdgeOld"]), (False, [])])
def test_further_statements_of_an_earlier_run(keep_more: bool, sids: list[str]) -> None:
    managed = statements_of(ARN, {})
    live = {"Version": "2012-10-17", "Statement": [*statements_of(ARN, {"Old": READ})]}
    found = [statement["Sid"] for statement in merged(live, managed, keep_more)["Statement"]]
    assert found == [*sids, *(statement["Sid"] for statement in managed)]
