# SPDX-License-Identifier: GPL-3.0-or-later

"""The established and the proposed policy, and invalid documents."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.policy import (
    Policies,
    check_document,
    distribution_policy,
)

from unit.policies import LIST, READ, document

A, B = document(READ), document(LIST)


@pytest.mark.parametrize(
    ("established", "proposed", "spreading", "has", "awaits"),
    [
        (None, None, False, False, False),
        (A, None, False, True, False),
        (A, A, False, True, False),
        (None, A, True, False, True),
        (B, A, True, False, True),
        (A, B, True, False, False),
        (B, None, False, False, False),
    ],
)
def test_established_and_proposed(
    established: t.Any, proposed: t.Any, spreading: bool, has: bool, awaits: bool
) -> None:
    policies = Policies(established, proposed)
    assert (policies.spreading, policies.has(A), policies.awaits(A)) == (spreading, has, awaits)


def test_distributions_are_allowed_with_tls_only_and_by_exact_arns() -> None:
    arn, distribution = "arn:aws:s3::111122223333:accesspoint/a.mrap", "arn:aws:cloudfront::111122223333:distribution/E"
    policy = distribution_policy(arn, [distribution])
    check_document(policy)
    reader = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceArn": distribution}},
    }
    denied, *allowed = policy["Statement"]
    assert allowed == [
        {**reader, "Action": "s3:GetObject", "Resource": f"{arn}/object/*"},
        {**reader, "Action": "s3:ListBucket", "Resource": arn},
    ]
    assert distribution_policy(arn, [])["Statement"] == [denied]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("policy", [{}, {"Version": "2012-10-17"}, {"Statement": []}])
def test_a_policy_without_a_statement_is_refused(policy: dict[str, t.Any]) -> None:
    with pytest.raises(EdgeError, match="a whole policy document"):
        check_document(policy)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("Allow", r"policy\.Statement\[0\] must be a dictionary with the elements of a statement, not 'Allow'"),
        ([READ, "Allow"], r"policy\.Statement\[1\] must be a dictionary"),
        ({**READ, "Actions": "s3:*"}, r"policy\.Statement\[0\]\.Actions is not an element .*did you mean Action"),
        ({**READ, "Condition": "x"}, r"policy\.Statement\[0\]\.Condition must be a dictionary of operators"),
        ({**READ, "Condition": {"Bool": "x"}}, "each with a dictionary of keys"),
        ({**READ, "Principal": None}, r"policy\.Statement\[0\] lacks Principal or NotPrincipal"),
        ({**READ, "Effect": "Permit"}, "must be Allow or Deny, not 'Permit'"),
    ],
)
def test_a_policy_with_an_invalid_statement_is_refused(statement: t.Any, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_document({"Version": "2012-10-17", "Statement": statement})


def test_a_complete_policy_is_accepted() -> None:
    check_document(document(READ, LIST))
