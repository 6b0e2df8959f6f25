"""The site's CloudFront Function, which is gone after each test."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local import LocalCloud
from modules.cloudfront_functions import Function, modules_of
from modules.runner import Modules


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud) -> Modules:
    return modules_of(cloud)


@pytest.fixture
def function(modules: Modules) -> Iterator[Function]:
    found = Function(modules)
    yield found
    found.clear()
