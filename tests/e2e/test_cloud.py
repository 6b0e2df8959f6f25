"""AWS on this machine keeps the promises the other end-to-end tests build on."""

from __future__ import annotations

import concurrent.futures
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from botocore.crt.auth import CrtS3SigV4AsymAuth, CrtS3SigV4AsymQueryAuth, CrtSigV4AsymAuth
from botocore.exceptions import ClientError
from cloud.fixture import Deployment, deploy
from cloud.geo import great_circle_km, load_pops, load_regions
from cloud.local import CloudError, Credentials, LocalCloud

REGIONS = [
    "us-east-1",
    "us-west-2",
    "sa-east-1",
    "eu-west-1",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-southeast-2",
]
FUNCTION = "import cf from 'cloudfront';\nasync function handler(event) { return event.request; }\n"
KEY = "docs/a b+c.txt"


def lambda_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("handler.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()


def code_of(call: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(workdir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def deployment(cloud: LocalCloud) -> Deployment:
    keys = {f"key-{number}": "value" for number in range(60)}
    found = deploy(cloud, REGIONS, function_code=FUNCTION, lambda_zip=lambda_zip(), keys=keys)
    # Each bucket has an object that says where it is: written to the replicas directly.
    for region, bucket in found.buckets.items():
        cloud.client("s3", region).put_object(Bucket=bucket, Key=KEY, Body=region.encode())
    return found


@pytest.fixture(scope="module")
def edge(cloud: LocalCloud, deployment: Deployment) -> Credentials:
    return cloud.lambda_session(deployment.lambda_role_arn, deployment.lambda_version_arn)


class Wire:
    """HTTP to the emulator as a signer outside botocore sends it."""

    def __init__(self, cloud: LocalCloud, host: str, credentials: Credentials) -> None:
        self._cloud = cloud
        self._host = host
        self._credentials = BotoCredentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        )

    def get(
        self,
        path: str,
        signer: type[Any] | None = CrtS3SigV4AsymAuth,
        signed: dict[str, str] | None = None,
        added: dict[str, str] | None = None,
        method: str = "GET",
    ) -> tuple[int, dict[str, str], str]:
        request = AWSRequest(method, f"https://{self._host}{path}", headers={"Host": self._host, **(signed or {})})
        if signer is not None:
            signer(self._credentials, "s3", "*" if "Asym" in signer.__name__ else "us-east-1").add_auth(request)
        target = request.url.partition(self._host)[2]
        connection = http.client.HTTPConnection("127.0.0.1", self._cloud.port, timeout=30)
        try:
            connection.request(method, target, headers={**dict(request.headers.items()), **(added or {})})
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read().decode(),
            )
        finally:
            connection.close()


@pytest.fixture(scope="module")
def mrap(cloud: LocalCloud, deployment: Deployment, edge: Credentials) -> Wire:
    return Wire(cloud, deployment.mrap_host, edge)


PATH = "/docs/a%20b%2Bc.txt"


def location_of(region: str) -> dict[str, str]:
    where = load_regions()[region].location
    return {"x-local-location": f"{where.latitude},{where.longitude}"}


# Start and stop


def test_stop_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    def ministack_files() -> set[str]:
        return {path.name for path in Path(tempfile.gettempdir()).glob("ministack*")}

    before = ministack_files()
    with LocalCloud(workdir=tmp_path) as cloud:
        group, port = cloud.pid, cloud.port
        deployment = deploy(cloud, ["us-east-1", "eu-west-1"], function_code=FUNCTION, lambda_zip=lambda_zip(), keys={})
        answer = cloud.client("lambda").invoke(FunctionName=deployment.lambda_version_arn, Payload=b"{}")
        assert json.loads(answer["Payload"].read()) == {}  # a worker process of the emulator ran it
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
    assert ministack_files() == before
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_emulator_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = """
        import sys, time
        from pathlib import Path
        from cloud.local import LocalCloud
        cloud = LocalCloud(workdir=Path(sys.argv[1]))
        cloud.start()
        print(cloud.port, flush=True)
        time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": python_path()})
    assert owner.stdout is not None
    port = int(owner.stdout.readline())
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("the emulator still listens")


def test_a_failed_start_shows_the_log_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match=r"needs ministack==1\.5\.33"):
        LocalCloud(workdir=tmp_path, python=Path(sys.executable)).start()
    assert list(tmp_path.iterdir()) == []


def test_it_listens_on_the_loopback_interface_only(cloud: LocalCloud) -> None:
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"}
    assert f"0100007F:{cloud.port:04X}" in listening
    assert f"00000000:{cloud.port:04X}" not in listening


# Replication


def test_writes_tags_and_delete_markers_reach_every_destination(cloud: LocalCloud, deployment: Deployment) -> None:
    source, *destinations = deployment.buckets.items()
    assert len(destinations) == 7
    s3 = cloud.client("s3", source[0])
    s3.put_object(
        Bucket=source[1], Key="page", Body=b"1", ContentType="text/html", CacheControl="max-age=9", Tagging="a=b"
    )
    assert s3.head_object(Bucket=source[1], Key="page")["ReplicationStatus"] == "COMPLETED"
    for region, bucket in destinations:
        there = cloud.client("s3", region)
        head = there.head_object(Bucket=bucket, Key="page")
        assert (head["ReplicationStatus"], head["ContentType"], head["CacheControl"]) == (
            "REPLICA",
            "text/html",
            "max-age=9",
        )
        assert there.get_object_tagging(Bucket=bucket, Key="page")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.delete_object(Bucket=source[1], Key="page")
    for region, bucket in destinations:
        versions = cloud.client("s3", region).list_object_versions(Bucket=bucket, Prefix="page")
        assert [marker["IsLatest"] for marker in versions["DeleteMarkers"]] == [True]
        assert len(versions["Versions"]) == 1


def replicated(cloud: LocalCloud, name: str, rules: Callable[[dict[str, str]], list[dict[str, Any]]]) -> dict[str, str]:
    s3 = cloud.client("s3")
    names = {role: f"{name}-{role}" for role in ("source", "one", "two")}
    for bucket in names.values():
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    basis = {"Status": "Enabled", "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"}}
    s3.put_bucket_replication(
        Bucket=names["source"],
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{cloud.account_id}:role/any",
            "Rules": [{**basis, **rule} for rule in rules(names)],
        },
    )
    return names


def test_the_highest_priority_rule_of_a_destination_wins(cloud: LocalCloud) -> None:
    def rules(names: dict[str, str]) -> list[dict[str, Any]]:
        one, two = f"arn:aws:s3:::{names['one']}", f"arn:aws:s3:::{names['two']}"
        return [
            {"ID": "low", "Priority": 1, "Destination": {"Bucket": one, "StorageClass": "GLACIER"}},
            {"ID": "high", "Priority": 3, "Destination": {"Bucket": one, "StorageClass": "STANDARD_IA"}},
            {"ID": "off", "Priority": 9, "Status": "Disabled", "Destination": {"Bucket": two}},
        ]

    names = replicated(cloud, "priority", rules)
    s3 = cloud.client("s3")
    s3.put_object(Bucket=names["source"], Key="k", Body=b"1")
    assert s3.head_object(Bucket=names["one"], Key="k")["StorageClass"] == "STANDARD_IA"
    assert len(s3.list_object_versions(Bucket=names["one"])["Versions"]) == 1
    assert "Versions" not in s3.list_object_versions(Bucket=names["two"])
    s3.delete_object(Bucket=names["source"], Key="k")
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=names["one"])


def test_one_destination_that_fails_makes_the_source_failed(cloud: LocalCloud) -> None:
    def rules(names: dict[str, str]) -> list[dict[str, Any]]:
        return [
            {"ID": str(number), "Priority": number, "Destination": {"Bucket": f"arn:aws:s3:::{names[role]}"}}
            for number, role in enumerate(("one", "two"), start=1)
        ]

    names = replicated(cloud, "failing", rules)
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=names["one"], VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=names["source"], Key="k", Body=b"1")
    assert s3.head_object(Bucket=names["source"], Key="k")["ReplicationStatus"] == "FAILED"
    assert s3.head_object(Bucket=names["two"], Key="k")["ReplicationStatus"] == "REPLICA"


# Nearest bucket


def test_a_request_is_answered_by_the_nearest_bucket(mrap: Wire) -> None:
    for region in REGIONS:
        status, headers, body = mrap.get(PATH, added=location_of(region))
        assert (status, headers["x-local-bucket-region"], body) == (200, region, region)
    assert mrap.get(PATH, added={"x-local-location": "-33.0,18.0"})[2] == "sa-east-1"


def test_without_a_location_the_emulator_chooses(mrap: Wire) -> None:
    assert mrap.get(PATH)[1]["x-local-bucket-region"] == "us-east-1"
    assert mrap.get(PATH, method="HEAD")[1]["x-local-bucket-region"] == "us-east-1"
    assert mrap.get(PATH, added={"x-local-location": "north"})[0] == 400


def test_the_nearest_bucket_is_right_under_concurrency(mrap: Wire) -> None:
    wanted = REGIONS * 12
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda region: mrap.get(PATH, added=location_of(region)), wanted))
    assert [(headers["x-local-bucket-region"], body) for _, headers, body in answers] == list(
        zip(wanted, wanted, strict=True)
    )


def test_a_dial_of_zero_takes_a_bucket_out(cloud: LocalCloud, deployment: Deployment, mrap: Wire) -> None:
    def dial(percentage: int) -> None:
        cloud.client("s3control", "us-west-2").submit_multi_region_access_point_routes(
            AccountId=cloud.account_id,
            Mrap=deployment.mrap_arn,
            RouteUpdates=[{"Bucket": deployment.buckets["eu-north-1"], "TrafficDialPercentage": percentage}],
        )

    dial(0)
    try:
        assert mrap.get(PATH, added=location_of("eu-north-1"))[2] == "eu-west-1"
    finally:
        dial(100)
    assert mrap.get(PATH, added=location_of("eu-north-1"))[2] == "eu-north-1"


# What AWS refuses


def test_an_access_point_takes_sigv4a_only(mrap: Wire) -> None:
    assert mrap.get(PATH)[0] == 200
    assert mrap.get(PATH, signer=CrtS3SigV4AsymQueryAuth)[0] == 200
    for signer in (S3SigV4Auth, S3SigV4QueryAuth, None):
        status, headers, body = mrap.get(PATH, signer=signer)
        assert (status, "<Code>AccessDenied</Code>" in body) == (403, True)
        assert "x-local-bucket-region" not in headers  # no bucket was asked


def test_the_signature_is_verified(cloud: LocalCloud, deployment: Deployment, edge: Credentials) -> None:
    wrong = Credentials(edge.access_key_id, "wrong", edge.session_token)
    assert Wire(cloud, deployment.mrap_host, wrong).get(PATH)[0] == 403


def test_every_amazon_header_must_be_signed(mrap: Wire) -> None:
    assert mrap.get(PATH, signed={"x-amz-cf-id": "one"})[0] == 200
    status, _, body = mrap.get(PATH, added={"x-amz-cf-id": "one"})
    assert status == 403
    assert "There were headers present in the request which were not signed" in body
    assert "<HeadersNotSigned>x-amz-cf-id</HeadersNotSigned>" in body
    assert mrap.get(PATH, signer=CrtS3SigV4AsymQueryAuth, added={"x-amz-cf-id": "one"})[0] == 403


def test_a_signed_request_names_the_hash_of_its_body(
    cloud: LocalCloud, deployment: Deployment, mrap: Wire, edge: Credentials
) -> None:
    status, _, body = mrap.get(PATH, signer=CrtSigV4AsymAuth)
    assert (status, "x-amz-content-sha256" in body) == (403, True)
    bucket = Wire(cloud, f"127.0.0.1:{cloud.port}", edge)
    path = f"/{deployment.buckets['us-east-1']}{PATH}"
    assert bucket.get(path, signer=S3SigV4Auth)[0] == 200
    status, _, body = bucket.get(path, signer=SigV4Auth)
    assert (status, "x-amz-content-sha256" in body) == (403, True)


def test_the_expected_bucket_owner_is_compared(cloud: LocalCloud, deployment: Deployment) -> None:
    s3, bucket = cloud.client("s3"), deployment.buckets["us-east-1"]
    s3.get_object(Bucket=bucket, Key=KEY, ExpectedBucketOwner=cloud.account_id)
    refused = code_of(lambda: s3.get_object(Bucket=bucket, Key=KEY, ExpectedBucketOwner="999999999999"))
    assert refused == ("AccessDenied", 403)


def test_the_limits_of_the_key_value_store(cloud: LocalCloud, deployment: Deployment) -> None:
    kvs, arn = cloud.client("cloudfront-keyvaluestore"), deployment.kvs_arn

    def update(**change: Any) -> None:
        etag = kvs.describe_key_value_store(KvsARN=arn)["ETag"]
        kvs.update_keys(KvsARN=arn, IfMatch=etag, **change)

    def pairs(count: int, key: str = "k", value: str = "v") -> list[dict[str, str]]:
        return [{"Key": f"{number}{key}", "Value": value} for number in range(count)]

    update(Puts=pairs(50))
    update(Puts=[{"Key": "k" * 512, "Value": "v" * 1024}])
    too_many = {"Puts": pairs(25), "Deletes": [{"Key": pair["Key"]} for pair in pairs(26)]}
    for change in (
        too_many,
        {"Puts": pairs(1, key="k" * 512)},
        {"Puts": pairs(1, value="é" * 513)},
        {"Deletes": [{"Key": "k" * 513}]},
    ):
        assert code_of(lambda change=change: update(**change)) == ("ValidationException", 400)  # type: ignore[misc]


def test_the_size_of_a_cloudfront_function(cloud: LocalCloud) -> None:
    cloudfront = cloud.client("cloudfront")
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    code = b"function handler(event) { return event.request; }".ljust(10_240)
    etag = cloudfront.create_function(Name="size", FunctionConfig=config, FunctionCode=code)["ETag"]
    for call in (
        lambda: cloudfront.create_function(Name="size2", FunctionConfig=config, FunctionCode=code + b" "),
        lambda: cloudfront.update_function(Name="size", IfMatch=etag, FunctionConfig=config, FunctionCode=code + b" "),
    ):
        assert code_of(call) == ("FunctionSizeLimitExceeded", 413)


def test_what_a_distribution_names_must_exist(cloud: LocalCloud, deployment: Deployment) -> None:
    cloudfront = cloud.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=deployment.distribution_id)

    def with_default(**change: Any) -> dict[str, Any]:
        config: dict[str, Any] = found["DistributionConfig"]
        return {**config, "DefaultCacheBehavior": {**config["DefaultCacheBehavior"], **change}}

    def edge_function(arn: str) -> dict[str, Any]:
        item = {"EventType": "origin-request", "LambdaFunctionARN": arn, "IncludeBody": False}
        return {"LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]}}

    version = deployment.lambda_version_arn
    unqualified = version.rpartition(":")[0]
    for change, wanted in (
        ({"TargetOriginId": "none"}, ("NoSuchOrigin", 404)),
        (edge_function(unqualified), ("InvalidLambdaFunctionAssociation", 400)),
        (edge_function(f"{unqualified}:$LATEST"), ("InvalidLambdaFunctionAssociation", 400)),
    ):
        config = with_default(**change)

        def update(config: dict[str, Any] = config) -> None:
            cloudfront.update_distribution(
                Id=deployment.distribution_id, IfMatch=found["ETag"], DistributionConfig=config
            )

        def create(config: dict[str, Any] = config) -> None:
            cloudfront.create_distribution(DistributionConfig={**config, "CallerReference": "other"})

        assert code_of(update) == wanted
        assert code_of(create) == wanted
    config = with_default(TargetOriginId="group", **edge_function(version))
    first = config["Origins"]["Items"][0]
    group = {
        "Id": "group",
        "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
        "Members": {"Quantity": 2, "Items": [{"OriginId": first["Id"]}, {"OriginId": "second"}]},
    }
    config["OriginGroups"] = {"Quantity": 1, "Items": [group]}
    config["CallerReference"] = "group"
    assert code_of(lambda: cloudfront.create_distribution(DistributionConfig=config)) == ("NoSuchOrigin", 404)
    config["Origins"] = {"Quantity": 2, "Items": [first, {**first, "Id": "second"}]}
    cloudfront.create_distribution(DistributionConfig=config)


def test_an_origin_access_control_may_sign_with_sigv4a(cloud: LocalCloud) -> None:
    config = {
        "Name": "mrap",
        "SigningProtocol": "sigv4a",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    created = cloud.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)
    assert created["OriginAccessControl"]["OriginAccessControlConfig"]["SigningProtocol"] == "sigv4a"


def test_requests_count_as_sent_over_tls(cloud: LocalCloud) -> None:
    s3, bucket = cloud.client("s3"), "tls-only"
    s3.create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    user = cloud.create_user("writer", allow("s3:*", "*"))
    cloud.client("s3", credentials=user).put_object(Bucket=bucket, Key="k", Body=b"1")


# The log


def allow(action: str, resource: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def test_the_log_tells_changes_from_reads(cloud: LocalCloud, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-east-1"]
    s3, iam, sts = cloud.client("s3"), cloud.client("iam"), cloud.client("sts")
    ssm, cloudfront = cloud.client("ssm"), cloud.client("cloudfront")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    steps: list[tuple[Callable[[], Any], str, bool]] = [
        (lambda: s3.put_object(Bucket=bucket, Key="log", Body=b"secret-body"), "s3", True),
        (lambda: s3.get_object(Bucket=bucket, Key="log"), "s3", False),
        (lambda: s3.head_object(Bucket=bucket, Key="log"), "s3", False),
        (lambda: s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "log"}]}), "s3", True),
        (lambda: iam.create_role(RoleName="log", AssumeRolePolicyDocument=trust), "iam", True),
        (lambda: iam.get_role(RoleName="log"), "iam", False),
        (lambda: iam.list_roles(), "iam", False),
        (lambda: sts.get_caller_identity(), "sts", False),
        (lambda: ssm.put_parameter(Name="log", Value="secret-body", Type="String"), "ssm", True),
        (lambda: ssm.get_parameter(Name="log"), "ssm", False),
        (lambda: cloudfront.list_distributions(), "cloudfront", False),
        (
            lambda: cloudfront.create_invalidation(
                DistributionId=deployment.distribution_id,
                InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "log"},
            ),
            "cloudfront",
            True,
        ),
    ]
    for call, service, mutating in steps:
        before = len(cloud.requests())
        call()
        entries = cloud.requests(after=before)
        assert [(entry["service"], entry["mutating"]) for entry in entries] == [(service, mutating)]
        assert entries[0]["sequence"] == before + 1
        assert (entries[0]["access_key_id"], entries[0]["status"] < 300) == ("test", True)
    operations = {entry["operation"] for entry in cloud.requests()}
    assert {"CreateRole", "GetCallerIdentity", "PutParameter", f"PUT /{bucket}/log"} <= operations


def test_the_log_has_no_bodies_and_no_signatures(cloud: LocalCloud, deployment: Deployment, mrap: Wire) -> None:
    before = len(cloud.requests())
    cloud.client("ssm").put_parameter(Name="hidden", Value="secret-body", Type="String")
    assert mrap.get(PATH, signer=CrtS3SigV4AsymQueryAuth)[0] == 200
    signed, presigned = cloud.requests(after=before)
    assert "X-Amz-Credential" in presigned["query"]
    for name in ("secret-body", "Signature", "Security-Token"):
        assert name not in json.dumps([signed, presigned])


# Credentials


def test_a_lambda_session_has_the_rights_of_its_role(
    cloud: LocalCloud, deployment: Deployment, edge: Credentials, mrap: Wire
) -> None:
    identity = cloud.client("sts", credentials=edge).get_caller_identity()
    assert edge.access_key_id.startswith("ASIA")
    assert identity["Arn"].endswith(f":assumed-role/{deployment.lambda_role_name}/ref-origin-request")
    s3 = cloud.client("s3", credentials=edge)
    assert s3.get_object(Bucket=deployment.mrap_arn, Key=KEY)["Body"].read() == b"us-east-1"
    refused = code_of(lambda: s3.put_object(Bucket=deployment.mrap_arn, Key="new", Body=b"1"))
    assert refused == ("AccessDenied", 403)
    iam = cloud.client("iam")
    name = deployment.lambda_role_name
    policy = iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=name, PolicyName=name)
    try:
        assert mrap.get(PATH)[0] == 403
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert mrap.get(PATH)[0] == 200


@pytest.mark.parametrize("service", ["lambda", "edgelambda"])
def test_a_lambda_session_needs_both_services_trusted(cloud: LocalCloud, deployment: Deployment, service: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = cloud.client("iam").create_role(RoleName=f"only-{service}", AssumeRolePolicyDocument=document)["Role"]
    missing = {"lambda": "edgelambda", "edgelambda": "lambda"}[service]
    with pytest.raises(CloudError, match=rf"does not let {missing}\.amazonaws\.com call sts:AssumeRole"):
        cloud.lambda_session(role["Arn"], deployment.lambda_version_arn)


def test_a_lambda_session_needs_the_role(cloud: LocalCloud, deployment: Deployment) -> None:
    with pytest.raises(CloudError, match="does not exist"):
        cloud.lambda_session(f"arn:aws:iam::{cloud.account_id}:role/nobody", deployment.lambda_version_arn)


def test_a_user_may_do_what_the_policy_says(cloud: LocalCloud, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-east-1"]
    s3 = cloud.client("s3", credentials=cloud.create_user("reader", allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")))
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"us-east-1"
    assert code_of(lambda: s3.put_object(Bucket=bucket, Key="x", Body=b"1")) == ("AccessDenied", 403)


# Other programs


def python_path() -> str:
    return str(Path(__file__).resolve().parents[1])


def run_python(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script)]
    base = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, env=base | environment, capture_output=True, text=True, timeout=120, check=False)


def test_plain_boto3_in_another_process_reaches_the_emulator(cloud: LocalCloud, deployment: Deployment) -> None:
    user = cloud.create_user("plain", allow("*", "*"))
    script = f"""
        import boto3
        control = boto3.client("s3control", region_name="us-west-2")
        found = control.get_multi_region_access_point(AccountId="{cloud.account_id}", Name="{deployment.mrap_name}")
        print(found["AccessPoint"]["Alias"])
        store = boto3.client("cloudfront-keyvaluestore")
        print(store.get_key(KvsARN="{deployment.kvs_arn}", Key="key-1")["Value"])
        print(boto3.client("sts").get_caller_identity()["Arn"])
    """
    done = run_python(script, cloud.environment(user))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        deployment.mrap_alias,
        "value",
        f"arn:aws:iam::{cloud.account_id}:user/plain",
    ]


@pytest.mark.parametrize("host", ["s3.us-east-1.amazonaws.com", "cloudfront-kvs.global.api.aws", "d1.cloudfront.net"])
def test_real_aws_is_out_of_reach(cloud: LocalCloud, host: str) -> None:
    script = f"""
        import socket
        socket.getaddrinfo("localhost", 80)
        socket.getaddrinfo(b"127.0.0.1", 80)
        socket.getaddrinfo(None, 80)
        try:
            socket.create_connection(("{host}", 443), timeout=1)
        except OSError as refused:
            print(type(refused).__name__, refused)
    """
    done = run_python(script, cloud.environment())
    assert done.stdout.startswith(f"OSError refusing to resolve {host}"), done


def test_the_region_may_be_left_out_of_the_environment(cloud: LocalCloud) -> None:
    assert cloud.environment(region="eu-west-1")["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert not {"AWS_DEFAULT_REGION", "AWS_REGION"} & set(cloud.environment(region=None))
    assert cloud.environment(Credentials("a", "b", "c"))["AWS_SESSION_TOKEN"] == "c"


# Faults


def test_the_fault_switch_cuts_off_after_a_number_of_changes(cloud: LocalCloud, deployment: Deployment) -> None:
    bucket = deployment.buckets["us-west-2"]
    s3 = cloud.client("s3", "us-west-2")
    calls: list[Callable[[], Any]] = [
        lambda: s3.get_object(Bucket=bucket, Key=KEY),
        lambda: cloud.client("iam").list_users(),
        lambda: cloud.client("ssm").describe_parameters(),
        lambda: cloud.client("cloudfront").list_functions(),
        lambda: cloud.client("lambda").list_functions(),
        lambda: cloud.client("s3control", "us-west-2").list_multi_region_access_points(AccountId=cloud.account_id),
        lambda: cloud.client("cloudfront-keyvaluestore").list_keys(KvsARN=deployment.kvs_arn),
    ]
    cloud.fault(2)
    try:
        s3.get_object(Bucket=bucket, Key=KEY)  # a read does not count
        s3.put_object(Bucket=bucket, Key="fault-1", Body=b"1")
        code_of(lambda: s3.put_object(Bucket="no-such-bucket-here", Key="k", Body=b"1"))  # nor what AWS refuses
        s3.put_object(Bucket=bucket, Key="fault-2", Body=b"1")
        begun = time.monotonic()
        for call in calls:
            assert code_of(call) == ("LocalFault", 400)
        assert time.monotonic() - begun < 10  # not retried
    finally:
        cloud.fault(None)
    s3.put_object(Bucket=bucket, Key="fault-3", Body=b"1")


def test_parallel_changes_do_not_exceed_the_number(cloud: LocalCloud, deployment: Deployment) -> None:
    bucket = deployment.buckets["sa-east-1"]
    s3 = cloud.client("s3", "sa-east-1")

    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key=f"parallel-{number}", Body=b"1")
        except ClientError:
            return False
        return True

    cloud.fault(3)
    try:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(put, range(20))) == 3
    finally:
        cloud.fault(None)


# Places


def test_every_point_of_presence_has_the_nearest_regional_edge_cache() -> None:
    regions, pops = load_regions(), load_pops()
    caches = {pop.regional_edge_cache for pop in pops.values()}
    assert (len(regions), len(caches)) == (29, 13)
    assert sum(region.opt_in for region in regions.values()) == 12
    for pop in pops.values():
        nearest = min(caches, key=lambda name: great_circle_km(pop.location, regions[name].location))
        assert pop.regional_edge_cache == nearest


def test_distances_follow_the_great_circle() -> None:
    regions = load_regions()
    assert great_circle_km((0.0, 0.0), (0.0, 180.0)) == pytest.approx(20015, abs=1)
    stockholm, sydney = regions["eu-north-1"].location, regions["ap-southeast-2"].location
    assert great_circle_km(stockholm, sydney) == pytest.approx(15600, rel=0.01)
    assert great_circle_km((0.0, 179.0), (0.0, -179.0)) == pytest.approx(222, abs=1)
