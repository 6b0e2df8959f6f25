"""The reference deployment of the tests, by plain boto3: buckets in several Regions behind a Multi-Region Access
Point, a CloudFront distribution in front of it, signed for by a Lambda@Edge function. Nothing of the project."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from cloud.local import LocalCloud

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_ORIGIN_ID = "mrap"
_KEYS_PER_REQUEST = 50
_DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Deployment:
    distribution_id: str
    domain_name: str
    mrap_name: str
    mrap_alias: str
    mrap_arn: str
    buckets: dict[str, str]  # by Region; the first one is replicated to the others
    lambda_role_name: str
    lambda_role_arn: str
    replication_role_name: str
    kvs_name: str
    kvs_arn: str
    viewer_function_arn: str
    lambda_version_arn: str

    @property
    def mrap_host(self) -> str:
        return f"{self.mrap_alias}.accesspoint.s3-global.amazonaws.com"


def deploy(
    cloud: LocalCloud,
    regions: list[str],
    *,
    name: str = "ref",
    function_code: str,
    lambda_zip: bytes,
    keys: dict[str, str],
    lambda_handler: str = "handler.handler",
    lambda_runtime: str = "python3.13",
) -> Deployment:
    buckets = {region: _bucket(cloud, region, f"{name}-{region}-{cloud.account_id}") for region in regions}
    replication_role = f"{name}-replication"
    _replicate(cloud, regions[0], buckets, replication_role)
    alias = _access_point(cloud, name, list(buckets.values()))
    mrap_arn = f"arn:aws:s3::{cloud.account_id}:accesspoint/{alias}"
    lambda_role = f"{name}-edge"
    lambda_role_arn = _role(
        cloud, lambda_role, ["lambda.amazonaws.com", "edgelambda.amazonaws.com"], _read(mrap_arn, buckets)
    )
    kvs_arn = _key_value_store(cloud, name, keys)
    viewer_function_arn = _viewer_function(cloud, name, function_code, kvs_arn)
    version_arn = _edge_version(
        cloud, f"{name}-origin-request", lambda_role_arn, lambda_zip, lambda_handler, lambda_runtime
    )
    config = _distribution_config(
        name, f"{alias}.accesspoint.s3-global.amazonaws.com", viewer_function_arn, version_arn
    )
    distribution = cloud.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
    return Deployment(
        distribution_id=distribution["Id"],
        domain_name=distribution["DomainName"],
        mrap_name=name,
        mrap_alias=alias,
        mrap_arn=mrap_arn,
        buckets=buckets,
        lambda_role_name=lambda_role,
        lambda_role_arn=lambda_role_arn,
        replication_role_name=replication_role,
        kvs_name=name,
        kvs_arn=kvs_arn,
        viewer_function_arn=viewer_function_arn,
        lambda_version_arn=version_arn,
    )


def _bucket(cloud: LocalCloud, region: str, bucket: str) -> str:
    s3 = cloud.client("s3", region)
    # us-east-1 is the Region without a name here.
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **location)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    return bucket


def _replicate(cloud: LocalCloud, source_region: str, buckets: dict[str, str], role: str) -> None:
    source = f"arn:aws:s3:::{buckets[source_region]}"
    targets = {region: f"arn:aws:s3:::{bucket}" for region, bucket in buckets.items() if region != source_region}
    versions = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    statements = [
        _allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [source]),
        _allow(versions, [f"{source}/*"]),
        _allow(
            ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], [f"{arn}/*" for arn in targets.values()]
        ),
    ]
    role_arn = _role(cloud, role, ["s3.amazonaws.com"], statements)
    rules = [
        {
            "ID": f"to-{region}",
            "Priority": priority,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Enabled"},
            "Destination": {"Bucket": arn},
        }
        for priority, (region, arn) in enumerate(targets.items(), start=1)
    ]
    cloud.client("s3", source_region).put_bucket_replication(
        Bucket=buckets[source_region], ReplicationConfiguration={"Role": role_arn, "Rules": rules}
    )


def _access_point(cloud: LocalCloud, name: str, buckets: list[str]) -> str:
    # Multi-Region Access Points are managed in this Region only.
    s3control = cloud.client("s3control", "us-west-2")
    token = s3control.create_multi_region_access_point(
        AccountId=cloud.account_id, Details={"Name": name, "Regions": [{"Bucket": bucket} for bucket in buckets]}
    )["RequestTokenARN"]
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        operation = s3control.describe_multi_region_access_point_operation(
            AccountId=cloud.account_id, RequestTokenARN=token
        )["AsyncOperation"]
        status = operation["RequestStatus"]
        if status in {"SUCCESS", "SUCCEEDED"}:
            break
        if status == "FAILED" or time.monotonic() > deadline:
            raise RuntimeError(f"Multi-Region Access Point {name}: {operation}")
        time.sleep(0.1)
    found = s3control.get_multi_region_access_point(AccountId=cloud.account_id, Name=name)
    alias: str = found["AccessPoint"]["Alias"]
    return alias


def _read(mrap_arn: str, buckets: dict[str, str]) -> list[dict[str, Any]]:
    # The access point and the bucket behind it both have to allow a request.
    arns = [f"arn:aws:s3:::{bucket}" for bucket in buckets.values()]
    return [
        _allow(["s3:GetObject"], [f"{mrap_arn}/object/*", *(f"{arn}/*" for arn in arns)]),
        _allow(["s3:ListBucket"], [mrap_arn, *arns]),
    ]


def _role(cloud: LocalCloud, name: str, services: list[str], statements: list[dict[str, Any]]) -> str:
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=_policy(statements))
    return arn


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _key_value_store(cloud: LocalCloud, name: str, keys: dict[str, str]) -> str:
    arn: str = cloud.client("cloudfront").create_key_value_store(Name=name)["KeyValueStore"]["ARN"]
    data = cloud.client("cloudfront-keyvaluestore")
    etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
    pairs = [{"Key": key, "Value": value} for key, value in keys.items()]
    for start in range(0, len(pairs), _KEYS_PER_REQUEST):
        batch = pairs[start : start + _KEYS_PER_REQUEST]
        etag = data.update_keys(KvsARN=arn, IfMatch=etag, Puts=batch)["ETag"]
    return arn


def _viewer_function(cloud: LocalCloud, name: str, code: str, kvs_arn: str) -> str:
    cloudfront = cloud.client("cloudfront")
    created = cloudfront.create_function(
        Name=name,
        FunctionConfig={
            "Comment": name,
            "Runtime": "cloudfront-js-2.0",
            "KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": kvs_arn}]},
        },
        FunctionCode=code.encode(),
    )
    published = cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
    arn: str = published["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    return arn


def _edge_version(cloud: LocalCloud, name: str, role_arn: str, archive: bytes, handler: str, runtime: str) -> str:
    client = cloud.client("lambda", "us-east-1")  # where Lambda@Edge functions live
    client.create_function(
        FunctionName=name, Runtime=runtime, Role=role_arn, Handler=handler, Code={"ZipFile": archive}
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    arn: str = client.publish_version(FunctionName=name)["FunctionArn"]
    return arn


def _distribution_config(name: str, mrap_host: str, viewer_function_arn: str, version_arn: str) -> dict[str, Any]:
    methods = {"Quantity": 2, "Items": ["GET", "HEAD"]}
    return {
        "CallerReference": name,
        "Comment": name,
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": _ORIGIN_ID,
                    "DomainName": mrap_host,
                    "CustomOriginConfig": {
                        "HTTPPort": 80,
                        "HTTPSPort": 443,
                        "OriginProtocolPolicy": "https-only",
                        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": _ORIGIN_ID,
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_OPTIMIZED,
            "Compress": True,
            "AllowedMethods": {**methods, "CachedMethods": methods},
            "FunctionAssociations": {
                "Quantity": 1,
                "Items": [{"EventType": "viewer-request", "FunctionARN": viewer_function_arn}],
            },
            "LambdaFunctionAssociations": {
                "Quantity": 1,
                "Items": [{"EventType": "origin-request", "LambdaFunctionARN": version_arn, "IncludeBody": False}],
            },
        },
    }
