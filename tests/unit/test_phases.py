"""phases(): the tasks of a deployment and their order, with the same result from every state that a run can leave."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions_advice import advise
from ansible_collections.multiregion.edge.plugins.module_utils._site import phases as planning
from ansible_collections.multiregion.edge.plugins.module_utils._site.live import mrap_from, mrap_name
from ansible_collections.multiregion.edge.plugins.module_utils._site.operations import failover as failover_facts
from ansible_collections.multiregion.edge.plugins.module_utils._site.operations import site as site_facts
from ansible_collections.multiregion.edge.plugins.module_utils._site.references import references
from ansible_collections.multiregion.edge.plugins.module_utils._site.refusals import check
from ansible_collections.multiregion.edge.plugins.module_utils._site.target import Settings, Target

from unit.role_variables import rendered
from unit.site_model import ARN, SITE, Site, bucket, settings_of

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
THREE = ["eu-north-1", "us-east-1", "ap-southeast-2"]
FIVE = [*THREE, "sa-east-1", "ap-south-1"]
OTHERS = ["us-east-1", "sa-east-1"]
ZONE = {"edge_dns_zone": "example.com"}
MODES: dict[str, dict[str, Any]] = {
    "mrap": {},
    "mrap signed by CloudFront": {"edge_signer": "oac"},
    "mrap with failover": {"edge_origin_failover": True},
    "mrap with failover signed by CloudFront": {"edge_signer": "oac", "edge_origin_failover": True},
    "region_map": {"edge_origin": "region_map"},
    "dns_record": {"edge_origin": "dns_record"},
    "nearest_bucket": {"edge_origin": "nearest_bucket"},
}
# By which CloudFront signs, in the modes in which it does.
PROTOCOLS = {
    "mrap signed by CloudFront": {"sigv4a"},
    "mrap with failover signed by CloudFront": {"sigv4a", "sigv4"},
    "nearest_bucket": {"sigv4"},
}
KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/1" for region in FIVE}


def wanted(mode: str, regions: list[str] = THREE, **variables: Any) -> Settings:
    return settings_of(regions, **ZONE, **MODES[mode], edge_allow_replacement=True, **variables)


def deployed(settings: Settings) -> Site:
    site = Site()
    converge(site, settings)
    return site


def converge(site: Site, settings: Settings, stop: int | None = None) -> None:
    """Run the plan, or its first *stop* tasks. After every task, the viewers of a live site must be served."""
    for phase, task, data in site.plan(settings)[:stop]:
        site.run(settings, task, data)
        # A new distribution has no viewers before the run is complete.
        if phase != "deploy":
            assert site.faults() == [], (phase, task)


def names(site: Site, settings: Settings) -> list[str]:
    return list(dict.fromkeys(phase for phase, _, _ in site.plan(settings)))


def tasks(site: Site, settings: Settings, phase: str) -> dict[str, Any]:
    return {task: data for name, task, data in site.plan(settings) if name == phase}


@pytest.mark.parametrize("mode", MODES)
class TestOnePhase:
    def test_a_new_site_is_one_phase_and_served(self, mode: str) -> None:
        assert names(Site(), wanted(mode)) == ["deploy"]
        assert deployed(wanted(mode)).faults() == []

    def test_the_policies_for_a_new_distribution_follow_it(self, mode: str) -> None:
        planned = tasks(Site(), wanted(mode), "deploy")
        by_cloudfront = mode in PROTOCOLS
        assert planned["buckets"]["distribution_arns"] == []
        assert ("grant" in planned) == by_cloudfront
        if by_cloudfront:
            assert list(planned).index("grant") == list(planned).index("distribution") + 1

    def test_an_unchanged_site_is_one_phase_that_changes_nothing(self, mode: str) -> None:
        site = deployed(wanted(mode))
        before = copy.deepcopy(site)
        assert names(site, wanted(mode)) == ["deploy"]
        converge(site, wanted(mode))
        assert site.state() == before.state()
        planned = tasks(site, wanted(mode), "deploy")
        assert not {"mrap_start", "backfill", "grant", "left"} & set(planned)
        assert planned["distribution"]["purge_origins"] is False


# These changes add a failover origin to what is there, and nothing leaves.
ADDED = [
    ("mrap", "mrap with failover"),
    ("mrap signed by CloudFront", "mrap with failover signed by CloudFront"),
]
CHANGES = [
    (one, other) for one, other in itertools.permutations(MODES, 2) if {one, other} != {"region_map", "dns_record"}
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
class TestAnotherModeOrSigner:
    def test_new_and_old_origins_exist_until_the_switch(self, before: str, after: str) -> None:
        site = deployed(wanted(before))
        added = (before, after) in ADDED
        assert names(site, wanted(after)) == ["expand", "switch", *([] if added else ["contract"])]
        old, new = site.target, deployed(wanted(after))
        for phase, task, data in site.plan(wanted(after)):
            site.run(wanted(after), task, data)
            assert site.faults() == [], (phase, task)
            if phase == "expand":
                assert site.target == old
            if after == "nearest_bucket" and phase != "contract":
                assert not site.selects
        assert site.state() == new.state()

    def test_keys_are_deleted_before_the_switch_and_written_after_it(self, before: str, after: str) -> None:
        planned = [
            (phase, task, data["state"])
            for phase, task, data in deployed(wanted(before)).plan(wanted(after))
            if task == "origin_keys"
        ]
        moves = {after: ("switch", "origin_keys", "present"), before: ("expand", "origin_keys", "absent")}
        assert planned == [move for mode, move in moves.items() if mode == "nearest_bucket"]

    def test_a_run_killed_after_any_task_is_completed_by_the_next(self, before: str, after: str) -> None:
        new = deployed(wanted(after))
        start = deployed(wanted(before))
        for stop in range(len(start.plan(wanted(after)))):
            site = copy.deepcopy(start)
            converge(site, wanted(after), stop)
            converge(site, wanted(after))
            assert site.state() == new.state(), stop

    def test_unused_resources_are_retired(self, before: str, after: str) -> None:
        last = "switch" if (before, after) in ADDED else "contract"
        planned = tasks(deployed(wanted(before)), wanted(after), last)
        assert planned["distribution"]["purge_origins"] is (last == "contract")
        retired = planned.get("retire", {"mraps": [], "origin_access_controls": [], "function": False})
        unused = PROTOCOLS.get(before, set()) - PROTOCOLS.get(after, set())
        assert retired["origin_access_controls"] == [f"{SITE}-{protocol}" for protocol in sorted(unused)]
        assert bool(retired["mraps"]) == (before.startswith("mrap") and not after.startswith("mrap"))
        assert retired["function"] == (after in PROTOCOLS)


def test_between_the_two_modes_with_shared_origins_the_function_changes() -> None:
    site = deployed(wanted("region_map"))
    assert names(site, wanted("dns_record")) == ["deploy"]
    converge(site, wanted("dns_record"))
    assert site.state() == deployed(wanted("dns_record")).state()
    assert list(site.config) == ["mode", "buckets", "default", "record", "near"]


REGIONS = {
    "grown": (THREE, FIVE),
    "shrunk": (FIVE, ["eu-north-1", "sa-east-1"]),
    "exchanged": (THREE, OTHERS),
    "a new home": (THREE, ["sa-east-1", *THREE]),
    "grown from one": (["eu-north-1"], ["eu-north-1", "us-east-1"]),
    "shrunk to one": (["eu-north-1", "us-east-1"], ["us-east-1"]),
}


@pytest.mark.parametrize("keys", [{}, KEYS], ids=["", "KMS"])
@pytest.mark.parametrize(("before", "after"), REGIONS.values(), ids=REGIONS)
@pytest.mark.parametrize("mode", MODES)
class TestOtherRegions:
    def test_a_run_killed_after_any_task_is_completed_by_the_next(
        self, mode: str, before: list[str], after: list[str], keys: dict[str, str]
    ) -> None:
        old, new = wanted(mode, before, edge_kms_keys=keys), wanted(mode, after, edge_kms_keys=keys)
        start, end = deployed(old), deployed(new)
        end.backfilled = {bucket(region) for region in (*before, *after)}
        for stop in range(len(start.plan(new)) + 1):
            site = copy.deepcopy(start)
            converge(site, new, stop)
            converge(site, new)
            assert site.state() == end.state(), stop

    def test_a_killed_run_may_be_followed_by_other_settings(
        self, mode: str, before: list[str], after: list[str], keys: dict[str, str]
    ) -> None:
        start, planned = deployed(wanted(mode, before, edge_kms_keys=keys)), wanted(mode, after, edge_kms_keys=keys)
        others = [wanted(mode, regions, edge_kms_keys=keys) for regions in (before, FIVE, [*after[:1], "ap-south-1"])]
        others += [wanted(other, after, edge_kms_keys=keys) for other in MODES if other != mode]
        for stop in range(1, len(start.plan(planned))):
            for settings in others:
                site = copy.deepcopy(start)
                converge(site, planned, stop)
                try:
                    converge(site, settings)
                except EdgeError as refusal:
                    assert "change one of them" in str(refusal)
                else:
                    assert site.faults() == [], (stop, settings["origin"], settings["regions"])

    def test_keys_and_replication_include_all_regions_in_service_until_the_end(
        self, mode: str, before: list[str], after: list[str], keys: dict[str, str]
    ) -> None:
        site = deployed(wanted(mode, before, edge_kms_keys=keys))
        settings = wanted(mode, after, edge_kms_keys=keys)
        expand = tasks(site, settings, "expand")["replication"]
        assert set(expand["buckets"]) == {*before, *after}
        assert set(expand["kms_keys"]) == (set(expand["buckets"]) if keys else set())
        last = tasks(site, settings, names(site, settings)[-1])
        if names(site, settings)[-1] == "contract":
            assert set(last["replication"]["buckets"]) == set(after)
            assert set(last.get("left", {}).get("names", {})) == set(before) - set(after)


FAILOVER = ["mrap with failover", "mrap with failover signed by CloudFront"]


def failover_origin(site: Site) -> str:
    """The Region of the second member of the group that serves."""
    return site.groups[site.target][1].partition("-failover-")[2]


@pytest.mark.parametrize("mode", FAILOVER)
class TestFailoverOriginOfAnMrap:
    def test_it_is_the_bucket_of_the_home_region(self, mode: str) -> None:
        site = deployed(wanted(mode))
        assert failover_origin(site) == THREE[0]
        assert deployed(wanted(mode.replace(" with failover", ""))).groups == {}

    def test_another_home_changes_only_the_group(self, mode: str) -> None:
        site = deployed(wanted(mode))
        other = wanted(mode, edge_home_region="us-east-1")
        assert names(site, other) == ["deploy"]  # each bucket is an origin already
        before = copy.deepcopy(site)
        converge(site, other)
        assert site.faults() == []
        assert failover_origin(site) == "us-east-1"
        assert (site.origins, site.target) == (before.origins, before.target)

    def test_another_region_takes_its_place_while_the_home_is_out_of_service(self, mode: str) -> None:
        site = deployed(wanted(mode))
        for out, region in ((("eu-north-1",), "us-east-1"), (("us-east-1",), "eu-north-1"), ((), "eu-north-1")):
            site.out = out
            converge(site, wanted(mode))
            assert failover_origin(site) == region

    @pytest.mark.parametrize(
        ("out", "region"), [([], "eu-north-1"), (["us-east-1"], "eu-north-1"), (["eu-north-1"], "us-east-1")]
    )
    def test_failover_sets_the_group_that_a_deployment_keeps(self, mode: str, out: list[str], region: str) -> None:
        settings = wanted(mode, edge_out_of_service=out)
        site = deployed(settings)
        site.out = tuple(out)
        live = site.live().distribution
        found = failover_facts({**settings, "aliases": ["www.example.com"]}, live)["failover"]["origin_groups"]
        assert [member["origin_id"].partition("-failover-")[2] for member in found[0]["members"]][1] == region
        assert found == Target(settings, site.live()).origins.groups

    def test_the_function_gets_the_buckets_for_which_it_signs(self, mode: str) -> None:
        config = tasks(Site(), wanted(mode), "deploy").get("origin_request", {}).get("config")
        signed = {"mode": "mrap", "failover_buckets": {bucket(region): region for region in THREE}}
        assert config == (None if mode in PROTOCOLS else signed)


def test_in_check_mode_one_phase_runs_and_the_others_are_described() -> None:
    target = Target(wanted("nearest_bucket"), deployed(wanted("mrap")).live())
    checked = site_facts(target, check_mode=True)
    assert [phase["name"] for phase in checked["phases"]] == ["expand"]
    assert checked["later"] == [
        "Switch the distribution of shop to buckets",
        "Set the keys by which the viewer function selects the nearest origins",
        "Revoke the permissions that only the previous origins need",
        "Publish the viewer function that selects the nearest origins",
        "Remove the origins mrap from the distribution of shop",
        f"Delete the Multi-Region Access Point {target.retiring[0].name}; its buckets stay",
        "Delete the Lambda function shop-origin-request",
        "Delete the TXT records shop-bucket.example.com, if there are any",
    ]
    assert site_facts(target, check_mode=False)["later"] == []


# The result to which a reference belongs, and the tasks that return it.
PROVIDERS = {
    "mrap": {"mrap", "mrap_start"},
    "certificate": {"certificate"},
    "origin_request": {"origin_request", "retire"},
    "distribution": {"distribution"},
}


@pytest.mark.parametrize(("before", "after"), [(None, mode) for mode in MODES] + CHANGES)
def test_each_id_is_returned_before_a_task_needs_it(before: str | None, after: str) -> None:
    site = deployed(wanted(before)) if before else Site()
    settings = wanted(after, edge_aliases=["www.example.com"])
    target = Target(settings, site.live())
    for check_mode in (False, True):
        planned = site_facts(target, check_mode)
        ran: set[str] = set()
        for phase in planned["phases"]:
            for task, data in phase.items():
                for reference in references(data):
                    assert PROVIDERS[reference.removeprefix("$").partition(".")[0]] & ran, (task, reference)
                ran.add(task)
        for reference in references(planned["summary"]):
            assert PROVIDERS[reference.removeprefix("$").partition(".")[0]] & ran, reference


@pytest.mark.parametrize("mode", MODES)
def test_the_summary_has_the_predicted_round_trip_where_the_nearest_bucket_is_asked(mode: str) -> None:
    found = site_facts(Target(wanted(mode), Site().live()), False)
    assert bool(found["summary"]["predicted_round_trip"]) == (mode != "dns_record")
    assert found["regions_advice"] == advise(THREE)


def test_the_prediction_is_for_the_preferred_regions() -> None:
    settings = wanted("region_map", edge_prefer={"us-west-2": [THREE[0]]})
    caches = site_facts(Target(settings, Site().live()), False)["regions_advice"]["edge_caches"]
    assert caches["us-west-2"]["region"] == THREE[0] != advise(THREE)["edge_caches"]["us-west-2"]["region"]


def test_the_playbook_runs_the_tasks_in_the_order_of_the_table() -> None:
    assert list(conditions("converge.yml")) == list(planning._TASKS)


def test_a_value_that_a_role_has_too_is_the_same() -> None:
    buckets = {region: bucket(region) for region in THREE}
    assert rendered("mrap", "__mrap_name", mrap_site=SITE, mrap_buckets=buckets) == mrap_name(SITE, reversed(THREE))
    assert rendered("distribution", "distribution_cache_policy_id") == planning._CACHING_OPTIMIZED


def conditions(name: str) -> list[str]:
    """The tasks of a phase in a task file and in its imports."""
    found: list[str] = []
    for task in yaml.safe_load((PLAYBOOKS / "tasks" / name).read_text()):
        imported = task.get("ansible.builtin.import_tasks")
        if match := re.fullmatch(r"phase\.(\w+) is defined", task.get("when", "")):
            found.append(match[1])
        elif imported:
            found += conditions(imported)
    return list(dict.fromkeys(found))


REFUSED: list[tuple[str, Settings, Settings, str]] = [
    (
        "one change at a time",
        wanted("mrap"),
        wanted("nearest_bucket", FIVE),
        "edge_regions is not what shop was deployed with .* change one of them",
    ),
    (
        "consent",
        wanted("mrap"),
        settings_of(OTHERS, **ZONE),
        "it adds sa-east-1 and leaves out eu-north-1, ap-southeast-2. .* edge_allow_replacement=true",
    ),
    (
        "keys",
        wanted("mrap", edge_kms_keys=KEYS),
        wanted("mrap", OTHERS, edge_kms_keys={region: KEYS[region] for region in OTHERS}),
        "edge_kms_keys has no key for ap-southeast-2, eu-north-1",
    ),
    (
        "other buckets",
        wanted("mrap"),
        wanted("mrap", edge_bucket_names={region: f"other-{region}" for region in THREE}),
        "eu-north-1, us-east-1, ap-southeast-2: the site is served from another bucket there",
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(before: Settings, after: Settings, sentence: str) -> None:
    site = deployed(before)
    with pytest.raises(EdgeError, match=sentence):
        site.plan(after)


@pytest.mark.parametrize(("status", "routes", "refused"), [("READY", None, True), ("CREATING", None, False)])
def test_a_failover_origin_needs_to_know_the_traffic_dials(status: str, routes: Any, refused: bool) -> None:
    settings = wanted("mrap", edge_origin_failover=True)
    name = Target(settings, Site().live()).mrap_name
    regions = {region: bucket(region) for region in settings["regions"]}
    facts = {"name": name, "arn": "arn", "regions": regions, "routes": routes, "status": status}
    live = dataclasses.replace(Site().live(), mraps=(mrap_from({**facts, "policy_established": None}),))
    if not refused:
        check(Target(settings, live))
        return
    with pytest.raises(EdgeError, match=r"traffic dials of .* cannot be read"):
        check(Target(settings, live))


def test_regions_out_of_service_are_refused_if_the_next_mode_would_not_keep_them() -> None:
    live = deployed(wanted("nearest_bucket")).live().with_left_out(["us-east-1"])
    check(Target(wanted("nearest_bucket"), live))
    with pytest.raises(EdgeError, match=r"us-east-1 is out of service: put it back in service with failover\.yml"):
        check(Target(wanted("mrap"), live))


@pytest.mark.parametrize("after", ["mrap", "nearest_bucket", "region_map"])
def test_a_region_whose_record_has_the_weight_0_is_refused_if_the_next_mode_has_no_record(after: str) -> None:
    live = deployed(wanted("dns_record")).live()
    assert Target(wanted(after), live).leaves_record
    with pytest.raises(EdgeError, match=r"us-east-1 is out of service: put it back in service with failover\.yml"):
        check(Target(wanted(after), live.with_left_out(["us-east-1", "sa-east-1"])))
    check(Target(wanted(after), live.with_left_out(["sa-east-1"])))  # not a Region of the site
    assert not Target(wanted("dns_record"), live).leaves_record
    assert not Target(settings_of(THREE, edge_origin="region_map"), live).leaves_record  # no zone
    assert not Target(wanted(after), deployed(wanted("mrap")).live()).leaves_record


def test_policies_name_the_distribution_only_where_cloudfront_signs() -> None:
    site = deployed(wanted("nearest_bucket"))
    assert tasks(site, wanted("nearest_bucket"), "deploy")["buckets"]["distribution_arns"] == [ARN]
    assert tasks(site, wanted("mrap"), "expand")["buckets"]["distribution_arns"] == [ARN]
    assert tasks(site, wanted("mrap"), "contract")["buckets"]["distribution_arns"] == []


def test_another_mrap_must_not_put_a_region_in_service_whose_traffic_dial_is_down() -> None:
    live = deployed(wanted("mrap")).live()
    out = dataclasses.replace(live, mraps=(dataclasses.replace(live.mraps[0], out=("us-east-1",)),))
    check(Target(wanted("mrap"), out))
    check(Target(wanted("mrap", ["eu-north-1", "ap-southeast-2"]), out))
    check(Target(wanted("mrap signed by CloudFront"), out))
    for settings in (wanted("mrap", FIVE), wanted("region_map")):
        with pytest.raises(EdgeError, match=r"us-east-1 is out of service: put it back in service"):
            check(Target(settings, out))


LATER = [
    ("dns_record", "mrap", THREE, "Delete the TXT records shop-bucket.example.com, if there are any"),
    ("dns_record", "mrap", THREE, "Switch the distribution of shop to the Multi-Region Access Point shop-"),
    ("mrap", "mrap", FIVE, "Switch the distribution of shop to the Multi-Region Access Point shop-"),
    ("mrap", "mrap", OTHERS, "Stop the replication of shop-111122223333-"),
    ("region_map", "region_map", FIVE, f"Let the distribution of shop use the origins in {', '.join(FIVE)}"),
    ("nearest_bucket", "mrap", THREE, "Delete the origin access control shop-sigv4"),
    ("mrap", "mrap with failover", THREE, "Switch the distribution of shop to mrap-with-failover"),
    ("mrap with failover", "mrap", THREE, "Switch the distribution of shop to mrap"),
    ("mrap with failover", "mrap", THREE, "Remove the origins mrap-failover-eu-north-1, mrap-failover-us-east-1"),
]


@pytest.mark.parametrize(("before", "after", "regions", "sentence"), LATER)
def test_a_check_predicts_what_the_later_phases_change(
    before: str, after: str, regions: list[str], sentence: str
) -> None:
    target = Target(wanted(after, regions), deployed(wanted(before)).live())
    later = site_facts(target, check_mode=True)["later"]
    assert any(line.startswith(sentence) for line in later), later
