"""ACM issues a certificate when the CNAME record of each name can be resolved. MiniStack issues it at once.

Sources: ACM API reference, RequestCertificate, DescribeCertificate, DeleteCertificate; ACM User Guide, "DNS
validation", "Quotas"; IdempotencyToken: "tokens time out after one hour".
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import acm, cloudfront, route53

from localaws.emulator.core import behaviour

_MAX_NAMES = 10
_TOKEN_SECONDS = 3600.0
_TOKEN = re.compile(r"\w{1,32}")
_NAME = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])")

# By account, Region and idempotency token: the time, the request, and the certificate.
_tokens: dict[tuple[str, str, str], tuple[float, Any, str]] = {}


def install() -> None:
    request, listed, describe, delete = (
        acm._request_certificate,
        acm._list_certificates,
        acm._describe_certificate,
        acm._delete_certificate,
    )

    def requested(data: dict[str, Any]) -> Any:
        refused = _refused(data)
        if refused is not None:
            return refused
        key = (get_account_id(), get_region(), data.get("IdempotencyToken", ""))
        asked = {name: value for name, value in data.items() if name != "IdempotencyToken"}
        since, before, arn = _tokens.get(key, (0.0, None, ""))
        if before == asked and arn in acm._certificates and behaviour.now() - since < _TOKEN_SECONDS:
            return acm.json_response({"CertificateArn": arn})
        known = set(acm._certificates)
        answer = request({**data, "SubjectAlternativeNames": _names(data)})
        (arn,) = set(acm._certificates) - known
        acm._certificates[arn] |= {
            "Status": "PENDING_VALIDATION",
            "requested": behaviour.now(),
            "DomainValidationOptions": [_option(name) for name in _names(data)],
        }
        if key[2]:
            _tokens[key] = (behaviour.now(), asked, arn)
        return answer

    def described(data: dict[str, Any]) -> Any:
        _validate()
        return describe(data)

    def list_all(data: dict[str, Any]) -> Any:
        _validate()
        status, headers, body = listed(data)
        document = acm.json.loads(body)
        for summary in document["CertificateSummaryList"]:
            certificate = acm._certificates[summary["CertificateArn"]]
            summary |= {
                "SubjectAlternativeNameSummaries": certificate["SubjectAlternativeNames"],
                "HasAdditionalSubjectAlternativeNames": False,
                "Type": certificate["Type"],
                "KeyAlgorithm": "RSA-2048",
                "InUse": bool(_used_by(summary["CertificateArn"])),
            }
        return status, headers, acm.json.dumps(document).encode()

    def deleted(data: dict[str, Any]) -> Any:
        arn = data.get("CertificateArn", "")
        if acm._get_local_certificate(arn) and _used_by(arn):
            message = f"Certificate {arn} in account {get_account_id()} is in use."
            return error_response_json("ResourceInUseException", message, 400)
        return delete(data)

    acm._request_certificate, acm._list_certificates = requested, list_all
    acm._describe_certificate, acm._delete_certificate = described, deleted
    acm._cert_shape = _with_current_state(acm._cert_shape)


def _names(data: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys([data["DomainName"], *data.get("SubjectAlternativeNames", [])]))


def _refused(data: dict[str, Any]) -> Any:
    if not data.get("DomainName"):
        return None  # MiniStack's to refuse
    if any(not _NAME.fullmatch(name) for name in _names(data)) or len(data["DomainName"]) > 64:
        return error_response_json("InvalidDomainValidationOptionsException", "A domain name is not valid.", 400)
    if not _TOKEN.fullmatch(data.get("IdempotencyToken", "none")):
        return error_response_json("InvalidParameterException", "IdempotencyToken must match \\w+.", 400)
    if len(_names(data)) > _MAX_NAMES:
        message = f"Cannot request more than {_MAX_NAMES} domain names in a certificate."
        return error_response_json("LimitExceededException", message, 400)
    return None


def _option(name: str) -> dict[str, Any]:
    """The record is the same for all certificates of an account, and for a name and its wildcard."""
    base = name.removeprefix("*.").lower()
    digest = hashlib.sha256(f"{get_account_id()}/{base}".encode()).hexdigest()
    value = f"_{digest[32:]}.{''.join(chr(97 + int(letter, 16)) for letter in digest[:10])}.acm-validations.aws."
    record = {"Name": f"_{digest[:32]}.{base}.", "Type": "CNAME", "Value": value}
    return {
        "DomainName": name,
        "ValidationDomain": name,
        "ValidationMethod": "DNS",
        "ValidationStatus": "PENDING_VALIDATION",
        "ResourceRecord": record,
    }


def _with_current_state(shape: Any) -> Any:
    def shaped(certificate: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = shape(certificate) | {"InUseBy": _used_by(certificate["CertificateArn"])}
        if shown["Status"] != "ISSUED":
            for member in ("IssuedAt", "NotBefore", "NotAfter"):
                shown.pop(member, None)
        if "FailureReason" in certificate:
            shown["FailureReason"] = certificate["FailureReason"]
        # A new certificate shows no validation records yet.
        since = behaviour.now() - certificate.get("requested", float("-inf"))
        if shown["Status"] == "PENDING_VALIDATION" and since < behaviour.current.certificate_records_seconds:
            options = shown["DomainValidationOptions"]
            shown["DomainValidationOptions"] = [
                {member: value for member, value in option.items() if member != "ResourceRecord"} for option in options
            ]
        return shown

    return shaped


def _validate() -> None:
    """Validate the pending certificates whose records can be resolved."""
    for certificate in acm._certificates.values():
        if certificate["Status"] != "PENDING_VALIDATION":
            continue
        if behaviour.current.certificate_failure:
            reason = behaviour.current.certificate_failure
            timed_out = reason == "VALIDATION_TIMED_OUT"
            certificate["Status"] = reason if timed_out else "FAILED"
            if not timed_out:
                certificate["FailureReason"] = reason
            continue
        for option in certificate["DomainValidationOptions"]:
            if option["ValidationStatus"] == "PENDING_VALIDATION" and _can_be_looked_up(option["ResourceRecord"]):
                seen = certificate.setdefault("seen", {}).setdefault(option["DomainName"], behaviour.now())
                if behaviour.now() - seen >= behaviour.current.certificate_seconds:
                    option["ValidationStatus"] = "SUCCESS"
        if all(option["ValidationStatus"] == "SUCCESS" for option in certificate["DomainValidationOptions"]):
            certificate |= {"Status": "ISSUED", "IssuedAt": acm.now_iso(), "issued": behaviour.now()}


def _can_be_looked_up(record: dict[str, str]) -> bool:
    """In the most specific public zone, which a resolver would ask."""
    public = [zone for zone in route53._zones.values() if not zone.get("private")]
    zones = [zone for zone in public if record["Name"].endswith(f".{zone['name']}")]
    if not zones:
        return False
    zone = max(zones, key=lambda found: len(found["name"]))
    return any(
        found["Type"] == "CNAME"
        and found["Name"].lower() == record["Name"].lower()
        and [value.rstrip(".") for value in found.get("ResourceRecords", [])] == [record["Value"].rstrip(".")]
        for found in route53._records.get(zone["id"], [])
    )


def _used_by(arn: str) -> list[str]:
    return sorted(found["ARN"] for found in cloudfront._distributions.values() if f">{arn}<" in found["config_xml"])
