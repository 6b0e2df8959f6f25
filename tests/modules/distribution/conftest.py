"""The site's distribution, of which none is there yet."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from localaws.local import LocalCloud
from modules.distributions import Distributions, modules_of
from modules.runner import Modules


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud) -> Modules:
    return modules_of(cloud)


@pytest.fixture
def site(cloud: LocalCloud, modules: Modules) -> Distributions:
    found = Distributions(cloud, modules)
    found.clear()
    return found
