"""One emulator for the whole directory."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.local_aws import LocalAws


@pytest.fixture(scope="package")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(workdir=tmp_path_factory.mktemp("local_aws")) as running:
        yield running
