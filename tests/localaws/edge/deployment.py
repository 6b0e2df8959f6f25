"""The deployment, read through the AWS API and kept current."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import threading
import time
import urllib.request
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path

from localaws.clients import pinned_client
from localaws.edge.messages import LOG, EdgeError
from localaws.edge.origin.origins import access_control_ids, items, parse_access_control, parse_origins, parse_target
from localaws.edge.policies import OriginRequestPolicy, parse_cache_policy, parse_origin_request_policy
from localaws.edge.response_headers import ResponseHeadersPolicy, parse_response_headers_policy
from localaws.edge.snapshot import (
    OriginFunction,
    Snapshot,
    associated_functions,
    check_signers,
    parse_errors,
    stores_of,
)
from localaws.edge.viewer_function.function import FunctionCode, KeyValues

_POLL_SECONDS = 0.5
# The pace of reads while a change is InProgress: once it is Deployed, it must be in effect.
_LOOK_SECONDS = 0.1


class DeploymentReader:
    def __init__(self, endpoint: str, distribution_id: str, directory: Path) -> None:
        self._id = distribution_id
        self._directory = directory
        self._cloudfront = pinned_client(endpoint, "cloudfront", "us-east-1")
        self._keys = pinned_client(endpoint, "cloudfront-keyvaluestore", "us-east-1")
        self._lambda = pinned_client(endpoint, "lambda", "us-east-1")

    def read(self) -> Snapshot:
        found = self._cloudfront.get_distribution(Id=self._id)
        distribution, config = found["Distribution"], found["Distribution"]["DistributionConfig"]
        behavior = config["DefaultCacheBehavior"]
        function_name, version_arn = associated_functions(config)
        versions = [found["ETag"], distribution["Status"]]
        code = None
        if function_name:
            code, more = self._viewer_function(function_name)
            versions += more
        if not behavior.get("CachePolicyId"):
            raise EdgeError(
                f"Distribution {self._id} has no cache policy; the local edge does not support ForwardedValues"
            )
        policy = self._cloudfront.get_cache_policy(Id=behavior["CachePolicyId"])["CachePolicy"]["CachePolicyConfig"]
        methods = behavior.get("AllowedMethods") or {"Items": ["GET", "HEAD"]}
        controls = {}
        for control_id in access_control_ids(config):
            answer = self._cloudfront.get_origin_access_control(Id=control_id)
            versions.append(answer["ETag"])
            controls[control_id] = parse_access_control(answer["OriginAccessControl"]["OriginAccessControlConfig"])
        headers_id, response_headers = behavior.get("ResponseHeadersPolicyId") or "", ResponseHeadersPolicy()
        if headers_id:
            answer = self._cloudfront.get_response_headers_policy(Id=headers_id)
            versions.append(answer["ETag"])
            of_policy = answer["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
            response_headers = parse_response_headers_policy(of_policy)
        origins = parse_origins(config, controls)
        target = parse_target(config, origins)
        check_signers(target, version_arn)
        return Snapshot(
            distribution_id=self._id,
            arn=distribution["ARN"],
            domain_name=distribution["DomainName"].lower(),
            enabled=bool(config["Enabled"]),
            aliases=frozenset(name.lower() for name in items(config.get("Aliases"))),
            allowed_methods=frozenset(methods["Items"]),
            cached_methods=frozenset(items(methods.get("CachedMethods")) or ("GET", "HEAD")),
            default_root_object=config.get("DefaultRootObject") or "",
            errors=parse_errors(config),
            origins=origins,
            target=target,
            origin=target.members[0],
            cache_policy=parse_cache_policy(policy),
            origin_request_policy=self._origin_request_policy(behavior.get("OriginRequestPolicyId")),
            response_headers=response_headers,
            response_headers_policy_id=headers_id,
            viewer_function=code,
            origin_function=self._origin_function(version_arn) if version_arn else None,
            access_controls=tuple(controls),
            deployed=distribution["Status"] == "Deployed",
            versions=tuple(versions),
        )

    def versions(self, current: Snapshot) -> tuple[str, ...]:
        """The current ETags of the resources that `current` was read from."""
        found = self._cloudfront.get_distribution(Id=self._id)
        versions = [found["ETag"], found["Distribution"]["Status"]]
        function = current.viewer_function
        if function:
            summary = self._cloudfront.describe_function(Name=function.name, Stage="LIVE")
            versions.append(summary["ETag"])
            versions += [self._keys.describe_key_value_store(KvsARN=arn)["ETag"] for arn in stores_of(summary)]
        versions += [self._cloudfront.get_origin_access_control(Id=one)["ETag"] for one in current.access_controls]
        if current.response_headers_policy_id:
            # It may be deleted by now, if the distribution has another one, which its own ETag shows.
            with contextlib.suppress(self._cloudfront.exceptions.NoSuchResponseHeadersPolicy):
                policy = self._cloudfront.get_response_headers_policy(Id=current.response_headers_policy_id)
                versions.append(policy["ETag"])
        return tuple(versions)

    def _viewer_function(self, name: str) -> tuple[FunctionCode, list[str]]:
        # ETags first: a change between these calls is then seen by the next poll.
        summary = self._cloudfront.describe_function(Name=name, Stage="LIVE")
        versions, store = [summary["ETag"]], None
        for arn in stores_of(summary):
            described = self._keys.describe_key_value_store(KvsARN=arn)
            versions.append(described["ETag"])
            pages = self._keys.get_paginator("list_keys").paginate(KvsARN=arn, PaginationConfig={"PageSize": 50})
            keys = {item["Key"]: item["Value"] for page in pages for item in page.get("Items", ())}
            created, updated = described.get("Created", ""), described.get("LastModified", "")
            store = KeyValues(arn.rpartition("/")[2], keys, str(created), str(updated))
        code = self._cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
        return FunctionCode(name, code, store), versions

    def _origin_request_policy(self, policy_id: str | None) -> OriginRequestPolicy:
        if not policy_id:
            return OriginRequestPolicy()
        found = self._cloudfront.get_origin_request_policy(Id=policy_id)
        return parse_origin_request_policy(found["OriginRequestPolicy"]["OriginRequestPolicyConfig"])

    def _origin_function(self, arn: str) -> OriginFunction:
        if not arn.rpartition(":")[2].isdigit():
            raise EdgeError(f"{arn} is not a numbered version of a function, which Lambda@Edge needs")
        found = self._lambda.get_function(FunctionName=arn)
        config = found["Configuration"]
        if (config.get("Environment") or {}).get("Variables"):
            raise EdgeError(f"{arn} has environment variables; Lambda@Edge does not support them")
        return OriginFunction(
            version_arn=arn,
            name=config["FunctionName"],
            version=arn.rpartition(":")[2],
            handler=config["Handler"],
            role_arn=config["Role"],
            timeout=float(config.get("Timeout", 3)),
            package=self._package(arn, config["CodeSha256"], found["Code"]["Location"]),
        )

    def _package(self, arn: str, code_sha256: str, url: str) -> Path:
        target = self._directory / b64decode(code_sha256).hex()
        if target.is_dir():
            return target
        with urllib.request.urlopen(url, timeout=60) as answer:
            archive = answer.read()
        if b64encode(hashlib.sha256(archive).digest()).decode() != code_sha256:
            raise EdgeError(f"The package downloaded for {arn} does not match its CodeSha256")
        part = target.with_suffix(".part")
        with zipfile.ZipFile(io.BytesIO(archive)) as content:
            content.extractall(part)
        part.rename(target)
        return target


class Deployment:
    """The current snapshot, updated by a thread."""

    def __init__(self, reader: DeploymentReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="edge-poller", daemon=True)
        self.current = reader.read()
        self._before: Snapshot | None = None
        self._next_look = 0.0

    def at(self, location: str) -> Snapshot:
        """The snapshot of an edge location: while a change is InProgress, half of them still have the one before.

        Functions and their keys do not wait for it: a new LIVE stage is everywhere at once.
        """
        if self._before is not None:
            self._look()
        now, before = self.current, self._before
        if before is None or hashlib.sha256(f"{location} {now.versions[0]}".encode()).digest()[0] % 2:
            return now
        same_function = before.viewer_function and now.viewer_function
        return dataclasses.replace(before, viewer_function=now.viewer_function) if same_function else before

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def refresh(self) -> None:
        with self._lock:
            if self._reader.versions(self.current) != self.current.versions:
                found = self._reader.read()
                self._before = None if found.deployed else self._before or self.current
                self.current = found
                LOG.info("deployment %s: %s", self.current.distribution_id, " ".join(self.current.versions))

    def _look(self) -> None:
        with self._lock:
            if time.monotonic() < self._next_look:
                return
            self._next_look = time.monotonic() + _LOOK_SECONDS
        with contextlib.suppress(Exception):  # the poller logs it
            self.refresh()

    def _poll(self) -> None:
        failed = ""
        while not self._stop.wait(_POLL_SECONDS):
            try:
                self.refresh()
                failed = ""
            except Exception as error:  # the last snapshot stays in service
                if str(error) != failed:
                    failed = str(error)
                    LOG.error("cannot read the deployment, keeping the last one: %s", error)
