"""A distribution deployed to AWS on this machine, its edge, and a viewer."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from localaws.edge import Edge, OriginRequest
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_host, deploy
from viewer import Response, get

HOME_REGION = "eu-north-1"
REGIONS = [HOME_REGION, "us-east-1", "ap-southeast-2"]
FUNCTION = (Path(__file__).parent / "viewer_function.js").read_text()
_HANDLER = (Path(__file__).parent / "handler.py").read_text()


def lambda_zip(source: str, files: Iterable[tuple[Path, Path]] = ()) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as content:
        content.writestr("handler.py", source)
        for path, name in files:
            content.write(path, name)
    return archive.getvalue()


def awscrt() -> Iterator[tuple[Path, Path]]:
    spec, native = find_spec("awscrt"), find_spec("_awscrt")
    assert spec and spec.origin and native and native.origin
    package, library = Path(spec.origin).parent, Path(native.origin)
    for path in package.rglob("*.py"):
        yield path, path.relative_to(package.parent)
    yield library, Path(library.name)


def signed_by_lambda() -> dict[str, Any]:
    """How to deploy with the functions of this directory."""
    return {"function_code": FUNCTION, "lambda_zip": lambda_zip(_HANDLER, awscrt()), "keys": {"release": "r1"}}


class Site:
    """A deployed distribution, its edge, and a viewer. Time goes on by `now` seconds; `tamper` spoils signatures;
    `unreachable` has what befalls a request to a host."""

    def __init__(self, local_aws: LocalAws, workdir: Path, name: str = "ref", **how: Any) -> None:
        self.local_aws = local_aws
        self.deployment = deploy(local_aws, REGIONS, name=name, **how)
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
        # Each bucket has an object that says where it is.
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
