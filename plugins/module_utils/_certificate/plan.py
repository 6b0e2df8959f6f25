# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The steps to a certificate that DNS validates. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._rules.names import is_host_name
from .._rules.ownership import OWNER_TAG

if t.TYPE_CHECKING:
    from .api import CertificateApi

# Source: ACM API reference, RequestCertificate.
MAX_FIRST_NAME = 64
MAX_NAMES = 100

_USABLE = ("ISSUED", "PENDING_VALIDATION")

# What AWS's reasons mean for who has to fix it.
_REASONS = {
    "ADDITIONAL_VERIFICATION_REQUIRED": "AWS wants to know more about one of the domains: ask AWS Support",
    "CAA_ERROR": "a CAA record of one of the names forbids it: allow amazon.com there",
    "DOMAIN_NOT_ALLOWED": "one of the names is on a list of unsafe domains",
    "INVALID_PUBLIC_DOMAIN": "one of the names is in no public domain",
    "VALIDATION_TIMED_OUT": "its validation records were not found within 72 hours",
}


@dataclasses.dataclass(frozen=True)
class Validation:
    """Of one name. ACM returns the record some seconds after the request."""

    domain_name: str
    status: str
    record: t.Mapping[str, str] | None


@dataclasses.dataclass(frozen=True)
class Certificate:
    arn: str
    names: tuple[str, ...]
    status: str
    reason: str
    used_by: tuple[str, ...]
    validations: tuple[Validation, ...]
    tags: t.Mapping[str, str]

    @property
    def has_records(self) -> bool:
        known = {validation.domain_name for validation in self.validations if validation.record}
        return known >= set(self.names)

    @property
    def records(self) -> list[dict[str, str]]:
        """Each once: a name and its wildcard share theirs."""
        found = {
            validation.record["name"]: dict(validation.record) for validation in self.validations if validation.record
        }
        return [found[name] for name in sorted(found)]


@dataclasses.dataclass(frozen=True)
class Desired:
    site: str
    names: tuple[str, ...]
    tags: t.Mapping[str, str]

    def all_tags(self) -> dict[str, str]:
        return {**self.tags, OWNER_TAG: self.site}


def from_api(live: dict[str, t.Any], tags: t.Mapping[str, str]) -> Certificate:
    names = [live["DomainName"], *live.get("SubjectAlternativeNames", [])]
    validations = [
        Validation(option["DomainName"].lower(), option.get("ValidationStatus", "PENDING_VALIDATION"), _record(option))
        for option in live.get("DomainValidationOptions", [])
    ]
    return Certificate(
        live["CertificateArn"],
        tuple(dict.fromkeys(name.lower() for name in names)),
        live["Status"],
        live.get("FailureReason", live["Status"]),
        tuple(live.get("InUseBy", [])),
        tuple(validations),
        tags,
    )


def _record(option: dict[str, t.Any]) -> dict[str, str] | None:
    record = option.get("ResourceRecord")
    return {"name": record["Name"], "type": record["Type"], "value": record["Value"]} if record else None


def checked_names(domain_name: str, others: t.Iterable[str]) -> tuple[str, ...]:
    """All names in small letters, each once, the first one first. EdgeError for one that ACM would refuse."""
    names = tuple(dict.fromkeys(str(name).strip().lower().rstrip(".") for name in (domain_name, *others)))
    for name in names:
        if not is_host_name(name, wildcard=True):
            raise EdgeError(
                f"{name!r} is not a valid host name for a certificate: use labels of letters, digits and hyphens, with "
                "at most a leading '*.'; write an international name as xn--."
            )
    if len(names[0]) > MAX_FIRST_NAME:
        raise EdgeError(
            f"domain_name: {names[0]} has {len(names[0])} characters; ACM takes {MAX_FIRST_NAME}. Give a shorter "
            "one of the names as domain_name, and this one with subject_alternative_names."
        )
    if len(names) > MAX_NAMES:
        raise EdgeError(f"{len(names)} names: a certificate of ACM has at most {MAX_NAMES}.")
    return names


def select(observed: t.Iterable[Certificate], names: t.Collection[str]) -> Certificate | None:
    """The one for exactly these names that is issued, or will be."""
    usable = [each for each in _same(observed, names) if each.status in _USABLE]
    return min(usable, key=lambda each: (each.status != "ISSUED", each.arn), default=None)


def failed(observed: t.Iterable[Certificate], names: t.Collection[str]) -> list[Certificate]:
    """Those for exactly these names that will never be issued (again)."""
    return [each for each in _same(observed, names) if each.status not in _USABLE]


def _same(observed: t.Iterable[Certificate], names: t.Collection[str]) -> list[Certificate]:
    return [each for each in observed if set(each.names) == set(names)]


def plan_present(operations: CertificateApi, observed: t.Sequence[Certificate], desired: Desired) -> Plan:
    found = select(observed, desired.names)
    past = failed(observed, desired.names)
    after = {"names": sorted(desired.names), "tags": {**(found.tags if found else {}), **desired.all_tags()}}
    steps = []
    if found is None:
        arguments = {"names": list(desired.names), "token": _token(desired, past), "tags": desired.all_tags()}
        steps.append(
            Step(operations.request_certificate, arguments, f"Request a certificate for {', '.join(desired.names)}")
        )
        before = None
    else:
        before = {"names": sorted(found.names), "tags": dict(found.tags)}
        missing = {key: value for key, value in desired.all_tags().items() if found.tags.get(key) != value}
        if missing:
            steps.append(
                Step(operations.put_tags, {"arn": found.arn, "tags": missing}, f"Tag the certificate {found.arn}")
            )
    steps += [_deletion(operations, each, f", which is {each.reason}") for each in past if not each.used_by]
    return Plan(before, after, tuple(steps))


def plan_absent(operations: CertificateApi, observed: t.Sequence[Certificate], names: t.Collection[str]) -> Plan:
    """Of these names exactly; the caller has seen that nothing uses them."""
    gone = _same(observed, names)
    before = {"names": sorted(names), "arns": sorted(each.arn for each in gone)} if gone else None
    return Plan(before, None, tuple(_deletion(operations, each) for each in gone))


def in_use(observed: t.Sequence[Certificate], names: t.Collection[str]) -> Certificate | None:
    return next((each for each in _same(observed, names) if each.used_by), None)


def _deletion(operations: CertificateApi, certificate: Certificate, why: str = "") -> Step:
    return Step(
        operations.delete_certificate, {"arn": certificate.arn}, f"Delete the certificate {certificate.arn}{why}"
    )


def _token(desired: Desired, past: t.Iterable[Certificate]) -> str:
    """ACM answers the same token with the same certificate for an hour; a failed one is requested again."""
    parts = [desired.site, *sorted(desired.names), *sorted(each.arn for each in past)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def failure(certificate: Certificate) -> EdgeError:
    meaning = _REASONS.get(certificate.reason)
    return EdgeError(
        f"ACM does not issue the certificate for {', '.join(certificate.names)} ({certificate.arn}): "
        f"{certificate.reason}{f', {meaning}' if meaning else ''}. Fix that and run it again: another one is "
        "requested in its place."
    )


def progress(certificate: Certificate | None) -> str:
    """Which names are still to be validated, with the record that the first of them needs."""
    if certificate is None:
        return "ACM does not list it yet; if one for these names was deleted within the hour, try again after it"
    pending = [each for each in certificate.validations if each.status != "SUCCESS"]
    if not pending:
        return f"status {certificate.status}"
    names = ", ".join(each.domain_name for each in pending[:3]) + (", ..." if len(pending) > 3 else "")
    record = pending[0].record
    needs = f", by the CNAME {record['name']} with the value {record['value']}" if record else ""
    return f"{len(pending)} of {len(certificate.validations)} names still to be validated: {names}{needs}"
