# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a function of Lambda@Edge can be, checked before the first call."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.ownership import as_tags
from .._rules.policy_documents import listed
from . import package
from .log_groups import RETENTIONS
from .plan import Desired

# Sources: CloudFront Developer Guide, "Restrictions on Lambda@Edge"; AWS Lambda Developer Guide, "Lambda runtimes".
_RUNTIMES = ["python3.11", "python3.12", "python3.13", "python3.14", "nodejs22.x", "nodejs24.x"]

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "package": {"type": "path"},
    "role_arn": {"type": "str"},
    "handler": {"type": "str", "default": "handler.handler"},
    "runtime": {"type": "str", "choices": _RUNTIMES, "default": "python3.13"},
    "memory_size": {"type": "int", "default": 128},
    "timeout": {"type": "int", "default": 5},
    "tags": {"type": "dict", "default": {}},
    "keep_versions": {"type": "int", "default": 3},
    "log_retention": {"type": "int"},
    "wait_timeout": {"type": "int", "default": 120},
}
REQUIRED_IF = [("state", "present", ("package", "role_arn"))]
INFO_ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "log_groups": {"type": "bool", "default": False},
}

# Source: CloudFront Developer Guide, "Quotas on Lambda@Edge", for origin requests and responses.
_LIMITS = {"timeout": (1, 30, "s"), "memory_size": (128, 10240, "MB")}
_MB = 1024 * 1024
_MAX_PACKAGE, _MAX_UNZIPPED = 50 * _MB, 250 * _MB

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/[\w+=,.@/-]+")
_HANDLER = re.compile(r"(?P<module>[\w./-]*\w)\.\w+")
_SERVICES = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")


def check_name(name: str, region: str) -> None:
    if not _NAME.fullmatch(name):
        raise EdgeError(
            f"name: {name!r} is not a valid function name: use 1 to 64 letters, digits, hyphens and underscores."
        )
    if region.startswith(("cn-", "us-gov-")):
        raise EdgeError(f"region: there is no Lambda@Edge where {region} is: use an account of the partition aws.")


def desired(p: t.Mapping[str, t.Any]) -> Desired:
    """What the module's options *p* ask for. Raises EdgeError for what Lambda@Edge would refuse, maybe much later."""
    for option, (least, most, unit) in _LIMITS.items():
        if not least <= p[option] <= most:
            raise EdgeError(f"{option}: {p[option]} {unit}; Lambda@Edge allows {least} to {most} {unit}.")
    if p["keep_versions"] < 0:
        raise EdgeError(f"keep_versions: {p['keep_versions']} is not a number of versions: use 0 or more.")
    if p["log_retention"] is not None and p["log_retention"] not in RETENTIONS:
        days = ", ".join(map(str, RETENTIONS))
        raise EdgeError(f"log_retention: {p['log_retention']} days; CloudWatch Logs takes {days}.")
    if p["role_arn"] != KNOWN_AFTER_APPLY and not _ROLE_ARN.fullmatch(p["role_arn"]):
        raise EdgeError(
            f"role_arn: {p['role_arn']!r} is not the ARN of an IAM role, such as arn:aws:iam::111122223333:role/name."
        )
    content, files = _read(Path(p["package"]))
    _check_handler(p["handler"], p["package"], files)
    return Desired(
        name=p["name"],
        identity=package.identity(files),
        package=content,
        runtime=p["runtime"],
        handler=p["handler"],
        memory_size=p["memory_size"],
        timeout=p["timeout"],
        role_arn=p["role_arn"],
        tags=as_tags(p["tags"]),
        keep_versions=p["keep_versions"],
        log_retention=p["log_retention"],
    )


def _read(path: Path) -> tuple[bytes, package.Files]:
    if not path.is_file():
        raise EdgeError(f"package: there is no file {path}: build it first (lambda_edge_package).")
    if path.stat().st_size > _MAX_PACKAGE:
        raise EdgeError(f"package: {path} has {path.stat().st_size} bytes; Lambda@Edge takes {_MAX_PACKAGE}.")
    files = package.unzipped(path)
    size = sum(map(len, files.values()))
    if size > _MAX_UNZIPPED:
        raise EdgeError(f"package: the files in {path} have {size} bytes; Lambda takes {_MAX_UNZIPPED}.")
    return path.read_bytes(), files


def _check_handler(handler: str, path: str, files: t.Container[str]) -> None:
    found = _HANDLER.fullmatch(handler)
    if not found or len(handler) > 128:
        raise EdgeError(f"handler: {handler!r} is not a module and a function in it, such as handler.handler.")
    # Python's module a.b is the file a/b.py, or a package; Node's a/b is a file in a directory.
    module = found["module"].replace(".", "/")
    if not any(f"{module}{end}" in files for end in (".py", "/__init__.py", ".js", ".mjs", ".cjs", ".pyc", ".so")):
        raise EdgeError(f"handler: {handler} would be in {module}.py or {module}.js, which {path} does not have.")


def check_account(role_arn: str, account_id: str) -> None:
    found = _ROLE_ARN.fullmatch(role_arn)
    if found and found[1] != account_id:
        raise EdgeError(
            f"role_arn: {role_arn} is another account's; Lambda takes a role of the function's own, {account_id}."
        )


def check_trust(role_arn: str, trust: t.Mapping[str, t.Any]) -> None:
    """Raise EdgeError unless both services may assume the role. Conditions are taken for fulfilled."""
    trusted: set[str] = set()
    for statement in listed(trust.get("Statement", [])):
        actions = {str(action).lower() for action in listed(statement.get("Action", []))}
        if statement.get("Effect") == "Allow" and actions & {"sts:assumerole", "sts:*", "*"}:
            principal = statement.get("Principal", {})
            trusted.update(_SERVICES if principal == "*" else listed(principal.get("Service", [])))
    missing = [service for service in _SERVICES if service not in trusted]
    if missing:
        raise EdgeError(
            f"role_arn: {' and '.join(missing)} may not assume {role_arn}: let its trust policy allow sts:AssumeRole "
            f"to both {' and '.join(_SERVICES)}, for Lambda@Edge needs both."
        )
