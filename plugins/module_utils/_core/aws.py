# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The only door to amazon.aws and boto3: one session, clients, retries, errors, endpoint overrides."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import typing as t
from urllib.parse import urlsplit, urlunsplit

try:
    import boto3
    import botocore.loaders
    import botocore.session
    from boto3.exceptions import Boto3Error
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    from botocore.exceptions import ConnectionError as UnreachableError
except ImportError:  # AnsibleAWSModule names what to install
    boto3 = None
    Boto3Error = BotoCoreError = ClientError = UnreachableError = NoCredentialsError = OSError

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    botocore_at_least,
    get_aws_connection_info,
    is_boto3_error_code,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule as AmazonModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from . import errors

__all__ = [
    "AWSRetry",
    "AnsibleAWSModule",
    "Aws",
    "Boto3Error",
    "BotoCoreError",
    "ClientError",
    "is_boto3_error_code",
]

# An older one drops what it does not know of a configuration that AWS replaces as a whole, and lacks members that are
# sent (the README, the documentation of the modules and requirements.txt name it too).
MINIMUM_BOTO3 = "1.44.8"

# CloudFront, IAM and everything that Lambda@Edge replicates have their control plane here.
GLOBAL_REGION = "us-east-1"

# For the first call to a host that firewalls and proxies often do not know: it fails in seconds.
_FAIL_FAST = {
    "connect_timeout": 3,
    "read_timeout": 15,
    "retries": {"mode": "standard", "total_max_attempts": 3},
}

# What the modules call, mostly (the rest is parsed where it is called), and the files that a client of it needs.
_SERVICES = (
    "acm",
    "cloudfront",
    "cloudfront-keyvaluestore",
    "iam",
    "lambda",
    "logs",
    "route53",
    "s3",
    "s3control",
    "sts",
)
_MODEL_FILES = ("service-2", "endpoint-rule-set-1")
_COMMON_FILES = ("endpoints", "partitions", "sdk-default-configuration", "_retry")

# TestFunction runs code that is there and changes nothing.
_READ_PREFIXES = ("Get", "List", "Describe", "Head", "Test")


class AnsibleAWSModule(AmazonModule):
    """amazon.aws's, whose own warn() gives exit_json the warnings a second time, which ansible-core deprecates."""

    def warn(self, *args: t.Any, **kwargs: t.Any) -> None:
        self._module.warn(*args, **kwargs)


class Aws:
    """Every client of one module run, from one session.

    A session loads botocore's data once; amazon.aws makes one for each client, which costs about
    0.13 s a client more. Calls are counted by whether they read or write.
    """

    def __init__(self, module: AnsibleAWSModule) -> None:
        _require_boto3()
        region, endpoint, parameters = get_aws_connection_info(module)
        self.default_region: str = region or GLOBAL_REGION
        self.calls: dict[str, int] = {"read": 0, "write": 0}
        self._endpoint: str | None = endpoint or os.environ.get("AWS_ENDPOINT_URL") or None
        self._verify = parameters.pop("verify", None)
        # Explicit: botocore's default mode and number of attempts have changed between versions.
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": 10},
            max_pool_connections=32,
            user_agent_extra="multiregion.edge",
        ).merge(parameters.pop("aws_config", None) or Config())
        self._session = _session(parameters)
        self._clients: dict[tuple[str, str, bool], t.Any] = {}
        self._lock = threading.RLock()
        self._account_id: str | None = None

    @property
    def account_id(self) -> str:
        """The 12 digits of the account that the credentials belong to."""
        with self._lock:
            if self._account_id is None:
                self._account_id = self.client("sts").get_caller_identity()["Account"]
            return self._account_id

    def client(self, service: str, region: str | None = None, fail_fast: bool = False) -> t.Any:
        """The client of *service* in *region*; made once, safe to share between threads."""
        key = (service, region or self.default_region, fail_fast)
        with self._lock:  # a boto3 session is not safe to make clients from in parallel
            if key not in self._clients:
                self._clients[key] = self._new_client(*key)
            return self._clients[key]

    def _new_client(self, service: str, region: str, fail_fast: bool) -> t.Any:
        config = self._config.merge(Config(**_FAIL_FAST)) if fail_fast else self._config
        client = self._session.client(
            service, region_name=region, endpoint_url=self._endpoint, verify=self._verify, config=config
        )
        client.meta.events.register("before-call", self._count)
        if self._endpoint:
            client.meta.events.register("before-send", _sender_to(self._endpoint))
        return client

    def _count(self, model: t.Any, **kwargs: t.Any) -> None:
        with self._lock:
            self.calls["read" if model.name.startswith(_READ_PREFIXES) else "write"] += 1


def _require_boto3() -> None:
    if not botocore_at_least(MINIMUM_BOTO3):
        raise errors.EdgeError(
            f"boto3 and botocore {MINIMUM_BOTO3} or newer are needed, and {sys.executable} has botocore "
            f"{botocore.__version__}: run {sys.executable} -m pip install --upgrade 'boto3[crt]>={MINIMUM_BOTO3}'."
        )


def _session(parameters: dict[str, t.Any]) -> t.Any:
    """A boto3 session that parses no model which this process, or the one it was forked from, has parsed."""
    session = botocore.session.get_session()
    session.set_config_variable("profile", parameters.get("profile_name"))
    session.register_component("data_loader", _data(session.get_config_variable("data_path")))
    return boto3.session.Session(botocore_session=session, **parameters)


@functools.cache
def _data(path: str | None) -> t.Any:
    """botocore's loader of models, which keeps what it parsed. *path*: where other models are (AWS_DATA_PATH)."""
    return botocore.loaders.create_loader(path)


@functools.cache
def preload() -> bool:
    """Parse botocore's models for the forks of this process; whether there is a boto3. Makes no session or client."""
    if boto3 is None:
        return False
    data = _data(os.environ.get("AWS_DATA_PATH"))
    with contextlib.suppress(BotoCoreError):  # a botocore that lacks one: a client that needs it reports it
        for service in _SERVICES:
            for file in _MODEL_FILES:
                data.load_service_model(service, file)
        for file in _COMMON_FILES:
            data.load_data(file)
    return True


def _sender_to(endpoint: str) -> t.Callable[..., None]:
    """A hook that sends a request to *endpoint* while the Host that was signed stays.

    An endpoint override alone does not hold every request: S3 Control and the KeyValueStore put the
    account id before the endpoint's host, and an MRAP's ARN as Bucket replaces it.
    """
    scheme, netloc = urlsplit(endpoint)[:2]

    def send_to_endpoint(request: t.Any, **kwargs: t.Any) -> None:
        url = urlsplit(request.url)
        if url.netloc != netloc:
            request.headers["Host"] = url.netloc
            request.url = urlunsplit((scheme, netloc, url.path, url.query, ""))

    return send_to_endpoint


def _explain(error: BaseException) -> str | None:
    """AWS's or botocore's error in one line: code, call, message, and what to do where it is known."""
    if isinstance(error, ClientError):
        code, message = errors.error_code(error) or "Unknown", errors.error_message(error).strip()
        return f"{code} from {error.operation_name}: {(message or 'no message').rstrip('.')}.{_advice(code, message)}"
    if isinstance(error, NoCredentialsError):
        return "no AWS credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if isinstance(error, UnreachableError):  # no connection, a timeout, the proxy's, or TLS: all name the host
        return f"{str(error).rstrip('.')}. Check the network, a proxy or firewall, and AWS_URL if it is set."
    return None


def _advice(code: str, message: str) -> str:
    return next((f" {advice}" for codes, part, advice in _ADVICE if code in codes and part in message), "")


# AWS ends its message with "... with an explicit deny in a service control policy", or "because no service control
# policy allows ...". Source: IAM User Guide, "Troubleshoot access denied error messages".
BY_ORGANIZATION = "service control policy"
_DENIED = ("AccessDenied", "AccessDeniedException")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException")
# Codes, a part of AWS's message, and what to do. The first row that fits.
_ADVICE = (
    # Seen from CreateDistribution: hashicorp/terraform-provider-aws#36663, aws-samples/aws-cdk-examples#279.
    (
        _DENIED,
        "account must be verified",
        "No policy allows this: AWS has to verify the account first. Open a case with AWS Support (Account and "
        "billing) that includes this message, and run it again when AWS has answered. Nothing is lost: it goes on from "
        "where it stopped.",
    ),
    # The KeyValueStore's answer to SigV4A with a session token that is not for all Regions: boto/boto3#3980.
    (
        _DENIED,
        "Authentication failed",
        "Requests to the KeyValueStore are signed with SigV4A, which does not accept session tokens of the global STS "
        "endpoint: renew the credentials with AWS_STS_REGIONAL_ENDPOINTS=regional where they are issued, or change the "
        "global endpoint's tokens to those that are valid in all Regions (IAM, Account settings).",
    ),
    (
        _DENIED,
        BY_ORGANIZATION,
        "Your organization denies this call, so no policy of the account can allow it: ask its administrator.",
    ),
    (_DENIED, "", "Allow the call in the policy of the identity that runs this."),
    (_EXPIRED, "", "Renew the credentials and run it again: it goes on from where it stopped."),
    (("RequestTimeTooSkewed",), "", "Set this machine's clock right."),
    (("SignatureDoesNotMatch",), "", "Check the secret key and this machine's clock."),
)

errors.explanations.append(_explain)
