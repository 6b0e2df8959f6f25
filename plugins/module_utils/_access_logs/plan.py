# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a distribution whose access logs are delivered to one place. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY, Plan, Step
from .._rules.cloudfront import DISTRIBUTION_ARN
from .._rules.ownership import OWNER_TAG

if t.TYPE_CHECKING:
    from .api import AccessLogsApi

Settings = dict[str, t.Any]

FORMATS = ("json", "plain", "w3c", "raw", "parquet")
_DESTINATION = re.compile(r"arn:aws:(s3:::.+|logs:us-east-1:\d{12}:log-group:.+|firehose:us-east-1:\d{12}:.+)")
_PUT_BEFORE = re.compile(r"^AWSLogs/\d{12}/CloudFront/")
_SITE = re.compile(r"[a-z0-9-]{1,32}")


@dataclasses.dataclass(frozen=True)
class Destination:
    resource_arn: str
    output_format: str


@dataclasses.dataclass(frozen=True)
class Delivery:
    """``destination``: its name, or "" if it is another account's."""

    id: str
    source: str
    destination: str
    settings: Settings


@dataclasses.dataclass(frozen=True)
class Observed:
    """``sources``: what each source is of, by its name."""

    sources: t.Mapping[str, str]
    destinations: t.Mapping[str, Destination]
    deliveries: t.Sequence[Delivery]


@dataclasses.dataclass(frozen=True)
class Desired:
    """``settings``: what was given; the rest is left as it is."""

    name: str
    distribution_arn: str = ""
    destination: Destination = Destination("", "")
    settings: Settings = dataclasses.field(default_factory=dict)
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    absent: bool = False

    @property
    def source_name(self) -> str:
        """With the id: AWS never gives a source another distribution, and a distribution one source."""
        found = DISTRIBUTION_ARN.fullmatch(self.distribution_arn)
        return f"multiregion-{self.name}-{found[1] if found else KNOWN_AFTER_APPLY}"

    @property
    def destination_name(self) -> str:
        """With what AWS never changes of one."""
        fixed = f"{self.destination.resource_arn} {self.destination.output_format}"
        return f"multiregion-{self.name}-{hashlib.sha256(fixed.encode()).hexdigest()[:8]}"

    def is_managed(self, name: str) -> bool:
        """By the whole name: a site's name has no capitals, an id no small letters."""
        return bool(re.fullmatch(rf"multiregion-{re.escape(self.name)}-(E[0-9A-Z]+|[0-9a-f]{{8}})", name))


def check(desired: Desired) -> None:
    """Raise EdgeError for what AWS would refuse."""
    if not _SITE.fullmatch(desired.name):
        raise EdgeError(f"name: {desired.name!r} must be 1 to 32 lower-case letters, digits and hyphens.")
    if desired.absent:
        return
    arn, destination = desired.distribution_arn, desired.destination
    if arn != KNOWN_AFTER_APPLY and not DISTRIBUTION_ARN.fullmatch(arn):
        raise EdgeError(f"distribution_arn: {arn!r} must be arn:aws:cloudfront::<account>:distribution/<id>.")
    if not _DESTINATION.fullmatch(destination.resource_arn):
        raise EdgeError(
            f"destination_arn: {destination.resource_arn!r} must be the ARN of a bucket (arn:aws:s3:::<bucket>, with "
            "/<prefix> if you like), or of a log group or a Firehose stream in us-east-1."
        )
    is_bucket = ":s3:::" in destination.resource_arn
    if destination.output_format == "parquet" and not is_bucket:
        raise EdgeError("output_format: parquet is for buckets only.")
    for option in ("s3_suffix_path", "s3_enable_hive_compatible_path"):
        if option in desired.settings and not is_bucket:
            raise EdgeError(f"{option}: is for buckets only.")


def plan(operations: AccessLogsApi, observed: Observed, desired: Desired) -> Plan:
    """What is new comes before what is old goes, so that no log is lost between."""
    source, destination = desired.source_name, desired.destination_name
    managed = {name: arn for name, arn in observed.sources.items() if desired.is_managed(name)}
    keeps = () if desired.absent else (source, destination)
    steps = [] if desired.absent else _additions(operations, observed, desired)
    for delivery in observed.deliveries:
        # Unmanaged deliveries of the managed source stay as long as the source does.
        theirs = delivery.source in keeps and not desired.is_managed(delivery.destination)
        if delivery.source in managed and (delivery.source, delivery.destination) != keeps and not theirs:
            steps.append(
                Step(
                    operations.delete_delivery,
                    {"delivery_id": delivery.id},
                    f"Delete the delivery {delivery.id} of {delivery.source}",
                )
            )
    steps += [
        Step(operations.delete_source, {"name": name}, f"Delete the delivery source {name}")
        for name in managed
        if name not in keeps
    ]
    steps += [
        Step(operations.delete_destination, {"name": name}, f"Delete the delivery destination {name}")
        for name in observed.destinations
        if desired.is_managed(name) and name not in keeps
    ]
    before = {
        delivery.source: {delivery.destination: delivery.settings}
        for delivery in observed.deliveries
        if delivery.source in managed
    }
    return Plan(before, {} if desired.absent else {source: {destination: _after(observed, desired)}}, tuple(steps))


def _additions(operations: AccessLogsApi, observed: Observed, desired: Desired) -> list[Step]:
    source, destination = desired.source_name, desired.destination_name
    for name, arn in observed.sources.items():
        if arn == desired.distribution_arn and name != source:
            raise EdgeError(
                f"The distribution {arn} has the delivery source {name!r} already, and AWS takes one: "
                "remove it with its deliveries, or do not manage these logs here."
            )
    tags = {**desired.tags, OWNER_TAG: desired.name}
    steps = []
    if source not in observed.sources:
        arguments: Settings = {"name": source, "distribution_arn": desired.distribution_arn, "tags": tags}
        steps.append(Step(operations.put_source, arguments, f"Create the delivery source {source}"))
    if destination not in observed.destinations:
        where = desired.destination
        arguments = {"destination_arn": where.resource_arn, "output_format": where.output_format, "tags": tags}
        sentence = f"Create the delivery destination {destination}: {where.output_format} to {where.resource_arn}"
        steps.append(Step(operations.put_destination, {"name": destination, **arguments}, sentence))
    live, after = _live(observed, desired), _after(observed, desired)
    if live is None:
        arguments = {"source": source, "destination": destination, "settings": after, "tags": tags}
        steps.append(Step(operations.create_delivery, arguments, f"Deliver {source} to {destination}"))
    elif live.settings != after:
        changed = ", ".join(sorted(key for key in after if live.settings.get(key) != after[key]))
        sentence = f"Update the delivery of {source}: {changed}"
        steps.append(Step(operations.update_delivery, {"delivery_id": live.id, "settings": after}, sentence))
    return steps


def _live(observed: Observed, desired: Desired) -> Delivery | None:
    wanted = (desired.source_name, desired.destination_name)
    return next((each for each in observed.deliveries if (each.source, each.destination) == wanted), None)


def _after(observed: Observed, desired: Desired) -> Settings:
    found = _live(observed, desired)
    live = found.settings if found else {}
    after = {**live, **desired.settings}
    # CloudFront puts AWSLogs/<account>/CloudFront/ before it; false and nothing are the same.
    suffix, live_suffix = after.get("s3_suffix_path", ""), live.get("s3_suffix_path", "")
    if live_suffix and suffix.lstrip("/") == _PUT_BEFORE.sub("", live_suffix):
        after["s3_suffix_path"] = live_suffix
    if after.get("s3_enable_hive_compatible_path") is False and "s3_enable_hive_compatible_path" not in live and found:
        del after["s3_enable_hive_compatible_path"]
    return after
