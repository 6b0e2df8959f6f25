"""The site's CloudFront Function, which is deleted after each test."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local_aws import LocalAws
from modules.cloudfront_functions import Function, modules_of
from modules.runner import Modules


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    return modules_of(local_aws)


@pytest.fixture
def function(modules: Modules) -> Iterator[Function]:
    found = Function(modules)
    yield found
    found.clear()
