# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The types of the edge_* variables. Surveys, ``-e`` and files give each as text or as YAML's own type. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

try:
    import yaml
except ImportError:  # ansible-core brings it wherever the playbooks run
    pass

from ansible.module_utils.parsing.convert_bool import boolean

from .._core.errors import EdgeError
from .._rules import latency
from .._rules.names import is_host_name


@dataclasses.dataclass(frozen=True)
class Type:
    """*name* and *elements* are Ansible's words. *parse* is given a value and what the user calls it."""

    name: str
    parse: t.Callable[[t.Any, str], t.Any]
    elements: str = ""


def is_absent(value: t.Any) -> bool:
    """An empty answer in a survey is no value."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_text(value: t.Any, variable: str) -> str:
    return "" if value is None else str(value).strip()


def as_name(value: t.Any, variable: str) -> str:
    """A name in DNS, where case and a dot at the end make no difference."""
    return as_text(value, variable).lower().rstrip(".")


def as_bool(value: t.Any, variable: str) -> bool:
    if is_absent(value):
        return False
    try:
        return bool(boolean(value, strict=True))
    except TypeError as error:
        raise EdgeError(f"{variable}: {value!r} is not valid: choose true or false.") from error


def as_percentage(value: t.Any, variable: str) -> float:
    try:
        found = 100.0 * value if isinstance(value, bool) else float(value or 0)
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 100:
        raise EdgeError(f"{variable}: {value!r} is not valid: give a percentage, from 0 to 100.")
    return found


def as_list(value: t.Any, variable: str) -> list[str]:
    """A list of texts from a list, from ``a,b``, or from YAML text."""
    found = parsed(value, variable)
    if isinstance(found, str):
        found = found.split(",")
    if found is None:
        return []
    if not isinstance(found, (list, tuple)):
        raise EdgeError(f"{variable}: {found!r} is not a list: write it as [a, b] or as a,b.")
    return [text for text in (str(item).strip() for item in found) if text]


def as_hosts(value: t.Any, variable: str) -> list[str]:
    """CloudFront refuses an alias that is given twice, also if only the case differs."""
    hosts = list(dict.fromkeys(host.lower() for host in as_list(value, variable)))
    for host in hosts:
        if not is_host_name(host, wildcard=True):
            raise EdgeError(
                f"{variable}: {host!r} is not a host name: write it as www.example.com, without https:// and path."
            )
    return hosts


def as_dict(value: t.Any, variable: str) -> dict[str, str]:
    """A dictionary of texts from a dictionary or from YAML text."""
    found = _as_raw_dict(value, variable)
    return {str(key): "" if item is None else str(item) for key, item in found.items()}


def as_integer(value: t.Any, variable: str) -> int:
    try:
        if isinstance(value, (bool, float)):
            raise ValueError
        return int(str(value).strip())
    except ValueError as error:
        raise EdgeError(f"{variable}: {value!r} is not a whole number.") from error


def as_dict_of_integers(value: t.Any, variable: str) -> dict[str, int]:
    return {str(key): as_integer(item, f"{variable}.{key}") for key, item in _as_raw_dict(value, variable).items()}


def as_dict_of_lists(value: t.Any, variable: str) -> dict[str, list[str]]:
    return latency.as_preferences(_as_raw_dict(value, variable), variable)


def as_dict_or_path(value: t.Any, variable: str) -> dict[str, t.Any] | str:
    found = parsed(value, variable) or {}
    if not isinstance(found, (dict, str)):
        raise EdgeError(f"{variable}: {found!r} is neither a dictionary nor the path of a YAML file that contains one.")
    return found


def as_list_of_dicts(value: t.Any, variable: str) -> list[dict[str, t.Any]]:
    found = parsed(value, variable) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise EdgeError(f"{variable}: {found!r} is not a list of dictionaries: write it as [{{key: value}}].")
    return found


def parsed(value: t.Any, variable: str) -> t.Any:
    """A text is read as YAML."""
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        if value[:1] not in "[{-":
            return value  # *.example.com is an alias to YAML
        raise EdgeError(f"{variable}: {value!r} is not valid YAML: {str(error).splitlines()[0]}.") from error


def _as_raw_dict(value: t.Any, variable: str) -> dict[t.Any, t.Any]:
    found = parsed(value, variable)
    if found is None or found == "":
        return {}
    if not isinstance(found, dict):
        raise EdgeError(f"{variable}: {found!r} is not a dictionary: write it as {{key: value}}.")
    return found


TEXT = Type("str", as_text)
NAME = Type("str", as_name)
BOOL = Type("bool", as_bool)
PERCENTAGE = Type("float", as_percentage)
LIST = Type("list", as_list, "str")
HOSTS = Type("list", as_hosts, "str")
DICT = Type("dict", as_dict)
INTEGER = Type("int", as_integer)
DICT_OF_INTEGERS = Type("dict", as_dict_of_integers)
DICT_OF_LISTS = Type("dict", as_dict_of_lists)
DICT_OR_PATH = Type("dict", as_dict_or_path)
LIST_OF_DICTS = Type("list", as_list_of_dicts, "dict")
