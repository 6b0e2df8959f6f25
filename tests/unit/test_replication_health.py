# SPDX-License-Identifier: GPL-3.0-or-later

"""The problem of an edge, in one sentence with its cause."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.parallel import MultiRegionError
from ansible_collections.multiregion.edge.plugins.module_utils._replication_health import assess, info, measure
from ansible_collections.multiregion.edge.plugins.module_utils._replication_health.api import HealthApi
from ansible_collections.multiregion.edge.plugins.module_utils._replication_health.assess import (
    Bucket,
    Edge,
    Measured,
    Metrics,
    Role,
    Scan,
    Setup,
    edges,
    measured_problem,
    rule_of,
    setup_problem,
    trusts_s3,
)
from ansible_collections.multiregion.edge.plugins.module_utils._replication_health.probe_objects import ProbeObjects

from unit.fakes import client_error

EDGE = Edge("eu-north-1", "us-east-1")
ROLE = "arn:aws:iam::111122223333:role/r"
KEY = "arn:aws:kms:us-east-1:111122223333:key/k"
ENABLED = {"Status": "Enabled"}
TO_US = {"Bucket": "arn:aws:s3:::site-us"}
RULE: dict[str, t.Any] = {
    "ID": "us",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "DeleteMarkerReplication": ENABLED,
    "Destination": TO_US,
}
WITH_KEY = {
    **RULE,
    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": ENABLED},
    "Destination": {**TO_US, "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY}},
}


def setup(
    *rules: dict[str, t.Any],
    source: dict[str, t.Any] | None = None,
    destination: dict[str, t.Any] | None = None,
    role: Role | None = None,
    keys: dict[str, str | None] | None = None,
    expected_role: str | None = None,
) -> Setup:
    replication = {"Role": ROLE, "Rules": list(rules or [RULE])}
    eu = dataclasses.replace(Bucket("site-eu", None, "Enabled", replication), **(source or {}))
    us = dataclasses.replace(Bucket("site-us", None, "Enabled"), **(destination or {}))
    return Setup({EDGE.source: eu, EDGE.destination: us}, {ROLE: role or Role()}, keys or {}, expected_role)


@pytest.mark.parametrize(
    "found",
    [
        setup(),
        setup({**RULE, "Filter": {}}),
        setup({key: value for key, value in RULE.items() if key != "Filter"} | {"Prefix": ""}),
        setup({**RULE, "Status": "Disabled", "ID": "old"}, RULE),
        setup({**RULE, "Filter": {"Prefix": "logs/"}, "ID": "narrow"}, RULE),
        setup(expected_role=ROLE),
        setup(role=Role(denied={"arn:aws:s3:::site-us/*": ["s3:ReplicateTags"]})),
        setup(
            {**RULE, "DeleteMarkerReplication": {"Status": "Disabled"}},
            role=Role(denied={"arn:aws:s3:::site-us/*": ["s3:ReplicateDelete"]}),
        ),
        setup(WITH_KEY, source={"encrypts_with_kms": True}, keys={KEY: "Enabled"}),
        setup(WITH_KEY, source={"encrypts_with_kms": True}),
    ],
    ids=[
        "as we set it up",
        "an empty filter",
        "version 1",
        "an old rule beside",
        "a narrow rule beside",
        "the role",
        "a right that is not needed",
        "no right to what is not replicated",
        "KMS",
        "a key that may not be looked at",
    ],
)
def test_healthy(found: Setup) -> None:
    assert setup_problem(EDGE, found) is None


GONE = {"trouble": "is not there in eu-north-1: create it.", "versioning": None, "replication": None}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (setup(source=GONE), "the bucket site-eu is not there in eu-north-1: create it."),
        (setup(destination={**GONE, "trouble": "is gone."}), "the bucket site-us is gone."),
        (setup(source={"versioning": "Suspended"}), "versioning of site-eu in eu-north-1 is suspended: enable it."),
        (setup(destination={"versioning": None}), "versioning of site-us in us-east-1 is off: enable it."),
        (
            setup(source={"replication": None}),
            "site-eu has no replication rule to site-us: set it up with s3_replication.",
        ),
        (
            setup({**RULE, "Destination": {"Bucket": "arn:aws:s3:::other"}}),
            "site-eu has no replication rule to site-us: set it up with s3_replication.",
        ),
        (setup({**RULE, "Status": "Disabled"}), "the rule us of site-eu is disabled: enable it."),
        (
            setup({**RULE, "Filter": {"And": {"Prefix": "r/", "Tags": [{}]}}}),
            "the rule us of site-eu replicates only keys that begin with r/: set it up with s3_replication.",
        ),
        (
            setup({**RULE, "Filter": {"Tag": {"Key": "a", "Value": "b"}}}),
            "the rule us of site-eu replicates only objects with certain tags: set it up with s3_replication.",
        ),
        (
            setup(expected_role="arn:other"),
            f"site-eu replicates with the role {ROLE}, not arn:other: set it with s3_replication.",
        ),
        (
            setup(role=Role(is_gone=True)),
            f"the role {ROLE} that site-eu replicates with is gone: create it again, or give another one.",
        ),
        (
            setup(role=Role(is_trusting=False)),
            f"S3 may not assume the role {ROLE}: let its trust policy allow sts:AssumeRole to s3.amazonaws.com.",
        ),
        (
            setup(role=Role(denied={"arn:aws:s3:::site-eu/*": ["s3:GetObjectVersionForReplication"]})),
            f"the role {ROLE} may not s3:GetObjectVersionForReplication on arn:aws:s3:::site-eu/*: allow it in its "
            "policies.",
        ),
        (
            setup(source={"encrypts_with_kms": True}),
            "site-eu encrypts with KMS, and the rule us of site-eu leaves such objects out: give it a key for "
            "replicas.",
        ),
        (
            setup(WITH_KEY, keys={KEY: None}),
            f"the KMS key {KEY} of the rule us of site-eu is gone: enable it, or give another one.",
        ),
        (
            setup(WITH_KEY, keys={KEY: "PendingDeletion"}),
            f"the KMS key {KEY} of the rule us of site-eu is PendingDeletion: enable it, or give another one.",
        ),
    ],
)
def test_setup_problem(found: Setup, sentence: str) -> None:
    assert setup_problem(EDGE, found) == f"eu-north-1 to us-east-1: {sentence}"


def test_a_cause_has_precedence_over_its_consequences() -> None:
    everything = setup(
        {**RULE, "Status": "Disabled"},
        destination={"versioning": "Suspended"},
        role=Role(is_gone=True),
    )
    assert "versioning of site-us" in str(setup_problem(EDGE, everything))


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (Measured(), None),
        (Measured(Metrics(9000.0, 5, 5, 0), Scan((), 7), 60, None, 1.5), None),
        (Measured(Metrics(failed_operations=3)), "3 operations failed in the last hour: remove the cause and run"),
        (Measured(scan=Scan(("r/a",))), "1 object failed to replicate, such as r/a: remove"),
        (Measured(scan=Scan(("r/a", "r/b"))), "2 objects failed to replicate, such as r/a: remove"),
        (Measured(probe_timeout=60), "the probe object did not arrive within 60 s: look at"),
        (
            Measured(probe_timeout=60, probe_refused="KMS.NotFoundException."),
            "the probe object could not be written to the",
        ),
    ],
)
def test_measured_problem(measured: Measured, words: str | None) -> None:
    problem = measured_problem(EDGE, measured)
    assert problem is None if words is None else str(problem).startswith(f"eu-north-1 to us-east-1: {words}")


def test_edges() -> None:
    regions = ["us-east-1", "eu-north-1", "ap-south-1"]
    assert edges(regions, "hub", "eu-north-1") == [Edge("eu-north-1", "ap-south-1"), Edge("eu-north-1", "us-east-1")]
    assert len(set(edges(regions, "mesh", None))) == 6
    assert edges(["eu-north-1"], "mesh", None) == edges(["eu-north-1"], "hub", "eu-north-1") == []


def test_of_several_rules_the_most_complete_one_counts() -> None:
    narrow = {**RULE, "ID": "narrow", "Filter": {"Prefix": "r/"}}
    disabled = {**RULE, "ID": "disabled", "Status": "Disabled"}
    assert (rule_of(EDGE, setup(disabled, narrow)) or {})["ID"] == "narrow"
    assert (rule_of(EDGE, setup(disabled, narrow, RULE)) or {})["ID"] == "us"


S3 = {"Service": "s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("statements", "trusted"),
    [
        ({"Effect": "Allow", "Principal": S3, "Action": "sts:AssumeRole"}, True),
        ([{"Effect": "Allow", "Principal": {"Service": ["a", "s3.amazonaws.com"]}, "Action": ["sts:*"]}], True),
        ([{"Effect": "Deny", "Principal": S3, "Action": "sts:AssumeRole"}], False),
        ([{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}], False),
        ([{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}], False),
        ([{"Effect": "Allow", "Principal": S3, "Action": "sts:TagSession"}], False),
        ([], False),
    ],
)
def test_trusts_s3(statements: t.Any, trusted: bool) -> None:
    assert trusts_s3({"Statement": statements}) is trusted


def test_an_edge_without_metrics_scan_and_probe_has_nulls() -> None:
    found = assess.described(EDGE, setup(), Measured())
    assert {name for name, value in found.items() if value is None} == {
        "problem", "lag_seconds", "pending_operations", "pending_bytes", "failed_operations", "failed_objects",
        "pending_objects", "probe_seconds",
    }  # fmt: skip
    assert (found["rule_id"], found["rule_status"], found["healthy"]) == ("us", "Enabled", True)


class FakeApi(HealthApi):
    """Buckets that do not replicate, of which one may be unwritable."""

    def __init__(self, unwritable: str) -> None:
        self._unwritable = unwritable
        self.kept: set[tuple[str, str]] = set()

    def put(self, region: str, key: str) -> None:
        if region == self._unwritable:
            raise client_error("KMS.NotFoundException", "PutObject", "no key")
        self.kept.add((region, key))

    def head(self, region: str, key: str) -> dict[str, t.Any] | None:
        if (region, key) in self.kept or region == "sa-east-1":
            raise AssertionError("It is waited for at the ends of the edges whose source has it, and nowhere else")
        return None

    def versions(self, region: str, prefix: str) -> list[dict[str, t.Any]]:
        return [{"VersionId": "v"} for where, key in self.kept if where == region and key.startswith(prefix)]

    def delete_version(self, region: str, key: str, version: str) -> None:
        self.kept.remove((region, key))


def test_an_unwritable_source_is_reported_and_does_not_block_others() -> None:
    api = FakeApi("eu-north-1")
    probe_objects = ProbeObjects(api, ["eu-north-1", "us-east-1", "sa-east-1"], 0)
    arrivals = probe_objects.measure([Edge("eu-north-1", "sa-east-1"), Edge("us-east-1", "eu-north-1")])
    assert (arrivals, api.kept) == ({}, set())
    assert probe_objects.refused == {"eu-north-1": "KMS.NotFoundException from PutObject: no key."}


class Objects(HealthApi):
    """The results of HeadObject, by Region and key."""

    def __init__(self, **heads: dict[str, dict[str, t.Any]]) -> None:
        self._heads = heads

    def keys(self, region: str, prefix: str, limit: int) -> list[str]:
        return sorted(self._heads["source"])[:limit]

    def head(self, region: str, key: str) -> dict[str, t.Any] | None:
        return self._heads["source" if region == EDGE.source else "destination"].get(key)


def test_a_failed_object_that_exists_in_the_destination_is_no_problem() -> None:
    failed = {"ReplicationStatus": "FAILED", "VersionId": "v1", "ETag": "e1"}
    api = Objects(
        source={"gone": failed, "copied": failed, "encrypted": failed, "old": failed},
        destination={
            "copied": {"VersionId": "v9", "ETag": "e1"},
            "encrypted": {"VersionId": "v1", "ETag": "e9"},
            "old": {"VersionId": "v0", "ETag": "e0"},
        },
    )
    assert measure.scan(api, [EDGE], "", 10) == ({EDGE: Scan(("gone", "old"))}, 4)


class Guarded(HealthApi):
    """Deny the calls in ``denied``."""

    def __init__(self, *denied: str) -> None:
        self._denied = denied
        self.keys_asked: set[tuple[str, str]] = set()

    def _answer(self, name: str, answer: t.Any) -> t.Any:
        if name in self._denied:
            raise client_error("AccessDenied", name)
        return answer

    def trouble(self, region: str) -> str | None:
        return None

    def is_own(self, arn: str) -> bool:
        return True

    def versioning(self, region: str) -> str | None:
        return t.cast("str | None", self._answer("versioning", "Suspended"))

    def encryption(self, region: str) -> str | None:
        return t.cast("str | None", self._answer("encryption", "aws:kms"))

    def replication(self, region: str) -> dict[str, t.Any] | None:
        if region == "sa-east-1":
            rule = {**WITH_KEY, "Destination": {**WITH_KEY["Destination"]}}
            rule["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": f"{KEY}-2"}
            return {"Role": ROLE, "Rules": [rule]}
        metered = {**WITH_KEY, "Destination": {**WITH_KEY["Destination"], "Metrics": ENABLED}}
        return t.cast("dict[str, t.Any]", self._answer("replication", {"Role": ROLE, "Rules": [metered]}))

    def trust_policy(self, role_arn: str) -> dict[str, t.Any] | None:
        return t.cast("dict[str, t.Any] | None", self._answer("trust_policy", None))

    def key_state(self, region: str, key: str) -> str | None:
        self.keys_asked.add((region, key))
        return t.cast("str | None", self._answer("key_state", None))

    def metrics(self, region: str, queries: t.Any, since: t.Any) -> dict[str, list[float]]:
        return t.cast("dict[str, list[float]]", self._answer("metrics", {query["Id"]: [7.0] for query in queries}))


SITE = {"eu-north-1": "site-eu", "us-east-1": "site-us"}


def test_settings_that_may_not_be_read_are_assumed_right() -> None:
    assert setup_problem(EDGE, info.observe(Guarded(), [EDGE], SITE, None))
    guarded = Guarded("versioning", "encryption", "trust_policy", "key_state", "metrics")
    found = info.observe(guarded, [EDGE], SITE, None)
    assert setup_problem(EDGE, found) is None
    assert info.metrics_of(guarded, [EDGE], found) == {}
    assert info.metrics_of(Guarded(), [EDGE], found) == {EDGE: Metrics(7.0, 7, 7, 7)}


def test_rules_that_may_not_be_read_are_an_error() -> None:
    with pytest.raises(MultiRegionError, match="eu-north-1: AccessDenied"):
        info.observe(Guarded("replication"), [EDGE], SITE, None)


def test_the_key_of_every_source_is_checked() -> None:
    api = Guarded()
    info.observe(api, [EDGE, Edge("sa-east-1", "us-east-1")], {**SITE, "sa-east-1": "site-sa"}, None)
    assert api.keys_asked == {("us-east-1", KEY), ("us-east-1", f"{KEY}-2")}
