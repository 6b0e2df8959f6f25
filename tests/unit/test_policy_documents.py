# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents that are equivalent, and those that are not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._rules.policy_documents import same

from unit.policies import LIST, READ, document


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (document(READ), {"Version": "2012-10-17", "Statement": READ}),
        (document(READ, LIST), document(LIST, READ)),
        (document(READ), document({**READ, "Action": ["s3:GetObject"], "Resource": ["arn:x/object/*"]})),
        (document(READ), document({**READ, "Action": "S3:getobject"})),
        (document(READ), document({**READ, "Principal": {"Service": ["cloudfront.amazonaws.com"]}})),
        (document(READ), document({**READ, "Condition": {"StringEquals": {"AWS:sourcearn": ["arn:d"]}}})),
        (
            document(LIST),
            document({**LIST, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:y", "arn:x"]}),
        ),
        (document(LIST), document({**LIST, "Principal": {"AWS": "*"}})),
        (document(LIST), document({**LIST, "Sid": ""})),
        (
            document({**LIST, "Principal": {"AWS": "111122223333"}}),
            document({**LIST, "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]}}),
        ),
        (
            document({**LIST, "Condition": {"Bool": {"aws:SecureTransport": False}}}),
            document({**LIST, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        ),
        (
            document({**LIST, "Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}}),
            document({**LIST, "Condition": {"NumericLessThan": {"s3:TlsVersion": ["1.2"]}}}),
        ),
        ({"Statement": READ}, document(READ, Version="2008-10-17")),
        (None, None),
    ],
)
def test_equivalent(one: t.Any, other: t.Any) -> None:
    assert same(one, other) and same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (document(READ), None),
        (document(READ), document(LIST)),
        (document(READ), document(READ, LIST)),
        (document(READ), document({**READ, "Effect": "Deny"})),
        (document(READ), document({**READ, "Sid": "Other"})),
        (document(READ), document({**READ, "Resource": "arn:X/object/*"})),
        (document(READ), document({**READ, "Action": ["s3:GetObject", "s3:PutObject"]})),
        (document(READ), document({**READ, "Principal": {"AWS": "cloudfront.amazonaws.com"}})),
        (document(READ), document({**READ, "Condition": {"StringLike": {"aws:SourceArn": "arn:d"}}})),
        (document(READ), document({**READ, "Condition": {"StringEquals": {"aws:SourceArn": "arn:D"}}})),
        (document(READ), document({key: value for key, value in READ.items() if key != "Condition"})),
        (document(READ), document(READ, Version="2008-10-17")),
        (document(LIST), document({**LIST, "NotAction": LIST["Action"]})),
    ],
)
def test_not_equivalent(one: t.Any, other: t.Any) -> None:
    assert not same(one, other) and not same(other, one)
