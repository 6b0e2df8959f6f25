# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusals of a replication configuration that are retried, and those that are errors."""

from __future__ import annotations

import typing as t
from unittest.mock import MagicMock

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._replication.operations import Operations
from botocore.exceptions import ClientError

from unit.fakes import client_error

ROLE = "arn:aws:iam::111122223333:role/path/my-site-replication"
CONFIGURATION: dict[str, t.Any] = {
    "Role": ROLE,
    "Rules": [
        {"ID": "multiregion-edge-us-east-1", "Destination": {"Bucket": "arn:aws:s3:::site-us"}},
        {"ID": "backup", "Destination": {"Bucket": "arn:aws:s3:::another-accounts"}},
    ],
}
VERSIONING = client_error("InvalidRequest", "PutBucketReplication", "Destination bucket must have versioning enabled.")
MISSING = client_error("InvalidRequest", "PutBucketReplication", "Destination bucket must exist.")
NEW_ROLE = client_error("InvalidRequest", "PutBucketReplication", "Cannot assume the Role given")


class FakeAws:
    account_id = "111122223333"

    def __init__(self, *answers: object, versioning: str | Exception = "Enabled", role: object = None) -> None:
        """*versioning*: that of the destination, or the exception of its read."""
        self.s3, self.iam = MagicMock(), MagicMock()
        self.s3.put_bucket_replication.side_effect = answers
        self.s3.get_bucket_versioning.side_effect = lambda Bucket, **_: self._versioning(Bucket)
        self._destination = versioning
        self.iam.get_role.side_effect = [role]

    def _versioning(self, bucket: str) -> dict[str, str]:
        if bucket != "site-us":
            return {"Status": "Enabled"}
        if isinstance(self._destination, Exception):
            raise self._destination
        return {"Status": self._destination}

    def client(self, service: str, region: str | None = None) -> t.Any:
        return getattr(self, service)


def put(aws: FakeAws, timeout: float = 60.0) -> None:
    Operations(t.cast(t.Any, aws), timeout, print).put_replication("eu-north-1", "site-eu", CONFIGURATION)


@pytest.mark.parametrize(
    "refusal",
    [VERSIONING, MISSING, NEW_ROLE, client_error("OperationAborted", "PutBucketReplication")],
    ids=["versioning not seen everywhere", "bucket not seen everywhere", "role not seen everywhere", "another change"],
)
def test_transient_refusals_are_retried(refusal: Exception) -> None:
    aws = FakeAws(refusal, None, role={"Role": {}})
    put(aws)
    assert aws.s3.put_bucket_replication.call_count == 2


@pytest.mark.parametrize(
    "refusal",
    [
        client_error("MalformedXML", "PutBucketReplication", "The XML you provided was not well-formed."),
        client_error("NotImplemented", "PutBucketReplication", "A header or element is not implemented."),
        client_error("InvalidRequest", "PutBucketReplication", "Filter must have exactly one of Prefix, Tag or And."),
    ],
    ids=["MalformedXML", "NotImplemented", "InvalidRequest"],
)
def test_where_s3_refuses_not_the_markers_are_replicated_too(refusal: Exception) -> None:
    aws, warnings = FakeAws(refusal, None), []
    operations = Operations(t.cast(t.Any, aws), 60.0, warnings.append)
    operations.put_replication("eu-north-1", "site-eu", CONFIGURATION)
    rule, other = aws.s3.put_bucket_replication.call_args.kwargs["ReplicationConfiguration"]["Rules"]
    assert (rule["ID"], rule["Filter"]) == ("multiregion-edge-us-east-1-everything", {"Prefix": ""})
    assert other == CONFIGURATION["Rules"][1]
    assert len(warnings) == 1 and "S3 refuses Not" in warnings[0]


def test_a_configuration_that_is_malformed_also_without_not_is_an_error() -> None:
    aws = FakeAws(*[client_error("MalformedXML", "PutBucketReplication")] * 2)
    with pytest.raises(ClientError, match="MalformedXML"):
        put(aws)
    assert aws.s3.put_bucket_replication.call_count == 2


def test_retries_have_a_deadline() -> None:
    with pytest.raises(EdgeError, match="The replication of site-eu from eu-north-1: InvalidRequest"):
        put(FakeAws(VERSIONING), timeout=0.0)


@pytest.mark.parametrize(
    ("aws", "sentence"),
    [
        (FakeAws(VERSIONING, versioning="Suspended"), "versioning, which is not enabled on site-us: enable it"),
        (FakeAws(NEW_ROLE, role=client_error("NoSuchEntity", "GetRole")), f"There is no role {ROLE}: make it"),
        (
            FakeAws(MISSING, versioning=client_error("NoSuchBucket", "GetBucketVersioning")),
            "Replication needs buckets that are not there: site-us. Create them",
        ),
        (
            FakeAws(client_error("InvalidRequest", "PutBucketReplication", "Priority must be unique.")),
            "The replication of site-eu from eu-north-1: InvalidRequest from PutBucketReplication: Priority must be",
        ),
    ],
    ids=["no versioning", "no role", "no bucket", "another mistake"],
)
def test_an_error_is_reported_without_retries(aws: FakeAws, sentence: str) -> None:
    with pytest.raises(EdgeError) as failure:
        put(aws)
    assert sentence in str(failure.value)
    assert aws.s3.put_bucket_replication.call_count == 1


def test_only_managed_destinations_are_checked() -> None:
    aws = FakeAws(VERSIONING, None)
    put(aws)
    looked_at = {call.kwargs["Bucket"] for call in aws.s3.get_bucket_versioning.call_args_list}
    assert looked_at == {"site-eu", "site-us"}


def test_a_role_that_may_not_be_read_may_exist() -> None:
    aws = FakeAws(NEW_ROLE, None, role=client_error("AccessDenied", "GetRole"))
    put(aws)
    aws.iam.get_role.assert_called_once_with(RoleName="my-site-replication")
