"""s3_replication_backfill against local AWS: extra objects of a destination are reported, and deleted on request."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.api import BackfillApi

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.backfill_buckets import HOME, NEW, Content, backfill
from modules.runner import ModuleFailed, Modules
from modules.users import deployer


def test_extra_objects_of_a_destination_are_reported_and_deleted_on_request(
    local_aws: LocalAws, buckets: dict[str, str], content: Content
) -> None:
    # A right besides docs/deployer, whose playbooks delete no object.
    objects = [f"arn:aws:s3:::{bucket}/*" for bucket in buckets.values()]
    modules = deployer(local_aws, more=[allow(["s3:DeleteObject"], objects)])
    content.put(HOME, "kept")
    content.put(NEW, "left over")
    reported = backfill(modules, buckets, regions=[NEW])
    assert (reported["regions"][NEW]["extra"], reported["regions"][NEW]["extra_keys"]) == (1, ["left over"])
    assert (reported["complete"], sorted(content.of(NEW))) == (True, ["kept", "left over"])

    deleted = backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert deleted["plan"] == ["Put delete markers on 1 object in ap-south-1 that eu-north-1 lacks"]
    assert (deleted["regions"][NEW]["deleted"], sorted(content.of(NEW))) == (1, ["kept"])
    versions = local_aws.client("s3", NEW).list_object_versions(Bucket=buckets[NEW], Prefix="left over")
    assert len(versions["Versions"]) == len(versions["DeleteMarkers"]) == 1
    assert backfill(modules, buckets, regions=[NEW], delete_extra=True)["mutating"] == []


def test_an_empty_source_deletes_nothing(modules: Modules, buckets: dict[str, str], content: Content) -> None:
    content.put(NEW, "all that is left")
    with pytest.raises(ModuleFailed, match=f"delete_extra would empty {buckets[NEW]}"):
        backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert list(content.of(NEW)) == ["all that is left"]


def test_an_object_that_appears_in_the_source_during_the_run_is_not_deleted(
    modules: Modules, buckets: dict[str, str], content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.put(HOME, "kept")
    content.put(NEW, "kept")
    content.put(NEW, "fresh")
    asked = BackfillApi.source_has

    def write_first(self: BackfillApi, key: str) -> bool:
        content.put(HOME, "fresh")
        return asked(self, key)

    monkeypatch.setattr(BackfillApi, "source_has", write_first)
    backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert content.of(NEW) == content.of(HOME) and sorted(content.of(NEW)) == ["fresh", "kept"]
