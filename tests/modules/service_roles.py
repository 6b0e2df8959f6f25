"""A role of iam_service_role in local AWS, and its state."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules

# A name that the deployer may create.
ROLE = f"multiregion-edge-{SITE}-replication"
SERVICES = ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]
Statement = dict[str, Any]


def read(*buckets: str, sid: str = "Read") -> Statement:
    objects = [f"arn:aws:s3:::{bucket}/*" for bucket in buckets]
    return {"Sid": sid, "Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}


def long(sid: str, count: int = 80) -> Statement:
    """A statement so long that a policy has room for one, and not for two."""
    return read(*(f"{sid.lower()}-{number:02}".ljust(50, "x") for number in range(count)), sid=sid)


def groups(*statements: Statement, **more: list[Statement]) -> list[dict[str, Any]]:
    """The role's own group of statements, and others by the suffix of their names."""
    given = {"": list(statements), **{f"-{name}": each for name, each in more.items()}}
    return [{"name": f"{ROLE}{end}", "description": f"About {end}", "statements": each} for end, each in given.items()]


class ServiceRole:
    def __init__(self, local_aws: LocalAws, modules: Modules) -> None:
        self.local_aws = local_aws
        self.modules = modules
        self.iam = local_aws.client("iam")

    def run(self, *statements: Statement, modules: Modules | None = None, **options: Any) -> dict[str, Any]:
        given = {"name": ROLE, "site": SITE, "services": SERVICES, "policies": groups(*statements)}
        given["permissions_boundary"] = self.modules.boundary
        given |= options
        wanted = {name: value for name, value in given.items() if value is not None}
        return (modules or self.modules).run("iam_service_role", **wanted)

    def killed(self, survivors: int, *statements: Statement, **options: Any) -> bool:
        """Run the module, and end it after this many changes; False if it made no more."""
        self.local_aws.fault(survivors, of=self.modules.credentials)
        try:
            self.run(*statements, **options)
        except ModuleFailed as failure:
            assert len(failure.result["done"]) <= survivors
            return True
        finally:
            self.local_aws.fault(None)
        return False

    def arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.local_aws.account_id}:policy/{name}"

    @property
    def role(self) -> dict[str, Any] | None:
        found = {role["RoleName"]: role for role in self.iam.list_roles()["Roles"]}
        return found.get(ROLE) and self.iam.get_role(RoleName=ROLE)["Role"]

    @property
    def attached(self) -> list[str]:
        found = self.iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
        return sorted(policy["PolicyName"] for policy in found)

    @property
    def policies(self) -> dict[str, list[Statement]]:
        """The statements of all policies in the account but the boundary, by policy name."""
        return {policy["PolicyName"]: self._document(policy)["Statement"] for policy in self._listed()}

    def _listed(self) -> list[dict[str, Any]]:
        found = self.iam.list_policies(Scope="Local")["Policies"]
        return [policy for policy in found if policy["Arn"] != self.modules.boundary]

    def _document(self, policy: dict[str, Any]) -> dict[str, Any]:
        version = self.iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        document: dict[str, Any] = version["PolicyVersion"]["Document"]
        return document

    def versions(self, name: str) -> list[str]:
        found = self.iam.list_policy_versions(PolicyArn=self.arn(name))["Versions"]
        return sorted(version["VersionId"] for version in found)

    def clear(self) -> None:
        """Delete everything, managed or not."""
        self.local_aws.behave()
        self.local_aws.fault(None)
        for profile in self.iam.list_instance_profiles()["InstanceProfiles"]:
            for role in profile["Roles"]:
                names = {"InstanceProfileName": profile["InstanceProfileName"], "RoleName": role["RoleName"]}
                self.iam.remove_role_from_instance_profile(**names)
            self.iam.delete_instance_profile(InstanceProfileName=profile["InstanceProfileName"])
        if self.role:
            for policy in self.iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
                self.iam.detach_role_policy(RoleName=ROLE, PolicyArn=policy["PolicyArn"])
            for name in self.iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
                self.iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
            self.iam.delete_role(RoleName=ROLE)
        for policy in self._listed():
            for version in self.iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]:
                if not version["IsDefaultVersion"]:
                    self.iam.delete_policy_version(PolicyArn=policy["Arn"], VersionId=version["VersionId"])
            self.iam.delete_policy(PolicyArn=policy["Arn"])
