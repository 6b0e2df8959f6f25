# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What of a release is still to be uploaded, and which Regions still lack something. Pure."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from . import error_page
from .files import SiteFile, fingerprint

if t.TYPE_CHECKING:
    from .operations import Operations

# key → (size, ETag)
Listing = dict[str, tuple[int, str]]

MARKERS = ".multiregion-edge/"

_MD5_OF_NOTHING = hashlib.md5(b"", usedforsecurity=False).hexdigest()


@dataclasses.dataclass(frozen=True)
class Observed:
    """The release's objects in the home Region's bucket, and the error page in each, if the release has one."""

    objects: Listing
    pages: error_page.Pages = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Desired:
    """``files`` is empty for a release that is there already and only to be shown again."""

    name: str
    files: t.Sequence[SiteFile]
    region: str
    bucket: str
    # Below the prefix, of the release's own error page; '' if nothing is to be made of it.
    error_page: str = ""

    @property
    def prefix(self) -> str:
        return f"r/{self.name}"

    def key(self, file: SiteFile) -> str:
        return f"{self.prefix}/{file.key}"

    def error_page_source(self, objects: Listing) -> str | None:
        """The key of the release's own error page, if it has one."""
        key = f"{self.prefix}/{self.error_page}"
        keys = [self.key(file) for file in self.files] or objects
        return key if self.error_page and key in keys else None

    @functools.cached_property
    def marker(self) -> str:
        """An empty object whose key identifies the release's content, uploaded before everything else."""
        return f"{self._markers}{fingerprint(self.files)}"

    @property
    def _markers(self) -> str:
        return f"{self.prefix}/{MARKERS}"

    def other_markers(self, listing: Listing) -> list[str]:
        return [key for key in listing if key.startswith(self._markers) and key != self.marker]

    def sizes(self) -> dict[str, int]:
        return {self.marker: 0, **{self.key(file): file.size for file in self.files}}


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    """The release's objects, and then its error page."""
    release = _uploads(operations, observed.objects, desired) if desired.files else _again(observed.objects, desired)
    source = desired.error_page_source(observed.objects)
    return _with_error_page(operations, release, observed.pages, desired, source) if source else release


def _with_error_page(
    operations: Operations, release: Plan, pages: error_page.Pages, desired: Desired, source: str
) -> Plan:
    at_home = pages.get(desired.region)
    own = at_home is not None and at_home.headers == error_page.headers(source)
    before = {**release.before, "error_page": source if own else "another one" if at_home else ""}
    after = {**release.after, "error_page": source}
    if not error_page.to_copy(pages, source, desired.region):
        return Plan(before, after, release.steps, release.summary)
    step = Step(
        operations.copy_error_page,
        {"region": desired.region, "bucket": desired.bucket, "source": source},
        f"Copy {source} to {error_page.KEY}, the page for what is missing",
    )
    return Plan(before, after, (*release.steps, step), (*release.summary, step.sentence))


def _uploads(operations: Operations, observed: Listing, desired: Desired) -> Plan:
    """One upload a missing object, all side by side. A release never changes: another content is refused."""
    # With SSE-KMS an ETag is no MD5, as that of the empty marker shows; then sizes are all there is to compare.
    are_md5 = observed.get(desired.marker, (0, _MD5_OF_NOTHING))[1] == _MD5_OF_NOTHING
    missing: list[SiteFile] = []
    for file in desired.files:
        live = observed.get(desired.key(file))
        if live is None:
            missing.append(file)
        elif live[0] != file.size or (are_md5 and live[1] != file.etag):
            raise EdgeError(_changed(desired, f"has other bytes at {desired.key(file)}"))
    if desired.other_markers(observed):
        raise EdgeError(_changed(desired, "has other files"))
    where = {"region": desired.region, "bucket": desired.bucket}
    steps: list[Step] = []
    if desired.marker not in observed:
        steps.append(Step(operations.mark, {**where, "key": desired.marker}, f"Begin the release {desired.name}"))
    for file in missing:
        arguments = {**where, "key": desired.key(file), "source": file.source, "headers": file.headers}
        steps.append(Step(operations.upload, arguments, f"Upload {desired.key(file)}", partition=file.path))
    what = f"{len(missing)} of {len(desired.files)} files ({_megabytes(missing)})"
    summary = (f"Upload {what} to {desired.bucket} in {desired.region} under {desired.prefix}/",) if steps else ()
    before = {"objects": len(desired.files) - len(missing)}
    after = {"objects": len(desired.files)}
    return Plan(before, after, tuple(steps), summary)


def _again(observed: Listing, desired: Desired) -> Plan:
    if not observed:
        raise EdgeError(
            f"There is no release {desired.name} in {desired.bucket}: name one that was published before, or give the "
            "directory of the site to publish this one."
        )
    return Plan({"objects": len(observed)}, {"objects": len(observed)})


def _changed(desired: Desired, how: str) -> str:
    return (
        f"The release {desired.name} in {desired.bucket} {how}, and a release never changes: "
        "give this one another name, or none to have it named by its content."
    )


def lacking(listings: t.Mapping[str, Listing], desired: Desired) -> dict[str, list[str]]:
    """By Region, the keys that its bucket does not have in the right size yet; Regions that lack none are left out.

    What there has to be is defined by the files, or by the home Region's bucket where there are none.
    """
    at_home = {key: size for key, (size, _etag) in listings.get(desired.region, {}).items()}
    sizes = desired.sizes() if desired.files else at_home
    result = {}
    for region, listing in listings.items():
        keys = [key for key, size in sizes.items() if listing.get(key, (None, ""))[0] != size]
        if keys:
            result[region] = keys
    return result


def _megabytes(files: t.Iterable[SiteFile]) -> str:
    return f"{sum(file.size for file in files) / 1_000_000:.1f} MB"
