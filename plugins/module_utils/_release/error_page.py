# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The page that viewers get for what is missing: a copy of a release's own, where CloudFront looks for it. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .files import content_type

KEY = "_edge/404.html"
DEFAULT = "404.html"

# Unlike a release it changes: browsers ask again each time, CloudFront after a minute.
_CACHE_CONTROL = "public, max-age=0, s-maxage=60, must-revalidate"
_HEADERS = ("CacheControl", "ContentType", "Metadata")


@dataclasses.dataclass(frozen=True)
class Page:
    """The page as one bucket has it. An ETag would not show whether two are alike: with KMS each has its own."""

    size: int
    headers: dict[str, t.Any]
    # Of the home Region's, whether S3 still replicates it.
    pending: bool = dataclasses.field(default=False, compare=False)


# By Region, the home Region's first; None where there is none.
Pages = dict[str, t.Optional[Page]]


def headers(source: str) -> dict[str, t.Any]:
    """CopyObject's parameters for the headers of a copy of *source*, and for what distinguishes it from any other.

    It is a digest, because viewers see the metadata, and a release's name is enough to request its preview.
    """
    copied = hashlib.sha256(source.encode()).hexdigest()[:16]
    return {"CacheControl": _CACHE_CONTROL, "ContentType": content_type(source), "Metadata": {"copy-of": copied}}


def page(answer: t.Mapping[str, t.Any]) -> Page:
    """HeadObject's answer."""
    return Page(
        answer["ContentLength"],
        {name: answer.get(name) for name in _HEADERS},
        answer.get("ReplicationStatus") == "PENDING",
    )


def to_copy(pages: Pages, source: str, home_region: str) -> bool:
    """Whether a copy is to be made: none of *source* is there, or a Region lacks it and no replica is on its way.

    The latter is so of a Region that is new, for S3 replicates nothing that was there before.
    """
    at_home = pages.get(home_region)
    if at_home is None or at_home.headers != headers(source):
        return True
    return bool(differing(pages, home_region)) and not at_home.pending


def differing(pages: Pages, home_region: str) -> list[str]:
    """The Regions whose page is not the home Region's. That may be another release's by now: the last one wins."""
    return [region for region, found in pages.items() if found != pages.get(home_region)]
