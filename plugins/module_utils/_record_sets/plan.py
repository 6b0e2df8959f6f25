# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The changes to record sets, made all at once or not at all. Pure."""

from __future__ import annotations

import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .record import RecordSet, completed, to_api

if t.TYPE_CHECKING:
    from .operations import Operations

# Route 53 takes 1000 changes in a batch; a change of a record set is a deletion and a creation.
MAX_RECORDS = 400
_CLOUDFRONT = ".cloudfront.net"

Change = tuple[str, RecordSet]


def check(records: t.Sequence[RecordSet], zone: str) -> None:
    """Raise EdgeError for what Route 53 would refuse."""
    for record in records:
        if not f".{record.name}".endswith(f".{zone}"):
            raise EdgeError(f"records: {record.name.rstrip('.')} is not in the zone {zone.rstrip('.')}.")
        if record.type == "CNAME" and record.name == zone:
            raise EdgeError(f"records: {record.label}: a zone's own name can have no CNAME; give it an alias.")
    keys = [record.key for record in records]
    twice = next((record for record in records if keys.count(record.key) > 1), None)
    if twice:
        raise EdgeError(f"records: {twice.label} is given twice.")
    if len(records) > MAX_RECORDS:
        raise EdgeError(f"records: {len(records)} are given; {MAX_RECORDS} are changed at once, so give them in parts.")


def complete(observed: t.Iterable[RecordSet], desired: t.Iterable[RecordSet]) -> list[RecordSet]:
    live = {record.key: record for record in observed}
    return [completed(record, live.get(record.key)) for record in desired]


def plan_present(
    operations: Operations,
    observed: t.Sequence[RecordSet],
    desired: t.Sequence[RecordSet],
    zone_id: str,
    take_over: bool,
) -> Plan:
    """*desired*: all of it known, as by complete()."""
    live = {record.key: record for record in observed}
    wanted = {record.key: record for record in desired}
    deleted: list[RecordSet] = []
    for record in observed:
        becomes = wanted.get(record.key)
        if becomes == record or not (becomes or _in_the_way(record, desired)):
            continue
        if not (take_over or record.is_managed or _points_right(record, becomes, desired)):
            raise _unmanaged(record, _beside(record, desired))
        deleted.append(record)
    created = [record for record in desired if live.get(record.key) != record]
    sentences = [f"Delete {record.label}, to {record.target}" for record in deleted if record.key not in wanted]
    for record in created:
        verb = "Change" if record.key in live else "Create"
        sentences.append(f"{verb} {record.label}, to {record.target}{_share(record)}")
    before = {record.label: record.described() for record in observed if record in deleted or record.key in wanted}
    after = {record.label: record.described() for record in desired}
    return _plan(operations, before, after, zone_id, deleted, created, sentences)


def plan_absent(
    operations: Operations, observed: t.Sequence[RecordSet], desired: t.Sequence[RecordSet], zone_id: str
) -> Plan:
    """Of those given, what points where they do; and of weighted ones, all managed ones."""
    deleted = [record for record in observed if _is_given(record, desired)]
    before = {record.label: record.described() for record in deleted}
    sentences = [f"Delete {record.label}, to {record.target}" for record in deleted]
    return _plan(operations, before or None, None, zone_id, deleted, [], sentences)


def leftovers(observed: t.Sequence[RecordSet], desired: t.Sequence[RecordSet]) -> list[str]:
    """What of the same name and type is not managed here, and stays."""
    same = {(record.name, record.type) for record in desired}
    others = [each for each in observed if (each.name, each.type) in same and not _is_given(each, desired)]
    return [f"{record.label}, to {record.target}" for record in others]


def _is_given(record: RecordSet, desired: t.Iterable[RecordSet]) -> bool:
    of_these = [each for each in desired if (each.name, each.type) == (record.name, record.type)]
    if record.is_managed:
        return any(each.is_managed for each in of_these)
    return any(each.key == record.key and each.points_as(record) for each in of_these)


def _points_right(record: RecordSet, becomes: RecordSet | None, desired: t.Iterable[RecordSet]) -> bool:
    """What already leads where it should may do so by other means: an alias in place of a CNAME."""
    if becomes:
        return record.points_as(becomes)
    here = [each for each in desired if each.name == record.name]
    return record.type == "CNAME" and all(each.target == record.target for each in here)


def _in_the_way(record: RecordSet, desired: t.Iterable[RecordSet]) -> bool:
    """A name has either a CNAME or other types, and of a type either one record set or weighted ones."""
    here = {each.type for each in desired if each.name == record.name}
    return record.type in here or bool(here and (record.type == "CNAME" or "CNAME" in here))


def _beside(record: RecordSet, desired: t.Iterable[RecordSet]) -> RecordSet:
    here = [each for each in desired if each.name == record.name]
    return next((each for each in here if each.type == record.type), here[0])


def _unmanaged(record: RecordSet, wanted: RecordSet) -> EdgeError:
    text = (
        f"{record.name.rstrip('.')} has a record {record.type} to {record.target}, not to {wanted.target}: it is left "
        "alone, and nothing was changed. If the name is to be this site's, "
    )
    if record.target.endswith(_CLOUDFRONT) and wanted.target.endswith(_CLOUDFRONT):
        text += (
            'move the alias from that distribution to this one first (CloudFront Developer Guide, "Move an alternate '
            'domain name to a different distribution"), and then '
        )
    return EdgeError(f"{text}run it again with take_over=true (dns_take_over in the role dns).")


def _share(record: RecordSet) -> str:
    return "" if record.weight is None else f", with weight {record.weight}"


def _plan(
    operations: Operations,
    before: t.Any,
    after: t.Any,
    zone_id: str,
    deleted: list[RecordSet],
    created: list[RecordSet],
    sentences: list[str],
) -> Plan:
    if not sentences:
        return Plan(before, after)
    # Not UPSERT: a deletion names what was observed, so a change that others made since is refused, not overwritten.
    changes = [{"Action": "DELETE", "ResourceRecordSet": dict(record.live or to_api(record))} for record in deleted]
    changes += [{"Action": "CREATE", "ResourceRecordSet": to_api(record)} for record in created]
    together = f"Change {len(sentences)} record sets together: " if len(sentences) > 1 else ""
    step = Step(
        operations.change_record_sets, {"zone_id": zone_id, "changes": changes}, f"{together}{'; '.join(sentences)}"
    )
    return Plan(before, after, (step,), tuple(sentences))
