"""docs/deployer/boundary.json: a deployer gets no further rights by the roles that it makes."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE
from modules.service_roles import ROLE, ServiceRole, read
from modules.users import deployer

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OTHER_ROLE = f"multiregion-edge-{SITE}-origin-request"


@pytest.fixture
def role(local_aws: LocalAws) -> Iterator[ServiceRole]:
    """Made by a deployer who may also assume it, if it is trusted."""
    assume = allow(["sts:AssumeRole"], [f"arn:aws:iam::{local_aws.account_id}:role/{ROLE}"])
    found = ServiceRole(local_aws, deployer(local_aws, more=[assume]))
    found.run(read("one"))
    yield found
    found.clear()


def client(role: ServiceRole, service: str = "iam", credentials: Credentials | None = None) -> Any:
    return role.local_aws.client(service, credentials=credentials or role.modules.credentials)


def trust(role: ServiceRole) -> str:
    principal = {"AWS": f"arn:aws:iam::{role.local_aws.account_id}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_ways_out_are_denied(role: ServiceRole) -> None:
    iam, boundary = client(role), role.modules.boundary
    document, trusted = json.dumps(EVERYTHING), trust(role)
    tries: dict[str, Callable[[], Any]] = {
        "a new version of the boundary": lambda: iam.create_policy_version(
            PolicyArn=boundary, PolicyDocument=document, SetAsDefault=True
        ),
        "another default version of the boundary": lambda: iam.set_default_policy_version(
            PolicyArn=boundary, VersionId="v1"
        ),
        "the boundary deleted": lambda: iam.delete_policy(PolicyArn=boundary),
        "no boundary": lambda: iam.delete_role_permissions_boundary(RoleName=ROLE),
        "another boundary": lambda: iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=ADMINISTRATOR),
        "the same boundary": lambda: iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=boundary),
        "AdministratorAccess": lambda: iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR),
        "an inline policy": lambda: iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=document),
        "a role without boundary": lambda: iam.create_role(RoleName=OTHER_ROLE, AssumeRolePolicyDocument=trusted),
        "a role with another boundary": lambda: iam.create_role(
            RoleName=OTHER_ROLE, AssumeRolePolicyDocument=trusted, PermissionsBoundary=ADMINISTRATOR
        ),
        "a role of another name": lambda: iam.create_role(
            RoleName="mine", AssumeRolePolicyDocument=trusted, PermissionsBoundary=boundary
        ),
        "rights of its own": lambda: iam.put_user_policy(
            UserName=_user(role), PolicyName="all", PolicyDocument=document
        ),
        "a policy of the site for itself": lambda: iam.attach_user_policy(
            UserName=_user(role), PolicyArn=role.arn(ROLE)
        ),
    }
    for name, attempt in tries.items():
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()
            pytest.fail(f"possible: {name}")


def _user(role: ServiceRole) -> str:
    arn: str = client(role, "sts").get_caller_identity()["Arn"]
    return arn.rpartition("/")[2]


def test_everything_that_is_allowed_stays_within_the_boundary(role: ServiceRole) -> None:
    """All rights in the role's own policy, and a trust policy that lets the deployer in."""
    iam, arn = client(role), f"arn:aws:iam::{role.local_aws.account_id}:role/{ROLE}"
    iam.create_policy_version(PolicyArn=role.arn(ROLE), PolicyDocument=json.dumps(EVERYTHING), SetAsDefault=True)
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust(role))
    keys = client(role, "sts").assume_role(RoleArn=arn, RoleSessionName="out")["Credentials"]
    session = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    for attempt in (
        lambda: client(role, "iam", session).create_user(UserName="mine"),
        lambda: client(role, "iam", session).delete_role_permissions_boundary(RoleName=ROLE),
        lambda: client(role, "cloudfront", session).list_distributions(),
        lambda: client(role, "s3", session).create_bucket(Bucket="mine"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


def test_a_role_without_the_boundary_gets_no_policy_and_no_other_trust(role: ServiceRole) -> None:
    """Such a role of an earlier version needs an administrator once."""
    role.iam.delete_role_permissions_boundary(RoleName=ROLE)
    iam = client(role)
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=role.arn(ROLE))
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust(role))


def test_the_role_is_passed_to_its_services_only(role: ServiceRole) -> None:
    """Lambda is not one of the replication role's."""
    function = {"FunctionName": f"{SITE}-origin-request", "Runtime": "python3.13", "Handler": "a.b"}
    arn = f"arn:aws:iam::{role.local_aws.account_id}:role/{ROLE}"
    with pytest.raises(ClientError, match="iam:PassRole"):
        client(role, "lambda").create_function(**function, Role=arn, Code={"ZipFile": b"x"})
