# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What of a release is still to be uploaded, and which Regions still lack something. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._release.api import Listing
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import SiteFile


@dataclasses.dataclass(frozen=True)
class Desired:
    name: str
    files: t.Sequence[SiteFile]
    region: str
    bucket: str

    @property
    def prefix(self) -> str:
        return f"r/{self.name}"

    def key(self, file: SiteFile) -> str:
        return f"{self.prefix}/{file.key}"

    def sizes(self) -> dict[str, int]:
        return {self.key(file): file.size for file in self.files}


def plan(observed: Listing, desired: Desired) -> Plan:
    """One upload a missing object, all side by side. A release never changes: other bytes are refused."""
    missing: list[SiteFile] = []
    for file in desired.files:
        live = observed.get(desired.key(file))
        if live is None:
            missing.append(file)
        elif live != (file.size, file.etag):
            raise EdgeError(
                f"The release {desired.name} already has other bytes at {desired.key(file)} in {desired.bucket}. "
                "A release never changes: give this one another name, or none to have it named by its content."
            )
    steps = tuple(
        Step(
            "upload",
            {
                "region": desired.region,
                "bucket": desired.bucket,
                "key": desired.key(file),
                "source": file.source,
                "headers": file.headers,
            },
            f"Upload {desired.key(file)}",
            lane=file.path,
        )
        for file in missing
    )
    what = f"{len(missing)} of {len(desired.files)} files ({_megabytes(missing)})"
    summary = (f"Upload {what} to {desired.bucket} in {desired.region} under {desired.prefix}/",) if missing else ()
    before = {"objects": len(desired.files) - len(missing)}
    after = {"objects": len(desired.files)}
    return Plan(before, after, steps, summary)


def lacking(listings: t.Mapping[str, Listing], desired: Desired) -> dict[str, list[str]]:
    """By Region, the keys that its bucket does not have in the right size yet; Regions that lack none are left out."""
    sizes = desired.sizes()
    result = {}
    for region, listing in listings.items():
        keys = [key for key, size in sizes.items() if listing.get(key, (None, ""))[0] != size]
        if keys:
            result[region] = keys
    return result


def _megabytes(files: t.Iterable[SiteFile]) -> str:
    return f"{sum(file.size for file in files) / 1_000_000:.1f} MB"
