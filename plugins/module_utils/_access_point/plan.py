# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether the access point has to be created; AWS lets nothing of it be changed later. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

_NAME = re.compile(r"[a-z0-9][-a-z0-9]{1,48}[a-z0-9]")

# name, alias, status, buckets (sorted names)
AccessPoint = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Desired:
    name: str
    buckets: tuple[str, ...]

    @property
    def client_token(self) -> str:
        """Deterministic, so that a run which was killed joins the operation it had started."""
        return hashlib.sha256("\n".join(["create", self.name, *sorted(self.buckets)]).encode()).hexdigest()


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise EdgeError(
            f"name: {name!r} must be 3 to 50 lower-case letters, digits and hyphens, no hyphen at its ends."
        )


def refuse_another(site: str, name: str, names: t.Iterable[str]) -> None:
    """Raise EdgeError if the *site* has another access point among *names* than the one called *name*.

    A site's access points are called by it and eight hexadecimal digits of its set of Regions.
    """
    others = [other for other in names if re.fullmatch(re.escape(site) + "-[0-9a-f]{8}", other) and other != name]
    if others:
        raise EdgeError(
            f"{site} has the Multi-Region Access Point {others[0]} over another set of Regions, which AWS never "
            "changes, and going over to another one without an outage is not supported yet: keep the Regions "
            "that it was deployed with."
        )


def from_api(live: dict[str, t.Any] | None) -> AccessPoint | None:
    if live is None:
        return None
    return {
        "name": live["Name"],
        "alias": live.get("Alias", KNOWN_AFTER_APPLY),
        "status": live["Status"],
        "buckets": sorted(region["Bucket"] for region in live["Regions"]),
    }


def refuse_partial(observed: AccessPoint) -> None:
    if observed["status"] == "PARTIALLY_CREATED":
        raise EdgeError(
            f"AWS created the Multi-Region Access Point {observed['name']} only in part: delete it, then run it again."
        )


def plan(observed: AccessPoint | None, desired: Desired) -> Plan:
    if observed is None:
        after = {
            "name": desired.name,
            "alias": KNOWN_AFTER_APPLY,
            "status": "CREATING",
            "buckets": sorted(desired.buckets),
        }
        # Sorted, for the same token with another request is refused.
        arguments = {"name": desired.name, "buckets": after["buckets"], "client_token": desired.client_token}
        sentence = f"Create the Multi-Region Access Point {desired.name} over {len(desired.buckets)} buckets"
        return Plan(None, after, (Step("create_access_point", arguments, sentence),))
    refuse_partial(observed)
    if observed["status"] in ("DELETING", "PARTIALLY_DELETED"):
        raise EdgeError(
            f"The Multi-Region Access Point {desired.name} is being deleted ({observed['status']}): "
            "wait until it is gone and run it again."
        )
    if observed["buckets"] != sorted(desired.buckets):
        missing = sorted(set(desired.buckets) - set(observed["buckets"]))
        extra = sorted(set(observed["buckets"]) - set(desired.buckets))
        raise EdgeError(
            f"The Multi-Region Access Point {desired.name} has other buckets (missing: {', '.join(missing) or 'none'}; "
            f"not asked for: {', '.join(extra) or 'none'}), and AWS never changes the list: choose another name."
        )
    return Plan(observed, observed)
