"""Run the Lambda@Edge function of the origin-request event, in the Region of the regional edge cache."""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localaws.edge.line_process import LineProcess, ProcessEnded, ProcessTimeout
from localaws.edge.messages import LOG, Headers, Refusal, ViewerRequest
from localaws.edge.name_server import NameServer
from localaws.edge.snapshot import Origin, OriginFunction, Snapshot

_INIT_SECONDS = 10.0  # Lambda's own limit for importing the function
_RENEW_SECONDS = 120.0
_WORKER = Path(__file__).parent / "lambda_worker.py"


def build_event(snapshot: Snapshot, request: ViewerRequest, headers: Headers, query: str) -> dict[str, Any]:
    """ "Lambda@Edge event structure", origin request with a custom origin."""
    entries: dict[str, list[dict[str, str]]] = {}
    for name, value in headers:
        entries.setdefault(name.lower(), []).append({"key": name, "value": value})
    return {
        "Records": [
            {
                "cf": {
                    "config": {
                        "distributionDomainName": snapshot.domain_name,
                        "distributionId": snapshot.distribution_id,
                        "eventType": "origin-request",
                        "requestId": request.request_id,
                    },
                    "request": {
                        "clientIp": request.client_ip,
                        "headers": entries,
                        "method": request.method,
                        "origin": {"custom": _custom_origin(snapshot.origin)},
                        "querystring": query,
                        "uri": request.uri,
                    },
                }
            }
        ]
    }


def _custom_origin(origin: Origin) -> dict[str, Any]:
    custom: dict[str, list[dict[str, str]]] = {}
    for name, value in origin.custom_headers:
        custom.setdefault(name.lower(), []).append({"key": name, "value": value})
    return {
        "customHeaders": custom,
        "domainName": origin.domain_name,
        "keepaliveTimeout": origin.keepalive_timeout,
        "path": origin.path,
        "port": origin.port,
        "protocol": origin.protocol,
        "readTimeout": origin.read_timeout,
        "sslProtocols": list(origin.ssl_protocols),
    }


@dataclass
class _Instance:
    process: LineProcess
    expires: float
    used: bool = False


class LambdaAtEdge:
    """One instance for each function version and Region, with one request at a time as in AWS; others wait here."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._names: NameServer | None = None
        self._instances: dict[tuple[str, str], _Instance] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self._slots: dict[tuple[str, str], threading.Lock] = {}
        self._versions: list[str] = []

    def invoke(self, function: OriginFunction, region: str, event: dict[str, Any], request_id: str) -> Any:
        """The handler's result. Refusal if it failed."""
        key = (function.version_arn, region)
        with self._lock:
            slot = self._slots.setdefault(key, threading.Lock())
        with slot:
            instance = self._instance(key, function)
            # The first request also waits for the import of the function.
            timeout = function.timeout if instance.used else function.timeout + _INIT_SECONDS
            instance.used = True
            message = {
                "event": event,
                "request_id": request_id,
                "function_arn": function.version_arn,
                "timeout": function.timeout,
            }
            try:
                answer = instance.process.ask(message, timeout)
            except ProcessTimeout as error:
                LOG.error("%s %s did not answer within %s s", request_id, function.version_arn, timeout)
                text = f"The Lambda function did not answer within its timeout of {function.timeout:g} s"
                raise Refusal(504, text, "LambdaExecutionError from cloudfront") from error
            except (ProcessEnded, ValueError, OSError) as error:
                LOG.error("%s %s: %s", request_id, function.version_arn, error)
                raise _execution_error("its process ended") from error
        if "error" in answer:
            LOG.error("%s %s failed:\n%s", request_id, function.version_arn, answer["trace"])
            raise _execution_error(answer["error"])
        return answer["ok"]

    def pids(self) -> list[int]:
        with self._lock:
            return [one.process.pid for one in self._instances.values()]

    def retain(self, version_arn: str) -> None:
        """End the instances of all versions but this and the one before, which edge locations may still use."""
        with self._lock:
            self._versions = [version_arn, *(each for each in self._versions if each != version_arn)][:2]
            gone = [key for key in self._instances if key[0] not in self._versions]
            slots = [(key, self._slots[key]) for key in gone]
        for key, slot in slots:
            with slot, self._lock:
                found = self._instances.pop(key, None)
            if found is not None:
                found.process.close()

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            instances, self._instances = list(self._instances.values()), {}
            names, self._names = self._names, None
        for instance in instances:
            instance.process.close(grace=0.5)
        if names:
            names.stop()

    def _instance(self, key: tuple[str, str], function: OriginFunction) -> _Instance:
        found = self._instances.get(key)
        if found is not None:
            if found.process.alive and time.time() < found.expires - _RENEW_SECONDS:
                return found
            found.process.close()
        session = self._session(function)
        environment = {
            # Lambda@Edge has no user variables, and the function's name includes its home Region.
            "AWS_REGION": key[1],
            "AWS_DEFAULT_REGION": key[1],
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_LAMBDA_FUNCTION_NAME": f"us-east-1.{function.name}",
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
        }
        # -S: the function must not find packages of this environment, such as awscrt.
        worker = [sys.executable, "-I", "-S", "-B", str(_WORKER)]
        endpoint = urlsplit(self._endpoint).netloc
        command = [*worker, str(function.package), function.handler, self._name_server(), endpoint]
        process = LineProcess(
            command, environment, function.package, lambda line: LOG.info("lambda %s: %s", function.name, line)
        )
        made = _Instance(process, datetime.fromisoformat(session["Expiration"]).timestamp())
        with self._lock:
            if not self._stopped:
                self._instances[key] = made
                return made
        process.close(grace=0)
        raise _execution_error("the edge is stopping")

    def _name_server(self) -> str:
        """The name server of the functions, started for the first one."""
        with self._lock:
            if self._stopped:
                raise _execution_error("the edge is stopping")
            if self._names is None:
                self._names = NameServer(self._endpoint)
                self._names.start()
            return self._names.address

    def _session(self, function: OriginFunction) -> dict[str, str]:
        where = urlsplit(self._endpoint)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
        body = json.dumps({"role_arn": function.role_arn, "function_arn": function.version_arn})
        try:
            connection.request("POST", "/_local/lambda-session", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            document: dict[str, str] = json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _execution_error(f"no credentials for its role: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise _execution_error(f"no credentials for its role: {document.get('message', answer.status)}")
        return document


def _execution_error(reason: str) -> Refusal:
    text = f"The Lambda function associated with the CloudFront distribution failed: {reason}"
    return Refusal(502, text, "LambdaExecutionError from cloudfront")
