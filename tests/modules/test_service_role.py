"""iam_service_role against local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.api import ServiceRoleApi
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.operations import Operations

from localaws.local_aws import ROOT, LocalAws
from modules import lambda_edge_functions
from modules.lambda_edge_functions import Functions
from modules.runner import SITE, ModuleFailed, Modules
from modules.service_roles import ROLE, SERVICES, ServiceRole, Statement, groups, long, read

A, B = long("A"), long("B")


@pytest.fixture
def role(local_aws: LocalAws, modules: Modules) -> Iterator[ServiceRole]:
    found = ServiceRole(local_aws, modules)
    yield found
    found.clear()


def test_it_is_created_unchanged_changed_and_deleted(role: ServiceRole) -> None:
    given = {"policies": groups(read("one"), kms=[]), "tags": {"team": 1}}
    predicted = role.run(**given, check=True, diff=True)
    assert (predicted["changed"], predicted["mutating"], role.role) == (True, [], None)
    made = role.run(**given, diff=True)
    assert (
        made["plan"]
        == predicted["plan"]
        == [
            f"Create the role {ROLE} for s3.amazonaws.com, batchoperations.s3.amazonaws.com",
            f"Create the policy {ROLE}",
            f"Attach the policy {ROLE} to the role {ROLE}",
        ]
    )
    assert made["diff"] == predicted["diff"] and made["diff"]["before"] == ""
    assert made["diff"]["after"]["policies"][ROLE]["Statement"] == [read("one")]
    for result in (made, predicted):
        assert result["role"] == {
            "name": ROLE,
            "arn": f"arn:aws:iam::{role.local_aws.account_id}:role/{ROLE}",
            "description": "",
            "permissions_boundary": role.modules.boundary,
            "tags": {"multiregion-edge": SITE, "team": "1"},
        }
        assert result["policies"] == [{"name": ROLE, "arn": role.arn(ROLE)}]
    assert made["api_calls"]["write"] == len(made["mutating"]) == 3
    assert role.role and role.role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"] == SERVICES
    assert role.policies == {ROLE: [read("one")]}

    again = role.run(**given, diff=True)
    assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]
    # Reads: the account id, the role and its policies, two per policy, and the next policy of each group.
    assert again["api_calls"] == {"read": 7, "write": 0}

    changed = role.run(read("one", "two"), read("two", sid="More"), tags={"team": 1}, diff=True)
    assert changed["plan"] == [f"Change what the policy {ROLE} allows"]
    assert changed["diff"]["before"]["policies"][ROLE]["Statement"] == [read("one")]
    assert role.policies == {ROLE: [read("one", "two"), read("two", sid="More")]}

    gone = role.run(state="absent", policies=groups())
    assert gone["plan"] == [
        f"Detach the policy {ROLE} from the role {ROLE}",
        f"Delete the role {ROLE}",
        f"Delete the old version v1 of the policy {ROLE}",
        f"Delete the policy {ROLE}",
    ]
    assert (gone["role"], gone["policies"], role.role, role.policies) == ({}, [], None, {})
    assert role.run(state="absent", policies=groups())["mutating"] == []


def test_statements_over_the_size_limit_are_several_policies(role: ServiceRole) -> None:
    assert role.run(A, B)["policies"] == [{"name": name, "arn": role.arn(name)} for name in (ROLE, f"{ROLE}-2")]
    assert role.policies == {ROLE: [A], f"{ROLE}-2": [B]}
    assert role.run(A, B)["mutating"] == []
    third = read("c" * 50, sid="C")
    grown = role.run(A, B, third)
    assert grown["plan"] == [f"Change what the policy {ROLE}-2 allows"]
    shrunk = role.run(read("a"), B, third)
    assert shrunk["plan"] == [
        f"Change what the policy {ROLE} allows",
        f"Detach the policy {ROLE}-2 from the role {ROLE}",
        f"Delete the old version v1 of the policy {ROLE}-2",
        f"Delete the policy {ROLE}-2",
    ]
    assert role.policies == {ROLE: [read("a"), B, third]}


def test_the_oldest_version_is_deleted(role: ServiceRole) -> None:
    for number in range(6):
        role.run(read(f"bucket-{number}"))
    assert role.versions(ROLE) == ["v2", "v3", "v4", "v5", "v6"]
    # A version that another user made the default is kept.
    role.iam.set_default_policy_version(PolicyArn=role.arn(ROLE), VersionId="v2")
    assert role.run(read("bucket-7"))["plan"] == [
        f"Delete the old version v3 of the policy {ROLE}",
        f"Change what the policy {ROLE} allows",
    ]
    assert role.policies[ROLE] == [read("bucket-7")]


def test_a_concurrently_created_version_is_deleted_too(role: ServiceRole, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        role.run(read(f"bucket-{number}"))
    create, others = Operations.create_version, ["other"]

    def create_later(operations: Operations, arn: str, document: Statement) -> None:
        for other in others:
            policy = json.dumps({"Version": "2012-10-17", "Statement": [read(other)]})
            role.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy, SetAsDefault=True)
        others.clear()
        create(operations, arn, document)

    monkeypatch.setattr(Operations, "create_version", create_later)
    assert f"Delete the old version v1 of the policy {ROLE}" in role.run(read("last"))["plan"]
    assert role.policies[ROLE] == [read("last")]


def test_without_purge_policies_that_are_not_given_stay(role: ServiceRole) -> None:
    role.run(policies=groups(A, B, kms=[read("kms")]))
    widened = role.run(policies=groups(A, kms=[]), purge=False)
    assert (widened["changed"], role.attached) == (False, [ROLE, f"{ROLE}-2", f"{ROLE}-kms"])
    narrowed = role.run(policies=groups(A, kms=[]))
    assert narrowed["changed"] and (role.attached, list(role.policies)) == ([ROLE], [ROLE])


def test_unmanaged_policies_are_detached_and_not_deleted(role: ServiceRole, modules: Modules) -> None:
    role.run(read("one"))
    document = json.dumps({"Version": "2012-10-17", "Statement": [read("other")]})
    names = [f"{ROLE}-batch", "by-hand"]
    others = [role.iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"] for name in names]
    for other in (*others, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"):
        role.iam.attach_role_policy(RoleName=ROLE, PolicyArn=other)
    assert role.run(read("one"), purge=False)["mutating"] == []
    assert sorted(role.run(read("one"))["plan"]) == [
        f"Detach the policy {name} from the role {ROLE}"
        for name in ("AWSLambdaBasicExecutionRole", "by-hand", f"{ROLE}-batch")
    ]
    assert set(role.policies) == {ROLE, *names}
    with pytest.raises(ModuleFailed, match=f"The policy {ROLE}-batch exists already without the tag multiregion-edge"):
        role.run(policies=groups(read("one"), batch=[read("two")]))


def test_a_boundary_and_a_description(role: ServiceRole, local_aws: LocalAws) -> None:
    """As a user who may set them: the deployer does not need to."""
    root = Modules(local_aws, ROOT)
    boundaries = [
        role.iam.create_policy(PolicyName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [A]}))
        for name in ("boundary", "other-boundary")
    ]
    one, other = (each["Policy"]["Arn"] for each in boundaries)
    made = role.run(read("one"), permissions_boundary=one, description="For S3", modules=root)
    assert (made["role"]["permissions_boundary"], made["role"]["description"]) == (one, "For S3")
    assert role.run(read("one"), permissions_boundary=None)["mutating"] == []  # not changed if not given
    changed = role.run(read("one"), permissions_boundary=other, description="New", modules=root)
    assert changed["plan"] == [
        f"Set the permissions boundary of the role {ROLE} to {other}",
        f"Set the description of the role {ROLE}",
    ]
    removed = role.run(read("one"), permissions_boundary="", modules=root)
    assert removed["plan"] == [f"Remove the permissions boundary of the role {ROLE}"]
    assert role.run(read("one"), permissions_boundary="", modules=root)["mutating"] == []
    with pytest.raises(ModuleFailed, match="NoSuchEntity from PutRolePermissionsBoundary"):
        role.run(read("one"), permissions_boundary=f"{one}-missing", wait_timeout=0, modules=root)


def test_the_trust_policy_and_tags_are_changed(role: ServiceRole) -> None:
    role.run(read("one"), tags={"team": "old"})
    assert role.role
    role.iam.tag_role(RoleName=ROLE, Tags=[{"Key": "cost", "Value": "1"}])
    condition = {"StringEquals": {"aws:SourceAccount": role.local_aws.account_id}}
    changed = role.run(read("one"), services=SERVICES[:1], conditions=condition, tags={"team": "web"})
    assert changed["plan"] == [
        f"Allow only s3.amazonaws.com to assume the role {ROLE}",
        f"Tag the role {ROLE}",
        f"Tag the policy {ROLE}",
    ]
    assert changed["role"]["tags"] == {"multiregion-edge": SITE, "team": "web", "cost": "1"}
    (statement,) = role.role["AssumeRolePolicyDocument"]["Statement"]
    assert (statement["Principal"]["Service"], statement["Condition"]) == (SERVICES[:1], condition)
    assert role.run(read("one"), services=SERVICES[:1], conditions=condition)["mutating"] == []


def test_a_new_service_gets_no_permission_that_is_being_removed(role: ServiceRole) -> None:
    role.run(read("one"), services=SERVICES[:1])
    changed = role.run(read("two"), services=SERVICES[1:])
    assert changed["plan"] == [
        f"Allow no service to assume the role {ROLE} until its policies are changed",
        f"Change what the policy {ROLE} allows",
        f"Allow only {SERVICES[1]} to assume the role {ROLE}",
    ]
    assert role.run(read("two"), services=SERVICES[1:])["mutating"] == []


@pytest.mark.parametrize("tags", [[], [{"Key": "multiregion-edge", "Value": "corner-shop"}]])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_unmanaged_role_is_refused(role: ServiceRole, tags: list[dict[str, str]], state: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document, **({"Tags": tags} if tags else {}))
    before = len(role.local_aws.requests())
    with pytest.raises(ModuleFailed, match=f"The role {ROLE} (exists already without the tag|belongs to the site)"):
        role.run(read("one"), state=state)
    assert not [entry for entry in role.local_aws.requests(before) if entry["mutating"]]


def test_obstacles_to_its_deletion(role: ServiceRole) -> None:
    role.run(read("one"))
    document = json.dumps({"Version": "2012-10-17", "Statement": [read("inline")]})
    role.iam.put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=document)
    role.iam.create_instance_profile(InstanceProfileName="web")
    role.iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName=ROLE)
    with pytest.raises(
        ModuleFailed, match=f"The role {ROLE} is not deleted, for it is in the instance profile web, which"
    ):
        role.run(state="absent", check=True)
    role.iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName=ROLE)
    gone = role.run(state="absent", policies=groups())
    assert f"Delete the inline policy by-hand of the role {ROLE}" in gone["plan"]
    assert (role.role, role.policies) == (None, {})


@pytest.mark.parametrize("given", [{"state": "absent", "policies": groups()}, {"policies": groups(A)}])
def test_a_policy_in_use_elsewhere_is_kept_with_a_warning(role: ServiceRole, given: dict[str, Any]) -> None:
    role.run(A, B)
    role.iam.create_user(UserName="other")
    role.iam.attach_user_policy(UserName="other", PolicyArn=role.arn(f"{ROLE}-2"))
    left = role.run(**given)
    assert f"Detach the policy {ROLE}-2 from the role {ROLE}" in left["plan"]
    assert any(f"The policy {ROLE}-2 is not needed by the role {ROLE} any more" in each for each in left["warnings"])
    # The first part has the location of the second.
    assert set(role.policies) == {ROLE, f"{ROLE}-2"}
    again = role.run(**given)
    assert again["mutating"] == [] and again["warnings"]
    role.iam.detach_user_policy(UserName="other", PolicyArn=role.arn(f"{ROLE}-2"))
    role.iam.delete_user(UserName="other")
    assert role.run(**given)["plan"][0] == f"Delete the policy {ROLE}-2"
    assert set(role.policies) == ({ROLE} if "state" not in given else set())


def test_a_policy_that_is_a_boundary_elsewhere_is_kept_too(role: ServiceRole) -> None:
    role.run(A, B)
    role.iam.create_user(UserName="other", PermissionsBoundary=role.arn(f"{ROLE}-2"))
    assert role.run(A)["warnings"] and set(role.policies) == {ROLE, f"{ROLE}-2"}
    role.iam.delete_user(UserName="other")
    assert role.run(A)["plan"] == [f"Delete the policy {ROLE}-2"]


class TestEventualConsistency:
    """Changes that IAM and the services see with a delay: reads, changes and deletions."""

    def test_the_module_waits_and_shows_its_progress(self, role: ServiceRole, shown: list[str]) -> None:
        role.local_aws.behave(iam_seconds=1.0)
        made = role.run(A, B)
        assert role.attached == [ROLE, f"{ROLE}-2"]
        assert len([step for step in made["plan"] if step.startswith("Attach")]) == 2
        assert any(line.startswith(f"The role {ROLE}: not seen yet: ") for line in shown)
        assert role.run(A, B)["mutating"] == []

    def test_a_service_that_sees_the_role_even_later_is_called_again(
        self, local_aws: LocalAws, modules: Modules, tmp_path: Path
    ) -> None:
        """The module that passes the role repeats the call: here for a Lambda function."""
        functions = Functions(local_aws, tmp_path)
        functions.clear()
        local_aws.client("iam").delete_role(RoleName=lambda_edge_functions.ROLE)
        local_aws.behave(iam_service_seconds=2.0)
        given = {
            "name": lambda_edge_functions.ROLE,
            "site": SITE,
            "services": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"],
            "permissions_boundary": modules.boundary,
        }
        role_arn = modules.run("iam_service_role", **given)["role"]["arn"]
        seen = len(local_aws.requests())
        functions.run(role_arn=role_arn)
        created = [entry["status"] for entry in local_aws.requests(seen) if entry["operation"].endswith("/functions")]
        assert created[0] == 400 and created[-1] == 201
        assert functions.versions() == ["1"]
        functions.clear()

    def test_changes_and_deletion_are_waited_for_too(self, role: ServiceRole) -> None:
        role.run(A, B)
        role.local_aws.behave(iam_seconds=1.0)
        assert role.run(read("a"))["changed"]
        assert role.run(read("a"))["mutating"] == []
        assert role.run(state="absent", policies=groups())["changed"]
        assert role.run(state="absent", policies=groups())["mutating"] == []
        assert (role.role, role.policies) == (None, {})

    def test_the_module_waits_for_a_version_that_is_visible_later_than_its_policy(
        self, role: ServiceRole, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is not taken for a missing policy, which would create a second one."""
        role.run(read("one"))
        role.iam.detach_role_policy(RoleName=ROLE, PolicyArn=role.arn(ROLE))
        read_once, refused = ServiceRoleApi.__init__, []

        def read_late(api: ServiceRoleApi, *arguments: Any) -> None:
            read_once(api, *arguments)
            answer = api._iam.get_policy_version

            def get_policy_version(**names: str) -> Any:
                if not refused:
                    refused.append(names)
                    return answer(**{**names, "VersionId": "v9"})  # NoSuchEntity
                return answer(**names)

            monkeypatch.setattr(api._iam, "get_policy_version", get_policy_version)

        monkeypatch.setattr(ServiceRoleApi, "__init__", read_late)
        seen = len(role.local_aws.requests())
        assert role.run(read("one"))["plan"] == [f"Attach the policy {ROLE} to the role {ROLE}"] and refused
        assert "CreatePolicy" not in [entry["operation"] for entry in role.local_aws.requests(seen)]

    def test_the_deadline_error_explains_how_to_continue(self, role: ServiceRole) -> None:
        role.local_aws.behave(iam_seconds=3600.0)
        with pytest.raises(
            ModuleFailed, match=r"NoSuchEntity from AttachRolePolicy.* with a larger wait_timeout"
        ) as failure:
            role.run(read("one"), wait_timeout=0)
        assert len(failure.value.result["done"]) == 2

    def test_a_role_that_exists_but_is_not_visible_is_used(self, role: ServiceRole) -> None:
        """After a run that was killed a moment ago, its name is taken, and no read shows it."""
        role.local_aws.behave(iam_seconds=1.0)
        role.local_aws.fault(2, of=role.modules.credentials)
        with pytest.raises(ModuleFailed):
            role.run(read("one"))
        role.local_aws.fault(None)
        role.run(read("one"))
        role.local_aws.behave()
        assert role.run(read("one"))["mutating"] == []
        assert (role.attached, role.versions(ROLE)) == ([ROLE], ["v1"])


# Changes of the policies: created, extended, divided differently, reduced, removed.
STATES: dict[str, dict[str, Any]] = {
    "nothing": {"state": "absent", "policies": groups(kms=[])},
    "small": {"policies": groups(read("one"), kms=[read("kms", sid="Kms")])},
    "large": {"policies": groups(A, B, kms=[]), "tags": {"team": "web"}, "services": SERVICES[:1]},
}
STATEMENTS = {
    "nothing": {},
    "small": {ROLE: [read("one")], f"{ROLE}-kms": [read("kms", sid="Kms")]},
    "large": {ROLE: [A], f"{ROLE}-2": [B]},
}


@pytest.mark.parametrize(
    ("before", "after"), [("nothing", "small"), ("small", "large"), ("large", "small"), ("large", "nothing")]
)
def test_a_run_killed_after_any_change_is_completed_by_the_next(role: ServiceRole, before: str, after: str) -> None:
    for survivors in itertools.count():
        role.run(**STATES[before])
        if not role.killed(survivors, **STATES[after]):
            break
        role.run(**STATES[after])
        assert role.policies == STATEMENTS[after]
        assert (role.attached if role.role else []) == sorted(STATEMENTS[after])
    assert survivors > 4
    assert role.run(**STATES[after])["mutating"] == []


def test_policies_that_exchange_statements_always_have_all(role: ServiceRole) -> None:
    """Another version of this collection, or a user, may have divided them differently."""
    for survivors in itertools.count():
        role.run(A, B)
        for name, statement in ((ROLE, B), (f"{ROLE}-2", A)):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            if len(role.versions(name)) == 5:
                oldest = role.versions(name)[0]
                role.iam.delete_policy_version(PolicyArn=role.arn(name), VersionId=oldest)
            role.iam.create_policy_version(PolicyArn=role.arn(name), PolicyDocument=document, SetAsDefault=True)
        killed = role.killed(survivors, A, B)
        found = role.policies
        granted = [statement for name in role.attached for statement in found[name]]
        assert A in granted and B in granted
        if not killed:
            break
    assert role.policies == STATEMENTS["large"]
    assert role.run(A, B)["mutating"] == []
