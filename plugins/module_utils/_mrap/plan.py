# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether the MRAP has to be created, given a policy or deleted; its Regions never change. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step
from .._rules.bucket_names import is_account_regional
from .._rules.names import mrap_arn
from .._rules.ownership import refuse_other_site
from .._rules.policy_documents import Document
from .._rules.regions import REGIONS
from .policy import Policies, distribution_policy

if t.TYPE_CHECKING:
    from .operations import Operations

_NAME = re.compile(r"[a-z0-9][-a-z0-9]{1,48}[a-z0-9]")

# INCONSISTENT_ACROSS_REGIONS: a setting is still spreading, and the MRAP serves.
SERVING = ("READY", "INCONSISTENT_ACROSS_REGIONS")
# Soon gone. An unknown status is one on the way to READY.
_GOING = ("DELETING", "PARTIALLY_DELETED")

Facts = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Mrap:
    name: str
    alias: str | None
    status: str
    created_at: str
    regions: t.Mapping[str, str]  # its buckets by their Regions

    @property
    def serves(self) -> bool:
        return self.status in SERVING

    def facts(self, account_id: str) -> Facts:
        """What the modules return about every MRAP."""
        return facts(account_id, self.name, self.alias, self.status, self.regions)


@dataclasses.dataclass(frozen=True)
class Desired:
    account_id: str
    name: str
    buckets: tuple[str, ...] = ()
    present: bool = True
    site: str | None = None
    allow_replacement: bool = False
    policy: Document | None = None
    distribution_arns: tuple[str, ...] | None = None
    wait: bool = True

    @property
    def manages_policy(self) -> bool:
        return self.policy is not None or self.distribution_arns is not None

    def policy_for(self, live: Mrap | None, policies: Policies) -> Document | None:
        """The policy that the MRAP is to have; None leaves it as it is."""
        if self.distribution_arns is None:
            return self.policy
        # AWS never deletes a policy, so none is put where none is needed.
        if not self.distribution_arns and not policies.any:
            return None
        return distribution_policy(mrap_arn(self.account_id, live.alias if live else None), self.distribution_arns)

    def starting(self) -> Facts:
        """What is known about it before AWS returns anything."""
        regions = {region: bucket for bucket in self.buckets if (region := self.region_of(bucket))}
        known = regions if len(regions) == len(self.buckets) else {}
        return facts(self.account_id, self.name, None, "CREATING", known)

    def region_of(self, bucket: str) -> str | None:
        """The Region that is in the name of a bucket of the account's own namespace."""
        return next((region for region in REGIONS if is_account_regional(bucket, self.account_id, region)), None)


@dataclasses.dataclass(frozen=True)
class Observed:
    mrap: Mrap | None = None
    policies: Policies = dataclasses.field(default_factory=Policies)  # read if a policy is desired
    others: tuple[Mrap, ...] = ()  # the site's, if a site is given
    tags: t.Mapping[str, t.Mapping[str, str]] = dataclasses.field(default_factory=dict)  # of the buckets, by name


def facts(account_id: str, name: str, alias: str | None, status: str, regions: t.Mapping[str, str]) -> Facts:
    return {
        "name": name,
        "alias": alias or KNOWN_AFTER_APPLY,
        "arn": mrap_arn(account_id, alias),
        "domain_name": f"{alias}.accesspoint.s3-global.amazonaws.com" if alias else KNOWN_AFTER_APPLY,
        "status": status,
        "buckets": sorted(regions.values()),
        "regions": dict(sorted(regions.items())),
    }


def client_token(*parts: str) -> str:
    """Deterministic, so that a run which was killed joins the operation it had started."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_of_site(name: str, site: str) -> bool:
    """A site's MRAPs are called by it and eight hexadecimal digits of its set of Regions."""
    return re.fullmatch(re.escape(site) + "-[0-9a-f]{8}", name) is not None


def check(desired: Desired) -> None:
    """Raise EdgeError for what is wrong with the options alone."""
    if not _NAME.fullmatch(desired.name):
        raise EdgeError(
            f"name: {desired.name!r} must be 3 to 50 lower-case letters, digits and hyphens, no hyphen at its ends."
        )
    if desired.site is not None and not is_of_site(desired.name, desired.site):
        raise EdgeError(
            f"name: {desired.name!r} is not a name for an MRAP of the site {desired.site!r}: call it "
            f"{desired.site}- and eight hexadecimal digits, or leave out site."
        )
    if desired.present and (not desired.buckets or len(set(desired.buckets)) != len(desired.buckets)):
        raise EdgeError("buckets must name at least one bucket, every one once and each in another Region.")


def plan(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    return _present(operations, observed, desired) if desired.present else _absent(operations, observed, desired)


def _absent(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    live = observed.mrap
    if live is None or live.status == "DELETING":
        return Plan(_document(live, None, desired), None)
    for bucket, tags in observed.tags.items():
        refuse_other_site(
            f"The bucket {bucket} of the Multi-Region Access Point {desired.name}", tags, desired.site or ""
        )
    if live.status == "CREATING" and not desired.wait:
        raise EdgeError(
            f"The Multi-Region Access Point {desired.name} is still being created, and AWS deletes it only afterwards: "
            "run it again then, or with wait."
        )
    # Of this very MRAP: another one may have had its name before. AWS finishes what it deleted in part when
    # it is asked again, which the token of the first time would not do.
    again = ["again"] * (live.status == "PARTIALLY_DELETED")
    token = client_token("delete", desired.name, live.created_at, *again)
    arguments = {"name": desired.name, "client_token": token}
    sentence = f"Delete the Multi-Region Access Point {desired.name}; its buckets stay"
    return Plan(_document(live, None, desired), None, (Step(operations.delete_mrap, arguments, sentence),))


def _present(operations: Operations, observed: Observed, desired: Desired) -> Plan:
    live = observed.mrap
    if live is not None and live.status in _GOING:
        _refuse_going(live, desired)
    kept = None if live is None or live.status in _GOING else live
    steps: list[Step] = []
    if kept is None:
        if not desired.allow_replacement:
            _refuse_another(observed.others, desired)
        steps.append(_create(operations, "Create the Multi-Region Access Point", desired))
    else:
        _refuse_other_buckets(kept, desired)
        if kept.status == "PARTIALLY_CREATED":  # AWS finishes it when it is asked again
            words = "Create the missing part of the Multi-Region Access Point"
            steps.append(_create(operations, words, desired, "again", kept.created_at))
    policy = desired.policy_for(kept, observed.policies)
    if policy is not None and _to_be_put(policy, observed, desired, bool(steps)):
        arguments = {"name": desired.name, "policy": policy}
        steps.append(
            Step(operations.put_policy, arguments, f"Set the policy of the Multi-Region Access Point {desired.name}")
        )
    before = _document(live, observed.policies.established, desired)
    after = desired.starting() if kept is None else kept.facts(desired.account_id)
    return Plan(before, _with_policy(after, policy, desired), tuple(steps))


def _create(operations: Operations, words: str, desired: Desired, *which: str) -> Step:
    # Sorted, for the same token with another request is refused.
    buckets = sorted(desired.buckets)
    token = client_token("create", desired.name, *buckets, *which)
    count = "1 bucket" if len(buckets) == 1 else f"{len(buckets)} buckets"
    arguments = {"name": desired.name, "buckets": buckets, "client_token": token}
    return Step(operations.create_mrap, arguments, f"{words} {desired.name} over {count}")


def _to_be_put(policy: Document, observed: Observed, desired: Desired, created: bool) -> bool:
    """Whether the policy has to be put, which AWS takes only once nothing else is in progress."""
    policies = observed.policies
    if policies.has(policy) or policies.awaits(policy):
        return False
    live = observed.mrap
    at_rest = not created and live is not None and live.status == "READY" and not policies.spreading
    return desired.wait or at_rest


def _document(live: Mrap | None, policy: Document | None, desired: Desired) -> Facts | None:
    return None if live is None else _with_policy(live.facts(desired.account_id), policy, desired)


def _with_policy(mrap: Facts, policy: Document | None, desired: Desired) -> Facts:
    managed = {"policy": policy} if desired.manages_policy else {}
    return {"multi_region_access_point": mrap, **managed}


def _refuse_going(live: Mrap, desired: Desired) -> None:
    if live.status == "PARTIALLY_DELETED":
        raise partly_deleted(live.name)
    if not desired.wait:
        raise EdgeError(
            f"The Multi-Region Access Point {live.name} is being deleted: run it again when it is gone, or with wait."
        )


def partly_deleted(name: str) -> EdgeError:
    return EdgeError(
        f"AWS deleted the Multi-Region Access Point {name} only in part: finish that with state: absent, and run it "
        "again then."
    )


def _refuse_other_buckets(live: Mrap, desired: Desired) -> None:
    if not live.regions:  # AWS may not return them while it creates
        return
    missing = sorted(set(desired.buckets) - set(live.regions.values()))
    extra = sorted(set(live.regions.values()) - set(desired.buckets))
    if missing or extra:
        raise EdgeError(
            f"The Multi-Region Access Point {desired.name} has other buckets (missing: {', '.join(missing) or 'none'}; "
            f"not asked for: {', '.join(extra) or 'none'}), and AWS never changes the list: choose another name."
        )


def _refuse_another(others: t.Iterable[Mrap], desired: Desired) -> None:
    """Refuse to put a second MRAP beside one of the site that may be the one in use."""
    live = [other for other in others if other.status not in _GOING]
    if not live:
        return
    other = live[0]
    regions = {bucket: region for region, bucket in other.regions.items()}
    added = sorted(desired.region_of(bucket) or bucket for bucket in set(desired.buckets) - set(regions))
    removed = sorted(region for bucket, region in regions.items() if bucket not in desired.buckets)
    raise EdgeError(
        f"{desired.site} has the Multi-Region Access Point {other.name} over another set of Regions (added now: "
        f"{', '.join(added) or 'none'}; removed: {', '.join(removed) or 'none'}), which AWS never changes: keep the "
        "Regions that it was deployed with, or set allow_replacement to create a second one beside it."
    )
