"""Deliveries of access logs: what CloudWatch Logs refuses."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from localaws.local_aws import LocalAws
from localaws.tests.emulator.wire import code_of

CONFLICT = ("ConflictException", 400)


def test_a_source_a_destination_and_a_delivery(local_aws: LocalAws) -> None:
    logs = local_aws.client("logs")
    first, second = (f"arn:aws:cloudfront::{local_aws.account_id}:distribution/E{number}LOGGED" for number in (1, 2))

    def put_source(name: str, arn: str) -> None:
        logs.put_delivery_source(name=name, resourceArn=arn, logType="ACCESS_LOGS")

    def put_destination(bucket: str, output_format: str) -> str:
        configuration = {"destinationResourceArn": f"arn:aws:s3:::{bucket}"}
        made = logs.put_delivery_destination(
            name="logged", outputFormat=output_format, deliveryDestinationConfiguration=configuration
        )
        return str(made["deliveryDestination"]["arn"])

    put_source("one", first)
    put_source("one", first)
    assert code_of(lambda: put_source("one", second)) == CONFLICT
    assert code_of(lambda: put_source("two", first)) == CONFLICT
    destination = put_destination("a", "json")
    assert put_destination("b", "json") == destination
    assert code_of(lambda: put_destination("b", "w3c")) == CONFLICT
    made = logs.create_delivery(deliverySourceName="one", deliveryDestinationArn=destination)["delivery"]["id"]
    assert code_of(lambda: logs.delete_delivery_source(name="one")) == CONFLICT
    assert code_of(lambda: logs.delete_delivery_destination(name="logged")) == CONFLICT
    logs.update_delivery_configuration(id=made, recordFields=["cs-host"])
    (delivery,) = logs.describe_deliveries()["deliveries"]
    assert delivery["recordFields"] == ["cs-host"]
    local_aws.behave(log_delivery_conflicts=1)
    assert code_of(lambda: logs.delete_delivery(id=made)) == CONFLICT
    logs.delete_delivery(id=made)
    logs.delete_delivery_source(name="one")
    logs.delete_delivery_destination(name="logged")
    gone = code_of(lambda: logs.update_delivery_configuration(id=made, recordFields=[]))
    assert gone == ("ResourceNotFoundException", 400)
    local_aws.behave()
