# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules import latency


def nearest_regions(regions: t.Any, without: t.Any = (), prefer: t.Any = None) -> dict[str, list[str]]:
    """The filter. Raises AnsibleFilterError for what it cannot sort."""
    try:
        return latency.nearest(*latency.as_arguments(regions, without, prefer, "the list of Regions"))
    except EdgeError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"nearest_regions": nearest_regions}
