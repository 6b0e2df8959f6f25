# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The SSM parameter that has a part of the map from regional edge caches to Regions: it is checked before a deployment.

Later, nothing of this collection reads it but the origin request function, which keeps its last valid map.
"""

from __future__ import annotations

import json
import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._rules.latency import EDGE_CACHES

_VARIABLE = "edge_region_map_parameter"


def check_parameter(aws: Aws, name: str, region: str, regions: t.Sequence[str]) -> None:
    """Raise EdgeError if the function could not use the parameter *name* in *region*, or only a part of it."""
    try:
        found = aws.client("ssm", region).get_parameter(Name=name)["Parameter"]
    except is_boto3_error_code("ParameterNotFound") as error:
        raise EdgeError(
            f"{_VARIABLE}: there is no SSM parameter {name} in {region}. Create it: aws ssm put-parameter --region "
            f"{region} --type String --name {name} --value '{_example(regions)}'"
        ) from error
    # The function reads the value as it is stored, and has no right to a key.
    if found["Type"] != "String":
        raise EdgeError(f"{_VARIABLE}: {name} is a {found['Type']}: create it as a String.")
    check_map(found["Value"], f"{_VARIABLE}: {name}", regions)


def check_map(text: str, what: str, regions: t.Sequence[str]) -> None:
    """*what*: the parameter, as the user calls it. *regions*: those that have a bucket."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise EdgeError(f"{what} is not JSON ({error}): write it as {_example(regions)}.") from error
    if not isinstance(found, dict):
        raise EdgeError(f"{what} is not a JSON object: write it as {_example(regions)}.")
    for cache, region in found.items():
        if cache not in EDGE_CACHES:
            raise EdgeError(
                f"{what}: {cache!r} has no regional edge cache of CloudFront: choose from {', '.join(EDGE_CACHES)}."
            )
        if region not in regions:
            raise EdgeError(f"{what}: {cache}: {region!r} is not among edge_regions ({', '.join(regions)}).")


def _example(regions: t.Sequence[str]) -> str:
    return json.dumps({EDGE_CACHES[0]: regions[-1]})
