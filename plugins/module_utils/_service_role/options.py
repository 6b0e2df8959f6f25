# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a role that an AWS service assumes can be, checked before the first call."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._rules.ownership import as_tags
from .._rules.policy_documents import (
    IDENTITY_ELEMENTS,
    check_operators,
    check_statement,
)
from .documents import MAX_SIZE, split, text
from .model import MAX_ATTACHED, Desired, Group, number_of

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "site": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "services": {"type": "list", "elements": "str"},
    "conditions": {"type": "dict", "default": {}},
    "description": {"type": "str"},
    "permissions_boundary": {"type": "str"},
    "policies": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "statements": {"type": "list", "elements": "dict", "default": []},
        },
    },
    "purge": {"type": "bool", "default": True},
    "tags": {"type": "dict", "default": {}},
    "wait_timeout": {"type": "int", "default": 120},
}
REQUIRED_IF = [("state", "present", ("services",))]

# Sources: IAM API reference, CreateRole and CreatePolicy (a policy's name has 128 characters, of which a part's number
# may take three).
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,125}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")
_POLICY_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", re.ASCII)
# Of a role's trust policy, which AWS raises on request to 4,096. Source: IAM User Guide, "IAM and AWS STS quotas".
_TRUST_SIZE = 2048
_SID = re.compile(r"[A-Za-z0-9]*")


def desired(p: t.Mapping[str, t.Any]) -> Desired:
    """What the module's options *p* ask for. Raises EdgeError for what IAM would refuse."""
    if not _ROLE_NAME.fullmatch(p["name"]):
        raise EdgeError(f"name: {p['name']!r} is not a role's name: take 1 to 64 letters, digits and any of _+=,.@-")
    if p["state"] == "present" and not p["services"]:
        raise EdgeError("services: give at least one service that may assume the role, such as lambda.amazonaws.com.")
    _check_trust(p["services"] or [], p["conditions"])
    boundary = p["permissions_boundary"]
    if boundary and not _POLICY_ARN.fullmatch(boundary):
        raise EdgeError(
            f"permissions_boundary: {boundary!r} is not the ARN of a policy, such as "
            "arn:aws:iam::111122223333:policy/name."
        )
    groups = tuple(_group(f"policies[{number}]", group) for number, group in enumerate(p["policies"]))
    _check_names(groups)
    found = Desired(
        name=p["name"],
        site=p["site"],
        services=tuple(dict.fromkeys(p["services"] or [])),
        conditions=p["conditions"],
        groups=groups,
        permissions_boundary=boundary,
        description=p["description"],
        tags=as_tags(p["tags"]),
        purge=p["purge"],
    )
    length = len(text(found.trust()))
    if length > _TRUST_SIZE:
        raise EdgeError(
            f"services, conditions: the trust policy would have {length:,} characters, of {_TRUST_SIZE:,} that IAM "
            "takes: give fewer or shorter values."
        )
    return found


def _check_trust(services: t.Sequence[str], conditions: t.Mapping[str, t.Any]) -> None:
    for service in services:
        if not _SERVICE.fullmatch(service):
            raise EdgeError(f"services: {service!r} is not a service's principal, such as lambda.amazonaws.com.")
    for operator, keys in conditions.items():
        if not isinstance(keys, dict) or not keys:
            raise EdgeError(
                f"conditions.{operator} must be a dictionary of condition keys, as aws:SourceAccount is, not {keys!r}."
            )
    check_operators("conditions", conditions)


def _group(where: str, given: t.Mapping[str, t.Any]) -> Group:
    if not _POLICY_NAME.fullmatch(given["name"]):
        raise EdgeError(
            f"{where}.name: {given['name']!r} is not a policy's name: take 1 to 125 letters, digits and any of _+=,.@-"
        )
    sids = set()
    for number, statement in enumerate(given["statements"]):
        here = f"{where}.statements[{number}]"
        check_statement(here, statement, IDENTITY_ELEMENTS)
        check_operators(f"{here}.Condition", statement.get("Condition", {}))
        sid = str(statement.get("Sid", ""))
        if not _SID.fullmatch(sid):
            raise EdgeError(f"{here}.Sid: {sid!r} has other characters than letters and digits, which IAM refuses.")
        if sid and sid in sids:
            raise EdgeError(f"{here}.Sid: {sid} is an earlier statement's already: give each its own, or none.")
        sids.add(sid)
    documents = split(f"{where}.statements", given["statements"])
    return Group(given["name"], given["description"] or "", tuple(documents))


def _check_names(groups: t.Sequence[Group]) -> None:
    names = [group.name for group in groups]
    for number, name in enumerate(names):
        others = names[:number] + names[number + 1 :]
        mistaken = next((other for other in others if name == other or number_of(other, name)), None)
        if mistaken:
            raise EdgeError(
                f"policies[{number}].name: {name} could be a part of {mistaken}, for parts have a number at their end: "
                "choose another name."
            )
    parts = sum(len(group.documents) for group in groups)
    if parts > MAX_ATTACHED:
        raise EdgeError(
            f"policies: these statements take {parts} policies of {MAX_SIZE:,} characters; IAM lets a role have "
            f"{MAX_ATTACHED}. Give fewer or shorter statements: a name with a wildcard in place of a list, for example."
        )
