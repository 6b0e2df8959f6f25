# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic dials: the changes, the selection of one of five endpoints, and concurrent changes."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._mrap_routes import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._mrap_routes.api import (
    ROUTE_REGIONS,
    RoutesApi,
    with_short_timeouts,
)
from ansible_collections.multiregion.edge.plugins.module_utils._mrap_routes.operations import Operations
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError

from unit.fakes import FakeModule
from unit.operations import operations

OPERATIONS = operations(Operations)

ARN = "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"
LIVE = {"ap-south-1": 100, "eu-north-1": 0, "us-east-1": 100}


def want(**options: t.Any) -> planning.Desired:
    given = {"arn": ARN, "present": True, "out_of_service": None, "dials": None, **options}
    return planning.desired(**given)


@pytest.mark.parametrize(
    ("options", "turned", "sentence"),
    [
        ({"out_of_service": ["eu-north-1"]}, {}, ""),
        ({"out_of_service": []}, {"eu-north-1": 100}, "Put eu-north-1 in service"),
        (
            {"out_of_service": ["us-east-1", "us-east-1"]},
            {"us-east-1": 0, "eu-north-1": 100},
            "Take us-east-1 out of service and put eu-north-1 in service",
        ),
        (
            {"out_of_service": ["us-east-1", "eu-north-1"]},
            {"us-east-1": 0},
            "Take us-east-1 out of service",
        ),
        ({"dials": {}}, {}, ""),
        ({"dials": {"us-east-1": 0}}, {"us-east-1": 0}, "Take us-east-1 out of service"),
        ({"dials": {"us-east-1": "0", "ap-south-1": "100"}}, {"us-east-1": 0}, "Take us-east-1 out of service"),
        ({"dials": {"eu-north-1": 100}}, {"eu-north-1": 100}, "Put eu-north-1 in service"),
        ({"present": False}, {"eu-north-1": 100}, "Put eu-north-1 in service"),
    ],
)
def test_the_changes_of_one_call(options: dict[str, t.Any], turned: dict[str, int], sentence: str) -> None:
    result = planning.plan(OPERATIONS, LIVE, want(**options))
    assert [step.arguments["dials"] for step in result.steps] == [turned] * bool(turned)
    assert result.sentences == [f"{sentence} at mfzwi23gnjvgw.mrap"] * bool(turned)
    assert (result.before, result.after) == (LIVE, {**LIVE, **turned})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"out_of_service": ["eu-west-1"]}, "eu-west-1 is not in .* its Regions are ap-south-1, eu-north-1, us-east-1"),
        ({"dials": {"eu-west-1": 100}}, "eu-west-1 is not in"),
        ({"out_of_service": list(LIVE)}, "No Region .* leave at least one of ap-south-1, eu-north-1, us-east-1"),
        ({"dials": {"ap-south-1": 0, "us-east-1": 0}}, "No Region .* would be left in service"),
    ],
)
def test_changes_that_aws_would_refuse_are_refused_before(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planning.plan(OPERATIONS, LIVE, want(**options))


@pytest.mark.parametrize("dial", [1, 50, -100, "half", None, True, 100.5])
def test_a_traffic_dial_is_0_or_100(dial: t.Any) -> None:
    with pytest.raises(EdgeError, match="dials: us-east-1 must be 100"):
        want(dials={"us-east-1": dial})


def test_all_regions_of_an_mrap_that_does_not_exist_yet_are_in_service() -> None:
    result = planning.plan(OPERATIONS, None, want(arn=KNOWN_AFTER_APPLY, out_of_service=["eu-north-1"]))
    assert (result.before, result.sentences) == (None, ["Take eu-north-1 out of service"])
    assert planning.plan(OPERATIONS, None, want(arn=KNOWN_AFTER_APPLY, dials={"eu-north-1": 100})).steps == ()


def error(status: int, code: str) -> ClientError:
    metadata: t.Any = {"HTTPStatusCode": status}
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": metadata}, "GetMultiRegionAccessPointRoutes"
    )


DOWN = error(503, "SlowDown")
TIMEOUT = ConnectTimeoutError(endpoint_url="https://x")
DENIED = error(403, "AccessDenied")
CONFLICT = error(409, "OperationAborted")


class FakeEndpoints:
    """The answer of each Region's endpoint: the routes, or an exception."""

    def __init__(self, **answers: Exception) -> None:
        self.answers = {region.replace("_", "-"): answer for region, answer in answers.items()}
        self.asked: list[str] = []

    def client(self, service: str, region: str) -> t.Any:
        assert service == "s3control"
        return FakeEndpoint(self, region)


class FakeEndpoint:
    def __init__(self, endpoints: FakeEndpoints, region: str) -> None:
        self._endpoints = endpoints
        self._region = region

    def get_multi_region_access_point_routes(self, AccountId: str, Mrap: str) -> dict[str, t.Any]:
        assert (AccountId, Mrap) == ("111122223333", ARN)
        self._endpoints.asked.append(self._region)
        if self._region in self._endpoints.answers:
            raise self._endpoints.answers[self._region]
        return {
            "Routes": [{"Bucket": f"b-{region}", "Region": region, "TrafficDialPercentage": 100} for region in LIVE]
        }


def routes_api(endpoints: FakeEndpoints) -> RoutesApi:
    return RoutesApi(t.cast(t.Any, endpoints), ARN)


@pytest.mark.parametrize(
    ("down", "asked"),
    [
        ({}, ["us-east-1"]),
        ({"us_east_1": DOWN, "us_west_2": TIMEOUT}, ["us-east-1", "us-west-2", "ap-southeast-2"]),
        ({"us_east_1": error(429, "TooManyRequests")}, ["us-east-1", "us-west-2"]),
        (
            {"us_east_1": DOWN, "us_west_2": TIMEOUT, "ap_southeast_2": error(500, "Internal"), "ap_northeast_1": DOWN},
            list(ROUTE_REGIONS),
        ),
    ],
)
def test_the_endpoints_are_tried_in_order_and_the_last_success_is_preferred(
    down: dict[str, Exception], asked: list[str]
) -> None:
    endpoints = FakeEndpoints(**down)
    api = routes_api(endpoints)
    assert api.routes() == dict.fromkeys(LIVE, 100)
    assert (endpoints.asked, api.endpoint) == (asked, asked[-1])
    api.routes()
    assert endpoints.asked == [*asked, asked[-1]]


def test_an_error_of_the_request_is_not_retried_elsewhere() -> None:
    endpoints = FakeEndpoints(us_east_1=error(404, "NoSuchMultiRegionAccessPoint"))
    with pytest.raises(ClientError, match="NoSuchMultiRegionAccessPoint"):
        routes_api(endpoints).routes()
    assert endpoints.asked == ["us-east-1"]


def test_an_endpoint_that_denies_access_is_skipped() -> None:
    endpoints = FakeEndpoints(us_east_1=DENIED)
    assert routes_api(endpoints).routes() == dict.fromkeys(LIVE, 100)
    assert endpoints.asked == ["us-east-1", "us-west-2"]


def test_access_denied_by_every_endpoint_is_reported() -> None:
    endpoints = FakeEndpoints(**{region.replace("-", "_"): DENIED for region in ROUTE_REGIONS})
    with pytest.raises(ClientError, match="AccessDenied"):
        routes_api(endpoints).routes()
    assert sorted(endpoints.asked) == sorted(ROUTE_REGIONS)


def test_a_single_region_has_no_routes() -> None:
    with pytest.raises(EdgeError, match=f"{ARN} is a Multi-Region Access Point with one Region"):
        routes_api(FakeEndpoints(us_east_1=error(405, "MethodNotAllowed"))).routes()


def test_a_single_region_stays_in_service() -> None:
    with pytest.raises(EdgeError, match="with one Region, for which AWS has no routes"):
        planning.plan(OPERATIONS, {"us-east-1": 100}, want(out_of_service=["us-east-1"]))


def test_if_no_endpoint_answers_every_failure_is_reported_once() -> None:
    down: dict[str, t.Any] = {region.replace("-", "_"): DOWN for region in ROUTE_REGIONS} | {"eu_west_1": TIMEOUT}
    endpoints = FakeEndpoints(**down)
    with pytest.raises(EdgeError) as failure:
        routes_api(endpoints).routes()
    text = str(failure.value)
    assert text.startswith(
        "No endpoint for routes answered. us-east-1, us-west-2, ap-southeast-2, ap-northeast-1: SlowDown"
    )
    assert "eu-west-1: Connect timeout" in text
    assert endpoints.asked == list(ROUTE_REGIONS) * 2


def test_missing_credentials_are_one_message() -> None:
    none: dict[str, t.Any] = {region.replace("-", "_"): NoCredentialsError() for region in ROUTE_REGIONS}
    with pytest.raises(EdgeError) as failure:
        routes_api(FakeEndpoints(**none)).routes()
    assert str(failure.value).count("no AWS credentials were found") == 1


@pytest.mark.parametrize(
    ("given", "connect_timeout", "other"),
    [(None, 3, None), ({"connect_timeout": 9, "proxies": {}}, 9, {})],
)
def test_clients_have_short_timeouts_unless_configured(given: t.Any, connect_timeout: int, other: t.Any) -> None:
    module = with_short_timeouts(t.cast(t.Any, FakeModule(aws_config=given)))
    config = module.params["aws_config"]
    assert (config["connect_timeout"], config.get("proxies")) == (connect_timeout, other)
    assert config["retries"]["total_max_attempts"] == 1


class FakeRoutes:
    """Refuse the first changes: a concurrent one is in progress, which sets the routes to *left*."""

    def __init__(self, conflicts: int, left: dict[str, int], refusal: ClientError = CONFLICT) -> None:
        self.conflicts = conflicts
        self.left = left
        self.refusal = refusal
        self.submitted: list[dict[str, int]] = []

    def submit(self, dials: dict[str, int]) -> None:
        self.submitted.append(dials)
        if len(self.submitted) <= self.conflicts:
            raise self.refusal

    def routes(self) -> dict[str, int]:
        return self.left


def turning(
    routes: FakeRoutes, sleep: t.Callable[[float], None] = time.sleep, timeout: float = 60, **options: t.Any
) -> Operations:
    return Operations(t.cast(t.Any, routes), want(**options), timeout, sleep)


@pytest.mark.parametrize(
    ("conflicts", "left", "submitted"),
    [
        (0, LIVE, [{"us-east-1": 0}]),
        (1, LIVE, [{"us-east-1": 0}, {"us-east-1": 0, "eu-north-1": 100}]),
        (3, {**LIVE, "eu-north-1": 100, "us-east-1": 0}, [{"us-east-1": 0}]),
    ],
    ids=["alone", "planned again for what the other one left", "the other one did it"],
)
def test_the_second_of_two_runs_plans_again(
    conflicts: int, left: dict[str, int], submitted: list[dict[str, int]]
) -> None:
    routes = FakeRoutes(conflicts, left)
    pauses: list[float] = []
    turning(routes, pauses.append, out_of_service=["us-east-1"]).submit_routes({"us-east-1": 0})
    assert routes.submitted == submitted
    assert len(pauses) == min(conflicts, 1)


def test_the_second_of_two_runs_does_not_take_out_the_last_region() -> None:
    routes = FakeRoutes(1, {"ap-south-1": 0, "eu-north-1": 0, "us-east-1": 100})
    with pytest.raises(EdgeError, match=r"No Region .* would be left in service"):
        turning(routes, lambda pause: None, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1


def test_conflicts_end_at_the_deadline_with_a_message() -> None:
    routes = FakeRoutes(1000, LIVE)
    with pytest.raises(
        EdgeError,
        match=r"routes of mfzwi23gnjvgw\.mrap: not ready after 0 s .another change is in progress.*run it again",
    ):
        turning(routes, timeout=0, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1


def test_any_other_refusal_is_not_retried() -> None:
    routes = FakeRoutes(1, LIVE, DENIED)
    with pytest.raises(ClientError, match="AccessDenied"):
        turning(routes, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1
