# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A role that an AWS service assumes and the managed policies that are its own: as they are, and as they should be."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._rules.ownership import OWNER_TAG
from .documents import Statement, document

# Managed policies of a role. Source: IAM User Guide, "IAM and AWS STS quotas"; more, which AWS allows on request, are
# known only where they are attached.
MAX_ATTACHED = 10


@dataclasses.dataclass(frozen=True)
class Group:
    """Statements about one subject. Their documents are those of the policies X, X-2, X-3, ... of the group X."""

    name: str
    description: str
    documents: tuple[Statement, ...]

    @property
    def policies(self) -> dict[str, Statement]:
        return {part(self.name, number): each for number, each in enumerate(self.documents, 1)}


@dataclasses.dataclass(frozen=True)
class Desired:
    """``permissions_boundary``, ``description``: None leaves the role's alone; an empty boundary is none."""

    name: str
    site: str
    account_id: str = ""
    services: tuple[str, ...] = ()
    conditions: Statement = dataclasses.field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    permissions_boundary: str | None = None
    description: str | None = None
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    purge: bool = True

    @property
    def policies(self) -> dict[str, Statement]:
        return {name: each for group in self.groups for name, each in group.policies.items()}

    def group_of(self, name: str) -> Group:
        """The group that a policy of this name is a part of."""
        return next(group for group in self.groups if number_of(group.name, name))

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:iam::{self.account_id}:{kind}/{name}"

    def all_tags(self) -> dict[str, str]:
        return {**self.tags, OWNER_TAG: self.site}

    def trust(self, services: t.Collection[str] | None = None) -> Statement:
        """Who may assume the role; or these of them only."""
        statement: Statement = {
            "Effect": "Allow",
            "Principal": {"Service": [each for each in self.services if services is None or each in services]},
            "Action": "sts:AssumeRole",
        }
        return document([{**statement, "Condition": self.conditions} if self.conditions else statement])

    def no_trust(self) -> Statement:
        """No service may assume it: what is not allowed is denied, and IAM takes no policy without a statement."""
        return document([{"Effect": "Deny", "Principal": {"Service": list(self.services)}, "Action": "sts:AssumeRole"}])


@dataclasses.dataclass(frozen=True)
class Role:
    """``attached``: the names of all its managed policies, by their ARNs.

    ``inline_policies``, ``instance_profiles``: looked at only where the role is to be deleted.
    """

    arn: str
    trust: Statement
    description: str = ""
    permissions_boundary: str = ""
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    attached: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    inline_policies: tuple[str, ...] = ()
    instance_profiles: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Policy:
    """``versions``: all but the default one, oldest first; looked at only where one is made or all are deleted.

    ``uses``: by how many roles, users and groups, also as their permissions boundary.
    """

    arn: str
    document: Statement
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    versions: tuple[str, ...] = ()
    uses: int = 0


@dataclasses.dataclass(frozen=True)
class Observed:
    """``policies``: those whose names are of a group, attached or not, managed or not."""

    role: Role | None
    policies: t.Mapping[str, Policy] = dataclasses.field(default_factory=dict)

    @property
    def attached(self) -> dict[str, Policy]:
        """Of the policies, those that the role has."""
        arns = self.role.attached if self.role else {}
        return {name: policy for name, policy in self.policies.items() if policy.arn in arns}

    def used_elsewhere(self, name: str) -> bool:
        return self.policies[name].uses > (name in self.attached)

    def described(self) -> Statement | None:
        """As a diff shows it; None if there is nothing."""
        if self.role is None and not self.policies:
            return None
        role = self.role and {
            "arn": self.role.arn,
            "trust": self.role.trust,
            "description": self.role.description,
            "permissions_boundary": self.role.permissions_boundary,
            "tags": dict(self.role.tags),
            "policies": sorted(self.role.attached),
        }
        return {"role": role or {}, "policies": {name: each.document for name, each in sorted(self.policies.items())}}


def part(group: str, number: int) -> str:
    """The name of a group's policy. The first has the group's own, and none depends on how many there are."""
    return group if number == 1 else f"{group}-{number}"


def number_of(group: str, name: str) -> int:
    """Which part of the group has this name; 0 if none has."""
    if name == group:
        return 1
    found = re.fullmatch(rf"{re.escape(group)}-([1-9]\d*)", name)
    return int(found[1]) if found and int(found[1]) > 1 else 0
