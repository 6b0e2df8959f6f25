# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a Multi-Region Access Point."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.plan import (
    Desired,
    Mrap,
    Observed,
    check,
    is_of_site,
    plan,
)
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.policy import (
    Policies,
    distribution_policy,
    with_arn,
)

from unit.operations import operations

OPERATIONS = operations(Operations)

ACCOUNT = "111122223333"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}
OTHER_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject"}]}


def bucket(region: str) -> str:
    return f"my-site-{ACCOUNT}-{region}-an"


def live(
    *regions: str, status: str = "READY", name: str = "my-site-3f9a1c2b", created_at: str = "2026-11-20T08:00:00+00:00"
) -> Mrap:
    members = {region: bucket(region) for region in regions or ("eu-north-1", "us-east-1")}
    return Mrap(name, "mfzwi23gnjvgw.mrap", status, created_at, members)


def want(*regions: str, **options: t.Any) -> Desired:
    buckets = tuple(bucket(region) for region in regions or ("us-east-1", "eu-north-1"))
    return Desired(
        **{"account_id": ACCOUNT, "name": "my-site-3f9a1c2b", "buckets": buckets, "site": "my-site", **options}
    )


def calls(observed: Observed, desired: Desired) -> list[str]:
    return [step.name for step in plan(OPERATIONS, observed, desired).steps]


def test_creation() -> None:
    result = plan(OPERATIONS, Observed(), want())
    (step,) = result.steps
    assert step.name == "create_mrap"
    assert step.sentence == "Create the Multi-Region Access Point my-site-3f9a1c2b over 2 buckets"
    assert step.arguments["buckets"] == [bucket("eu-north-1"), bucket("us-east-1")]
    after = result.after["multi_region_access_point"]
    assert (result.before, after["alias"], after["status"]) == (None, KNOWN_AFTER_APPLY, "CREATING")
    assert after["regions"] == {region: bucket(region) for region in ("eu-north-1", "us-east-1")}


def test_the_regions_of_given_buckets_are_known_when_aws_returns_them() -> None:
    result = plan(OPERATIONS, Observed(), want(buckets=("site-eu", bucket("us-east-1"))))
    assert result.after["multi_region_access_point"]["regions"] == {}


CREATE, PUT, DELETE = "create_mrap", "put_policy", "delete_mrap"


@pytest.mark.parametrize(
    ("status", "wait", "expected"),
    [
        ("READY", True, []),
        ("READY", False, []),
        ("INCONSISTENT_ACROSS_REGIONS", True, []),
        ("CREATING", True, []),
        ("CREATING", False, []),
        ("SOMETHING_NEW", True, []),
        ("DELETING", True, [CREATE]),
        ("PARTIALLY_CREATED", True, [CREATE]),
        ("PARTIALLY_CREATED", False, [CREATE]),
    ],
)
def test_the_changes_that_a_status_allows(status: str, wait: bool, expected: list[str]) -> None:
    assert calls(Observed(live(status=status)), want(wait=wait)) == expected


@pytest.mark.parametrize(
    ("status", "wait", "expected"),
    [
        ("READY", True, [DELETE]),
        ("READY", False, [DELETE]),
        ("INCONSISTENT_ACROSS_REGIONS", True, [DELETE]),
        ("CREATING", True, [DELETE]),
        ("DELETING", True, []),
        ("DELETING", False, []),
        ("PARTIALLY_CREATED", True, [DELETE]),
        ("PARTIALLY_DELETED", True, [DELETE]),
        ("SOMETHING_NEW", True, [DELETE]),
    ],
)
def test_the_deletions_that_a_status_allows(status: str, wait: bool, expected: list[str]) -> None:
    result = plan(OPERATIONS, Observed(live(status=status)), want(present=False, wait=wait))
    assert [step.name for step in result.steps] == expected
    assert result.after is None


def test_a_missing_mrap_is_not_deleted() -> None:
    assert calls(Observed(), want(present=False)) == []


@pytest.mark.parametrize(
    ("status", "present", "words"),
    [
        ("PARTIALLY_DELETED", True, "only in part: finish that with state: absent"),
        ("DELETING", True, "is being deleted: run it again when it is gone, or with wait"),
        ("CREATING", False, "still being created, and AWS deletes it only afterwards"),
    ],
)
def test_changes_that_need_a_wait_are_refused_without_wait(status: str, present: bool, words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        plan(OPERATIONS, Observed(live(status=status)), want(present=present, wait=False))


def test_the_order_of_the_buckets_does_not_matter() -> None:
    assert calls(Observed(live()), want("eu-north-1", "us-east-1")) == []
    assert calls(Observed(live()), want("us-east-1", "eu-north-1")) == []


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        (["eu-north-1"], f"missing: none; not asked for: {bucket('us-east-1')}"),
        (["eu-north-1", "us-east-1", "ap-south-1"], f"missing: {bucket('ap-south-1')}; not asked for: none"),
    ],
)
@pytest.mark.parametrize("status", ["READY", "CREATING", "PARTIALLY_CREATED"])
def test_other_buckets_are_refused_because_aws_cannot_change_them(regions: list[str], words: str, status: str) -> None:
    with pytest.raises(EdgeError, match=words):
        plan(OPERATIONS, Observed(live(status=status)), want(*regions))


def test_buckets_not_returned_yet_are_no_difference() -> None:
    unknown = Mrap("my-site-3f9a1c2b", None, "CREATING", "2026-11-20T08:00:00+00:00", {})
    assert calls(Observed(unknown), want()) == []


class TestAnotherAccessPointOfTheSite:
    OTHER = live("eu-north-1", "sa-east-1", name="my-site-00000000")

    def test_it_is_refused_with_the_difference(self) -> None:
        with pytest.raises(EdgeError) as refusal:
            plan(OPERATIONS, Observed(others=(self.OTHER,)), want())
        assert "my-site has the Multi-Region Access Point my-site-00000000" in str(refusal.value)
        assert "(added now: us-east-1; removed: sa-east-1)" in str(refusal.value)

    def test_the_difference_has_the_name_of_a_given_bucket(self) -> None:
        with pytest.raises(EdgeError, match="added now: site-eu, us-east-1; removed: eu-north-1, sa-east-1"):
            plan(OPERATIONS, Observed(others=(self.OTHER,)), want(buckets=("site-eu", bucket("us-east-1"))))

    def test_a_second_mrap_is_created_if_allowed(self) -> None:
        assert calls(Observed(others=(self.OTHER,)), want(allow_replacement=True)) == [CREATE]

    def test_an_existing_second_mrap_is_kept(self) -> None:
        assert calls(Observed(live(), others=(self.OTHER,)), want()) == []

    @pytest.mark.parametrize("status", ["DELETING", "PARTIALLY_DELETED"])
    def test_an_mrap_in_deletion_does_not_count(self, status: str) -> None:
        other = live(name="my-site-00000000", status=status)
        assert calls(Observed(others=(other,)), want()) == [CREATE]

    def test_a_deletion_keeps_the_other_mrap(self) -> None:
        assert calls(Observed(live(), others=(self.OTHER,)), want(present=False)) == [DELETE]


@pytest.mark.parametrize(
    ("status", "established", "proposed", "wait", "expected"),
    [
        ("READY", POLICY, None, True, []),
        ("READY", POLICY, POLICY, True, []),
        ("READY", None, None, True, [PUT]),
        ("READY", OTHER_POLICY, OTHER_POLICY, True, [PUT]),
        ("READY", OTHER_POLICY, None, False, [PUT]),
        ("INCONSISTENT_ACROSS_REGIONS", None, POLICY, True, []),
        ("INCONSISTENT_ACROSS_REGIONS", OTHER_POLICY, POLICY, False, []),
        ("INCONSISTENT_ACROSS_REGIONS", None, OTHER_POLICY, True, [PUT]),
        ("INCONSISTENT_ACROSS_REGIONS", POLICY, OTHER_POLICY, True, [PUT]),
        ("INCONSISTENT_ACROSS_REGIONS", POLICY, OTHER_POLICY, False, []),
        ("READY", None, OTHER_POLICY, False, []),
        ("CREATING", None, None, True, [PUT]),
        ("CREATING", None, None, False, []),
    ],
    ids=[
        "in effect",
        "in effect, and the last one put",
        "none",
        "another one",
        "another one, not waited for",
        "it spreads",
        "it spreads instead of another one",
        "another one spreads first",
        "another one spreads instead of it",
        "another one spreads, not waited for",
        "another one propagates, although the status does not show it",
        "put when it is created",
        "not waited for until it is created",
    ],
)
def test_policies(status: str, established: t.Any, proposed: t.Any, wait: bool, expected: list[str]) -> None:
    observed = Observed(live(status=status), Policies(established, proposed))
    assert calls(observed, want(policy=POLICY, wait=wait)) == expected


def test_a_new_mrap_is_created_and_then_gets_its_policy() -> None:
    assert calls(Observed(), want(policy=POLICY)) == [CREATE, PUT]
    assert calls(Observed(), want(policy=POLICY, wait=False)) == [CREATE]


def test_without_a_policy_the_existing_one_stays() -> None:
    assert calls(Observed(live(), Policies(POLICY, OTHER_POLICY)), want()) == []


def test_the_difference_shows_the_policy_only_if_it_is_managed() -> None:
    with_it = plan(OPERATIONS, Observed(live(), Policies(OTHER_POLICY)), want(policy=POLICY))
    assert (with_it.before["policy"], with_it.after["policy"]) == (OTHER_POLICY, POLICY)
    assert "policy" not in plan(OPERATIONS, Observed(live()), want()).after


DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
MRAP_ARN = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
READERS = distribution_policy(MRAP_ARN, [DISTRIBUTION])
NO_READERS = distribution_policy(MRAP_ARN, [])


@pytest.mark.parametrize(
    ("arns", "established", "proposed", "put"),
    [
        (None, READERS, None, None),
        ((DISTRIBUTION,), None, None, READERS),
        ((DISTRIBUTION,), NO_READERS, None, READERS),
        ((DISTRIBUTION,), READERS, None, None),
        ((DISTRIBUTION,), None, READERS, None),
        ((), None, None, None),
        ((), READERS, None, NO_READERS),
        ((), None, READERS, NO_READERS),
        ((), NO_READERS, None, None),
        ((), READERS, NO_READERS, None),
        ((), POLICY, None, NO_READERS),
    ],
    ids=[
        "left as it is",
        "none yet",
        "for no distribution so far",
        "in effect",
        "it spreads",
        "none is needed",
        "revoked",
        "revoked while it spreads",
        "revoked already",
        "the revocation spreads",
        "replaced, since AWS never deletes one",
    ],
)
def test_policies_for_distributions(
    arns: tuple[str, ...] | None, established: t.Any, proposed: t.Any, put: t.Any
) -> None:
    result = plan(OPERATIONS, Observed(live(), Policies(established, proposed)), want(distribution_arns=arns))
    assert [step.arguments["policy"] for step in result.steps] == ([] if put is None else [put])


def test_the_policy_of_a_new_mrap_gets_its_arn_later() -> None:
    create, put = plan(OPERATIONS, Observed(), want(distribution_arns=(DISTRIBUTION,))).steps
    assert (create.name, put.name) == (CREATE, PUT)
    assert put.arguments["policy"] == distribution_policy(KNOWN_AFTER_APPLY, [DISTRIBUTION])
    assert with_arn(put.arguments["policy"], MRAP_ARN) == READERS


def test_the_difference_of_policies_for_distributions() -> None:
    revoked = plan(OPERATIONS, Observed(live(), Policies(READERS)), want(distribution_arns=()))
    assert (revoked.before["policy"], revoked.after["policy"]) == (READERS, NO_READERS)
    without = plan(OPERATIONS, Observed(live()), want(distribution_arns=()))
    assert (without.before["policy"], without.after["policy"]) == (None, None)


class TestWhose:
    def test_buckets_of_another_site_prevent_the_deletion(self) -> None:
        tags = {bucket("eu-north-1"): {}, bucket("us-east-1"): {"multiregion-edge": "other"}}
        with pytest.raises(EdgeError, match=f"{bucket('us-east-1')} of .* belongs to the site 'other'"):
            plan(OPERATIONS, Observed(live(), tags=tags), want(present=False))

    @pytest.mark.parametrize("tags", [{}, {"multiregion-edge": "my-site"}, {"stage": "production"}])
    def test_buckets_of_its_own_site_do_not_prevent_it(self, tags: dict[str, str]) -> None:
        observed = Observed(live(), tags={bucket("eu-north-1"): tags})
        assert calls(observed, want(present=False)) == [DELETE]


@pytest.mark.parametrize("name", ["abc", "a" * 50, "my-site-3f9a1c2b", "0-0"])
def test_names_that_are_accepted(name: str) -> None:
    check(want(name=name, site=None))


@pytest.mark.parametrize("name", ["", "ab", "a" * 51, "-ab", "ab-", "A-b", "a.b", "a_b", "abc\n"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(EdgeError, match="3 to 50"):
        check(want(name=name, site=None))


@pytest.mark.parametrize(
    ("name", "of_it"),
    [
        ("my-site-3f9a1c2b", True),
        ("my-site-eu-3f9a1c2b", False),
        ("my-site", False),
        ("my-site-3f9a1c2b-x", False),
        ("my-site-3F9A1C2B", False),
        ("my.site-3f9a1c2b", False),
    ],
)
def test_the_names_of_a_sites_mraps(name: str, of_it: bool) -> None:
    assert is_of_site(name, "my-site") is of_it


def test_a_name_of_another_site_is_refused() -> None:
    with pytest.raises(EdgeError, match="'my-site-eu' is not a name for an MRAP of the site 'my-site'"):
        check(want(name="my-site-eu"))


@pytest.mark.parametrize("buckets", [(), ("a-bucket", "a-bucket")])
def test_duplicate_buckets_are_refused(buckets: tuple[str, ...]) -> None:
    with pytest.raises(EdgeError, match="buckets must name"):
        check(want(buckets=buckets))


def token(observed: Observed, desired: Desired) -> str:
    found: str = plan(OPERATIONS, observed, desired).steps[0].arguments["client_token"]
    assert 0 < len(found) <= 64  # AWS's limit
    return found


def test_a_killed_run_joins_its_operation() -> None:
    """The same token with another request is a ClientTokenConflict, so the order of the buckets must be stable."""
    one, other = (
        plan(OPERATIONS, Observed(), want(*order)).steps
        for order in (("us-east-1", "eu-north-1"), ("eu-north-1", "us-east-1"))
    )
    assert one == other
    assert token(Observed(live()), want(present=False)) == token(Observed(live()), want(present=False))


def test_every_operation_has_its_own_token() -> None:
    later = "2026-11-21T08:00:00+00:00"
    tokens = [
        token(Observed(), want()),
        token(Observed(), want("us-east-1")),
        token(Observed(), want(name="my-site-00000000")),
        token(Observed(live(status="PARTIALLY_CREATED")), want()),
        token(Observed(live(status="PARTIALLY_CREATED", created_at=later)), want()),
        token(Observed(live()), want(present=False)),
        token(Observed(live(created_at=later)), want(present=False)),
        token(Observed(live(status="PARTIALLY_DELETED")), want(present=False)),
    ]
    assert len(set(tokens)) == len(tokens)
