"""cloudfront_key_value_store_keys against local AWS: recovery from lost manifests, lost writes and killed runs."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.api import KeysApi

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.store_keys import (
    DIGEST,
    HOME,
    PREFIX,
    below,
    matches_digest,
    numbered,
    sync,
)
from modules.stores import Store


def test_a_write_that_bypasses_the_digest_is_found_by_a_listing(owner: Modules, store: Store) -> None:
    sync(owner, store, keys=numbered(3))
    store.put({f"{PREFIX}00001": "by hand"})
    assert sync(owner, store, keys=numbered(3))["changed"] is False  # as documented
    found = sync(owner, store, keys=numbered(3), compare="listing")
    assert found["counts"] == {"put": 1, "deleted": 0, "unchanged": 2}
    assert store.keys(PREFIX) == below(numbered(3))
    store.put({f"{PREFIX}more": "by hand"})
    sync(owner, store, keys=numbered(3), compare="listing")  # nothing to put, but the digest was out of date
    assert matches_digest(store, {**numbered(3), "more": "by hand"})
    assert sync(owner, store, keys=numbered(3), compare="listing")["mutating"] == []


@pytest.mark.parametrize("harm", ["lost", "no manifest", "of other keys", "no bucket"])
def test_a_lost_or_wrong_manifest_causes_no_error(
    owner: Modules, local_aws: LocalAws, store: Store, manifest: dict[str, str], harm: str
) -> None:
    sync(owner, store, keys=numbered(120), **manifest)
    s3, bucket = local_aws.client("s3", HOME), manifest["manifest_bucket"]
    (key,) = (item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"])
    assert json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) == below(numbered(120))
    if harm == "lost":
        s3.delete_object(Bucket=bucket, Key=key)
    elif harm == "no bucket":
        manifest = {**manifest, "manifest_bucket": f"{SITE}-{local_aws.account_id}-none-an"}
    else:
        wrong = b"?" if harm == "no manifest" else gzip.compress(json.dumps(below(numbered(9))).encode())
        s3.put_object(Bucket=bucket, Key=key, Body=wrong)
    before = len(local_aws.requests())
    if harm == "no bucket":
        with pytest.raises(ModuleFailed, match=r"Could not keep a manifest of 121 keys.*NoSuchBucket"):
            sync(owner, store, keys={**numbered(120), "x": "1"}, **manifest)
    else:
        sync(owner, store, keys={**numbered(120), "x": "1"}, **manifest)
    calls = store.calls(before)
    assert (calls["list"], calls["update"]) == (3, 1)
    assert store.keys(PREFIX) == below({**numbered(120), "x": "1"})


@pytest.mark.parametrize("calls", range(7))
def test_a_run_killed_at_any_write_is_completed_by_the_next_and_no_digest_is_wrong(
    owner: Modules, local_aws: LocalAws, store: Store, manifest: dict[str, str], calls: int
) -> None:
    """140 new, 70 changed and 60 deleted keys are 270, and the digest has two: six calls. The manifest is one more."""
    sync(owner, store, keys={f"{number:03}": "old" for number in range(130)}, **manifest)
    wanted = {f"{number:03}": "new" for number in range(60, 270)}
    local_aws.fault(calls, of=owner.credentials)
    with pytest.raises(ModuleFailed) as failure:
        sync(owner, store, keys=wanted, purge=True, **manifest)
    local_aws.fault(None)
    assert len(failure.value.result["done"]) == calls
    if calls == 0:
        assert matches_digest(store, {f"{number:03}": "old" for number in range(130)})
    elif calls < 6:
        assert store.keys(DIGEST) == {}
    assert store.keys(PREFIX).keys() >= below({f"{number:03}": "" for number in range(60, 130)}).keys()
    resumed = sync(owner, store, keys=wanted, purge=True, **manifest)
    assert resumed["changed"] == (calls < 6)
    assert store.keys(PREFIX) == below(wanted)
    assert matches_digest(store, wanted)
    assert sync(owner, store, keys=wanted, purge=True, **manifest)["mutating"] == []


def test_a_write_that_cloudfront_loses_is_detected_and_gets_no_digest(
    owner: Modules, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item count in each answer shows it."""
    made = KeysApi.update_keys

    def forgetful(self: KeysApi, arn: str, puts: dict[str, str], deletes: list[str], **expected: Any) -> None:
        kept = {key: value for key, value in puts.items() if key != f"{PREFIX}00001"}
        made(self, arn, kept, deletes, **expected)

    with monkeypatch.context() as patch:
        patch.setattr(KeysApi, "update_keys", forgetful)
        with pytest.raises(ModuleFailed, match=f"not as it was written: {PREFIX}00001. Find out who else writes"):
            sync(owner, store, keys=numbered(3))
    assert store.keys(DIGEST) == {}
    assert sync(owner, store, keys=numbered(3))["counts"]["put"] == 1


def test_if_cloudfront_counts_bytes_differently_the_keys_are_read_back(
    owner: Modules, local_aws: LocalAws, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "chain", lambda contents, *_: [planning.Contents(4, contents.size + 1)])
    before = len(local_aws.requests())
    assert sync(owner, store, keys=numbered(3))["changed"]
    assert store.calls(before) == {"describe": 1, "update": 1, "list": 1}
