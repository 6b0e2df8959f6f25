"""Deliveries of vended logs in CloudWatch Logs: refusals, and UpdateDeliveryConfiguration, which MiniStack lacks.

Sources: CloudWatch Logs API reference, PutDeliverySource, PutDeliveryDestination, CreateDelivery,
UpdateDeliveryConfiguration; aws-cloudformation/cloudformation-coverage-roadmap#2513 (a source has one resource
for ever, and a resource one source); hashicorp/terraform-provider-aws#42194 (ConflictException during another change).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.services import cloudwatch_logs as logs

from localaws.emulator.core import behaviour

_UPDATE = "Logs_20140328.UpdateDeliveryConfiguration"
_CHANGES = (
    "_put_delivery_source",
    "_put_delivery_destination",
    "_create_delivery",
    "_delete_delivery",
    "_delete_delivery_source",
    "_delete_delivery_destination",
)


def install() -> None:
    for name in _CHANGES:
        setattr(logs, name, _checked(getattr(logs, name), globals()[f"_refused{name}"]))
    handler = app.SERVICE_HANDLERS["logs"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        if headers.get("x-amz-target") == _UPDATE:
            return _updated(json.loads(body))
        return await handler(method, path, headers, body, query)

    app.SERVICE_HANDLERS["logs"] = handle


def _checked(change: Callable[[Any], Any], refused: Callable[[Any], str | None]) -> Callable[[Any], Any]:
    def checked(data: dict[str, Any]) -> Any:
        if behaviour.current.log_delivery_conflicts:
            behaviour.current.log_delivery_conflicts -= 1
            return _conflict("Requested resource is currently being updated. Please try again.")
        message = refused(data)
        return _conflict(message) if message else change(data)

    return checked


def _conflict(message: str) -> Any:
    return logs.error_response_json("ConflictException", message, 400)


def _refused_put_delivery_source(data: dict[str, Any]) -> str | None:
    for name, source in logs._delivery_sources.items():
        same = source["resourceArns"] == [data["resourceArn"]]
        if name == data["name"] and not same:
            return "Update to existing Delivery Source with new ResourceId is not allowed."
        if name != data["name"] and same and source["logType"] == data["logType"]:
            return f"This ResourceId has already been used in another Delivery Source: {name}"
    return None


def _refused_put_delivery_destination(data: dict[str, Any]) -> str | None:
    found = logs._delivery_destinations.get(data["name"])
    if found and found["outputFormat"] != data.get("outputFormat", "json"):
        return "The output format of a Delivery Destination cannot be changed."
    return None


def _refused_create_delivery(data: dict[str, Any]) -> str | None:
    return None


def _refused_delete_delivery(data: dict[str, Any]) -> str | None:
    return None


def _refused_delete_delivery_source(data: dict[str, Any]) -> str | None:
    used = any(delivery["deliverySourceName"] == data["name"] for delivery in logs._deliveries.values())
    return "The Delivery Source has deliveries." if used else None


def _refused_delete_delivery_destination(data: dict[str, Any]) -> str | None:
    arn = (logs._delivery_destinations.get(data["name"]) or {}).get("arn")
    used = any(delivery["deliveryDestinationArn"] == arn for delivery in logs._deliveries.values())
    return "The Delivery Destination has deliveries." if used else None


def _updated(data: dict[str, Any]) -> Any:
    delivery = logs._deliveries.get(data["id"])
    if delivery is None:
        return logs.error_response_json("ResourceNotFoundException", "The delivery does not exist.", 400)
    delivery.update({name: value for name, value in data.items() if name != "id"})
    return logs.json_response({})
