# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls about a certificate of ACM, one a method. CloudFront takes those of us-east-1 only."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._rules.ownership import OWNER_TAG, tag_list, tags_of
from .plan import Certificate, from_api


class CertificateApi:
    def __init__(self, aws: Aws) -> None:
        self._acm = aws.client("acm", GLOBAL_REGION)
        # ListCertificates does not list a certificate for some seconds after it was requested.
        self._requested: set[str] = set()

    def certificates(self, site: str, names: t.Collection[str]) -> list[Certificate]:
        """The site's certificates that have one of these names. Unmanaged certificates are ignored."""
        pages = self._acm.get_paginator("list_certificates").paginate()
        summaries = [summary for page in pages for summary in page["CertificateSummaryList"]]
        likely = {item["CertificateArn"] for item in summaries if _may_have(item, names)} | self._requested
        found = in_parallel({arn: functools.partial(self._of_site, arn, site) for arn in sorted(likely)})
        return [certificate for certificate in found.values() if certificate is not None]

    def _of_site(self, arn: str, site: str) -> Certificate | None:
        try:
            tags = self._tags(arn)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None  # requested or deleted a moment ago
        return self.certificate(arn, tags) if tags.get(OWNER_TAG) == site else None

    def certificate(self, arn: str, tags: t.Mapping[str, str]) -> Certificate | None:
        try:
            return from_api(self._acm.describe_certificate(CertificateArn=arn)["Certificate"], tags)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None

    def _tags(self, arn: str) -> dict[str, str]:
        return tags_of(self._acm.list_tags_for_certificate(CertificateArn=arn).get("Tags", []))

    def request_certificate(self, names: list[str], token: str, tags: dict[str, str]) -> None:
        answer = self._acm.request_certificate(
            DomainName=names[0],
            SubjectAlternativeNames=names,
            ValidationMethod="DNS",
            IdempotencyToken=token,
            Tags=tag_list(tags),
        )
        self._requested.add(answer["CertificateArn"])

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        self._acm.add_tags_to_certificate(CertificateArn=arn, Tags=tag_list(tags))

    def delete_certificate(self, arn: str) -> None:
        try:
            self._acm.delete_certificate(CertificateArn=arn)
        except is_boto3_error_code("ResourceNotFoundException"):
            return
        except is_boto3_error_code("ResourceInUseException") as error:
            raise in_use_error(arn) from error


def in_use_error(arn: str, by: t.Iterable[str] = ()) -> EdgeError:
    return EdgeError(
        f"The certificate {arn} is in use{''.join(f' by {user}' for user in sorted(by)[:3])}: give that another one "
        "first, or remove it, and run it again. ACM takes some minutes to see that nothing uses it any more."
    )


def _may_have(summary: dict[str, t.Any], names: t.Collection[str]) -> bool:
    """A summary has the first hundred names."""
    listed = {name.lower() for name in [summary["DomainName"], *summary.get("SubjectAlternativeNameSummaries", [])]}
    return bool(listed & set(names)) or bool(summary.get("HasAdditionalSubjectAlternativeNames"))
