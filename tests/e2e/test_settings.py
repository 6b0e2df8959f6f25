"""The other settings: each takes effect in AWS, the site is served, and the next run changes nothing."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.site import LocalSite
from e2e.playbook_results import last, mutating, run
from localaws.viewer import get

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(50)]

ZONE = "example.com"
WWW = f"www.{ZONE}"
LOGS = "arn:aws:s3:::my-logs/every"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"


@contextmanager
def site(directory: Path, as_root: bool = False, **variables: Any) -> Iterator[LocalSite]:
    directory.mkdir()
    (directory / "index.html").write_text("the page\n")
    with LocalSite({"edge_name": "every", "edge_site": str(directory), **variables}, as_root=as_root) as local_site:
        yield local_site


def distribution(local_site: LocalSite) -> dict[str, Any]:
    found = local_site.local_aws.client("cloudfront").get_distribution(Id=local_site.distribution_id())["Distribution"]
    config: dict[str, Any] = found["DistributionConfig"]
    return config


def records(local_site: LocalSite) -> list[dict[str, Any]]:
    route53 = local_site.local_aws.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"][0]["Id"]
    found: list[dict[str, Any]] = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return found


def unchanged(local_site: LocalSite) -> None:
    start = last(local_site)
    assert "no changes" in run(local_site, "site.yml")
    assert mutating(local_site, start) == []


def served(local_site: LocalSite, host: str) -> None:
    url = local_site.edge_url or local_site.start_edge()
    answer = get(url, Host=host)
    assert (answer.status, answer.body) == (200, b"the page\n")


def test_alias_records_and_settings_of_the_distribution(tmp_path: Path) -> None:
    regions = ["eu-north-1", "us-east-1", "sa-east-1"]
    given: dict[str, Any] = {
        "edge_regions": regions,
        "edge_home_region": "us-east-1",
        "edge_replication_topology": "mesh",
        "edge_replication_time_control": True,
        "edge_origin": "dns_record",
        "edge_dns_zone": ZONE,
        "edge_dns_record": f"nearest.{ZONE}",
        "edge_aliases": [ZONE, WWW],
        "edge_price_class": "PriceClass_100",
        "edge_response_headers_policy_id": SECURITY_HEADERS,
        "edge_minimum_protocol_version": "TLSv1.3_2025",
        "edge_logs": LOGS,
        "edge_tags": {"team": "web"},
        "edge_hosts": [WWW],
    }
    with site(tmp_path / "site", **given) as every:
        account = every.local_aws.account_id
        acl = f"arn:aws:wafv2:us-east-1:{account}:global/webacl/every/473e64fd-f30b-4765-81a0-62ad96dd167a"
        check = every.local_aws.client("route53").create_health_check(
            CallerReference="1", HealthCheckConfig={"Type": "HTTPS", "FullyQualifiedDomainName": WWW}
        )["HealthCheck"]["Id"]
        every.variables |= {"edge_web_acl_arn": acl, "edge_health_checks": {"eu-north-1": check}}
        run(every, "site.yml")
        run(every, "playbooks/publish.yml")

        config = distribution(every)
        (certificate,) = every.local_aws.client("acm").list_certificates()["CertificateSummaryList"]
        assert certificate["Status"] == "ISSUED"
        assert config["ViewerCertificate"]["ACMCertificateArn"] == certificate["CertificateArn"]
        assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.3_2025"
        assert set(config["Aliases"]["Items"]) == {ZONE, WWW}
        assert (config["PriceClass"], config["WebACLId"]) == ("PriceClass_100", acl)
        assert config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == SECURITY_HEADERS

        logs = every.local_aws.client("logs")
        (delivery,) = logs.describe_delivery_destinations()["deliveryDestinations"]
        assert delivery["deliveryDestinationConfiguration"]["destinationResourceArn"] == LOGS
        (source,) = logs.describe_delivery_sources()["deliverySources"]
        assert source["resourceArns"][0].endswith(f"distribution/{every.distribution_id()}")

        found = records(every)
        names = {(record["Name"], record["Type"]) for record in found if "AliasTarget" in record}
        assert names == {(f"{name}.", kind) for name in (ZONE, WWW) for kind in ("A", "AAAA", "HTTPS")}
        texts = [record for record in found if record["Type"] == "TXT"]
        assert {record["Name"] for record in texts} == {f"nearest.{ZONE}."}
        assert len(texts) == len(regions)
        assert [record["HealthCheckId"] for record in texts if "HealthCheckId" in record] == [check]

        for region in regions:
            bucket = f"every-{every.local_aws.account_id}-{region}-an"
            s3 = every.local_aws.client("s3", region)
            rules = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
            assert len(rules) == len(regions) - 1
            assert {rule["Destination"]["ReplicationTime"]["Status"] for rule in rules} == {"Enabled"}
            tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
            assert tags["team"] == "web"

        served(every, WWW)
        unchanged(every)
        every.variables["edge_logs"] = "none"
        run(every, "site.yml")
        assert logs.describe_deliveries()["deliveries"] == logs.describe_delivery_sources()["deliverySources"] == []
        unchanged(every)


@pytest.mark.parametrize(
    ("naming", "names"),
    [
        (
            {"edge_bucket_names": {"eu-north-1": "own-north", "sa-east-1": "own-south"}},
            {"bucket-eu-north-1": "own-north", "bucket-sa-east-1": "own-south"},
        ),
        (
            {"edge_bucket_namespace": "global", "edge_bucket_prefix": "own"},
            {"bucket-eu-north-1": "own-eu-north-1", "bucket-sa-east-1": "own-sa-east-1"},
        ),
    ],
    ids=["names", "prefix"],
)
def test_own_bucket_names_and_an_own_certificate(tmp_path: Path, naming: dict[str, Any], names: dict[str, str]) -> None:
    given: dict[str, Any] = {
        "edge_regions": ["eu-north-1", "sa-east-1"],
        "edge_origin": "nearest_bucket",
        "edge_prefer": {"eu-central-1": ["sa-east-1"]},
        "edge_aliases": [WWW],
        **naming,
    }
    # As root: the documented policy of a deployer allows bucket names with the site's name only.
    with site(tmp_path / "site", as_root=True, **given) as every:
        every.variables["edge_certificate_arn"] = issued(every)
        output = run(every, "site.yml")
        run(every, "playbooks/publish.yml")
        assert f"{WWW} needs a record that points to " in " ".join(output.split())
        config = distribution(every)
        hosts = {origin["Id"]: origin["DomainName"].partition(".")[0] for origin in config["Origins"]["Items"]}
        assert hosts == names
        assert config["ViewerCertificate"]["ACMCertificateArn"] == every.variables["edge_certificate_arn"]
        served(every, WWW)
        # Frankfurt's regional edge cache is in eu-central-1, which is nearer to Stockholm.
        assert get(every.edge_url, "/_edge/region", pop="FRA", Host=WWW).body == b"sa-east-1"
        assert get(every.edge_url, "/_edge/region", pop="LHR", Host=WWW).body == b"eu-north-1"
        unchanged(every)


def issued(local_site: LocalSite) -> str:
    """A certificate for WWW, already validated."""
    acm, route53 = local_site.local_aws.client("acm"), local_site.local_aws.client("route53")
    zone = route53.create_hosted_zone(Name=ZONE, CallerReference="theirs")["HostedZone"]["Id"]
    arn: str = acm.request_certificate(DomainName=WWW, ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    record_set = {"Name": record["Name"], "Type": record["Type"], "TTL": 60}
    change = {
        "Action": "CREATE",
        "ResourceRecordSet": {**record_set, "ResourceRecords": [{"Value": record["Value"]}]},
    }
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    return arn
