# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy documents for tables."""

from __future__ import annotations

import typing as t

READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": "arn:x/object/*",
    "Condition": {"StringEquals": {"aws:SourceArn": "arn:d"}},
}
LIST = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": ["s3:ListBucket", "s3:GetObject"],
    "Resource": ["arn:x", "arn:y"],
}


def document(*statements: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **other}
