# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules import latency

_INPUT = "the list of Regions"


def nearest_regions(regions: t.Any, without: t.Any = (), prefer: t.Any = None) -> dict[str, list[str]]:
    """The filter. Raises AnsibleFilterError for what it cannot sort."""
    try:
        given = latency.as_regions(regions, _INPUT)
        out = latency.as_regions(without, "without")
        preferred = latency.as_preferences({} if prefer is None else prefer, "prefer")
        latency.check(given, out, preferred, (_INPUT, "without", "prefer"))
    except EdgeError as error:
        raise AnsibleFilterError(str(error)) from error
    return latency.nearest(given, out, preferred)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"nearest_regions": nearest_regions}
