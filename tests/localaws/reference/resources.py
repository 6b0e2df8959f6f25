"""The resources of the reference deployment, created by plain boto3, and policy documents."""

from __future__ import annotations

import json
import time
from typing import Any

from localaws.local_aws import LocalAws

_KEYS_PER_REQUEST = 50
_DEADLINE_SECONDS = 60.0
CLOUDFRONT = "cloudfront.amazonaws.com"


def make_bucket(local_aws: LocalAws, region: str, bucket: str) -> str:
    s3 = local_aws.client("s3", region)
    # us-east-1 has no LocationConstraint.
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **location)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    return bucket


def replicate(local_aws: LocalAws, source_region: str, buckets: dict[str, str], role: str) -> None:
    source = f"arn:aws:s3:::{buckets[source_region]}"
    targets = {region: f"arn:aws:s3:::{bucket}" for region, bucket in buckets.items() if region != source_region}
    versions = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    statements = [
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [source]),
        allow(versions, [f"{source}/*"]),
        allow(
            ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], [f"{arn}/*" for arn in targets.values()]
        ),
    ]
    role_arn = make_role(local_aws, role, ["s3.amazonaws.com"], statements)
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
    local_aws.client("s3", source_region).put_bucket_replication(
        Bucket=buckets[source_region], ReplicationConfiguration={"Role": role_arn, "Rules": rules}
    )


def mrap(local_aws: LocalAws, name: str, buckets: list[str]) -> str:
    # The only Region with this API.
    s3control = local_aws.client("s3control", "us-west-2")
    token = s3control.create_multi_region_access_point(
        AccountId=local_aws.account_id, Details={"Name": name, "Regions": [{"Bucket": bucket} for bucket in buckets]}
    )["RequestTokenARN"]
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        operation = s3control.describe_multi_region_access_point_operation(
            AccountId=local_aws.account_id, RequestTokenARN=token
        )["AsyncOperation"]
        status = operation["RequestStatus"]
        if status in {"SUCCESS", "SUCCEEDED"}:
            break
        if status == "FAILED" or time.monotonic() > deadline:
            raise RuntimeError(f"Multi-Region Access Point {name}: {operation}")
        time.sleep(0.1)
    found = s3control.get_multi_region_access_point(AccountId=local_aws.account_id, Name=name)
    alias: str = found["AccessPoint"]["Alias"]
    return alias


def reading(mrap_arn: str, buckets: dict[str, str]) -> list[dict[str, Any]]:
    # A request needs the rights to the MRAP and to the bucket behind it.
    arns = [f"arn:aws:s3:::{bucket}" for bucket in buckets.values()]
    points = [mrap_arn] if mrap_arn else []
    return [
        allow(["s3:GetObject"], [*(f"{arn}/object/*" for arn in points), *(f"{arn}/*" for arn in arns)]),
        allow(["s3:ListBucket"], [*points, *arns]),
    ]


def make_role(local_aws: LocalAws, name: str, services: list[str], statements: list[dict[str, Any]]) -> str:
    iam = local_aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document([trust]))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document(statements))
    return arn


def allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def key_value_store(local_aws: LocalAws, name: str, keys: dict[str, str]) -> str:
    arn: str = local_aws.client("cloudfront").create_key_value_store(Name=name)["KeyValueStore"]["ARN"]
    data = local_aws.client("cloudfront-keyvaluestore")
    etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
    pairs = [{"Key": key, "Value": value} for key, value in keys.items()]
    for start in range(0, len(pairs), _KEYS_PER_REQUEST):
        batch = pairs[start : start + _KEYS_PER_REQUEST]
        etag = data.update_keys(KvsARN=arn, IfMatch=etag, Puts=batch)["ETag"]
    return arn


def viewer_function(local_aws: LocalAws, name: str, code: str, kvs_arn: str) -> str:
    cloudfront = local_aws.client("cloudfront")
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


def lambda_version(local_aws: LocalAws, name: str, role_arn: str, archive: bytes, handler: str, runtime: str) -> str:
    client = local_aws.client("lambda", "us-east-1")  # the Region of Lambda@Edge functions
    client.create_function(
        FunctionName=name, Runtime=runtime, Role=role_arn, Handler=handler, Code={"ZipFile": archive}
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    arn: str = client.publish_version(FunctionName=name)["FunctionArn"]
    return arn


def origin_access_control(local_aws: LocalAws, name: str, protocol: str) -> str:
    """Create an origin access control, and return its id."""
    config = {
        "Name": name,
        "SigningProtocol": protocol,
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    created = local_aws.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)
    found: str = created["OriginAccessControl"]["Id"]
    return found


def allow_cloudfront_to_read(local_aws: LocalAws, distribution_arn: str, buckets: dict[str, str]) -> None:
    """Allow this distribution in each bucket's policy; with ListBucket, so that a missing key is a 404."""
    for region, bucket in buckets.items():
        policy = document(for_cloudfront(distribution_arn, f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"))
        local_aws.client("s3", region).put_bucket_policy(Bucket=bucket, Policy=policy)


def allow_cloudfront_through_mrap(local_aws: LocalAws, distribution_arn: str, name: str, mrap_arn: str) -> None:
    """Allow this distribution in the MRAP's policy: a service needs it and the bucket's policy."""
    policy = document(for_cloudfront(distribution_arn, mrap_arn, f"{mrap_arn}/object/*"))
    details = {"Name": name, "Policy": policy}
    local_aws.client("s3control", "us-west-2").put_multi_region_access_point_policy(
        AccountId=local_aws.account_id, Details=details
    )


def for_cloudfront(distribution_arn: str, container: str, objects: str) -> list[dict[str, Any]]:
    condition = {"StringEquals": {"aws:SourceArn": distribution_arn}}
    who = {"Principal": {"Service": CLOUDFRONT}, "Condition": condition}
    return [{**allow(["s3:ListBucket"], [container]), **who}, {**allow(["s3:GetObject"], [objects]), **who}]
