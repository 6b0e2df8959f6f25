# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""snake_case ⇄ API shapes by botocore's own model; overlay; subset compare.

Options of a module are the members of a botocore shape in snake_case, so a member that AWS adds is
an option the day botocore knows it. CloudFront's ``{Quantity, Items}`` is a plain list here.
"""

from __future__ import annotations

import difflib
import functools
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from .errors import EdgeError
from .plan import KNOWN_AFTER_APPLY

Json = t.Any


def _integer(value: Json) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _string(value: Json) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError(value)
    return str(value)


_SCALARS: dict[str, t.Callable[[Json], Json]] = {
    "integer": _integer,
    "long": _integer,
    "float": float,
    "double": float,
    "string": _string,
}


@functools.cache
def to_snake_case(member: str) -> str:
    """``HTTPPort`` → ``http_port``: botocore's own spelling of a member in Python."""
    from botocore import xform_name  # here, so that plans can be made where there is no botocore

    return str(xform_name(member))


def _is_counted(shape: t.Any) -> bool:
    return shape.type_name == "structure" and {"Quantity", "Items"} <= set(shape.members)


def _is_counted_list(shape: t.Any) -> bool:
    return _is_counted(shape) and len(shape.members) == 2


def to_api(shape: t.Any, value: Json) -> Json:
    """The API's form of *value*, whose keys are *shape*'s members in snake_case; without what is null.

    Raises EdgeError that names the path of a member that the shape does not have, or of a value of
    the wrong type.
    """
    return _to_api(shape, drop_none(value), "")


def normalize(shape: t.Any, value: Json) -> Json:
    """*value* with each scalar as its type, as from_api would give it; what is null stays. Raises as to_api does."""
    return from_api(shape, _to_api(shape, value, ""))


def drop_none(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: drop_none(item) for key, item in value.items() if item is not None}
    return [drop_none(item) for item in value] if isinstance(value, (list, tuple)) else value


def validate(api_value: Json, shape: t.Any) -> None:
    """Raise EdgeError for what botocore would refuse when the call is made, so that check mode refuses it too."""
    missing = list(_missing(api_value, shape, ""))
    if missing:
        raise EdgeError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} required.")
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(api_value, shape)
    if report.has_errors():
        raise EdgeError("; ".join(report.generate_report().splitlines()) + ".")


def _missing(value: Json, shape: t.Any, path: str) -> t.Iterator[str]:
    """The paths, as the user spells them, of members that *shape* requires."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            # The items of a counted list have the list's own path.
            here = path if name == "Items" and _is_counted_list(shape) else f"{path}.{to_snake_case(name)}".lstrip(".")
            if name in value:
                yield from _missing(value[name], member, here)
            elif name in shape.required_members:
                yield here
    elif shape.type_name == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _missing(item, shape.member, f"{path}[{index}]")


def _to_api(shape: t.Any, value: Json, path: str) -> Json:
    if value is None or value == KNOWN_AFTER_APPLY:
        return value
    if _is_counted_list(shape) or (_is_counted(shape) and isinstance(value, list)):
        items = _to_api(shape.members["Items"], value, path)
        return {"Quantity": len(items), **({"Items": items} if items or "Items" in shape.required_members else {})}
    if shape.type_name == "structure":
        return _structure_to_api(shape, value, path)
    if shape.type_name == "list":
        if not isinstance(value, (list, tuple)):
            raise EdgeError(f"{path} must be a list, not {value!r}.")
        return [_to_api(shape.member, item, f"{path}[{index}]") for index, item in enumerate(value)]
    return _scalar_to_api(shape, value, path)


def _structure_to_api(shape: t.Any, value: Json, path: str) -> Json:
    if not isinstance(value, dict):
        raise EdgeError(f"{path} must be a dictionary, not {value!r}.")
    members = {to_snake_case(name): name for name in shape.members}
    result: dict[str, Json] = {}
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        if key not in members:
            near = difflib.get_close_matches(key, members, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(members))}."
            raise EdgeError(f"{here} is not a member of {shape.name}; {hint}")
        result[members[key]] = _to_api(shape.members[members[key]], item, here)
    if _is_counted(shape):
        result["Quantity"] = len(result.get("Items") or [])
    return result


def _scalar_to_api(shape: t.Any, value: Json, path: str) -> Json:
    if shape.type_name == "boolean":
        # Extra variables of ansible-playbook -e and AWX surveys come as strings.
        try:
            return boolean(value)
        except TypeError as error:
            raise EdgeError(f"{path} must be true or false, not {value!r}.") from error
    try:
        converted = _SCALARS[shape.type_name](value)
    except (KeyError, TypeError, ValueError) as error:
        raise EdgeError(f"{path} must be a {shape.type_name}, not {value!r}.") from error
    choices = getattr(shape, "enum", None)
    if choices and converted not in choices:
        raise EdgeError(f"{path} must be one of {', '.join(choices)}, not {value!r}.")
    return converted


def from_api(shape: t.Any, value: Json) -> Json:
    """The inverse of to_api: snake_case keys, ``{Quantity, Items}`` as lists; unknown members are kept."""
    if value is None:
        return None
    if _is_counted_list(shape):
        return from_api(shape.members["Items"], value.get("Items") or [])
    if shape.type_name == "structure" and isinstance(value, dict):
        known = shape.members
        return {
            to_snake_case(name): from_api(known[name], item) if name in known else item
            for name, item in value.items()
            if not (name == "Quantity" and _is_counted(shape))
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [from_api(shape.member, item) for item in value]
    return value


# What identifies an element of a list of structures. Where a path pattern does, the order counts.
_IDENTITIES = ("id", "event_type", "error_code", "header_name", "header", "path_pattern")


def identity(item: Json, keys: tuple[str, ...] = _IDENTITIES) -> Json:
    """What identifies *item* in its list; None if nothing does."""
    return next((item[key] for key in keys if key in item), None) if isinstance(item, dict) else None


def overlay(live: Json, desired: Json) -> Json:
    """*live* with *desired* laid over it: what *desired* does not name survives, what is None there is removed.

    Both in snake_case. A list is replaced, but an element that is in both (same id, path pattern,
    event type, ...) keeps the members that *desired* does not name.
    """
    if isinstance(live, dict) and isinstance(desired, dict):
        merged = dict(live)
        for key, item in desired.items():
            merged[key] = overlay(live.get(key), item)
        return {key: item for key, item in merged.items() if item is not None}
    if isinstance(live, list) and isinstance(desired, list):
        by_identity = {identity(item): item for item in live if identity(item) is not None}
        result = [overlay(by_identity.get(identity(item)), item) for item in desired]
        return live if _same_members(live, result) else result
    return drop_none(desired)


def _same_members(one: list[Json], other: list[Json]) -> bool:
    """Whether two lists of scalars are the same set: AWS returns sets in an order of its own."""
    if any(isinstance(item, (dict, list)) for item in one + other):
        return False
    return sorted(map(str, one)) == sorted(map(str, other))


def equal(one: Json, other: Json) -> bool:
    """Deep equality in which lists of scalars, and of structures with an identity, are sets."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        if _same_members(one, other):
            return True
        unordered = _IDENTITIES[:-1]
        if one and all(identity(item, unordered) is not None for item in one):
            # As lists, for one identity may be there twice.
            others = sorted(other, key=lambda item: str(identity(item, unordered)))
            ones = sorted(one, key=lambda item: str(identity(item, unordered)))
            return len(ones) == len(others) and all(map(equal, ones, others))
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)
