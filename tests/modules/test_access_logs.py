"""cloudfront_distribution_logging against local AWS: created, changed, in conflict, interrupted and deleted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import SITE, ModuleFailed, Modules
from modules.users import deployer

ACCOUNT = LocalAws.account_id
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/EDFDVBD6EXAMPLE"
BUCKET = "arn:aws:s3:::shop-logs/site"


class AccessLogs:
    def __init__(self, local_aws: LocalAws, modules: Modules) -> None:
        self.local_aws = local_aws
        self.client = local_aws.client("logs")
        self.modules = modules

    def run(self, check: bool = False, **other: Any) -> dict[str, Any]:
        options = {"distribution_arn": DISTRIBUTION, "destination_arn": BUCKET, **other}
        return self.modules.run("cloudfront_distribution_logging", check=check, name=SITE, **options)

    def delete(self, check: bool = False) -> dict[str, Any]:
        return self.modules.run("cloudfront_distribution_logging", check=check, name=SITE, state="absent")

    def sources(self) -> list[str]:
        return [item["name"] for item in self.client.describe_delivery_sources()["deliverySources"]]

    def destinations(self) -> list[str]:
        found = self.client.describe_delivery_destinations()["deliveryDestinations"]
        return [item["deliveryDestinationConfiguration"]["destinationResourceArn"] for item in found]

    def deliveries(self) -> list[dict[str, Any]]:
        return self.client.describe_deliveries()["deliveries"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def modules(local_aws: LocalAws) -> Modules:
    actions = [
        *("logs:CreateDelivery", "logs:DeleteDelivery", "logs:UpdateDeliveryConfiguration", "logs:DescribeDeliveries"),
        *("logs:PutDeliverySource", "logs:DeleteDeliverySource", "logs:DescribeDeliverySources", "logs:TagResource"),
        "cloudfront:AllowVendedLogDeliveryForResource",
        *("logs:PutDeliveryDestination", "logs:DeleteDeliveryDestination", "logs:DescribeDeliveryDestinations"),
    ]
    return deployer(local_aws, more=[allow(actions, ["*"])])


@pytest.fixture
def logs(local_aws: LocalAws, modules: Modules) -> Iterator[AccessLogs]:
    access_logs = AccessLogs(local_aws, modules)
    yield access_logs
    local_aws.behave()
    local_aws.fault(None)
    access_logs.delete()
    for name in access_logs.sources():
        access_logs.client.delete_delivery_source(name=name)


def test_creation_and_deletion(logs: AccessLogs) -> None:
    predicted = logs.run(check=True)
    assert predicted["mutating"] == []
    made = logs.run()
    assert (made["plan"], len(made["mutating"])) == (predicted["plan"], 3)
    assert logs.run()["mutating"] == []
    assert logs.sources() == [made["logging"]["source_name"]]
    source = logs.client.get_delivery_source(name=made["logging"]["source_name"])["deliverySource"]
    assert (source["logType"], source["tags"]) == ("ACCESS_LOGS", {"multiregion-edge": SITE})
    gone = logs.delete()
    assert (gone["logging"], len(gone["mutating"])) == (None, 3)
    assert logs.delete()["mutating"] == []
    assert logs.sources() == logs.destinations() == logs.deliveries() == []


def test_changes(logs: AccessLogs) -> None:
    logs.run()
    fields = {"record_fields": ["timestamp", "cs-host"], "s3_suffix_path": "{yyyy}/{MM}"}
    assert len(logs.run(**fields)["mutating"]) == 1
    assert logs.run(**fields)["mutating"] == logs.run()["mutating"] == []
    (delivery,) = logs.deliveries()
    assert delivery["recordFields"] == fields["record_fields"]
    for change in ({"output_format": "parquet"}, {"destination_arn": "arn:aws:s3:::others"}):
        assert len(logs.run(**change)["mutating"]) == 4
        assert logs.run(**change)["mutating"] == []
    assert logs.destinations() == ["arn:aws:s3:::others"]
    other = {"distribution_arn": f"{DISTRIBUTION}2", "destination_arn": "arn:aws:s3:::others"}
    logs.run(**other)
    assert logs.sources() == [f"multiregion-{SITE}-EDFDVBD6EXAMPLE2"]
    assert logs.run(**other)["mutating"] == []


def test_a_concurrent_change_is_waited_for(logs: AccessLogs) -> None:
    logs.local_aws.behave(log_delivery_conflicts=2)
    assert logs.run()["changed"]
    assert logs.run()["mutating"] == []


def test_an_unmanaged_source_is_not_changed(logs: AccessLogs) -> None:
    logs.client.put_delivery_source(name="theirs", resourceArn=DISTRIBUTION, logType="ACCESS_LOGS")
    for check in (True, False):
        with pytest.raises(ModuleFailed, match="has the delivery source 'theirs' already"):
            logs.run(check=check)
    assert logs.delete()["mutating"] == []
    assert logs.sources() == ["theirs"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_run_killed_after_any_change_is_completed_by_the_next(logs: AccessLogs, steps: int) -> None:
    for run in (logs.run, lambda: logs.run(output_format="w3c"), logs.delete):
        logs.local_aws.fault(steps, of=logs.modules.credentials)
        with contextlib.suppress(ModuleFailed):
            run()
        logs.local_aws.fault(None)
        run()
        assert run()["mutating"] == []
    assert logs.sources() == logs.destinations() == logs.deliveries() == []
