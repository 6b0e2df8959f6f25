# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Redirect loops are refused: no viewer would ever see a page. Pure."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote, urlsplit

from .._core.errors import EdgeError
from .forms import Json

# Browsers follow about this many.
_MOST = 20


def check(
    host: str,
    members: t.Mapping[str, Json],
    paths: t.Mapping[str, t.Mapping[str, Json]],
    hosts: t.Collection[str],
) -> None:
    """*members* of the host route, and those of its *paths*: each redirect is followed as a viewer would.

    *hosts* has the names of all host routes: a wildcard's, or that of `*`, also answers for each host without one.
    """
    starts = {rule[0]: f"redirects[{number}]" for number, rule in enumerate(_rules(members))}
    starts |= {path: f"paths.{path}" for path, found in paths.items() if _target(found)}
    for start, where in starts.items():
        chain = [start]
        while (following := _redirected(chain[-1], host, members, paths, hosts)) is not None:
            chain.append(following)
            if len(chain) > _MOST:
                also = (
                    f" {host} also answers for hosts without a host route of their own: give the host that it "
                    "redirects to one, if it has another distribution an empty one."
                    if "*" in host
                    else ""
                )
                shown = " → ".join(chain[:4])
                raise EdgeError(f"hosts.{host}.{where} is a redirect loop: {shown} → ...; let it end at a page.{also}")


def _redirected(
    path: str,
    host: str,
    members: t.Mapping[str, Json],
    paths: t.Mapping[str, t.Mapping[str, Json]],
    hosts: t.Collection[str],
) -> str | None:
    """The path of this host that a viewer of *path* is sent to: decided in the order of the viewer function."""
    if path in paths:
        target = _target(paths[path])
        return _path_of(target, host, hosts) if target else None
    for source, to, *_status in _rules(members):
        if path == source:
            return _path_of(to, host, hosts)
        if path.startswith(f"{source.rstrip('/')}/"):
            return _path_of(to, host, hosts, path[len(source.rstrip("/")) :])
    directory, _slash, name = path.rpartition("/")
    if members.get("t") == "a" and name and "." not in name:
        return f"{path}/"
    if members.get("t") == "r" and directory and not name and "." not in directory.rpartition("/")[2]:
        return directory
    return None


def _path_of(target: str, host: str, hosts: t.Collection[str], rest: str = "") -> str | None:
    """None if another host route, or none of the site, answers there."""
    url = urlsplit(target)
    if url.netloc and _route_of(url.netloc.lower().removesuffix(":443").removesuffix("."), hosts) != host:
        return None
    path = unquote(url.path)
    return _normalize(f"{path.rstrip('/')}{rest}" if rest else path)


def _route_of(name: str, hosts: t.Collection[str]) -> str | None:
    """The host route that answers for the host, looked up as the viewer function does. CloudFront has no other port."""
    if ":" in name:
        return None
    _label, dot, domain = name.partition(".")
    wildcards = [f"*.{domain}", "*"] if dot else ["*"]
    return next((each for each in (name, *wildcards) if each in hosts), None)


def _normalize(path: str) -> str:
    """As browsers and the viewer function do it: without dot segments and repeated slashes."""
    kept: list[str] = []
    name = ""
    for name in path.split("/"):
        if name == "..":
            del kept[-1:]
        elif name not in ("", "."):
            kept.append(name)
    slash = "/" if kept and name in ("", ".", "..") else ""
    return f"/{'/'.join(kept)}{slash}"


def _rules(members: t.Mapping[str, Json]) -> list[list[Json]]:
    """Without what another tool wrote and the viewer function cannot read."""
    rules = members.get("r")
    return [rule for rule in rules if _is_rule(rule)] if isinstance(rules, list) else []


def _is_rule(rule: Json) -> bool:
    return isinstance(rule, list) and len(rule) > 1 and isinstance(rule[0], str) and isinstance(rule[1], str)


def _target(members: t.Mapping[str, Json]) -> str:
    target = members.get("u")
    return target if isinstance(target, str) else ""
