# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The traffic dials of a Multi-Region Access Point, asked of whichever of their five endpoints answers."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws, BotoCoreError, ClientError
from .._core.errors import EdgeError, explain
from .plan import one_region

# Any of them will do, for all MRAPs. Source: S3 Control API reference, "GetMultiRegionAccessPointRoutes".
ROUTE_REGIONS = ("us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1")

# The second attempt is the next Region's.
_SHORT_TIMEOUTS: dict[str, t.Any] = {
    "connect_timeout": 3,
    "read_timeout": 10,
    "retries": {"mode": "standard", "total_max_attempts": 1},
}
_ROUNDS = 2

Config = dict[str, t.Any]


def with_short_timeouts(module: AnsibleAWSModule) -> AnsibleAWSModule:
    """*module*, whose clients have short timeouts from now on, unless aws_config sets others."""
    module.params["aws_config"] = {**_SHORT_TIMEOUTS, **(module.params.get("aws_config") or {})}
    return module


class RoutesApi:
    def __init__(self, aws: Aws, arn: str) -> None:
        self._aws = aws
        self._arn = arn
        self.endpoint: str | None = None  # the Region that answered last

    def routes(self) -> dict[str, int]:
        """The dial of every Region: 100 if it is in service, else 0."""
        answer = self._ask(lambda client, mrap: client.get_multi_region_access_point_routes(**mrap))
        return {route["Region"]: route["TrafficDialPercentage"] for route in answer.get("Routes", [])}

    def submit(self, dials: t.Mapping[str, int]) -> None:
        updates = [{"Region": region, "TrafficDialPercentage": dial} for region, dial in sorted(dials.items())]
        self._ask(lambda client, mrap: client.submit_multi_region_access_point_routes(**mrap, RouteUpdates=updates))

    def _ask(self, call: t.Callable[[t.Any, dict[str, str]], Config]) -> Config:
        """What *call* returns, of a client and the parameters that name the MRAP."""
        failures: dict[str, str] = {}
        # An organisation may deny its accounts a Region, and not the next one.
        denials: dict[str, Exception] = {}
        # Where it answered last, it is asked first.
        for region in sorted(ROUTE_REGIONS, key=lambda region: region != self.endpoint) * _ROUNDS:
            if region in denials:
                continue
            try:
                # The account is in the ARN: one endpoint less that has to work.
                mrap = {"AccountId": self._arn.split(":")[4], "Mrap": self._arn}
                answer = call(self._aws.client("s3control", region), mrap)
            except (BotoCoreError, ClientError) as error:
                status = status_of(error)
                if status == 405:
                    raise one_region(self._arn) from error
                if status == 403:
                    denials[region] = error
                elif 0 < status < 500 and status != 429:  # an answer, which would be the same elsewhere
                    self.endpoint = region
                    raise
                failures[region] = explain(error)
            else:
                self.endpoint = region
                return answer
        if len(denials) == len(ROUTE_REGIONS):
            raise denials[ROUTE_REGIONS[0]]
        raise EdgeError(f"No endpoint for routes answered. {_format(failures)}")


def status_of(error: Exception) -> int:
    """The HTTP status of AWS's answer, 0 if there was none."""
    response: Config = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _format(failures: t.Mapping[str, str]) -> str:
    """Every failure once, with the Regions that it is of."""
    regions: dict[str, list[str]] = {}
    for region, failure in failures.items():
        regions.setdefault(failure, []).append(region)
    return " ".join(f"{', '.join(where)}: {failure.rstrip('.')}." for failure, where in regions.items())
