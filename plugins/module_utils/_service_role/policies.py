# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to the managed policies of a role. Pure."""

from __future__ import annotations

import itertools
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Step
from .._rules.ownership import OWNER_TAG
from .._rules.policy_documents import same
from .changes import Change, ordered
from .documents import Statement
from .model import MAX_ATTACHED, Desired, Observed, Policy, number_of, part

if t.TYPE_CHECKING:
    from .operations import Operations

Steps = list[Step]

# Of a managed policy. Source: IAM User Guide, "Versioning IAM policies".
_MAX_VERSIONS = 5


def steps(operations: Operations, observed: Observed, desired: Desired) -> Steps:
    gone = leaving(observed, desired)
    spares: dict[str, Policy] = {}

    def spare(name: str) -> str:
        group = desired.group_of(name).name
        taken = {*observed.policies, *desired.policies, *spares}
        found = part(group, max(number_of(group, each) for each in taken) + 1)
        spares[found] = Policy(desired.arn("policy", found), {})
        return found

    documents = {name: policy.document for name, policy in observed.attached.items()}
    # In the order of their numbers, so that a run that is killed leaves none that the next one does not look for.
    found = [
        _creation(operations, name, each, desired)
        for name, each in desired.policies.items()
        if name not in observed.policies
    ]
    for change in ordered(documents, desired.policies, list(gone), spare):
        found += _change(operations, change, observed, desired)
    if desired.purge and observed.role is not None:
        # What these grant is not known, so they stay until all is granted that should be.
        known = {desired.arn("policy", name) for name in {*desired.policies, *gone}}
        others = {arn: name for arn, name in observed.role.attached.items() if arn not in known}
        found += [detachment(operations, desired.name, arn, name) for arn, name in sorted(others.items())]
    _require_room(operations, found, observed, desired)
    stay = staying(observed, desired, gone)
    return found + deletions(operations, {**{name: gone[name] for name in gone if name not in stay}, **spares}, desired)


def _require_room(operations: Operations, steps: Steps, observed: Observed, desired: Desired) -> None:
    """EdgeError if IAM would refuse to attach one: what is taken away last may need the place of what comes first."""
    now = observed.role.attached if observed.role else {}
    changes = [(step.operation == operations.attach) - (step.operation == operations.detach) for step in steps]
    most, limit = len(now) + max(itertools.accumulate(changes, initial=0)), max(MAX_ATTACHED, len(now))
    if most <= limit:
        return
    known = {*desired.policies, *leaving(observed, desired)}
    others = sorted(name for name in now.values() if name not in known)
    advice = (
        f"Detach {most - limit} of these first, as soon as nothing needs them: {', '.join(others)}."
        if len(others) >= most - limit
        else "Change fewer groups at once, or give fewer or shorter statements."
    )
    raise EdgeError(
        f"The role {desired.name} has {len(now)} managed policies and would have {most}, at least until all rights are "
        f"granted; IAM lets it have {limit}. {advice} Then run this again."
    )


def leaving(observed: Observed, desired: Desired) -> dict[str, Policy]:
    """Managed policies that are no longer needed, attached or, after a run that was killed, no longer attached."""
    return {
        name: policy
        for name, policy in observed.policies.items()
        if desired.purge and name not in desired.policies and policy.tags.get(OWNER_TAG) == desired.site
    }


def staying(observed: Observed, desired: Desired, names: t.Collection[str]) -> list[str]:
    """Of these, which are not needed, those that IAM does not delete, for others use them.

    And those before them in their group, by which the rest is found.
    """
    used = [(desired.group_of(name).name, name) for name in names if observed.used_elsewhere(name)]
    return [
        name for name in names if any(0 < number_of(group, name) <= number_of(group, other) for group, other in used)
    ]


def to_change(observed: Observed, desired: t.Mapping[str, Statement]) -> list[str]:
    """The policies of which a version is made, or that are deleted: their versions matter."""
    return [name for name, policy in observed.policies.items() if _is_other(policy, desired.get(name))]


def _is_other(policy: Policy, document: Statement | None) -> bool:
    return document is None or not same(policy.document, document)


def _change(operations: Operations, change: Change, observed: Observed, desired: Desired) -> Steps:
    name, policy = change.name, observed.policies.get(change.name)
    arn = policy.arn if policy else desired.arn("policy", name)
    if change.document is None:
        return [detachment(operations, desired.name, arn, name)]
    found: Steps = []
    if policy is None:
        if name not in desired.policies:
            found.append(_creation(operations, name, change.document, desired))
    elif _is_other(policy, change.document):
        if len(policy.versions) + 1 >= _MAX_VERSIONS:
            found.append(_version_deletion(operations, name, arn, policy.versions[0]))
        arguments = {"arn": arn, "document": change.document}
        found.append(Step(operations.create_version, arguments, f"Change what the policy {name} allows"))
    if name not in observed.attached:
        arguments = {"role": desired.name, "arn": arn}
        found.append(Step(operations.attach, arguments, f"Attach the policy {name} to the role {desired.name}"))
    return found


def _creation(operations: Operations, name: str, document: Statement, desired: Desired) -> Step:
    arguments = {"arn": desired.arn("policy", name), "document": document, "tags": desired.all_tags()}
    description = desired.group_of(name).description
    return Step(operations.create_policy, {**arguments, "description": description}, f"Create the policy {name}")


def detachment(operations: Operations, role: str, arn: str, name: str) -> Step:
    return Step(operations.detach, {"role": role, "arn": arn}, f"Detach the policy {name} from the role {role}")


def _version_deletion(operations: Operations, name: str, arn: str, version: str) -> Step:
    arguments = {"arn": arn, "version": version}
    return Step(operations.delete_version, arguments, f"Delete the old version {version} of the policy {name}")


def deletions(operations: Operations, policies: t.Mapping[str, Policy], desired: Desired) -> Steps:
    """The last part of a group first: the rest is found by those before it."""
    found: Steps = []
    for name in sorted(policies, key=lambda name: number_of(desired.group_of(name).name, name), reverse=True):
        policy = policies[name]
        found += [_version_deletion(operations, name, policy.arn, version) for version in policy.versions]
        found.append(Step(operations.delete_policy, {"arn": policy.arn}, f"Delete the policy {name}"))
    return found
