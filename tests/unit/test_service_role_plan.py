# SPDX-License-Identifier: GPL-3.0-or-later

"""Every transition of a role and its policies: what is done, and in which order."""

from __future__ import annotations

import dataclasses
import fnmatch
import itertools
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import Plan
from ansible_collections.multiregion.edge.plugins.module_utils._rules.policy_documents import listed
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.documents import (
    covers,
    document,
    grants,
)
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.facts import (
    Desired,
    Group,
    Observed,
    Policy,
    Role,
    number_of,
    part,
)
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.plan import plan, plan_absent
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.resource import ServiceRole
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.operations import operations
from unit.service_roles import (
    ACCOUNT,
    ARN,
    BATCH,
    LAMBDA,
    NAME,
    OURS,
    S3,
    Statement,
    allow,
    arn,
    desired,
    divided,
    group,
    observed,
    trusting,
)

OPERATIONS = operations(Operations)

GET, PUT, LIST, TAG = (allow(f"s3:{name}") for name in ("Get", "Put", "List", "Tag"))
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


def calls(made: Plan) -> list[str]:
    """Each step as its call, and what it is about: the policy's name, or nothing where it is the role."""

    def about(arguments: dict[str, t.Any]) -> str:
        name = arguments.get("arn", "").rpartition("/")[2]
        return " ".join(filter(None, [name, arguments.get("version", "")]))

    return [" ".join(filter(None, [step.name, about(step.arguments)])) for step in made.steps]


def trusted(made: Plan) -> list[list[str]]:
    return [services_of(step.arguments["trust"]) for step in made.steps if step.name == "set_trust"]


def services_of(trust: Statement) -> list[str]:
    statements: list[Statement] = trust["Statement"]
    return [each for one in statements if one["Effect"] == "Allow" for each in one["Principal"]["Service"]]


NOTHING = Observed(None)


class TestPresent:
    def test_from_nothing(self) -> None:
        made = plan(OPERATIONS, NOTHING, desired(group("p", GET), group("q", PUT), group("r"), tags={"team": "web"}))
        assert calls(made) == ["create_role", "create_policy p", "create_policy q", "attach p", "attach q"]
        role, policy, *_ = (step.arguments for step in made.steps)
        assert role["trust"] == {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": [S3]}, "Action": "sts:AssumeRole"}],
        }
        assert role["tags"] == policy["tags"] == {"team": "web", **OURS}
        assert policy["document"] == document([GET]) and policy["description"] == "About p"
        assert made.sentences[:2] == [f"Create the role {NAME} for {S3}", "Create the policy p"]
        assert made.before is None and made.after["role"]["arn"] == ARN

    def test_nothing_to_do(self) -> None:
        made = plan(OPERATIONS, observed({"p": [GET]}), desired(group("p", GET)))
        assert made.steps == () and made.before == made.after

    def test_another_spelling_is_no_change(self) -> None:
        live = {**GET, "Action": "S3:GET", "Resource": GET["Resource"][0]}
        trust = {"Statement": {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": S3}}}
        found = observed({"p": [live]}, trust={**trust, "Version": "2012-10-17"})
        made = plan(OPERATIONS, found, desired(group("p", GET)))
        assert made.steps == () and made.before == made.after

    @pytest.mark.parametrize(
        ("found", "wanted", "expected"),
        [
            pytest.param(observed({"p": [GET]}), [group("p", PUT)], ["create_version p"], id="changed"),
            pytest.param(
                observed({"p": [GET]}, versions=4), [group("p", PUT)], ["create_version p"], id="of 4 versions"
            ),
            pytest.param(
                observed({"p": [GET]}, versions=5),
                [group("p", PUT)],
                ["delete_version p v1", "create_version p"],
                id="of 5 versions",
            ),
            pytest.param(observed({"p": [GET]}, attached=[]), [group("p", GET)], ["attach p"], id="not attached"),
            pytest.param(
                observed({"p": [GET]}, attached=[]),
                [group("p", PUT)],
                ["create_version p", "attach p"],
                id="neither right nor attached",
            ),
            pytest.param(
                Observed(None, observed({"p": [GET]}).policies),
                [group("p", GET)],
                ["create_role", "attach p"],
                id="without a role",
            ),
            pytest.param(
                observed({"p": [GET], "q": [PUT]}),
                [group("p", GET), group("q")],
                ["detach q", "delete_policy q"],
                id="group",
            ),
            pytest.param(
                observed({"p": [GET], "p-2": [PUT], "p-3": [TAG]}, versions=2),
                [group("p", GET)],
                [
                    *("detach p-2", "detach p-3", "delete_version p-3 v1", "delete_policy p-3"),
                    *("delete_version p-2 v1", "delete_policy p-2"),
                ],
                id="the last part is deleted first",
            ),
            pytest.param(
                observed({"p": [GET], "p-2": [PUT]}, attached=["p"]),
                [group("p", GET)],
                ["delete_policy p-2"],
                id="left over",
            ),
            pytest.param(
                observed({"p": [GET]}, others=["foreign"]),
                [group("p", GET)],
                ["detach foreign"],
                id="what is not ours stays",
            ),
            pytest.param(
                observed({"p": [GET]}, others=["foreign"]),
                [group("p", PUT)],
                ["create_version p", "detach foreign"],
                id="last, for what it grants is not known",
            ),
        ],
    )
    def test_policies(self, found: Observed, wanted: list[Group], expected: list[str]) -> None:
        made = plan(OPERATIONS, found, desired(*wanted))
        assert calls(made) == expected

    def test_without_purge_what_is_not_given_stays(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "q": [TAG]}, others=["foreign"])
        made = plan(OPERATIONS, found, desired(group("p", LIST), group("q"), purge=False))
        assert calls(made) == ["create_version p"]
        assert made.after["role"]["policies"] == sorted(map(arn, ["foreign", "p", "p-2", "q"]))

    def test_a_policy_without_our_tag_is_left_alone_but_not_in_the_role(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT]})
        untagged = {**found.policies, "p-2": dataclasses.replace(found.policies["p-2"], tags={})}
        made = plan(OPERATIONS, dataclasses.replace(found, policies=untagged), desired(group("p", GET)))
        assert calls(made) == ["detach p-2"]

    def test_tags_are_added_and_others_stay(self) -> None:
        found = observed({"p": [GET]}, tags={**OURS, "team": "old", "cost": "1"})
        made = plan(OPERATIONS, found, desired(group("p", GET), tags={"team": "web"}))
        assert [step.arguments["tags"] for step in made.steps] == [{"team": "web"}, {"team": "web"}]
        assert calls(made) == ["tag_role", "tag_policy p"]
        assert made.after["role"]["tags"] == {**OURS, "team": "web", "cost": "1"}

    @pytest.mark.parametrize(
        ("had", "given", "expected"),
        [
            ("", None, []),
            (BOUNDARY, None, []),
            ("", "", []),
            (BOUNDARY, BOUNDARY, []),
            ("", BOUNDARY, ["set_boundary", "create_version p"]),
            (f"{BOUNDARY}-old", BOUNDARY, ["set_boundary", "create_version p"]),
            (BOUNDARY, "", ["create_version p", "delete_boundary"]),
        ],
    )
    def test_a_boundary_comes_before_rights_and_goes_after_them(
        self, had: str, given: str | None, expected: list[str]
    ) -> None:
        found = observed({"p": [GET]}, permissions_boundary=had)
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT), permissions_boundary=given))) == (
            expected or ["create_version p"]
        )

    def test_a_new_role_has_its_boundary_from_the_beginning(self) -> None:
        made = plan(OPERATIONS, NOTHING, desired(permissions_boundary=BOUNDARY, description="For S3"))
        assert calls(made) == ["create_role"]
        assert made.steps[0].arguments["permissions_boundary"] == BOUNDARY
        assert made.steps[0].arguments["description"] == made.after["role"]["description"] == "For S3"

    @pytest.mark.parametrize(("given", "expected"), [(None, []), ("Old", []), ("New", ["set_description"])])
    def test_the_description_is_left_alone_unless_it_is_given(self, given: str | None, expected: list[str]) -> None:
        assert calls(plan(OPERATIONS, observed(description="Old"), desired(description=given))) == expected


ACCOUNT_ONLY = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


class TestTrust:
    @pytest.mark.parametrize(
        ("live", "wanted", "expected"),
        [
            pytest.param(trusting(S3), [S3], ["policy"], id="as it is"),
            pytest.param(trusting(S3), [S3, BATCH], ["policy", [S3, BATCH]], id="wider last"),
            pytest.param(trusting(S3, BATCH), [S3], [[S3], "policy"], id="narrower first"),
            pytest.param(trusting(S3, LAMBDA), [S3, BATCH], [[S3], "policy", [S3, BATCH]], id="both"),
            pytest.param(trusting(LAMBDA), [S3], [[], "policy", [S3]], id="another"),
        ],
    )
    def test_it_is_narrowed_before_the_policies_change_and_widened_after(
        self, live: Statement, wanted: list[str], expected: list[t.Any]
    ) -> None:
        made = plan(OPERATIONS, observed({"p": [GET]}, trust=live), desired(group("p", PUT), services=wanted))
        order = [trusted(Plan(None, None, (step,)))[0] if step.name == "set_trust" else "policy" for step in made.steps]
        assert order == expected

    def test_a_condition_is_set_first_and_taken_away_last(self) -> None:
        conditional = desired(group("p", PUT), conditions=ACCOUNT_ONLY)
        assert calls(plan(OPERATIONS, observed({"p": [GET]}), conditional)) == ["set_trust", "create_version p"]
        found = observed({"p": [GET]}, trust=trusting(S3, condition=ACCOUNT_ONLY))
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT)))) == ["create_version p", "set_trust"]

    def test_a_trust_of_somebody_else_ends_first(self) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        found = observed({"p": [GET]}, trust=document([statement]))
        made = plan(OPERATIONS, found, desired(group("p", PUT)))
        assert calls(made) == ["set_trust", "create_version p", "set_trust"] and trusted(made) == [[], [S3]]
        assert made.sentences[0] == f"Allow no service to assume the role {NAME} until its policies are changed"

    def test_after_a_run_that_was_killed_nobody_is_trusted_until_the_policies_are_changed(self) -> None:
        found = observed({"p": [GET]}, trust=desired().no_trust())
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT)))) == ["create_version p", "set_trust"]

    def test_where_no_policy_changes_one_step_is_enough(self) -> None:
        assert trusted(plan(OPERATIONS, observed({"p": [GET]}, trust=trusting(LAMBDA)), desired(group("p", GET)))) == [
            [S3]
        ]


class TestOwnership:
    @pytest.mark.parametrize(
        ("tags", "said"),
        [
            (
                {},
                f"The role {NAME} exists already without the tag multiregion-edge, .* tag it multiregion-edge=shop",
            ),
            ({"multiregion-edge": "other"}, f"The role {NAME} belongs to the site 'other' by its tag"),
        ],
    )
    @pytest.mark.parametrize("planned", [plan, plan_absent])
    def test_a_role_of_others_is_refused(
        self, tags: dict[str, str], said: str, planned: t.Callable[[Observed, Desired], Plan]
    ) -> None:
        with pytest.raises(EdgeError, match=said):
            planned(OPERATIONS, observed(tags=tags), desired(group("p", GET)))

    @pytest.mark.parametrize("planned", [plan, plan_absent])
    def test_a_policy_of_others_is_refused(self, planned: t.Callable[[Observed, Desired], Plan]) -> None:
        found = Observed(None, {"p": Policy(arn("p"), document([GET]), {"team": "web"})})
        with pytest.raises(EdgeError, match="The policy p exists already without the tag multiregion-edge"):
            planned(OPERATIONS, found, desired(group("p", GET)))


class TestAbsent:
    def test_rights_first_then_the_role_then_its_policies(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "q": [TAG]}, others=["foreign"], versions=2, inline_policies=("i",))
        made = plan_absent(OPERATIONS, found, desired(group("p"), group("q")))
        assert calls(made) == [
            *("detach foreign", "detach p", "detach p-2", "detach q", "delete_inline_policy", "delete_role"),
            *("delete_version p-2 v1", "delete_policy p-2", "delete_version p v1", "delete_policy p"),
            *("delete_version q v1", "delete_policy q"),
        ]
        assert made.after is None

    def test_what_a_killed_run_left_is_deleted(self) -> None:
        found = Observed(None, observed({"p": [GET]}).policies)
        assert calls(plan_absent(OPERATIONS, found, desired(group("p")))) == ["delete_policy p"]
        assert plan_absent(OPERATIONS, NOTHING, desired(group("p"))) == Plan(None, None)

    def test_an_instance_profile_is_not_ours(self) -> None:
        with pytest.raises(EdgeError, match="not deleted, for it is in the instance profile web, api, which is not"):
            plan_absent(OPERATIONS, observed(instance_profiles=("web", "api")), desired())


class Simulated:
    """What the role may do and who may use it after each step."""

    def __init__(self, found: Observed) -> None:
        self.stored = {name: policy.document for name, policy in found.policies.items()}
        self.attached = set(found.attached)

    def apply(self, made: Plan) -> t.Iterator[None]:
        for step in made.steps:
            name = step.arguments.get("arn", "").rpartition("/")[2]
            if step.name in ("create_policy", "create_version"):
                self.stored[name] = step.arguments["document"]
            elif step.name == "delete_policy":
                assert name not in self.attached
                del self.stored[name]
            elif step.name == "attach":
                assert name in self.stored
                self.attached.add(name)
            elif step.name == "detach":
                self.attached.remove(name)
            yield

    def granted(self, named: t.Mapping[str, Statement]) -> frozenset[t.Any]:
        """Of all that is in *named*."""
        found = grants({**named, **{f"of {name}": self.stored[name] for name in self.attached}})
        return frozenset().union(*(found[f"of {name}"] for name in self.attached))


def steady(found: Observed, wanted: Desired) -> list[str]:
    """The calls, none of which leaves a gap, or grants what neither state does."""
    simulated = Simulated(found)
    named = {**{f"before {name}": policy.document for name, policy in found.policies.items()}, **wanted.policies}
    before = simulated.granted(named)
    made = plan(OPERATIONS, found, wanted)
    all_of_them = grants(named)
    after = frozenset().union(*(all_of_them[name] for name in wanted.policies))
    for _ in simulated.apply(made):
        assert before & after <= simulated.granted(named) <= before | after
    assert simulated.granted(named) == after
    assert {name: simulated.stored[name] for name in simulated.attached} == {
        name: simulated.stored[name] for name in wanted.policies
    }
    return calls(made)


class TestMoves:
    def test_a_statement_that_moves_on_is_there_before_it_goes(self) -> None:
        found = observed({"p": [GET, PUT]})
        assert steady(found, desired(divided("p", [GET], [PUT]))) == [
            "create_policy p-2",
            "attach p-2",
            "create_version p",
        ]

    def test_and_back(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT]})
        assert steady(found, desired(group("p", GET, PUT))) == ["create_version p", "detach p-2", "delete_policy p-2"]

    def test_to_another_group(self) -> None:
        found = observed({"p": [GET, PUT]})
        wanted = desired(group("p", GET), group("q", PUT))
        assert steady(found, wanted) == ["create_policy q", "attach q", "create_version p"]

    def test_along_a_row(self) -> None:
        found = observed({"p": [GET, PUT], "p-2": [LIST, TAG]})
        wanted = desired(divided("p", [GET], [PUT, LIST], [TAG]))
        assert steady(found, wanted) == ["create_policy p-3", "attach p-3", "create_version p-2", "create_version p"]

    def test_what_is_taken_away_goes_before_what_is_given(self) -> None:
        found = observed({"p": [GET], "q": [PUT, LIST]})
        wanted = desired(group("p", GET, TAG), group("q", PUT))
        assert steady(found, wanted) == ["create_version q", "create_version p"]

    def test_what_is_denied_more_comes_before_what_is_allowed_more(self) -> None:
        deny = {**PUT, "Effect": "Deny"}
        found = observed({"p": [GET], "q": [LIST]})
        assert steady(found, desired(group("p", GET, TAG), group("q", LIST, deny))) == [
            "create_version q",
            "create_version p",
        ]

    def test_out_of_a_wildcard(self) -> None:
        found = observed({"p": [allow("s3:*", on=["*"])]})
        wanted = desired(divided("p", [GET], [PUT]))
        assert steady(found, wanted) == ["create_policy p-2", "attach p-2", "create_version p"]

    def test_into_a_wildcard(self) -> None:
        found = observed({"p": [GET], "q": [PUT]})
        wanted = desired(group("p", LIST), group("q", allow("s3:*", on=["*"])))
        assert steady(found, wanted) == ["create_version q", "create_version p"]

    def test_an_exchange_needs_one_more_for_the_moment(self) -> None:
        """Of another order than splitting makes, which never needs it."""
        found = observed({"p": [GET], "p-2": [PUT]})
        assert steady(found, desired(divided("p", [PUT], [GET]))) == [
            *("create_policy p-3", "attach p-3", "create_version p", "create_version p-2"),
            *("detach p-3", "delete_policy p-3"),
        ]

    def test_a_killed_exchange_goes_on(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "p-3": [GET]})
        wanted = desired(divided("p", [PUT], [GET]))
        assert steady(found, wanted) == ["create_version p", "create_version p-2", "detach p-3", "delete_policy p-3"]

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.lists(st.sampled_from([GET, PUT, LIST, TAG]), min_size=1, max_size=3), min_size=1, max_size=4),
        st.lists(st.lists(st.sampled_from([GET, PUT, LIST, TAG]), min_size=1, max_size=3), min_size=1, max_size=4),
        st.integers(0, 4),
    )
    def test_no_gap_and_nothing_wider_from_any_state_to_any_other(
        self, live: list[list[Statement]], wanted: list[list[Statement]], attached: int
    ) -> None:
        policies = {part("p", number): each for number, each in enumerate(live, 1)}
        steady(observed(policies, attached=list(policies)[:attached]), desired(divided("p", *wanted)))


def encrypting(count: int) -> Statement:
    """In the form of the replication role's, of so many Regions."""
    regions = [f"region-{number:02}" for number in range(count)]
    buckets = [f"arn:aws:s3:::{region}".ljust(43, "b") for region in regions]
    return allow(
        *("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
        on=[f"arn:aws:kms:{region}:{ACCOUNT}:key/{'0' * 30}" for region in regions],
        Sid="Keys",
        Condition={
            "StringEquals": {"kms:ViaService": [f"s3.{region}.amazonaws.com" for region in regions]},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [*buckets, *(f"{each}/*" for each in buckets)]},
        },
    )


def allowed(documents: t.Iterable[Statement], action: str, resource: str, **keys: str) -> bool:
    """Whether IAM allows this request: not by grants, but as it reads a statement."""

    def matches(patterns: t.Any, value: str | None) -> bool:
        return value is not None and any(fnmatch.fnmatchcase(value, each) for each in listed(patterns))

    def holds(operator: str, patterns: t.Any, value: str | None) -> bool:
        if operator.startswith("StringNot"):
            return not matches(patterns, value)
        return matches(patterns, value)

    def applies(statement: Statement) -> bool:
        return (
            (
                matches(statement["Action"], action)
                if "Action" in statement
                else not matches(statement["NotAction"], action)
            )
            and matches(statement["Resource"], resource)
            and all(
                holds(operator, patterns, keys.get(key.replace(":", "_")))
                for operator, conditions in statement.get("Condition", {}).items()
                for key, patterns in conditions.items()
            )
        )

    return any(applies(statement) for document in documents for statement in document["Statement"])


def kept(found: Observed, wanted: Desired, **request: str) -> list[str]:
    """The calls, of which none takes away what this request needs, before and after."""
    simulated = Simulated(found)
    assert allowed([policy.document for policy in found.attached.values()], **request)
    assert allowed(wanted.policies.values(), **request)
    made = plan(OPERATIONS, found, wanted)
    for _ in simulated.apply(made):
        assert allowed([simulated.stored[name] for name in simulated.attached], **request)
    return calls(made)


def numbered(count: int, shift: int = 0) -> dict[str, Statement]:
    return {f"p{chr(97 + number)}": allow(f"s3:{(number + shift) % count}") for number in range(count)}


class TestTenPolicies:
    """IAM lets a role have no more: a plan that needs more for a moment is none."""

    OTHERS = [f"foreign{number}" for number in range(9)]

    @pytest.mark.parametrize("purge", [True, False])
    def test_no_room_beside_those_of_others(self, purge: bool) -> None:
        wanted = desired(group("p", GET), group("q", PUT), purge=purge)
        with pytest.raises(
            EdgeError,
            match=r"has 9 managed policies and would have 11, .* IAM lets it have 10\. "
            r"Detach 1 of these first, .*: foreign0, .*, foreign8\. Then run this again",
        ):
            plan(OPERATIONS, observed({}, others=self.OTHERS), wanted)
        assert plan(OPERATIONS, observed({}, others=self.OTHERS[1:]), wanted).steps

    def test_what_iam_shows_of_the_past_is_waited_for(self) -> None:
        """After the changes, a read may still show a state of which no plan can be made."""
        role = ServiceRole.__new__(ServiceRole)
        role.operations = OPERATIONS
        role._absent, role._desired = False, desired(group("p", GET), group("q", PUT))
        assert "would have 11" in role._not_seen(observed({}, others=self.OTHERS))
        assert not role._not_seen(observed({"p": [GET], "q": [PUT]}))

    def test_no_room_for_a_spare(self) -> None:
        found = observed({name: [each] for name, each in numbered(10).items()})
        exchanged = [group(name, each) for name, each in numbered(10, shift=1).items()]
        with pytest.raises(EdgeError, match=r"would have 11, .* Change fewer groups at once"):
            plan(OPERATIONS, found, desired(*exchanged))

    def test_what_goes_first_makes_room(self) -> None:
        found = observed({name: [each] for name, each in numbered(10).items()})
        groups = [group(name) for name in numbered(10)]
        made = plan(OPERATIONS, found, desired(*groups, group("q", TAG)))
        assert calls(made).index("detach pj") < calls(made).index("attach q")

    def test_a_role_that_has_more_may_have_as_many(self) -> None:
        """AWS raises the quota on request."""
        others = [*self.OTHERS, "x", "y"]
        assert plan(OPERATIONS, observed({"p": [GET]}, others=others, attached=["p"]), desired(group("p", PUT))).steps


class TestMovesThatGrantsDoNotShow:
    """What is there before and after, in another form, is there all the time."""

    @pytest.mark.parametrize("count", [20, 24, 30])
    def test_of_more_values_than_are_looked_at_one_by_one(self, count: int) -> None:
        live, wanted = (
            group("p", encrypting(count)),
            group("p", allow("s3:Get", on=["x" * 3000]), encrypting(count + 1)),
        )
        found = observed({name: each["Statement"] for name, each in live.policies.items()})
        assert len(wanted.policies) > len(live.policies)
        for number in range(count):
            kept(
                found,
                desired(wanted),
                action="kms:Decrypt",
                resource=f"arn:aws:kms:region-{number:02}:{ACCOUNT}:key/{'0' * 30}",
                kms_ViaService=f"s3.region-{number:02}.amazonaws.com",
                **{"kms_EncryptionContext_aws_s3_arn": f"arn:aws:s3:::region-{number:02}".ljust(43, "b") + "/x"},
            )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param({"NotAction": "iam:*", "Action": None}, {}, id="NotAction"),
            pytest.param(
                {"Condition": {"StringEquals": {"k": "a"}}}, {"Condition": {"StringLike": {"k": "a"}}}, id="like"
            ),
            pytest.param(
                {"Condition": {"StringLike": {"k": "a*"}}}, {"Condition": {"StringLike": {"k": "?"}}}, id="wild"
            ),
            pytest.param(
                {"Condition": {"StringNotEquals": {"k": ["b", "c"]}}},
                {"Condition": {"StringNotEquals": {"k": ["b"]}}},
                id="not",
            ),
            pytest.param({"Action": "s3:Get*"}, {"Action": "s3:*t"}, id="wildcards that overlap"),
        ],
    )
    def test_of_another_form(self, before: Statement, after: Statement) -> None:
        one, other = ({key: value for key, value in {**GET, **each}.items() if value} for each in (before, after))
        request = {"action": "s3:Get", "resource": "arn:aws:s3:::b/x", "k": "a"}
        moved = kept(observed({"p": [one], "q": [LIST]}), desired(group("p", TAG), group("q", other)), **request)
        assert moved == ["create_version q", "create_version p"]
        exchanged = desired(group("p", TAG, other), group("q", LIST, allow("s3:New"), other))
        kept(observed({"p": [LIST], "q": [TAG, one]}), exchanged, **request)

    def test_both_in_another_form_need_one_more_for_the_moment(self) -> None:
        one, other = ({"Effect": "Allow", "NotAction": each, "Resource": "*"} for each in ("iam:*", "sts:*"))
        found, wanted = observed({"p": [one], "q": [other]}), desired(group("p", PUT), group("q", GET))
        for action in ("s3:Get", "s3:Put"):
            assert kept(found, wanted, action=action, resource="arn:aws:s3:::b/x") == [
                *("create_policy p-2", "attach p-2", "create_version p", "create_version q"),
                *("detach p-2", "delete_policy p-2"),
            ]

    def test_what_is_of_one_form_waits_for_nothing(self) -> None:
        """Values that differ grant different things."""
        found = observed({"p": [allow("s3:Get", on=["a"])], "q": [PUT]})
        made = plan(OPERATIONS, found, desired(group("p", allow("s3:Get", on=["b"])), group("q", TAG)))
        assert calls(made) == ["create_version p", "create_version q"]
        conditions = [{"StringEquals": {"k": each}} for each in "ab"]
        one, other = (allow("s3:Get", Condition=each) for each in conditions)
        made = plan(OPERATIONS, observed({"p": [one], "q": [other]}), desired(group("p", other), group("q", LIST)))
        assert calls(made) == ["create_version p", "create_version q"]


def test_names_of_parts() -> None:
    assert [part("p", number) for number in (1, 2, 10)] == ["p", "p-2", "p-10"]
    assert [number_of("p", name) for name in ("p", "p-2", "p-10", "p-1", "p-02", "p-kms", "q", "p-2-2")] == [
        *(1, 2, 10, 0, 0, 0, 0, 0),
    ]


def test_trusts_between_any_two_sets_of_services_are_never_wider_than_both() -> None:
    """Who is trusted after each step is trusted before or after, and who is trusted in both is so all the time."""
    sets = [list(each) for count in (1, 2, 3) for each in itertools.combinations([S3, BATCH, LAMBDA], count)]
    for live, wanted in itertools.product(sets, sets):
        made = plan(OPERATIONS, observed(trust=trusting(*live)), desired(services=wanted))
        for services in trusted(made):
            assert set(live) & set(wanted) <= set(services) <= set(live) | set(wanted)
        assert set((trusted(made) or [live])[-1]) == set(wanted)
    assert covers(trusting(S3, BATCH), trusting(BATCH))


@pytest.mark.parametrize("condition", [None, ACCOUNT_ONLY, {"StringEquals": {"aws:SourceAccount": "1" * 12}}])
@pytest.mark.parametrize(
    ("before", "after"), [(allow("s3:*"), GET), (GET, allow("s3:*")), (GET, PUT), (allow("s3:Get", "s3:Put"), GET)]
)
def test_no_service_has_a_right_that_it_has_neither_before_nor_after(
    condition: Statement | None, before: Statement, after: Statement
) -> None:
    """All pairs of a service and a grant, after each step."""
    sets = [list(each) for count in (1, 2) for each in itertools.combinations([S3, BATCH, LAMBDA], count)]
    for live, wanted in itertools.product(sets, sets):
        found = observed({"p": [before]}, trust=trusting(*live, condition=condition))
        made = plan(OPERATIONS, found, desired(group("p", after), services=wanted, conditions=ACCOUNT_ONLY))
        named = {"before": document([before]), "after": document([after])}
        had, given = (grants(named)[name] for name in ("before", "after"))
        old, new = set(itertools.product(live, had)), set(itertools.product(wanted, given))
        simulated, services = Simulated(found), live
        for step, _ in zip(made.steps, simulated.apply(made), strict=True):
            services = services_of(step.arguments["trust"]) if step.name == "set_trust" else services
            assert old & new <= set(itertools.product(services, simulated.granted(named))) <= old | new
        assert set(services) == set(wanted)


def test_a_role_of_another_path_keeps_its_arn() -> None:
    role = Role(f"arn:aws:iam::{ACCOUNT}:role/path/{NAME}", trusting(S3), tags=OURS)
    assert plan(OPERATIONS, Observed(role), desired()).after["role"]["arn"] == role.arn
