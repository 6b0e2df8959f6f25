# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The policy of an access point: the one that is in effect, and the one that spreads. Pure."""

from __future__ import annotations

import dataclasses

from .._core.errors import EdgeError
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


@dataclasses.dataclass(frozen=True)
class Policies:
    """The policy that is in effect everywhere, and the one that was put last, which spreads until it is."""

    established: Document | None = None
    proposed: Document | None = None

    @property
    def spreading(self) -> bool:
        return self.proposed is not None and not same(self.proposed, self.established)

    def has(self, desired: Document) -> bool:
        """Whether *desired* is in effect and stays so."""
        return same(self.established, desired) and not self.spreading

    def awaits(self, desired: Document) -> bool:
        """Whether *desired* was put, and spreads."""
        return self.spreading and same(self.proposed, desired)
