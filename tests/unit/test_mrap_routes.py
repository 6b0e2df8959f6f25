# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic dials: which are turned, which of the five endpoints is asked, and what is done when two turn at once."""

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
def test_what_is_turned_by_one_call(options: dict[str, t.Any], turned: dict[str, int], sentence: str) -> None:
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
def test_what_aws_would_refuse_is_refused_before(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        planning.plan(OPERATIONS, LIVE, want(**options))


@pytest.mark.parametrize("dial", [1, 50, -100, "half", None, True, 100.5])
def test_a_dial_has_two_ends_only(dial: t.Any) -> None:
    with pytest.raises(EdgeError, match="dials: us-east-1 must be 100"):
        want(dials={"us-east-1": dial})


def test_of_an_access_point_that_is_yet_to_be_created_all_regions_are_in_service() -> None:
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
    """Of every Region: what it answers, which is the routes unless it is an exception."""

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
def test_the_endpoints_are_asked_in_turn_and_the_one_that_answered_first(
    down: dict[str, Exception], asked: list[str]
) -> None:
    endpoints = FakeEndpoints(**down)
    api = routes_api(endpoints)
    assert api.routes() == dict.fromkeys(LIVE, 100)
    assert (endpoints.asked, api.endpoint) == (asked, asked[-1])
    api.routes()
    assert endpoints.asked == [*asked, asked[-1]]


def test_an_answer_is_not_asked_for_again_elsewhere() -> None:
    endpoints = FakeEndpoints(us_east_1=error(404, "NoSuchMultiRegionAccessPoint"))
    with pytest.raises(ClientError, match="NoSuchMultiRegionAccessPoint"):
        routes_api(endpoints).routes()
    assert endpoints.asked == ["us-east-1"]


def test_a_region_that_is_denied_to_the_account_is_passed_over() -> None:
    endpoints = FakeEndpoints(us_east_1=DENIED)
    assert routes_api(endpoints).routes() == dict.fromkeys(LIVE, 100)
    assert endpoints.asked == ["us-east-1", "us-west-2"]


def test_who_is_denied_everywhere_is_told_so() -> None:
    endpoints = FakeEndpoints(**{region.replace("-", "_"): DENIED for region in ROUTE_REGIONS})
    with pytest.raises(ClientError, match="AccessDenied"):
        routes_api(endpoints).routes()
    assert sorted(endpoints.asked) == sorted(ROUTE_REGIONS)


def test_one_region_alone_has_no_routes() -> None:
    with pytest.raises(EdgeError, match=f"{ARN} is a Multi-Region Access Point with one Region"):
        routes_api(FakeEndpoints(us_east_1=error(405, "MethodNotAllowed"))).routes()


def test_one_region_alone_stays_in_service() -> None:
    with pytest.raises(EdgeError, match="with one Region, for which AWS has no routes"):
        planning.plan(OPERATIONS, {"us-east-1": 100}, want(out_of_service=["us-east-1"]))


def test_if_none_answers_every_failure_is_told_once() -> None:
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


def test_without_credentials_one_sentence_is_enough() -> None:
    nobody: dict[str, t.Any] = {region.replace("-", "_"): NoCredentialsError() for region in ROUTE_REGIONS}
    with pytest.raises(EdgeError) as failure:
        routes_api(FakeEndpoints(**nobody)).routes()
    assert str(failure.value).count("no AWS credentials were found") == 1


@pytest.mark.parametrize(
    ("given", "connect_timeout", "other"),
    [(None, 3, None), ({"connect_timeout": 9, "proxies": {}}, 9, {})],
)
def test_clients_give_up_soon_unless_their_user_says_otherwise(
    given: t.Any, connect_timeout: int, other: t.Any
) -> None:
    module = with_short_timeouts(t.cast(t.Any, FakeModule(aws_config=given)))
    config = module.params["aws_config"]
    assert (config["connect_timeout"], config.get("proxies")) == (connect_timeout, other)
    assert config["retries"]["total_max_attempts"] == 1


class FakeRoutes:
    """Refuses the first changes: somebody else's is in progress, which leaves the routes as *left*."""

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
def test_the_second_of_two_plans_again(conflicts: int, left: dict[str, int], submitted: list[dict[str, int]]) -> None:
    routes = FakeRoutes(conflicts, left)
    pauses: list[float] = []
    turning(routes, pauses.append, out_of_service=["us-east-1"]).submit_routes({"us-east-1": 0})
    assert routes.submitted == submitted
    assert len(pauses) == min(conflicts, 1)


def test_the_second_of_two_does_not_take_the_last_region() -> None:
    routes = FakeRoutes(1, {"ap-south-1": 0, "eu-north-1": 0, "us-east-1": 100})
    with pytest.raises(EdgeError, match=r"No Region .* would be left in service"):
        turning(routes, lambda pause: None, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1


def test_conflicts_end_at_the_deadline_with_a_sentence() -> None:
    routes = FakeRoutes(1000, LIVE)
    with pytest.raises(
        EdgeError,
        match=r"routes of mfzwi23gnjvgw\.mrap: not ready after 0 s .another change is in progress.*run it again",
    ):
        turning(routes, timeout=0, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1


def test_another_refusal_is_not_tried_again() -> None:
    routes = FakeRoutes(1, LIVE, DENIED)
    with pytest.raises(ClientError, match="AccessDenied"):
        turning(routes, dials={"us-east-1": 0}).submit_routes({"us-east-1": 0})
    assert len(routes.submitted) == 1
