# SPDX-License-Identifier: GPL-3.0-or-later

"""From any state, applying the plan leaves nothing to do, and no Region is left out on the way."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Step
from ansible_collections.multiregion.edge.plugins.module_utils._replication.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._replication.plan import Desired, plan
from ansible_collections.multiregion.edge.plugins.module_utils._replication.rules import Options, is_managed, same
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.operations import operations

OPERATIONS = operations(Operations)

ROLE = "arn:aws:iam::111122223333:role/my-site-replication"
REGIONS = ("eu-north-1", "us-east-1", "ap-south-1", "sa-east-1")
BUCKETS = {region: f"site-{region}" for region in REGIONS}

State = dict[str, t.Optional[dict[str, t.Any]]]

chosen_options = st.builds(
    Options,
    delete_markers=st.booleans(),
    replica_modifications=st.booleans(),
    metrics=st.booleans(),
    time_control=st.booleans(),
    kms_keys=st.sampled_from([{}, {region: f"arn:aws:kms:{region}:1:key/1" for region in REGIONS}]),
)


@st.composite
def desires(draw: st.DrawFn) -> Desired:
    regions = draw(st.lists(st.sampled_from(REGIONS), min_size=1, unique=True))
    buckets = {region: BUCKETS[region] for region in regions}
    sources = draw(st.sampled_from([(), (regions[0],), tuple(regions)]))
    return Desired(buckets, sources, ROLE, draw(chosen_options), draw(st.booleans()))


unmanaged_rules = st.builds(
    lambda number, priority: {
        "ID": f"theirs-{number}",
        "Priority": priority,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
    },
    st.integers(0, 9),
    st.integers(0, 120),
)


@st.composite
def states(draw: st.DrawFn) -> State:
    """The result of an earlier run with other options, and unmanaged rules."""
    state: State = dict.fromkeys(REGIONS)
    for region in REGIONS:
        unmanaged = draw(st.lists(unmanaged_rules, max_size=2, unique_by=lambda rule: rule["ID"]))
        if unmanaged:
            state[region] = {"Role": ROLE, "Rules": unmanaged}
    for earlier in draw(st.lists(desires(), max_size=2)):
        state = applied(state, plan(OPERATIONS, state, earlier).steps)
    return state


def applied(state: State, steps: t.Iterable[Step]) -> State:
    after = copy.deepcopy(state)
    for step in steps:
        if step.name != "await_replication":
            after[step.arguments["region"]] = copy.deepcopy(step.arguments.get("configuration"))
    return after


def targets(state: State, source: str) -> set[str]:
    rules = (state[source] or {}).get("Rules", [])
    return {rule["Destination"]["Bucket"].removeprefix("arn:aws:s3:::") for rule in rules if is_managed(rule)}


@given(states(), desires())
@settings(deadline=None)
def test_the_plan_has_its_predicted_result_and_leaves_nothing_to_do(observed: State, desired: Desired) -> None:
    made = plan(OPERATIONS, observed, desired)
    after = applied(observed, made.steps)
    assert all(same(after[region], made.after[region]) for region in desired.buckets)
    assert plan(OPERATIONS, after, desired).steps == ()
    for region in desired.buckets:
        assert targets(after, region) == set(desired.destinations(region).values())
        priorities = [rule["Priority"] for rule in (after[region] or {}).get("Rules", []) if is_managed(rule)]
        assert len(set(priorities)) == len(priorities)
    untouched = set(REGIONS) - set(desired.buckets)
    assert all(after[region] == observed[region] for region in untouched)


@given(states(), desires())
@settings(deadline=None)
def test_a_run_killed_after_any_step_is_completed_by_the_next(observed: State, desired: Desired) -> None:
    steps = plan(OPERATIONS, observed, desired).steps
    for made in range(len(steps)):
        between = applied(observed, steps[:made])
        assert plan(OPERATIONS, applied(between, plan(OPERATIONS, between, desired).steps), desired).steps == ()


@given(states(), desires())
@settings(deadline=None)
def test_a_source_stops_only_after_the_new_sources_have_started(observed: State, desired: Desired) -> None:
    steps = plan(OPERATIONS, observed, desired).steps
    for made in range(len(steps)):
        between = applied(observed, steps[:made])
        stopped = [region for region in desired.buckets if targets(observed, region) and not targets(between, region)]
        if stopped:
            for region in desired.sources:
                assert targets(between, region) == set(desired.destinations(region).values())
