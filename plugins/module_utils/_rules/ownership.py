# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How a managed resource is recognised. Unmanaged resources are never changed."""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError

# What can be tagged has this tag, whose value is the site's name.
OWNER_TAG = "multiregion-edge"

# What cannot, or only by a call of its own, has this at the end of its comment, from its creation on.
MARK = "(multiregion.edge)"


def with_mark(comment: str) -> str:
    """*comment* with the mark of managed resources."""
    return f"{comment} {MARK}".strip()


def as_tags(given: t.Mapping[t.Any, t.Any]) -> dict[str, str]:
    """Tags as AWS takes them, of an option whose keys and values YAML may have made numbers."""
    return {str(key): str(value) for key, value in given.items()}


def tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    """*tags* as AWS's calls take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tags_of(listed: t.Iterable[t.Mapping[str, str]]) -> dict[str, str]:
    """The inverse. Some services leave the value out where it is empty."""
    return {tag["Key"]: tag.get("Value", "") for tag in listed}


def assert_managed(what: str, comment: str | None) -> None:
    """Raise EdgeError for an existing unmanaged resource."""
    if MARK not in (comment or ""):
        raise EdgeError(
            f"{what} exists already and is not this collection's, for its comment lacks {MARK}: "
            "choose another name, or remove it if it is not needed."
        )


def refuse_other_site(what: str, tags: t.Mapping[str, str], site: str) -> None:
    """Raise EdgeError for a resource whose tag names another site."""
    owner = tags.get(OWNER_TAG, site)
    if owner != site:
        raise EdgeError(
            f"{what} belongs to the site {owner!r} by its tag {OWNER_TAG}: choose another name for this one."
        )


def require_owned(what: str, tags: t.Mapping[str, str], site: str) -> None:
    """Raise EdgeError for a resource that exists without this site's tag, by which alone it is managed."""
    refuse_other_site(what, tags, site)
    if OWNER_TAG not in tags:
        raise EdgeError(
            f"{what} exists already without the tag {OWNER_TAG}, so it is not managed here: choose another name, or "
            f"tag it {OWNER_TAG}={site} to have it managed."
        )
