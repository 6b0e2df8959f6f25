# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the Lambda@Edge function: code, configuration, log groups and a published version, or deletion."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge import log_groups
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._lambda_edge.plan import (
    Desired,
    Observed,
    plan,
    plan_absent,
    published,
    superseded,
)

from localaws.geo import load_pops
from unit.operations import operations

OPERATIONS = operations(Operations)

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
    return [step.name for step in plan(OPERATIONS, seen, desired).steps]


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
        "killed between code and configuration: the Description is still that of the old code",
        "configuration right but only an older version published",
        "other memory",
        "back to code that was published before",
        "a tag missing",
    ],
)
def test_steps(seen: Observed, expected: list[str]) -> None:
    assert calls(seen) == expected


@pytest.mark.parametrize("member", ["Runtime", "Handler", "MemorySize", "Timeout", "Role"])
def test_each_member_of_the_configuration_is_compared(member: str) -> None:
    seen = observed({**LATEST, member: "other"}, configuration("1", **{member: "other"}))
    result = plan(OPERATIONS, seen, DESIRED)
    assert [step.name for step in result.steps] == ["update_configuration", "publish_version"]
    assert result.steps[0].arguments["configuration"] == DESIRED.configuration()
    assert (result.before[member], result.after) == ("other", DESIRED.configuration())


def test_the_diff_shows_other_code_before_it_is_overwritten() -> None:
    result = plan(OPERATIONS, observed(configuration("$LATEST", **OTHER_CODE)), DESIRED)
    assert (result.before["CodeSha256"], result.after["CodeSha256"]) == ("b", DESIRED.code_sha256())


def test_only_the_planned_code_is_published() -> None:
    step = plan(OPERATIONS, observed(LATEST), DESIRED).steps[-1]
    assert step.arguments == {"name": DESIRED.name, "code_sha256": DESIRED.code_sha256()}


def test_a_function_is_created_with_all_settings_and_published_separately() -> None:
    step = plan(OPERATIONS, Observed(None), DESIRED).steps[0]
    assert step.arguments == {
        "name": DESIRED.name,
        "package": b"zip",
        "configuration": DESIRED.configuration(),
        "tags": {"multiregion-edge": "my-site"},
    }


def test_the_newest_equal_version_is_the_published_one() -> None:
    versions = [configuration("1"), configuration("2", **OTHER_CODE), configuration("9"), configuration("10")]
    found = published(observed(LATEST, *versions), DESIRED)
    assert found is not None and found["Version"] == "10"
    assert published(observed(LATEST, configuration("2", **OTHER_CODE)), DESIRED) is None


def test_the_diff_never_has_the_package() -> None:
    result = plan(OPERATIONS, Observed(None), DESIRED)
    assert "zip" not in repr((result.before, result.after))


def test_code_of_a_killed_run_is_not_published_with_another_description() -> None:
    """A run to code b was killed after update_code, then a is requested: $LATEST has a's description and b's code."""
    seen = observed(configuration("$LATEST", CodeSha256="the one of b's package"))
    assert calls(seen) == ["update_code", "publish_version"]


def test_package_and_description_belong_together() -> None:
    other = dataclasses.replace(DESIRED, identity="c" * 64)
    assert "c" * 64 in other.configuration()["Description"]
    assert len(other.configuration()["Description"]) <= 256


def test_an_unmanaged_function_is_refused() -> None:
    with pytest.raises(EdgeError, match="exists already and is not this collection's"):
        plan(OPERATIONS, observed({**LATEST, "Description": "thumbnails"}), DESIRED)
    with pytest.raises(EdgeError, match="exists already and is not this collection's"):
        plan_absent(OPERATIONS, observed({**LATEST, "Description": "thumbnails"}), DESIRED.name)


OLD = [configuration(str(number), **OTHER_CODE) for number in range(1, 6)]
BY_HAND = configuration("2", Description="by hand")


@pytest.mark.parametrize(
    ("versions", "keep", "associated", "deleted"),
    [
        (OLD, 3, [], ["1", "2"]),
        (OLD, 3, ["1"], ["2"]),
        (OLD, 0, ["5"], ["1", "2", "3", "4"]),
        (OLD, 5, [], []),
        (OLD, 99, [], []),
        ([OLD[0], BY_HAND, *OLD[2:]], 0, [], ["1", "3", "4", "5"]),
        ([*OLD, configuration("6")], 0, [], []),
    ],
    ids=[
        "the newest stay",
        "one that a distribution associates stays besides",
        "none is kept but that one",
        "as many as are kept",
        "fewer than are kept",
        "an unmanaged one",
        "nothing is published, so nothing is tried",
    ],
)
def test_superseded_versions(
    versions: list[dict[str, t.Any]], keep: int, associated: list[str], deleted: list[str]
) -> None:
    desired = dataclasses.replace(DESIRED, keep_versions=keep)
    seen = dataclasses.replace(observed(LATEST, *versions), associations={number: ["E1"] for number in associated})
    steps = [step for step in plan(OPERATIONS, seen, desired).steps if step.name == "delete_version"]
    assert [step.arguments["version"] for step in steps] == deleted
    assert set(deleted) | (set(associated) & set(superseded(seen, desired))) == set(superseded(seen, desired))


def test_a_version_is_deleted_after_another_one_is_published() -> None:
    assert calls(observed(LATEST, *OLD))[-3:] == ["publish_version", "delete_version", "delete_version"]


KEPT = dataclasses.replace(DESIRED, log_retention=30)


def logs(**days: int | None) -> dict[str, dict[str, t.Any] | None]:
    """By Region: 0 for a log group without retention, None for no log group."""
    return {
        region.replace("_", "-"): None if kept is None else {"retentionInDays": kept} if kept else {}
        for region, kept in days.items()
    }


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (logs(eu_west_1=30), []),
        (logs(eu_west_1=None), ["create_log_group", "put_log_retention"]),
        (logs(eu_west_1=0), ["put_log_retention"]),
        (logs(eu_west_1=90), ["put_log_retention"]),
    ],
    ids=["as asked for", "none", "for ever, as Lambda makes them", "for longer"],
)
def test_logs(groups: dict[str, t.Any], expected: list[str]) -> None:
    seen = dataclasses.replace(observed(LATEST, configuration("1")), log_groups=groups)
    result = plan(OPERATIONS, seen, KEPT)
    assert [step.name for step in result.steps] == expected
    assert {step.partition for step in result.steps} <= {"eu-west-1"}
    assert result.after["LogRetention"] == {"eu-west-1": 30}
    assert calls(seen) == [], "without the option they are left alone"


def test_the_log_group_of_a_region_is_one_sentence_and_precedes_a_version() -> None:
    seen = Observed(None, log_groups=logs(eu_west_1=None, sa_east_1=None))
    result = plan(OPERATIONS, seen, KEPT)
    assert [step.name for step in result.steps][0::5] == ["create_function", "publish_version"]
    assert result.sentences[1] == "Keep the function's logs for 30 days in eu-west-1, sa-east-1"
    assert len(result.sentences) == 3
    assert result.steps[1].arguments == {
        "region": "eu-west-1",
        "log_group": "/aws/lambda/us-east-1.my-site-origin-request",
        "tags": {"multiregion-edge": "my-site"},
    }


def test_a_function_has_log_groups_in_the_regions_of_regional_edge_caches() -> None:
    assert list(log_groups.REGIONS) == sorted({pop.regional_edge_cache for pop in load_pops().values()})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Observed(None), []),
        (observed(LATEST), ["delete_function"]),
        (
            dataclasses.replace(observed(LATEST), log_groups=logs(eu_west_1=30, sa_east_1=None, us_east_1=0)),
            ["delete_log_group", "delete_log_group", "delete_function"],
        ),
    ],
    ids=["gone", "no logs", "logs first"],
)
def test_deletion(seen: Observed, expected: list[str]) -> None:
    assert [step.name for step in plan_absent(OPERATIONS, seen, DESIRED.name).steps] == expected


def test_an_associated_version_is_not_deleted() -> None:
    seen = dataclasses.replace(observed(LATEST), associations={"2": ["E1", "E2"]})
    with pytest.raises(EdgeError, match=r"associate it \(version 2 by E1, E2\): take it out of their behaviors"):
        plan_absent(OPERATIONS, seen, DESIRED.name)


@pytest.mark.parametrize(
    ("concurrency", "named"),
    [
        ({}, ""),
        ({"us-east-1": 200, "eu-west-1": 1000}, ""),
        ({"us-east-1": 1000, "eu-west-1": 10, "ap-south-1": 199}, "ap-south-1 (199), eu-west-1 (10)"),
    ],
)
def test_few_concurrent_functions_are_a_warning(concurrency: dict[str, int], named: str) -> None:
    warnings = plan(OPERATIONS, Observed(None, concurrency=concurrency), DESIRED).warnings
    assert len(warnings) == bool(named)
    assert all(f"in this account: {named}. " in warning and "L-B99A9384" in warning for warning in warnings)


def test_denied_log_groups_are_a_warning() -> None:
    denied = Observed(LATEST, log_groups={"us-east-1": None}, denied_logs=("eu-west-1", "sa-east-1"))
    kept = plan(OPERATIONS, denied, dataclasses.replace(DESIRED, log_retention=30))
    for planned in (kept, plan_absent(OPERATIONS, denied, DESIRED.name)):
        (warning,) = planned.warnings
        assert "denies CloudWatch Logs in eu-west-1, sa-east-1: " in warning
    assert {step.partition for step in kept.steps} == {"us-east-1", None}
