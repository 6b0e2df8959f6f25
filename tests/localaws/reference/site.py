"""A reference deployment with its edge and a viewer: what a test of the data path asks."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

from localaws.edge import Edge, OriginRequest
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_host, deploy
from localaws.viewer import Response, get

HOME_REGION = "eu-north-1"
REGIONS = [HOME_REGION, "us-east-1", "ap-southeast-2"]


class Site:
    """A deployed distribution, its edge, and a viewer.

    The edge's clock is `now` seconds ahead. With `tamper`, requests reach the origin with a wrong signature.
    `unreachable` has the error of each host that does not answer. `sent` lists the requests to origins.
    """

    def __init__(self, local_aws: LocalAws, workdir: Path, name: str = "ref", **options: Any) -> None:
        self.local_aws = local_aws
        self.deployment = deploy(local_aws, REGIONS, name=name, **options)
        self.now = 0.0
        self.tamper = False
        self.unreachable: dict[str, OSError] = {}
        self.sent: list[OriginRequest] = []
        self.edge = Edge(
            local_aws.url,
            self.deployment.distribution_id,
            HOME_REGION,
            workdir,
            clock=lambda: time.time() + self.now,
            send=self._send,
        )
        # Each bucket has an object with its Region.
        for region, bucket in self.deployment.buckets.items():
            local_aws.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())

    def _send(self, request: OriginRequest) -> OriginRequest:
        self.sent.append(request)
        if error := self.unreachable.get(request.host):
            raise error
        if not self.tamper:
            return request
        # The last digit of the signature.
        return dataclasses.replace(
            request,
            headers=[
                (name, value[:-1] + ("1" if value[-1] == "0" else "0") if name.lower() == "authorization" else value)
                for name, value in request.headers
            ],
        )

    def host(self, region: str) -> str:
        return bucket_host(region, self.deployment.buckets[region])

    def put(self, key: str, body: bytes, **more: Any) -> None:
        for region, bucket in self.deployment.buckets.items():
            self.local_aws.client("s3", region).put_object(Bucket=bucket, Key=key, Body=body, **more)

    def get(self, path: str, pop: str | None = None, method: str = "GET", **headers: str) -> Response:
        return get(self.edge.url, path, method=method, pop=pop, **headers)
