# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a certificate, and its description in results."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._certificate import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._certificate.api import CertificateApi
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

from unit.operations import operations

OPERATIONS = operations(CertificateApi)

NAMES = ("example.com", "*.example.com")
MANAGED = {"multiregion-edge": "my-site"}


def record(name: str) -> dict[str, str]:
    return {"name": f"_{name}.", "type": "CNAME", "value": "_v."}


def live(arn: str = "arn:1", status: str = "ISSUED", *names: str, **members: t.Any) -> planning.Certificate:
    given = names or NAMES
    done = "SUCCESS" if status == "ISSUED" else "PENDING_VALIDATION"
    validations = tuple(planning.Validation(name, done, record(name.removeprefix("*."))) for name in given)
    found = {"reason": status, "used_by": (), "validations": validations, "tags": MANAGED, **members}
    return planning.Certificate(arn=arn, names=given, status=status, **found)


def want(*names: str, **tags: str) -> planning.Desired:
    return planning.Desired("my-site", names or NAMES, tags)


def calls(plan: t.Any) -> list[tuple[str, str]]:
    return [(step.name, step.arguments.get("arn", "")) for step in plan.steps]


REQUEST, TAGS = ("request_certificate", ""), ("put_tags", "arn:1")


@pytest.mark.parametrize(
    ("observed", "desired", "expected"),
    [
        ([], want(), [REQUEST]),
        ([live()], want(), []),
        ([live()], want(*reversed(NAMES)), []),
        ([live(status="PENDING_VALIDATION")], want(), []),
        ([live()], want("example.com"), [REQUEST]),
        ([live("arn:1", "ISSUED", "example.com")], want(), [REQUEST]),
        ([live()], want(team="web"), [TAGS]),
        ([live(tags={**MANAGED, "team": "web", "other": "x"})], want(team="web"), []),
        ([live("arn:2", "PENDING_VALIDATION"), live()], want(team="web"), [TAGS]),  # of two, the issued one
        ([live(status="FAILED")], want(), [REQUEST, ("delete_certificate", "arn:1")]),
        ([live(status="VALIDATION_TIMED_OUT")], want(), [REQUEST, ("delete_certificate", "arn:1")]),
        ([live(status="EXPIRED", used_by=("arn:distribution",))], want(), [REQUEST]),
        ([live("arn:2", "FAILED"), live()], want(), [("delete_certificate", "arn:2")]),
    ],
)
def test_present(
    observed: list[planning.Certificate], desired: planning.Desired, expected: list[tuple[str, str]]
) -> None:
    assert calls(planning.plan_present(OPERATIONS, observed, desired)) == expected


def test_the_request() -> None:
    (step,) = planning.plan_present(OPERATIONS, [], want(team="web")).steps
    assert step.sentence == "Request a certificate for example.com, *.example.com"
    assert step.arguments["names"] == list(NAMES)
    assert step.arguments["tags"] == {"team": "web", **MANAGED}


def test_the_token_depends_on_the_request_and_on_failed_certificates() -> None:
    def token(observed: list[planning.Certificate], desired: planning.Desired) -> str:
        found: str = planning.plan_present(OPERATIONS, observed, desired).steps[0].arguments["token"]
        return found

    first = token([], want())
    assert first.isalnum() and len(first) == 32
    assert token([], want(*reversed(NAMES), team="web")) == first
    others = [
        token([], want("example.com")),
        token([], planning.Desired("other", NAMES, {})),
        token([live(status="FAILED")], want()),
    ]
    assert len({first, *others}) == 4


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([], []),
        ([live(), live("arn:2", "FAILED")], ["arn:1", "arn:2"]),
        ([live("arn:1", "ISSUED", "example.com")], []),
    ],
)
def test_absent(observed: list[planning.Certificate], expected: list[str]) -> None:
    plan = planning.plan_absent(OPERATIONS, observed, NAMES)
    assert [step.arguments["arn"] for step in plan.steps] == expected
    assert (plan.before is None) == (not expected)


def test_the_certificate_in_use_is_selected() -> None:
    used = live("arn:2", used_by=("arn:distribution",))
    assert planning.in_use([live(), used], NAMES) == used
    assert planning.in_use([live("arn:2", "ISSUED", "example.com", used_by=("arn:distribution",))], NAMES) is None


def test_each_validation_record_is_returned_once() -> None:
    assert live().records == [record("example.com")]
    assert live().has_records
    untold = live(validations=(planning.Validation("example.com", "PENDING_VALIDATION", None),))
    assert (untold.records, untold.has_records) == ([], False)


@pytest.mark.parametrize(
    ("certificate", "message"),
    [
        (None, "ACM does not list it yet; if one for these names was deleted within the hour, try again after it"),
        (live(), "status ISSUED"),
        (
            live("arn:1", "PENDING_VALIDATION"),
            "2 of 2 names still to be validated: example.com, *.example.com, by the CNAME _example.com. with the "
            "value _v.",
        ),
        (
            live(
                status="PENDING_VALIDATION",
                validations=tuple(planning.Validation(f"h{number}", "PENDING", None) for number in range(5)),
            ),
            "5 of 5 names still to be validated: h0, h1, h2, ...",
        ),
    ],
)
def test_progress(certificate: planning.Certificate | None, message: str) -> None:
    assert planning.progress(certificate) == message


def test_names_are_lower_case_and_unique() -> None:
    assert planning.checked_names("Example.com.", ["www.example.com", "EXAMPLE.com"]) == (
        "example.com",
        "www.example.com",
    )


@pytest.mark.parametrize("name", ["", "example", "a_b.example.com", "-a.example.com", "a.*.example.com", "*"])
def test_invalid_names(name: str) -> None:
    with pytest.raises(EdgeError, match="is not a valid host name"):
        planning.checked_names("example.com", [name])


def test_acms_description_is_parsed() -> None:
    described = {
        "CertificateArn": "arn:1",
        "DomainName": "Example.com",
        "SubjectAlternativeNames": ["Example.com", "www.example.com"],
        "Status": "FAILED",
        "FailureReason": "CAA_ERROR",
        "InUseBy": ["arn:distribution"],
        "DomainValidationOptions": [
            {"DomainName": "Example.com", "ValidationMethod": "DNS"},  # right after the request
            {
                "DomainName": "www.example.com",
                "ValidationStatus": "SUCCESS",
                "ResourceRecord": {"Name": "_a.", "Type": "CNAME", "Value": "_b."},
            },
        ],
    }
    found = planning.from_api(described, MANAGED)
    assert (found.names, found.reason, found.used_by) == (
        ("example.com", "www.example.com"),
        "CAA_ERROR",
        ("arn:distribution",),
    )
    assert [(each.domain_name, each.status) for each in found.validations] == [
        ("example.com", "PENDING_VALIDATION"),
        ("www.example.com", "SUCCESS"),
    ]
    assert found.records == [{"name": "_a.", "type": "CNAME", "value": "_b."}]
    assert "a CAA record of one of the names forbids it" in str(planning.failure(found))
