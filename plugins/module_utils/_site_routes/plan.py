# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps that bring the keys of a site's host routes to what is asked for. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan
from .._key_value_store.plan import (
    MAX_BATCH_KEYS,
    MAX_KEY_BYTES,
    MAX_STORE_BYTES,
    MAX_VALUE_BYTES,
    plan_keys,
)
from . import loops, schema, sentences
from .forms import Members, Words
from .schema import Change
from .words import PATHS

if t.TYPE_CHECKING:
    from .api import KeysApi

Values = t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Desired:
    """*changes* by host, None for a host that is removed; with *purge* all others are removed, too."""

    site: str
    changes: t.Mapping[str, Change | None]
    purge: bool = False

    def host_key(self, host: str) -> str:
        return f"{self.site}/h/{host}"

    def path_key(self, host: str, path: str = "") -> str:
        return f"{self.site}/p/{host}{path}"

    @property
    def concerns_paths(self) -> bool:
        """Whether all keys have to be read, and not only those of the hosts."""
        changes = self.changes.values()
        return self.purge or any(each is None or each.paths is not None or _redirects(each) for each in changes)


@dataclasses.dataclass(frozen=True)
class Observed:
    """The keys of the site that were read, and the size of the store in bytes."""

    values: Values
    size: int = 0


@dataclasses.dataclass
class _Host:
    """One host: its words before and after, and what is written and removed, as the store has it."""

    before: Words | None = None
    after: Words | None = None
    host_puts: dict[str, str] = dataclasses.field(default_factory=dict)
    path_puts: dict[str, str] = dataclasses.field(default_factory=dict)
    deletes: list[str] = dataclasses.field(default_factory=list)


def plan(operations: KeysApi, observed: Observed, desired: Desired, arn: str, store: str) -> Plan:
    """``before`` and ``after`` are host routes in the user's words."""
    paths = _paths_by_host(observed.values, desired.site)
    changes = {**_purged(observed.values, desired, paths), **desired.changes}
    names = _host_names(observed.values, desired, changes)
    hosts = {
        host: _removal(observed.values, desired, host, paths.get(host, {}))
        if change is None
        else _change(observed.values, desired, host, change, paths.get(host, {}), names)
        for host, change in changes.items()
    }
    path_puts = {key: text for each in hosts.values() for key, text in each.path_puts.items()}
    host_puts = {key: text for each in hosts.values() for key, text in each.host_puts.items()}
    deletes = [key for each in hosts.values() for key in each.deletes]
    _check_size(observed, {**path_puts, **host_puts}, store)
    # What fits in one call is changed at once; else paths come before the host route that makes them read.
    fits = len(path_puts) + len(host_puts) <= MAX_BATCH_KEYS
    groups = [{**path_puts, **host_puts}] if fits else [path_puts, host_puts]
    puts = [step for group in groups for step in plan_keys(operations, observed.values, group, (), arn, store).steps]
    summary = [sentence for host, each in hosts.items() for sentence in sentences.about(host, each.before, each.after)]
    return Plan(
        {host: each.before for host, each in hosts.items() if each.before is not None},
        {host: each.after for host, each in hosts.items() if each.after is not None},
        (*puts, *plan_keys(operations, observed.values, {}, deletes, arn, store).steps),
        tuple(summary),
    )


def _change(
    values: Values, desired: Desired, host: str, change: Change, live_paths: Values, names: t.Collection[str]
) -> _Host:
    key = desired.host_key(host)
    text = values.get(key)
    live = {} if text is None else schema.host_members(text, key)
    merged = {**live, **change.members}
    live_members = {path: schema.path_members(found) for path, found in live_paths.items()}
    result = _Host(None if text is None else schema.words(live))
    wanted = live_members
    if change.paths is not None:
        kept = {} if desired.purge or change.no_other_paths else live_members
        wanted = {path: found for path, found in {**kept, **change.paths}.items() if found is not None}
        merged[schema.HAS_PATHS] = 1 if wanted else None
        for path, found in wanted.items():
            if live_members.get(path) != found:
                result.path_puts[_checked_path_key(desired, host, path)] = _checked_path(host, path, found)
        result.deletes = [desired.path_key(host, path) for path in live_members if path not in wanted]
    merged = {member: value for member, value in merged.items() if value is not None}
    if _redirects(change) or change.paths is not None:
        loops.check(host, merged, wanted, names)
    if text is None or merged != live:
        result.host_puts[key] = _checked_host(host, merged)
    result.after = schema.words(merged)
    if change.paths is not None:
        _add_paths(result.before, live_members)
        _add_paths(result.after, wanted)
    return result


def _removal(values: Values, desired: Desired, host: str, live_paths: Values) -> _Host:
    """Also of a value that cannot be read, and of paths whose host a killed run has removed already."""
    key = desired.host_key(host)
    result = _Host(deletes=[each for each in (key,) if each in values])
    result.deletes += [desired.path_key(host, path) for path in live_paths]
    if not result.deletes:
        return result
    try:
        result.before = schema.words(schema.host_members(values[key], key)) if key in values else {}
    except EdgeError:
        result.before = {"value": values[key]}
    _add_paths(result.before, {path: schema.path_members(text) for path, text in live_paths.items()})
    return result


def _add_paths(words: Words | None, paths: t.Mapping[str, Members]) -> None:
    if words is not None and paths:
        words[PATHS] = {path: schema.path_words(members) for path, members in sorted(paths.items())}


def _redirects(change: Change) -> bool:
    return bool(change.members.get("r") or change.members.get("t"))


def _host_names(values: Values, desired: Desired, changes: t.Mapping[str, Change | None]) -> set[str]:
    """Of all host routes after the changes."""
    prefix = desired.host_key("")
    there = {key.removeprefix(prefix) for key in values if key.startswith(prefix)}
    return {name for name in there | changes.keys() if changes.get(name, True) is not None}


def _purged(values: Values, desired: Desired, paths: t.Mapping[str, Values]) -> dict[str, None]:
    prefix = desired.host_key("")
    there = {key.removeprefix(prefix) for key in values if key.startswith(prefix)} | set(paths)
    return dict.fromkeys(sorted(there - set(desired.changes))) if desired.purge else {}


def _paths_by_host(values: Values, site: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    prefix = f"{site}/p/"
    for key, text in values.items():
        if key.startswith(prefix):
            host, slash, path = key.removeprefix(prefix).partition("/")
            found.setdefault(host, {})[slash + path] = text
    return found


def _checked_host(host: str, members: Members) -> str:
    text = schema.host_text(members)
    size = len(text.encode())
    if size > MAX_VALUE_BYTES:
        raise EdgeError(
            f"hosts.{host} makes a value of {size} bytes; CloudFront takes {MAX_VALUE_BYTES}. Most of it is "
            f"{schema.largest(members)}: shorten that. Redirects of one path each can be paths instead."
        )
    return text


def _checked_path_key(desired: Desired, host: str, path: str) -> str:
    key = desired.path_key(host, path)
    size = len(key.encode())
    if size > MAX_KEY_BYTES:
        raise EdgeError(
            f"hosts.{host}.paths.{path[:80]}... makes a key of {size} bytes; CloudFront takes {MAX_KEY_BYTES}: "
            "shorten the path."
        )
    return key


def _checked_path(host: str, path: str, members: Members) -> str:
    text = schema.path_text(members)
    size = len(text.encode())
    if size > MAX_VALUE_BYTES:
        raise EdgeError(
            f"hosts.{host}.paths.{path} makes a value of {size} bytes; CloudFront takes {MAX_VALUE_BYTES}: "
            f"shorten its {next(iter(schema.path_words(members)))}."
        )
    return text


def _check_size(observed: Observed, puts: Values, store: str) -> None:
    """Puts come before deletes, so what is removed makes no room."""
    grown = sum(
        len(text.encode()) - len(observed.values[key].encode())
        if key in observed.values
        else len((key + text).encode())
        for key, text in puts.items()
    )
    if grown > 0 and observed.size + grown > MAX_STORE_BYTES:
        raise EdgeError(
            f"The key value store {store} would hold {observed.size + grown} bytes; CloudFront allows "
            f"{MAX_STORE_BYTES}. Remove hosts or paths in a run before this one, or give the site a store of its own."
        )
