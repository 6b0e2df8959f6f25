"""A hosted zone for a test, and a deployer with the rights to change its records."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import Modules
from modules.users import deployer

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
_numbers = itertools.count(1)


def zones_policy(account_id: str) -> dict[str, Any]:
    """The additional rights for certificates and record sets."""
    certificates = f"arn:aws:acm:us-east-1:{account_id}:certificate/*"
    allowed = [
        (["acm:ListCertificates", "acm:RequestCertificate"], "*"),
        (
            [
                "acm:AddTagsToCertificate",
                "acm:DeleteCertificate",
                "acm:DescribeCertificate",
                "acm:ListTagsForCertificate",
            ],
            certificates,
        ),
        (["route53:GetChange", "route53:ListHostedZonesByName"], "*"),
        (
            ["route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets"],
            "arn:aws:route53:::hostedzone/*",
        ),
    ]
    return {"Version": "2012-10-17", "Statement": [allow(actions, [resource]) for actions, resource in allowed]}


class Zone:
    """A public hosted zone for one test."""

    def __init__(self, local_aws: LocalAws, private: bool = False) -> None:
        self.name = f"zone{next(_numbers)}.example"
        self._route53 = local_aws.client("route53")
        vpc = {"VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}} if private else {}
        made = self._route53.create_hosted_zone(Name=self.name, CallerReference=self.name, **vpc)
        self.id: str = made["HostedZone"]["Id"].rpartition("/")[2]

    def records(self) -> list[dict[str, Any]]:
        """The records without NS and SOA, which every zone has."""
        pages = self._route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=self.id)
        found = [record for page in pages for record in page["ResourceRecordSets"]]
        return [record for record in found if record["Type"] not in ("SOA", "NS")]

    def change(self, action: str, host: str, kind: str, *values: str, **members: Any) -> None:
        """Change a record from outside the collection."""
        pointing = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
        record = {"Name": f"{host}.{self.name}", "Type": kind, **pointing, **members}
        changes = [{"Action": action, "ResourceRecordSet": record}]
        self._route53.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch={"Changes": changes})


def alias_of(domain_name: str) -> dict[str, Any]:
    """An alias target in boto3's format."""
    return {"HostedZoneId": CLOUDFRONT_ZONE, "DNSName": domain_name, "EvaluateTargetHealth": False}


def modules_of(local_aws: LocalAws, *denied: str) -> Modules:
    """Run by the deployer, with the rights to change records."""
    return deployer(local_aws, *denied, more=zones_policy(local_aws.account_id)["Statement"])
