# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudWatch Logs calls about the delivery of a distribution's access logs, one a method."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.parallel import in_parallel
from .plan import (
    Delivery,
    Destination,
    Observed,
    Settings,
)

# What is to be deleted is gone already, or the answer to an earlier attempt of this very call was lost.
_GONE = "ResourceNotFoundException"


class AccessLogsApi:
    def __init__(self, aws: Aws) -> None:
        # CloudFront's are delivered from here only, wherever they go.
        self._logs = aws.client("logs", GLOBAL_REGION)
        self._destinations: dict[str, str] = {}

    def observed(self) -> Observed:
        """All that the account has, also of others."""
        read = in_parallel(
            {
                "sources": functools.partial(self._pages, "describe_delivery_sources", "deliverySources"),
                "destinations": functools.partial(
                    self._pages, "describe_delivery_destinations", "deliveryDestinations"
                ),
                "deliveries": functools.partial(self._pages, "describe_deliveries", "deliveries"),
            }
        )
        self._destinations = {item["name"]: item["arn"] for item in read["destinations"]}
        names = {arn: name for name, arn in self._destinations.items()}
        return Observed(
            sources={item["name"]: item["resourceArns"][0] for item in read["sources"] if item.get("resourceArns")},
            destinations={
                item["name"]: Destination(
                    item["deliveryDestinationConfiguration"]["destinationResourceArn"], item.get("outputFormat", "")
                )
                for item in read["destinations"]
                if item.get("deliveryDestinationConfiguration")  # X-Ray's has none
            },
            deliveries=[
                Delivery(
                    item["id"], item["deliverySourceName"], names.get(item["deliveryDestinationArn"], ""), _read(item)
                )
                for item in read["deliveries"]
            ],
        )

    def put_source(self, name: str, distribution_arn: str, tags: dict[str, str]) -> None:
        self._logs.put_delivery_source(name=name, resourceArn=distribution_arn, logType="ACCESS_LOGS", tags=tags)

    def put_destination(self, name: str, destination_arn: str, output_format: str, tags: dict[str, str]) -> None:
        configuration = {"destinationResourceArn": destination_arn}
        answer = self._logs.put_delivery_destination(
            name=name, outputFormat=output_format, deliveryDestinationConfiguration=configuration, tags=tags
        )
        self._destinations[name] = answer["deliveryDestination"]["arn"]

    def create_delivery(self, source: str, destination: str, settings: Settings, tags: dict[str, str]) -> None:
        self._logs.create_delivery(
            deliverySourceName=source,
            deliveryDestinationArn=self._destinations[destination],
            tags=tags,
            **_written(settings),
        )

    def update_delivery(self, delivery_id: str, settings: Settings) -> None:
        self._logs.update_delivery_configuration(id=delivery_id, **_written(settings))

    def delete_delivery(self, delivery_id: str) -> None:
        self._delete(self._logs.delete_delivery, id=delivery_id)

    def delete_source(self, name: str) -> None:
        self._delete(self._logs.delete_delivery_source, name=name)

    def delete_destination(self, name: str) -> None:
        self._delete(self._logs.delete_delivery_destination, name=name)

    def _delete(self, call: t.Callable[..., t.Any], **arguments: str) -> None:
        try:
            call(**arguments)
        except is_boto3_error_code(_GONE):
            return

    def _pages(self, operation: str, member: str) -> list[t.Any]:
        pages = self._logs.get_paginator(operation).paginate()
        return [item for page in pages for item in page.get(member, [])]


def _read(item: dict[str, t.Any]) -> Settings:
    s3 = item.get("s3DeliveryConfiguration", {})
    found = {
        "record_fields": item.get("recordFields"),
        "field_delimiter": item.get("fieldDelimiter"),
        "s3_suffix_path": s3.get("suffixPath"),
        "s3_enable_hive_compatible_path": s3.get("enableHiveCompatiblePath"),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def _written(settings: Settings) -> dict[str, t.Any]:
    s3 = {"suffixPath": "s3_suffix_path", "enableHiveCompatiblePath": "s3_enable_hive_compatible_path"}
    members = {"recordFields": "record_fields", "fieldDelimiter": "field_delimiter"}
    written = {name: settings[option] for name, option in members.items() if option in settings}
    in_s3 = {name: settings[option] for name, option in s3.items() if option in settings}
    return {**written, **({"s3DeliveryConfiguration": in_s3} if in_s3 else {})}
