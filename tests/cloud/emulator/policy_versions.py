"""IAM's SetDefaultPolicyVersion, which MiniStack lacks: how a managed policy changes."""

from __future__ import annotations

from typing import Any

from ministack.services import iam


def install() -> None:
    iam._IAM_HANDLERS["SetDefaultPolicyVersion"] = _set_default


def _set_default(parameters: dict[str, Any]) -> Any:
    wanted = iam._p(parameters, "VersionId")
    policy = iam._policies.get(iam._p(parameters, "PolicyArn"))
    if policy is None or wanted not in policy["Versions"]:
        return iam._error(404, "NoSuchEntity", "No such policy or version.", ns="iam")
    for version in policy["Versions"].values():
        version["IsDefaultVersion"] = version["VersionId"] == wanted
    policy["DefaultVersionId"] = wanted
    return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")
