# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The policy of an MRAP: the one that is in effect, and the one that spreads. Pure."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.cloudfront import read_statements
from .._rules.policy_documents import (
    Document,
    check_statement,
    listed,
    same,
)


def check_document(policy: Document) -> None:
    if not policy.get("Statement"):
        raise EdgeError("policy must be a whole policy document: give it a Version and at least one Statement.")
    for number, statement in enumerate(listed(policy["Statement"])):
        check_statement(f"policy.Statement[{number}]", statement)


def distribution_policy(arn: str, distribution_arns: t.Sequence[str]) -> Document:
    """The policy of the MRAP *arn* that lets exactly these distributions read, and only with TLS."""
    denied = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/object/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    allowed = read_statements(distribution_arns, f"{arn}/object/*", arn) if distribution_arns else ()
    return {"Version": "2012-10-17", "Statement": [denied, *allowed]}


def with_arn(policy: Document, arn: str) -> Document:
    """*policy*, which was planned before its MRAP had the *arn*."""
    resolved: Document = json.loads(json.dumps(policy).replace(KNOWN_AFTER_APPLY, arn))
    return resolved


@dataclasses.dataclass(frozen=True)
class Policies:
    """The policy that is in effect everywhere, and the one that was put last, which spreads until it is."""

    established: Document | None = None
    proposed: Document | None = None

    @property
    def any(self) -> bool:
        return self.established is not None or self.proposed is not None

    @property
    def spreading(self) -> bool:
        return self.proposed is not None and not same(self.proposed, self.established)

    def has(self, desired: Document) -> bool:
        """Whether *desired* is in effect and stays so."""
        return same(self.established, desired) and not self.spreading

    def awaits(self, desired: Document) -> bool:
        """Whether *desired* was put, and spreads."""
        return self.spreading and same(self.proposed, desired)
