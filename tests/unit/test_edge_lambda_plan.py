# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the Lambda@Edge function: code, configuration, a published version."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda import api as apis
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda.plan import (
    Desired,
    Observed,
    plan,
    published,
)
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

from unit.fakes import client_error

DESIRED = Desired(
    name="my-site-origin-request",
    identity="a" * 64,
    package=b"zip",
    runtime="python3.13",
    handler="handler.handler",
    memory_size=128,
    timeout=5,
    role_arn="arn:aws:iam::111122223333:role/my-site-origin-request",
    tags={"multiregion-edge": "my-site"},
)
OTHER_CODE = {"Description": "multiregion.edge package sha256:" + "b" * 64, "CodeSha256": "b"}
ARN = "arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request"


def configuration(version: str, **other: t.Any) -> dict[str, t.Any]:
    code = base64.b64encode(hashlib.sha256(DESIRED.package).digest()).decode()
    extra = {"Version": version, "FunctionArn": ARN, "LastModified": "2026-11-20", "CodeSha256": code}
    return {**DESIRED.configuration(), **extra, **other}


def observed(latest: dict[str, t.Any] | None, *versions: dict[str, t.Any], **tags: str) -> Observed:
    return Observed(latest, versions, tags or DESIRED.tags)


def calls(seen: Observed, desired: Desired = DESIRED) -> list[str]:
    return [step.call for step in plan(seen, desired).steps]


LATEST = configuration("$LATEST")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Observed(None), ["create_function", "publish_version"]),
        (observed(LATEST, configuration("1")), []),
        (observed(LATEST), ["publish_version"]),
        (
            observed(configuration("$LATEST", **OTHER_CODE), configuration("1", **OTHER_CODE)),
            ["update_code", "update_configuration", "publish_version"],
        ),
        (
            observed({**LATEST, "Description": OTHER_CODE["Description"]}, configuration("1", **OTHER_CODE)),
            ["update_code", "update_configuration", "publish_version"],
        ),
        (observed(LATEST, configuration("1", **OTHER_CODE)), ["publish_version"]),
        (
            observed(configuration("$LATEST", MemorySize=256), configuration("1", MemorySize=256)),
            ["update_configuration", "publish_version"],
        ),
        (
            observed(configuration("$LATEST", **OTHER_CODE), configuration("1"), configuration("2", **OTHER_CODE)),
            ["update_code", "update_configuration"],
        ),
        (observed(LATEST, configuration("1"), cost="42"), ["put_tags"]),
    ],
    ids=[
        "nothing there",
        "as asked for",
        "killed before anything was published",
        "other code",
        "killed between code and configuration: the Description still vouches for the old code",
        "configuration right but only an older version published",
        "other memory",
        "back to code that was published before",
        "a tag missing",
    ],
)
def test_steps(seen: Observed, expected: list[str]) -> None:
    assert calls(seen) == expected


@pytest.mark.parametrize("member", ["Runtime", "Handler", "MemorySize", "Timeout", "Role"])
def test_each_member_of_the_configuration_counts(member: str) -> None:
    seen = observed({**LATEST, member: "other"}, configuration("1", **{member: "other"}))
    result = plan(seen, DESIRED)
    assert [step.call for step in result.steps] == ["update_configuration", "publish_version"]
    assert result.steps[0].arguments["configuration"] == DESIRED.configuration()
    assert (result.before[member], result.after) == ("other", DESIRED.configuration())


def test_a_function_is_created_with_all_it_needs_and_not_published_by_the_creation() -> None:
    step = plan(Observed(None), DESIRED).steps[0]
    assert step.arguments == {
        "name": DESIRED.name,
        "package": b"zip",
        "configuration": DESIRED.configuration(),
        "tags": {"multiregion-edge": "my-site"},
    }


def test_the_newest_version_that_fits_is_the_published_one() -> None:
    versions = [configuration("1"), configuration("2", **OTHER_CODE), configuration("9"), configuration("10")]
    found = published(observed(LATEST, *versions), DESIRED)
    assert found is not None and found["Version"] == "10"
    assert published(observed(LATEST, configuration("2", **OTHER_CODE)), DESIRED) is None


def test_the_diff_never_holds_the_package() -> None:
    result = plan(Observed(None), DESIRED)
    assert "zip" not in repr((result.before, result.after))


def test_code_that_a_killed_run_left_behind_is_not_published_under_another_description() -> None:
    """A run to code b was killed after update_code, then a is asked for again: $LATEST says a and has the code of b."""
    seen = observed(configuration("$LATEST", CodeSha256="the one of b's package"))
    assert calls(seen) == ["update_code", "publish_version"]


def test_package_and_description_belong_together() -> None:
    other = dataclasses.replace(DESIRED, identity="c" * 64)
    assert "c" * 64 in other.configuration()["Description"]
    assert len(other.configuration()["Description"]) <= 256


class FakeLambda:
    """Has created the function, but the answer was lost: botocore's next attempt is told that it exists."""

    def __init__(self) -> None:
        self.created = 0

    def create_function(self, **parameters: t.Any) -> dict[str, t.Any]:
        self.created += 1
        raise client_error("ResourceConflictException", "CreateFunction", "Function already exist: my-site")

    def get_waiter(self, name: str) -> t.Any:
        return self

    def wait(self, **parameters: t.Any) -> None:
        pass


class FakeAws:
    def __init__(self, client: t.Any) -> None:
        self._client = client

    def client(self, service: str, region: str) -> t.Any:
        assert (service, region) == ("lambda", "us-east-1")
        return self._client


def test_a_creation_whose_answer_was_lost_is_a_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    client = FakeLambda()
    api = apis.EdgeLambdaApi(t.cast(t.Any, FakeAws(client)))
    api.create_function("my-site", b"zip", {"Role": "r"}, {})
    assert client.created == 1


def test_somebody_elses_function_is_refused() -> None:
    with pytest.raises(EdgeError, match="exists already and is not this collection's"):
        plan(observed({**LATEST, "Description": "thumbnails"}), DESIRED)
