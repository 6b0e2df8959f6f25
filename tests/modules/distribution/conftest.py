"""The site's distribution, which does not exist yet."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local_aws import LocalAws
from modules.distributions import Distributions, modules_of
from modules.runner import Modules


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


@pytest.fixture
def site(local_aws: LocalAws, modules: Modules) -> Distributions:
    found = Distributions(local_aws, modules)
    found.clear()
    return found
