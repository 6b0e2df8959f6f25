# SPDX-License-Identifier: GPL-3.0-or-later

"""_aws: the endpoint and the Host header of requests, error messages, and the count of calls."""

from __future__ import annotations

import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import botocore
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core import aws
from ansible_collections.multiregion.edge.plugins.module_utils._core.aws import Aws
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError, explain
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
)

from unit.fakes import client_error

REPOSITORY = Path(__file__).parents[2]
ACCOUNT = "111122223333"
ARN = f"arn:aws:cloudfront::{ACCOUNT}:key-value-store/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Seen(t.NamedTuple):
    method: str
    path: str
    host: str
    authorization: str


@pytest.fixture
def server() -> t.Iterator[tuple[str, list[Seen]]]:
    """The address of a server that answers everything, and the requests that it received."""
    arrived: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            headers = self.headers
            arrived.append(Seen(self.command, self.path, headers["Host"], headers.get("Authorization", "")))
            content = IDENTITY.encode() if b"GetCallerIdentity" in body else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

        def log_message(self, *arguments: t.Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", arrived
    http.shutdown()
    http.server_close()
    thread.join()


def connect(monkeypatch: pytest.MonkeyPatch, endpoint: str | None, region: str | None = "eu-north-1") -> Aws:
    credentials = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
    monkeypatch.setattr(aws, "get_aws_connection_info", lambda module: (region, endpoint, dict(credentials)))
    return Aws(t.cast(t.Any, None))


@pytest.mark.parametrize(
    ("service", "region", "call", "host", "path"),
    [
        (
            "s3control",
            "us-west-2",
            lambda client: client.get_multi_region_access_point(AccountId=ACCOUNT, Name="my-site"),
            f"{ACCOUNT}.127.0.0.1:",
            "/v20180820/mrap/instances/my-site",
        ),
        (
            "cloudfront-keyvaluestore",
            "us-east-1",
            lambda client: client.describe_key_value_store(KvsARN=ARN),
            f"{ACCOUNT}.127.0.0.1:",
            "/key-value-stores/arn%3Aaws%3Acloudfront",
        ),
        (
            "s3",
            "eu-north-1",
            lambda client: client.head_object(
                Bucket=f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap", Key="r/1/index.html"
            ),
            "mfzwi23gnjvgw.mrap.accesspoint.",
            "/r/1/index.html",
        ),
        ("s3", "eu-north-1", lambda client: client.head_bucket(Bucket="b.with.dots"), "127.0.0.1:", "/b.with.dots"),
        ("cloudfront", "us-east-1", lambda client: client.list_functions(), "127.0.0.1:", "/2020-05-31/function"),
    ],
    ids=["s3control: account before the host", "KeyValueStore: the same", "MRAP ARN as bucket", "path", "plain"],
)
def test_every_request_goes_to_the_endpoint_with_the_signed_host(
    monkeypatch: pytest.MonkeyPatch,
    server: tuple[str, list[Seen]],
    service: str,
    region: str,
    call: t.Callable[[t.Any], object],
    host: str,
    path: str,
) -> None:
    endpoint, arrived = server
    aws = connect(monkeypatch, endpoint)
    call(aws.client(service, region))
    assert len(arrived) == 1
    assert arrived[0].host.startswith(host)
    assert arrived[0].path.startswith(path)
    assert "SignedHeaders=host;" in arrived[0].authorization or ";host;" in arrived[0].authorization


class Request:
    """A request as the hook gets it without awscrt: botocore signs it and sets no Host header."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.headers: dict[str, str] = {}


@pytest.mark.parametrize(
    ("url", "sent", "host"),
    [
        ("http://1.127.0.0.1:4566/a%2Fb?c=d%20e", "http://127.0.0.1:4566/a%2Fb?c=d%20e", {"Host": "1.127.0.0.1:4566"}),
        ("https://x.mrap.accesspoint.s3-global.amazonaws.com/k", "http://127.0.0.1:4566/k", None),
        ("http://127.0.0.1:4566/b/k?list-type=2", "http://127.0.0.1:4566/b/k?list-type=2", {}),
    ],
    ids=["host prefix", "MRAP", "nothing to do"],
)
def test_the_signed_host_is_sent_also_if_botocore_sets_none(url: str, sent: str, host: dict[str, str] | None) -> None:
    request = Request(url)
    aws._sender_to("http://127.0.0.1:4566")(request)
    assert request.url == sent
    assert request.headers == ({"Host": url.split("/")[2]} if host is None else host)


def test_without_an_option_the_endpoint_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, server: tuple[str, list[Seen]]
) -> None:
    endpoint, arrived = server
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    aws = connect(monkeypatch, None)
    aws.client("s3control", "us-west-2").get_multi_region_access_point(AccountId=ACCOUNT, Name="x")
    assert [seen.host.split(".")[0] for seen in arrived] == [ACCOUNT]


def test_reading_and_mutating_calls_are_counted_separately(
    monkeypatch: pytest.MonkeyPatch, server: tuple[str, list[Seen]]
) -> None:
    aws = connect(monkeypatch, server[0])
    s3 = aws.client("s3")
    s3.head_bucket(Bucket="b")
    s3.list_objects_v2(Bucket="b")
    s3.get_bucket_tagging(Bucket="b")
    aws.client("cloudfront", "us-east-1").describe_function(Name="f")
    assert aws.calls == {"read": 4, "write": 0}
    s3.put_object(Bucket="b", Key="k", Body=b"x")
    s3.delete_object(Bucket="b", Key="k")
    assert aws.calls == {"read": 4, "write": 2}


def test_there_is_one_session_and_one_client_per_service_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    real = boto3.session.Session

    def session(**parameters: t.Any) -> t.Any:
        made.append(parameters)
        return real(**parameters)

    monkeypatch.setattr(boto3.session, "Session", session)
    aws = connect(monkeypatch, "http://127.0.0.1:1")
    clients = {(region, n): aws.client("s3", region) for region in ("eu-north-1", "us-east-1") for n in range(2)}
    assert len(made) == 1
    assert len({id(client) for client in clients.values()}) == 2
    assert clients["us-east-1", 0].meta.region_name == "us-east-1"
    assert aws.client("s3") is clients["eu-north-1", 0]


def test_the_default_region_is_that_of_the_global_services(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect(monkeypatch, "http://127.0.0.1:1", region=None).client("s3").meta.region_name == "us-east-1"


def test_the_account_is_read_once_by_many_threads(
    monkeypatch: pytest.MonkeyPatch, server: tuple[str, list[Seen]]
) -> None:
    endpoint, arrived = server
    aws = connect(monkeypatch, endpoint)
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(aws.account_id)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [ACCOUNT] * 5
    assert len(arrived) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (client_error("NoSuchBucket", "HeadBucket", "gone."), "NoSuchBucket from HeadBucket: gone."),
        (client_error("404", "HeadBucket", ""), "404 from HeadBucket: no message."),
        (client_error("404", "HeadBucket", None), "404 from HeadBucket: no message."),
        (
            client_error("AccessDenied", "PutBucketPolicy", "not you"),
            "AccessDenied from PutBucketPolicy: not you. Allow the call in the policy of the identity that runs this.",
        ),
        (
            client_error("ExpiredToken", "GetObject", "old"),
            "ExpiredToken from GetObject: old. "
            "Renew the credentials and run it again: it goes on from where it stopped.",
        ),
        (
            client_error("RequestTimeTooSkewed", "GetObject", "late"),
            "RequestTimeTooSkewed from GetObject: late. Set this machine's clock right.",
        ),
        (
            NoCredentialsError(),
            "no AWS credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ),
        (
            EndpointConnectionError(endpoint_url="https://sts.amazonaws.com/"),
            'Could not connect to the endpoint URL: "https://sts.amazonaws.com/". '
            "Check the network, a proxy or firewall, and AWS_URL if it is set.",
        ),
        (
            ConnectTimeoutError(endpoint_url="https://1.cloudfront-kvs.global.api.aws/"),
            'Connect timeout on endpoint URL: "https://1.cloudfront-kvs.global.api.aws/". '
            "Check the network, a proxy or firewall, and AWS_URL if it is set.",
        ),
        (
            ProxyConnectionError(proxy_url="http://proxy:3128"),
            'Failed to connect to proxy URL: "http://proxy:3128". '
            "Check the network, a proxy or firewall, and AWS_URL if it is set.",
        ),
        (
            SSLError(endpoint_url="https://1.cloudfront-kvs.global.api.aws/", error="self-signed"),
            "SSL validation failed for https://1.cloudfront-kvs.global.api.aws/ self-signed. "
            "Check the network, a proxy or firewall, and AWS_URL if it is set.",
        ),
        (ProfileNotFound(profile="missing"), "The config profile (missing) could not be found"),
        (EdgeError("a sentence\n  in two lines"), "a sentence in two lines"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_errors_are_one_line_with_the_next_step(error: Exception, sentence: str) -> None:
    assert explain(error) == sentence


def test_a_client_that_fails_fast_has_short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = connect(monkeypatch, None)
    usual, fail_fast = (aws.client("s3", fail_fast=each).meta.config for each in (False, True))
    assert usual.connect_timeout * usual.retries["total_max_attempts"] > 60
    assert fail_fast.connect_timeout * fail_fast.retries["total_max_attempts"] < 10
    assert fail_fast.user_agent_extra == usual.user_agent_extra


@pytest.mark.parametrize(
    ("code", "operation", "message", "advice"),
    [
        (
            "AccessDenied",
            "CreateDistributionWithTags",
            "Your account must be verified before you can add new CloudFront resources. To verify your account, please "
            "contact AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message.",
            "Open a case with AWS Support (Account and billing)",
        ),
        (
            "AccessDeniedException",
            "DescribeKeyValueStore",
            "Authentication failed",
            "AWS_STS_REGIONAL_ENDPOINTS=regional",
        ),
        (
            "AccessDeniedException",
            "DescribeLogGroups",
            "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: logs:DescribeLogGroups with an "
            "explicit deny in a service control policy",
            "Your organization denies this call",
        ),
    ],
)
def test_a_denial_that_no_policy_of_the_account_ends(code: str, operation: str, message: str, advice: str) -> None:
    sentence = explain(client_error(code, operation, message))
    assert sentence.startswith(f"{code} from {operation}: {message.rstrip('.')}. ")
    assert advice in sentence
    assert "Allow the call" not in sentence


def test_an_older_boto3_is_refused_before_anything_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore, "__version__", "1.44.7")
    with pytest.raises(
        EdgeError, match=r"botocore 1.44.8 or newer are needed, .* has botocore 1.44.7: run .* 'boto3\[crt\]>=1.44.8'"
    ):
        connect(monkeypatch, None)
    monkeypatch.setattr(botocore, "__version__", "1.50.0")
    assert connect(monkeypatch, None)


@pytest.mark.parametrize("file", ["README.md", "requirements.txt", "plugins/doc_fragments/_aws.py"])
def test_the_oldest_boto3_is_the_one_that_is_documented(file: str) -> None:
    assert aws.MINIMUM_BOTO3 in (REPOSITORY / file).read_text()
