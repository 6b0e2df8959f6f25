"""cloudfront_distribution against local AWS: concurrent changes are detected, killed runs are completed."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest

from modules.distributions import Distributions, custom
from modules.runner import SITE, ModuleFailed


def test_a_concurrent_change_of_another_member_is_kept(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()
    site.interfere(monkeypatch, "update_distribution", lambda: site.change(WebACLId="theirs"))
    changed = site.run(price_class="PriceClass_100")
    config = site.config()
    assert (config["PriceClass"], config["WebACLId"]) == ("PriceClass_100", "theirs")
    assert not changed.get("warnings")


def test_a_concurrent_change_of_the_same_member_is_overwritten(
    site: Distributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run()
    site.interfere(monkeypatch, "update_distribution", lambda: site.change(PriceClass="PriceClass_200"))
    changed = site.run(price_class="PriceClass_100")
    assert site.config()["PriceClass"] == "PriceClass_100"
    assert changed["warnings"] == [
        "price_class was changed to 'PriceClass_200' by another process during this run; it is set to 'PriceClass_100'."
    ]


def test_an_origin_that_is_added_concurrently(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()

    def add() -> None:
        config = site.config()
        (origin,) = config["Origins"]["Items"]
        theirs = {**origin, "Id": "theirs", "DomainName": "www.example.org"}
        site.change(Origins={"Quantity": 2, "Items": [origin, theirs]})

    wanted = [custom(connection_attempts=2)]
    site.interfere(monkeypatch, "update_distribution", add)
    assert not site.run(origins=wanted, purge_origins=False).get("warnings")
    assert {origin["Id"] for origin in site.config()["Origins"]["Items"]} == {"access-point", "theirs"}
    site.run(origins=wanted)
    site.interfere(monkeypatch, "update_distribution", add)
    removed = site.run(origins=[custom(connection_attempts=1)])["warnings"]
    changed = "origins.theirs.domain_name was changed to 'www.example.org' by another process during this run"
    assert f"{changed}; it is set to nothing." in removed
    assert all(warning.startswith("origins.theirs.") for warning in removed)


@pytest.mark.parametrize("comment", [f"{SITE}, one", f"{SITE}, two"])
def test_two_concurrent_runs_create_one_distribution(
    site: Distributions, monkeypatch: pytest.MonkeyPatch, comment: str
) -> None:
    site.interfere(monkeypatch, "create_distribution", lambda: site.run(comment=f"{SITE}, one"))
    assert site.run(comment=comment)["distribution"]["id"] == site.only()
    assert site.config()["Comment"] == comment


def test_a_distribution_that_is_enabled_during_its_deletion(
    site: Distributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run()
    site.interfere(monkeypatch, "delete_distribution", lambda: site.change(Enabled=True))
    assert site.delete()["distribution"] is None
    assert site.all() == []


def test_a_concurrent_deletion(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    first = site.run()["distribution"]["id"]

    def delete() -> None:
        site.change(Enabled=False)
        etag = site.client.get_distribution(Id=first)["ETag"]
        site.client.delete_distribution(Id=first, IfMatch=etag)

    site.interfere(monkeypatch, "update_distribution", delete)
    assert site.run(comment="shop, new")["distribution"]["id"] == site.only() != first


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_killed_after_any_change_is_completed_by_the_next(site: Distributions, steps: int) -> None:
    for run in (site.run, lambda: site.run(tags={"team": "ops"}, comment="shop, new"), site.delete):
        site.local_aws.fault(steps, of=site.modules.credentials)
        # Reads are refused too, so the run fails also after its last change.
        with contextlib.suppress(ModuleFailed):
            run()
        site.local_aws.fault(None)
        run()
        assert run()["mutating"] == []
    assert site.all() == []


def test_a_caller_reference_of_a_deleted_distribution(site: Distributions) -> None:
    site.local_aws.behave(distribution_references_stay=True)
    for number in range(1, 4):
        site.run()
        if number > 1:
            assert site.config()["CallerReference"].startswith(f"multiregion.edge/{SITE}/")
        assert site.run()["mutating"] == []
        site.delete()
