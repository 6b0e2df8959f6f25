# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of CloudFront's named resources compared with botocore's shapes and the documentation."""

from __future__ import annotations

import importlib
import typing as t

import botocore.session
import pytest
import yaml
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront import kind as kinds
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront import resource as resources
from ansible_collections.multiregion.edge.plugins.module_utils._core.shapes import to_snake_case

from unit.fakes import FakeModule

MODEL = botocore.session.get_session().get_service_model("cloudfront")
KINDS = [
    kinds.ORIGIN_ACCESS_CONTROL,
    kinds.CACHE_POLICY,
    kinds.ORIGIN_REQUEST_POLICY,
    kinds.RESPONSE_HEADERS_POLICY,
]
TYPES = {"string": "str", "integer": "int", "long": "int", "structure": "dict"}

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.entity)


def module_of(kind: kinds.Kind) -> t.Any:
    name = f"ansible_collections.multiregion.edge.plugins.modules.cloudfront_{to_snake_case(kind.entity)}"
    return importlib.import_module(name)


def option_type(shape: t.Any) -> str:
    counted = shape.type_name == "structure" and set(shape.members) == {"Quantity", "Items"}
    return "list" if counted else TYPES[shape.type_name]


def members(shape: t.Any) -> dict[str, t.Any]:
    return {to_snake_case(name): member for name, member in shape.members.items()}


@each_kind
def test_every_option_is_a_member_of_the_shape_with_its_type(kind: kinds.Kind) -> None:
    shapes = members(MODEL.shape_for(kind.config))
    options = module_of(kind).MEMBERS
    assert options.keys() <= shapes.keys()
    assert {name: spec["type"] for name, spec in options.items()} == {
        name: option_type(shapes[name]) for name in options
    }


@each_kind
def test_every_member_is_an_option_or_reachable_by_config(kind: kinds.Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = members(MODEL.shape_for(kind.config))
    options = module_of(kind).MEMBERS
    # The members in the botocore of this code; those of a newer one are set by `config`.
    assert shapes.keys() - options.keys() == {"name"}
    monkeypatch.setattr(resources, "ConfigApi", lambda aws, kind: None)
    given = dict.fromkeys(shapes.keys() - {"name"}, "x")
    module = FakeModule(
        **{"name": "n", "state": "present", "adopt": "equal", "config": given}, **dict.fromkeys(options)
    )
    resource = resources.Named(kind, options, t.cast(t.Any, module), t.cast(t.Any, None))
    assert resource._desired.config.keys() == given.keys()


@each_kind
def test_the_mark_is_a_member_and_the_operations_and_errors_exist(kind: kinds.Kind) -> None:
    assert kind.mark in members(MODEL.shape_for(kind.config))
    operations = [f"{verb}{kind.entity}" for verb in ("Create", "Get", "Update", "Delete")]
    operations += [kind.listing, *([kind.used_by] if kind.used_by else [])]
    assert set(operations) <= set(MODEL.operation_names)
    errors = {shape.name for name in operations for shape in MODEL.operation_model(name).error_shapes}
    assert {kind.in_use, kind.exists, kind.unknown, "PreconditionFailed", "InvalidIfMatchVersion"} <= errors


@each_kind
def test_the_defaults_are_members(kind: kinds.Kind) -> None:
    assert kind.defaults({}).keys() <= members(MODEL.shape_for(kind.config)).keys()


@each_kind
def test_options_and_results_are_documented(kind: kinds.Kind) -> None:
    module = module_of(kind)
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    assert options.keys() == module.MEMBERS.keys()
    for name, spec in module.MEMBERS.items():
        assert {key: options[name].get(key) for key in ("type", "elements")} == {
            key: spec.get(key) for key in ("type", "elements")
        }
    result = yaml.safe_load(module.RETURN)[to_snake_case(kind.entity)]
    shape = MODEL.shape_for(kind.config)
    assert result["contains"].keys() - {"id", "managed", "adopted"} == members(shape).keys()
    documented(result["contains"], shape)


def documented(contains: dict[str, t.Any], shape: t.Any) -> None:
    """All nested members, by name."""
    for name, member in members(shape).items():
        if member.type_name != "structure":
            continue
        if set(member.members) == {"Quantity", "Items"}:
            member = member.members["Items"].member
            if member.type_name != "structure":
                assert contains[name]["type"] == "list"
                continue
        assert contains[name]["contains"].keys() == members(member).keys(), name
        documented(contains[name]["contains"], member)


@each_kind
def test_the_examples_have_options_only(kind: kinds.Kind) -> None:
    module = module_of(kind)
    for task in yaml.safe_load(module.EXAMPLES):
        given = task[f"multiregion.edge.cloudfront_{to_snake_case(kind.entity)}"]
        assert given.keys() <= resources.arguments(module.MEMBERS).keys()
