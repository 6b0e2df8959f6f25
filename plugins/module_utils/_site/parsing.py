# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What surveys, ``-e`` and files give for a variable, as the type that it is. Pure."""

from __future__ import annotations

import re
import typing as t

try:
    import yaml
except ImportError:  # ansible-core brings it wherever the playbooks run
    pass

from .._core.errors import EdgeError

_HOST = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("", "false", "no", "off", "0")

Given = t.Mapping[str, t.Any]


def as_text(given: Given, option: str) -> str:
    value = given.get(option)
    return "" if value is None else str(value).strip()


def as_bool(given: Given, option: str) -> bool:
    value = as_text(given, option).lower()
    if value not in _TRUE + _FALSE:
        raise EdgeError(f"{option}: {value!r} is neither true nor false.")
    return value in _TRUE


def as_choice(given: Given, option: str, choices: tuple[str, ...], default: str) -> str:
    value = as_text(given, option) or default
    if value not in choices:
        raise EdgeError(f"{option}: {value!r} is none; choose from {', '.join(choices)}.")
    return value


def as_list(given: Given, option: str) -> list[str]:
    """A list of texts from a list, from ``a,b``, or from YAML text (surveys and -e give strings)."""
    value = parsed(given, option)
    if isinstance(value, str):
        value = value.split(",")
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise EdgeError(f"{option}: {value!r} is not a list: write it like [a, b] or a,b.")
    return [text for text in (str(item).strip() for item in value) if text]


def as_hosts(given: Given, option: str) -> list[str]:
    hosts = list(dict.fromkeys(host.lower() for host in as_list(given, option)))
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise EdgeError(f"{option}: {host!r} is not a host name: write it like www.example.com, without https://.")
    return hosts


def as_dict(given: Given, option: str) -> dict[str, str]:
    """A dictionary of texts from a dictionary or from YAML text."""
    value = parsed(given, option)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise EdgeError(f"{option}: {value!r} is not a dictionary: write it like {{key: value}}.")
    return {str(key): "" if item is None else str(item) for key, item in value.items()}


def parsed(given: Given, option: str) -> t.Any:
    """The variable's value; a text is read as YAML."""
    value = given.get(option)
    return _from_yaml(value, option) if isinstance(value, str) else value


def _from_yaml(text: str, option: str) -> t.Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        if text[:1] not in "[{-":
            return text  # *.example.com is an alias to YAML
        raise EdgeError(
            f"{option}: {text!r} is neither a list like a,b nor YAML: {str(error).splitlines()[0]}."
        ) from error
