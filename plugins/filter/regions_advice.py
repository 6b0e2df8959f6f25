# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules import latency
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import DEFAULT_REGIONS, check_known
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions_advice import advise


def regions_advice(
    regions: t.Any, without: t.Any = (), prefer: t.Any = None, candidates: t.Any = None
) -> dict[str, t.Any]:
    """The filter. Raises AnsibleFilterError for what it cannot predict."""
    try:
        given, out, preferred = latency.as_arguments(regions, without, prefer, "the list of Regions")
        more = latency.as_regions(DEFAULT_REGIONS if candidates is None else candidates, "candidates")
        check_known(more, "candidates")
    except EdgeError as error:
        raise AnsibleFilterError(str(error)) from error
    return advise(given, out, preferred, more)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"regions_advice": regions_advice}
