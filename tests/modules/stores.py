"""A key value store, read and changed by another user."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from localaws.local_aws import LocalAws

_CALLS = {
    "GET /key-value-stores/[^/]+/[^/]+": "describe",
    "GET /key-value-stores/[^/]+/[^/]+/keys": "list",
    "GET /key-value-stores/[^/]+/[^/]+/keys/.+": "get",
    "POST /key-value-stores/[^/]+/[^/]+/keys": "update",
}


class Store:
    def __init__(self, local_aws: LocalAws, name: str) -> None:
        self._local_aws = local_aws
        self._keys = local_aws.client("cloudfront-keyvaluestore")
        self.name = name
        self.arn: str = local_aws.client("cloudfront").describe_key_value_store(Name=name)["KeyValueStore"]["ARN"]

    def keys(self, prefix: str = "") -> dict[str, str]:
        pages = self._keys.get_paginator("list_keys").paginate(KvsARN=self.arn, PaginationConfig={"PageSize": 50})
        found = {item["Key"]: item["Value"] for page in pages for item in page["Items"]}
        return {key: value for key, value in found.items() if key.startswith(prefix)}

    def put(self, puts: dict[str, str], deletes: list[str] | None = None) -> None:
        work: list[tuple[str, Any]] = [*puts.items(), *((key, None) for key in deletes or [])]
        for start in range(0, len(work), 50):
            batch = work[start : start + 50]
            self._keys.update_keys(
                KvsARN=self.arn,
                IfMatch=self._keys.describe_key_value_store(KvsARN=self.arn)["ETag"],
                Puts=[{"Key": key, "Value": value} for key, value in batch if value is not None],
                Deletes=[{"Key": key} for key, value in batch if value is None],
            )

    def clear(self) -> None:
        self.put({}, list(self.keys()))

    def calls(self, after: int) -> dict[str, int]:
        """The number of each AWS call; free calls by their path."""
        found: Counter[str] = Counter()
        for entry in self._local_aws.requests(after):
            operation = f"{entry['method']} {entry['path']}"
            named = (name for pattern, name in _CALLS.items() if re.fullmatch(pattern, operation))
            found[next(named, operation)] += 1
        return dict(found)
