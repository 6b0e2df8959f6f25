# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a role that an AWS service assumes, or to none. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._rules.ownership import require_owned
from .._rules.policy_documents import canonical, same
from . import policies
from .documents import Statement, covers
from .model import Desired, Observed, Policy, Role

if t.TYPE_CHECKING:
    from .operations import Operations

Steps = list[Step]


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """Restrictions come first and grants last; but no right that is there before and after is missing in between."""
    _require_owned(observed, desired, observed.policies.keys() & desired.policies.keys())
    before, after, changes = observed.role, _after(observed, desired), policies.steps(operations, observed, desired)
    if before is None:
        first, last = [_creation(operations, desired)], []
    else:
        restricted, granted = _trust(operations, before, desired, bool(changes))
        first = [*_boundary(operations, before, desired), *restricted]
        last = [*granted, *_no_boundary(operations, before, desired), *_description(operations, before, desired)]
    steps = [*first, *changes, *last, *_tags(operations, observed, desired)]
    return Plan(
        observed.described(), after.described(), tuple(steps), warnings=_warnings(observed, desired, absent=False)
    )


def plan_absent(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """The rights first; then the role, so that nothing can use what would still be there if the run ended then."""
    _require_owned(observed, desired, observed.policies)
    role, name = observed.role, desired.name
    steps: Steps = []
    if role is not None:
        if role.instance_profiles:
            raise EdgeError(
                f"The role {name} is not deleted, for it is in the instance profile "
                f"{', '.join(role.instance_profiles)}, which is not managed here: remove it there, and run this again."
            )
        steps += [policies.detachment(operations, name, arn, policy) for arn, policy in sorted(role.attached.items())]
        steps += [
            Step(
                operations.delete_inline_policy,
                {"role": name, "name": each},
                f"Delete the inline policy {each} of the role {name}",
            )
            for each in role.inline_policies
        ]
        steps.append(Step(operations.delete_role, {"role": name}, f"Delete the role {name}"))
    stay = not_deleted(observed, desired, absent=True)
    deleted = {each: policy for each, policy in observed.policies.items() if each not in stay}
    after = Observed(None, {each: observed.policies[each] for each in stay})
    steps += policies.deletions(operations, deleted, desired)
    return Plan(
        observed.described(), after.described(), tuple(steps), warnings=_warnings(observed, desired, absent=True)
    )


def _warnings(observed: Observed, desired: Desired, absent: bool) -> tuple[str, ...]:
    return tuple(
        f"The policy {name} is not needed by the role {desired.name} any more, and is not deleted: it or a later part "
        "of its group is used elsewhere. Detach it there, and run this again to delete it."
        for name in not_deleted(observed, desired, absent)
    )


def not_deleted(observed: Observed, desired: Desired, absent: bool) -> list[str]:
    """The policies that are not needed and stay, for others use them."""
    unneeded = observed.policies if absent else policies.leaving(observed, desired)
    return policies.staying(observed, desired, unneeded)


def _require_owned(observed: Observed, desired: Desired, names: t.Iterable[str]) -> None:
    if observed.role is not None:
        require_owned(f"The role {desired.name}", observed.role.tags, desired.site)
    for name in sorted(names):
        require_owned(f"The policy {name}", observed.policies[name].tags, desired.site)


def _after(observed: Observed, desired: Desired) -> Observed:
    """What the plan makes of it. What is equivalent already stays as it is written."""
    role = observed.role or Role(desired.arn("role", desired.name), desired.trust())
    leaving = policies.leaving(observed, desired).keys() - not_deleted(observed, desired, absent=False)
    kept = {name: policy for name, policy in observed.policies.items() if name not in leaving}
    for name, document in desired.policies.items():
        now = kept.get(name, Policy(desired.arn("policy", name), document))
        kept[name] = dataclasses.replace(now, document=now.document if same(now.document, document) else document)
    attached = {kept[name].arn: name for name in desired.policies}
    if not desired.purge:
        attached = {**role.attached, **attached}
    boundary, description = desired.permissions_boundary, desired.description
    role = dataclasses.replace(
        role,
        trust=role.trust if same(role.trust, desired.trust()) else desired.trust(),
        description=role.description if description is None else description,
        permissions_boundary=role.permissions_boundary if boundary is None else boundary,
        tags={**role.tags, **desired.all_tags()},
        attached=attached,
    )
    return Observed(role, kept)


def _creation(operations: Operations, desired: Desired) -> Step:
    arguments = {
        "role": desired.name,
        "trust": desired.trust(),
        "description": desired.description or "",
        "permissions_boundary": desired.permissions_boundary or "",
        "tags": desired.all_tags(),
    }
    return Step(operations.create_role, arguments, f"Create the role {desired.name} for {', '.join(desired.services)}")


def _trust(operations: Operations, role: Role, desired: Desired, others_change: bool) -> tuple[Steps, Steps]:
    """What changes before the policies do, and what after them, where *others_change* at all."""
    wanted = desired.trust()
    if same(role.trust, wanted):
        return [], []
    whole = _trust_step(operations, desired, wanted, desired.services)
    if covers(wanted, role.trust):
        return [], [whole]
    # What was trusted and no longer is, ends before anything is granted; what is new begins when that is done.
    statements = [each for each in canonical(role.trust)["Statement"] if each["Effect"] == "Allow"]
    trusted = {service for each in statements for service in each.get("Principal", {}).get("Service", [])}
    stay = [service for service in desired.services if service in trusted]
    if len(stay) == len(desired.services):
        return [whole], []
    if stay:
        return [_trust_step(operations, desired, desired.trust(stay), stay)], [whole]
    if not statements or not others_change:
        return [], [whole]
    paused = f"Allow no service to assume the role {desired.name} until its policies are changed"
    return [Step(operations.set_trust, {"role": desired.name, "trust": desired.no_trust()}, paused)], [whole]


def _trust_step(operations: Operations, desired: Desired, trust: Statement, services: t.Iterable[str]) -> Step:
    sentence = f"Allow only {', '.join(services)} to assume the role {desired.name}"
    return Step(operations.set_trust, {"role": desired.name, "trust": trust}, sentence)


def _boundary(operations: Operations, role: Role, desired: Desired) -> Steps:
    wanted = desired.permissions_boundary
    if not wanted or wanted == role.permissions_boundary:
        return []
    arguments = {"role": desired.name, "policy_arn": wanted}
    return [
        Step(operations.set_boundary, arguments, f"Set the permissions boundary of the role {desired.name} to {wanted}")
    ]


def _no_boundary(operations: Operations, role: Role, desired: Desired) -> Steps:
    if desired.permissions_boundary != "" or not role.permissions_boundary:
        return []
    return [
        Step(
            operations.delete_boundary,
            {"role": desired.name},
            f"Remove the permissions boundary of the role {desired.name}",
        )
    ]


def _description(operations: Operations, role: Role, desired: Desired) -> Steps:
    if desired.description is None or desired.description == role.description:
        return []
    arguments = {"role": desired.name, "description": desired.description}
    return [Step(operations.set_description, arguments, f"Set the description of the role {desired.name}")]


def _tags(operations: Operations, observed: Observed, desired: Desired) -> Steps:
    def missing(tags: t.Mapping[str, str]) -> dict[str, str]:
        return {key: value for key, value in desired.all_tags().items() if tags.get(key) != value}

    steps: Steps = []
    if observed.role is not None and missing(observed.role.tags):
        arguments = {"role": desired.name, "tags": missing(observed.role.tags)}
        steps.append(Step(operations.tag_role, arguments, f"Tag the role {desired.name}"))
    for name in desired.policies:
        policy = observed.policies.get(name)
        if policy is not None and missing(policy.tags):
            arguments = {"arn": policy.arn, "tags": missing(policy.tags)}
            steps.append(Step(operations.tag_policy, arguments, f"Tag the policy {name}"))
    return steps
