# SPDX-License-Identifier: GPL-3.0-or-later

"""Markers in buckets that replicate to each other, and that S3 returns with a delay."""

from __future__ import annotations

import dataclasses
import io
import typing as t
from datetime import UTC, datetime, timedelta

from ansible_collections.multiregion.edge.plugins.module_utils._region_markers.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._region_markers.plan import UNREAD
from ansible_collections.multiregion.edge.plugins.module_utils._rules.names import REGION_MARKER

from unit.fakes import client_error

BUCKETS = {"eu-north-1": "site-eu", "us-east-1": "site-us"}
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclasses.dataclass
class Version:
    body: str
    status: str | None = None
    readable: bool = True


class FakeS3:
    """The versions of each bucket's marker, newest first. A pending one is visible after *late* reads."""

    account_id = "111122223333"

    def __init__(self, late: int = 0, **versions: list[Version]) -> None:
        self.buckets = {name.replace("_", "-"): found for name, found in versions.items()}
        self._late = late

    def client(self, service: str, region: str) -> FakeS3:
        return self

    def list_object_versions(self, Bucket: str, **_: t.Any) -> dict[str, t.Any]:
        return {
            "Versions": [
                {
                    "Key": REGION_MARKER,
                    "VersionId": f"{id(version)}",
                    "IsLatest": number == 0,
                    "LastModified": NOW - timedelta(seconds=number),
                }
                for number, version in enumerate(self.buckets[Bucket])
            ]
        }

    def _find(self, bucket: str, version_id: str) -> Version:
        return next(version for version in self.buckets[bucket] if f"{id(version)}" == version_id)

    def get_object(self, Bucket: str, VersionId: str, **_: t.Any) -> dict[str, t.Any]:
        version = self._find(Bucket, VersionId)
        if not version.readable:
            raise client_error("NoSuchVersion", "GetObject")
        answer = {"Body": io.BytesIO(version.body.encode()), "ReplicationStatus": version.status}
        if version.status == "PENDING":
            self._late -= 1
            if self._late == 0:
                version.status = "COMPLETED"
                for bucket in set(self.buckets) - {Bucket}:
                    self.buckets[bucket].append(Version(version.body, "REPLICA"))
        return answer

    def delete_object(self, Bucket: str, VersionId: str, **_: t.Any) -> None:
        self.buckets[Bucket].remove(self._find(Bucket, VersionId))

    def bodies(self) -> dict[str, list[str]]:
        return {bucket: [version.body for version in versions] for bucket, versions in self.buckets.items()}


def api(s3: FakeS3) -> Operations:
    return Operations(t.cast(t.Any, s3), timeout=60)


def test_a_pending_marker_is_seen_under_the_replica_of_another() -> None:
    own, replica = Version("us-east-1", "PENDING"), Version("eu-north-1", "REPLICA")
    s3 = FakeS3(late=2, site_eu=[Version("eu-north-1", "COMPLETED")], site_us=[replica, own])
    api(s3).remove_replicas(BUCKETS)
    assert s3.bodies() == {"site-eu": ["eu-north-1"], "site-us": ["us-east-1"]}


def test_a_marker_that_cannot_be_read_yet_is_not_removed() -> None:
    """It may be the Region's own: S3 may not find an object put soon after versioning was enabled."""
    s3 = FakeS3(site_eu=[Version("eu-north-1", readable=False)], site_us=[Version("eu-north-1"), Version("us-east-1")])
    found = api(s3).markers(BUCKETS)
    assert [marker.region for marker in found["eu-north-1"]] == [UNREAD]
    api(s3).remove_replicas(BUCKETS)
    assert s3.bodies() == {"site-eu": ["eu-north-1"], "site-us": ["us-east-1"]}
