"""Each kind of CloudFront's origin access controls and policies, with none in the account."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local_aws import LocalAws
from modules.policy_kinds import ENTITIES, Kind, emptied, modules_of
from modules.runner import Modules


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


@pytest.fixture(params=list(ENTITIES))
def kind(request: pytest.FixtureRequest, modules: Modules) -> Iterator[Kind]:
    yield from emptied(Kind(modules, request.param))
