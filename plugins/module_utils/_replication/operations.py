# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about replication call: each waits while S3 refuses it for now, and all for their effect."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.errors import EdgeError, error_code, explain
from .._core.parallel import in_parallel
from .._core.waiting import retry, wait_until
from .api import ReplicationApi
from .rules import (
    Config,
    destination,
    is_managed,
    replicates_everything,
    same,
    with_everything,
)

# A bucket's configuration is eventually consistent: one reading may be of a place that has it, the next of
# one that does not. Source: S3 User Guide, "Amazon S3 data consistency model".
_READINGS = 2

# S3's codes for an element that it does not know, or not here.
_UNKNOWN_ELEMENT = ("MalformedXML", "NotImplemented")

# In place of a bucket's versioning.
_NO_BUCKET = "no such bucket"


class Operations(ReplicationApi):
    """Waits for *wait_timeout* seconds at most: for a call that is refused for now, and for its effect.

    ``with_everything``: by Region, what was put in place of a configuration that S3 has refused for its Not.
    """

    def __init__(self, aws: Aws, wait_timeout: float, warn: t.Callable[[str], object]) -> None:
        super().__init__(aws)
        self._wait_timeout = wait_timeout
        self._warn = warn
        self.with_everything: dict[str, Config] = {}

    def await_replication(self, expected: t.Mapping[str, tuple[str, Config | None]]) -> None:
        """Wait until every bucket reads back what it is to have: *expected* by Region, with the bucket's name."""
        agreed = dict.fromkeys(expected, 0)
        wanted = {region: configuration for region, (_bucket, configuration) in expected.items()} | self.with_everything

        def probe() -> list[str]:
            left = [region for region, readings in agreed.items() if readings < _READINGS]
            found = in_parallel(
                {region: functools.partial(self.replication, region, expected[region][0]) for region in left}
            )
            for region in left:
                agreed[region] = agreed[region] + 1 if same(found[region], wanted[region]) else 0
            return [region for region in left if agreed[region] < _READINGS]

        wait_until(
            "Replication",
            probe,
            lambda left: not left,
            timeout=self._wait_timeout,
            describe=lambda left: f"not yet in effect in {', '.join(left)}",
            pause=0.25,
            longest_pause=5.0,
        )

    def delete_replication(self, region: str, bucket: str) -> None:
        call = functools.partial(self._s3(region).delete_bucket_replication, **self._bucket(bucket))
        self._retry(region, bucket, call, ["OperationAborted"])

    def put_replication(self, region: str, bucket: str, configuration: Config) -> None:
        put = functools.partial(self._s3(region).put_bucket_replication, **self._bucket(bucket))

        def call() -> None:
            try:
                put(ReplicationConfiguration=configuration)
            except is_boto3_error_code([*_UNKNOWN_ELEMENT, "InvalidRequest"]) as error:
                if _refuses_not(error, configuration):
                    self._put_with_everything(put, region, configuration)
                    return
                self._refuse_mistake(error, region, bucket, configuration)
                raise

        # InvalidRequest passes only while a bucket, its versioning or a role, just made, is not seen everywhere.
        self._retry(region, bucket, call, ["OperationAborted", "InvalidRequest"])

    def _put_with_everything(self, put: t.Callable[..., object], region: str, configuration: Config) -> None:
        everything = with_everything(configuration)
        put(ReplicationConfiguration=everything)
        self.with_everything[region] = everything
        self._warn(
            f"S3 refuses Not in the Filter of a replication rule in {region}: the Region's marker is replicated too, "
            "and its replicas are deleted after."
        )

    def _retry(self, region: str, bucket: str, call: t.Callable[[], object], codes: list[str]) -> None:
        retry(f"The replication of {bucket} from {region}", call, codes, timeout=self._wait_timeout)

    def _refuse_mistake(self, error: t.Any, region: str, bucket: str, configuration: Config) -> None:
        """Raise EdgeError unless what S3 refused is right, as far as can be seen, and only not yet known to it.

        S3 has one code for all of it, so what it is about is read from its words.
        """
        words = str(error).lower()
        if error_code(error) in _UNKNOWN_ELEMENT:
            return
        if "versioning" in words or "must exist" in words:
            names = [bucket, *(destination(rule) for rule in configuration["Rules"] if is_managed(rule))]
            self._require_versioning(region, names, error)
        elif "role" in words:
            self._require_role(configuration["Role"], error)
        else:
            raise EdgeError(f"The replication of {bucket} from {region}: {explain(error)}") from error

    def _require_versioning(self, region: str, names: t.Sequence[str], error: Exception) -> None:
        states = in_parallel({name: functools.partial(self._versioning, region, name) for name in names})
        gone = [name for name, state in states.items() if state == _NO_BUCKET]
        if gone:
            raise EdgeError(
                f"Replication needs buckets that are not there: {', '.join(sorted(gone))}. Create them "
                "(s3_regional_buckets does), and run it again."
            ) from error
        wrong = [name for name, state in states.items() if state != "Enabled"]
        if wrong:
            raise EdgeError(
                f"Replication needs versioning, which is not enabled on {', '.join(sorted(wrong))}: enable it "
                "(s3_regional_buckets does), and run it again."
            ) from error

    def _versioning(self, region: str, bucket: str) -> str | None:
        """botocore finds a bucket that is in another Region than the client's."""
        try:
            return self._s3(region).get_bucket_versioning(**self._bucket(bucket)).get("Status")
        except is_boto3_error_code("NoSuchBucket"):
            return _NO_BUCKET

    def _require_role(self, arn: str, error: Exception) -> None:
        try:
            self._aws.client("iam").get_role(RoleName=arn.rpartition("/")[2])
        except is_boto3_error_code("NoSuchEntity"):
            raise EdgeError(
                f"There is no role {arn}: make it (the role multiregion.edge.replication does), or give another as "
                "role_arn."
            ) from error
        except is_boto3_error_code("AccessDenied"):
            return  # then only S3 knows


def _refuses_not(error: t.Any, configuration: Config) -> bool:
    """Whether S3 may have refused *configuration* for the Not of the managed rules' Filter."""
    unknown = error_code(error) in _UNKNOWN_ELEMENT or "filter" in str(error).lower()
    return unknown and not replicates_everything(configuration)
