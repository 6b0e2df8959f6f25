"""Modules run by users of local AWS with other permissions than the deployer's."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from demo.site import deployer_policy
from localaws.local_aws import LocalAws
from modules.runner import SITE, Modules

Statement = dict[str, Any]
_numbers = itertools.count(1)


def deployer(local_aws: LocalAws, *denied: str, more: Iterable[Statement] = ()) -> Modules:
    """Run by the site's deployer, who also may do *more*, but none of the *denied* actions."""
    return user(local_aws, [*deployer_policy(SITE, local_aws.account_id)["Statement"], *more], *denied)


def user(local_aws: LocalAws, statements: Iterable[Statement], *denied: str) -> Modules:
    """Run by a user who may do only this, and none of the *denied* actions."""
    allowed = [{**statement, "Action": _without(statement["Action"], denied)} for statement in statements]
    policy = {"Version": "2012-10-17", "Statement": [statement for statement in allowed if statement["Action"]]}
    return Modules(local_aws, local_aws.create_user(f"user-{next(_numbers)}", policy))


def _without(actions: str | list[str], denied: tuple[str, ...]) -> list[str]:
    return [action for action in ([actions] if isinstance(actions, str) else actions) if action not in denied]
