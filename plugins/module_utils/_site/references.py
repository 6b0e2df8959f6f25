# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""References to what AWS names when it exists: a phase has them where a role needs an id that another role returns."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError

_REFERENCE = re.compile(r"\$[a-z_]+(?:\.[a-z_]+)+")

MRAP_ARN = "$mrap.multi_region_access_point.arn"
MRAP_DOMAIN_NAME = "$mrap.multi_region_access_point.domain_name"
MRAP_ALIAS = "$mrap.multi_region_access_point.alias"
CERTIFICATE_ARN = "$certificate.certificate.arn"
FUNCTION_ARN = "$origin_request.function.qualified_arn"
PENDING_REASON = "$origin_request.pending_reason"
DISTRIBUTION_ARN = "$distribution.distribution.arn"
DISTRIBUTION_ID = "$distribution.distribution.id"
DISTRIBUTION_DOMAIN_NAME = "$distribution.distribution.domain_name"


def references(data: t.Any) -> set[str]:
    """Those in *data*, a tree of dictionaries and lists."""
    if isinstance(data, dict):
        return set().union(*map(references, data.values()))
    if isinstance(data, (list, tuple)):
        return set().union(*map(references, data))
    return {data} if isinstance(data, str) and _REFERENCE.fullmatch(data) else set()


def resolve(data: t.Any, results: t.Mapping[str, t.Any]) -> t.Any:
    """*data* with what the *results* of roles, by their names, have in place of each reference.

    Raises EdgeError for one that no result has.
    """
    if isinstance(data, dict):
        return {key: resolve(value, results) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [resolve(value, results) for value in data]
    if not references(data):
        return data
    value: t.Any = results
    for key in data.removeprefix("$").split("."):
        if not isinstance(value, dict) or key not in value:
            raise EdgeError(f"{data} is not known: no role that ran before has returned it.")
        value = value[key]
    return value
