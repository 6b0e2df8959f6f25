# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating an access point: a run that was killed is joined, an operation that ended long ago is not."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._access_point.api import AccessPointApi

NOW = datetime.now(UTC)


class FakeControl:
    """Answers a token that it knows with the old operation, as AWS does, and any other with a new one."""

    def __init__(self, known: dict[str, tuple[str, datetime]]) -> None:
        self.operations = {f"arn:{token}": operation for token, operation in known.items()}
        self.tokens: list[str] = []

    def create_multi_region_access_point(self, ClientToken: str, **_parameters: t.Any) -> dict[str, str]:
        self.tokens.append(ClientToken)
        self.operations.setdefault(f"arn:{ClientToken}", ("IN_PROGRESS", NOW))
        return {"RequestTokenARN": f"arn:{ClientToken}"}

    def describe_multi_region_access_point_operation(self, RequestTokenARN: str, **_: t.Any) -> dict[str, t.Any]:
        status, created = self.operations[RequestTokenARN]
        return {"AsyncOperation": {"RequestStatus": status, "CreationTime": created}}


class FakeAws:
    account_id = "111122223333"

    def __init__(self, control: FakeControl) -> None:
        self.control = control

    def client(self, service: str, region: str) -> FakeControl:
        assert (service, region) == ("s3control", "us-west-2")
        return self.control


@pytest.mark.parametrize(
    ("status", "age", "successor"),
    [
        ("IN_PROGRESS", timedelta(hours=20), False),
        ("NEW", timedelta(0), False),
        ("FAILED", timedelta(hours=1), True),
        ("SUCCEEDED", timedelta(days=30), True),
        ("FAILED", timedelta(seconds=2), False),
    ],
    ids=["a killed run's, still going on", "just begun", "failed before", "deleted since", "failed at once"],
)
def test_which_operation_is_joined(status: str, age: timedelta, successor: bool) -> None:
    control = FakeControl({"token": (status, NOW - age)})
    api = AccessPointApi(t.cast(t.Any, FakeAws(control)))
    api.create_access_point("my-site-3f9a1c2b", ["b"], "token")
    assert control.tokens[0] == "token"
    assert len(control.tokens) == (2 if successor else 1)
    assert api.request_token == f"arn:{control.tokens[-1]}"
    assert all(len(token) <= 64 for token in control.tokens)
