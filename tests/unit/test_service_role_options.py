# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusals of iam_service_role before its first call."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.options import desired

from unit.service_roles import S3, Statement, allow

GET = allow("s3:GetObject", Sid="Get")
LONG = [allow("s3:GetObject", on=["x" * 4000]) for _ in range(11)]


def given(**options: t.Any) -> dict[str, t.Any]:
    defaults = {
        **{"name": "role", "site": "shop", "services": [S3], "conditions": {}, "policies": [], "tags": {"team": 1}},
        **{"state": "present", "permissions_boundary": None, "description": None, "purge": True},
    }
    return {**defaults, **options}


def policies(*groups: tuple[str, list[Statement]]) -> dict[str, t.Any]:
    return {"policies": [{"name": name, "description": None, "statements": each} for name, each in groups]}


def test_valid_options() -> None:
    found = desired(given(**policies(("p", LONG[:2]), ("q", []))))
    assert list(found.policies) == ["p", "p-2"] and found.all_tags() == {"team": "1", "multiregion-edge": "shop"}
    assert found.permissions_boundary is None and desired(given(permissions_boundary="")).permissions_boundary == ""


@pytest.mark.parametrize(
    "boundary", ["arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::111122223333:policy/a/b"]
)
def test_a_boundary_is_a_policy(boundary: str) -> None:
    assert desired(given(permissions_boundary=boundary)).permissions_boundary == boundary


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "my role"}, "name: 'my role' is not a role's name: take 1 to 64"),
        ({"name": "x" * 65}, "is not a role's name"),
        ({"services": ["lambda"]}, "services: 'lambda' is not a service's principal, such as lambda.amazonaws.com"),
        ({"services": ["*"]}, r"services: '\*' is not a service's principal"),
        ({"conditions": {"StringEquals": "x"}}, "conditions.StringEquals must be a dictionary of condition keys"),
        ({"conditions": {"StringEquals": {}}}, "conditions.StringEquals must be a dictionary of condition keys"),
        ({"services": []}, "services: give at least one service that may assume the role"),
        ({"services": None}, "services: give at least one service that may assume the role"),
        ({"conditions": {"StringEqual": {"a": "b"}}}, r"conditions.StringEqual is not .* did you mean StringEquals\?"),
        (
            {"conditions": {"Foo": {"a": "b"}}},
            "conditions.Foo is not a condition operator of IAM, such as StringEquals",
        ),
        ({"conditions": {"NullIfExists": {"a": "true"}}}, "conditions.NullIfExists is not a condition operator of IAM"),
        (
            {"conditions": {"ArnLike": {"aws:SourceArn": ["x" * 2000]}}},
            r"services, conditions: the trust policy would have 2,1\d\d characters, of 2,048 that IAM takes",
        ),
        (
            policies(("p", [{**GET, "Condition": {"ForAnyValues:StringLike": {"a": "b"}}}])),
            r"policies\[0\].statements\[0\].Condition.ForAnyValues:StringLike is not a condition operator of IAM",
        ),
        ({"permissions_boundary": "boundary"}, "permissions_boundary: 'boundary' is not the ARN of a policy"),
        (policies(("a/b", [GET])), r"policies\[0\].name: 'a/b' is not a policy's name"),
        (
            policies(("p", [{**GET, "Resources": "x"}])),
            r"policies\[0\].statements\[0\].Resources .* did you mean Resource\?",
        ),
        (policies(("p", [{**GET, "Principal": "*"}])), r"policies\[0\].statements\[0\].Principal is not an element"),
        (
            policies(("p", [GET, {"Effect": "Allow", "Action": "s3:*"}])),
            r"statements\[1\] lacks Resource or NotResource",
        ),
        (policies(("p", [{**GET, "Sid": "a-b"}])), r"statements\[0\].Sid: 'a-b' has other characters"),
        (policies(("p", [GET, GET])), r"statements\[1\].Sid: Get is an earlier statement's already"),
        (policies(("p", [GET]), ("p", [])), r"policies\[0\].name: p could be a part of p"),
        (
            policies(("p", [GET]), ("p-2", [GET])),
            r"policies\[1\].name: p-2 could be a part of p, for parts have a number",
        ),
        (
            policies(("p", LONG)),
            "policies: these statements take 11 policies of 6,144 characters; IAM lets a role have 10",
        ),
        (policies(("p", [allow("s3:Get", on=["x" * 7000])])), r"policies\[0\].statements: the statement .* no list"),
    ],
)
def test_options_that_iam_would_refuse(options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(EdgeError, match=message):
        desired(given(**options))


@pytest.mark.parametrize(
    "operator",
    [
        *("StringEquals", "StringNotLikeIfExists", "ForAllValues:StringLike", "ForAnyValue:ArnLikeIfExists", "Null"),
        *("NumericLessThanEquals", "DateGreaterThan", "BoolIfExists", "NotIpAddress", "BinaryEquals"),
    ],
)
def test_condition_operators_of_iam(operator: str) -> None:
    condition = {operator: {"aws:key": ["1"]}}
    found = desired(given(conditions=condition, **policies(("p", [{**GET, "Condition": condition}]))))
    assert found.conditions == condition


def test_without_services_it_can_only_be_absent() -> None:
    assert desired(given(state="absent", services=None)).services == ()
