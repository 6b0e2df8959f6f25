# SPDX-License-Identifier: GPL-3.0-or-later

"""Every transition of a role and its policies: the steps and their order."""

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
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.model import (
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
    MANAGED,
    NAME,
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
    """Each step as its call and the policy's name, which is empty for the role."""

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
    def test_creation(self) -> None:
        made = plan(OPERATIONS, NOTHING, desired(group("p", GET), group("q", PUT), group("r"), tags={"team": "web"}))
        assert calls(made) == ["create_role", "create_policy p", "create_policy q", "attach p", "attach q"]
        role, policy, *_ = (step.arguments for step in made.steps)
        assert role["trust"] == {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": [S3]}, "Action": "sts:AssumeRole"}],
        }
        assert role["tags"] == policy["tags"] == {"team": "web", **MANAGED}
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
                observed({"p": [GET]}, others=["another"]),
                [group("p", GET)],
                ["detach another"],
                id="unmanaged policies stay",
            ),
            pytest.param(
                observed({"p": [GET]}, others=["another"]),
                [group("p", PUT)],
                ["create_version p", "detach another"],
                id="last, for what it grants is not known",
            ),
        ],
    )
    def test_policies(self, found: Observed, wanted: list[Group], expected: list[str]) -> None:
        made = plan(OPERATIONS, found, desired(*wanted))
        assert calls(made) == expected

    def test_without_purge_policies_that_are_not_given_stay(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "q": [TAG]}, others=["another"])
        made = plan(OPERATIONS, found, desired(group("p", LIST), group("q"), purge=False))
        assert calls(made) == ["create_version p"]
        assert made.after["role"]["policies"] == sorted(map(arn, ["another", "p", "p-2", "q"]))

    def test_an_unmanaged_policy_is_detached_and_not_changed(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT]})
        untagged = {**found.policies, "p-2": dataclasses.replace(found.policies["p-2"], tags={})}
        made = plan(OPERATIONS, dataclasses.replace(found, policies=untagged), desired(group("p", GET)))
        assert calls(made) == ["detach p-2"]

    def test_tags_are_added_and_unmanaged_ones_stay(self) -> None:
        found = observed({"p": [GET]}, tags={**MANAGED, "team": "old", "cost": "1"})
        made = plan(OPERATIONS, found, desired(group("p", GET), tags={"team": "web"}))
        assert [step.arguments["tags"] for step in made.steps] == [{"team": "web"}, {"team": "web"}]
        assert calls(made) == ["tag_role", "tag_policy p"]
        assert made.after["role"]["tags"] == {**MANAGED, "team": "web", "cost": "1"}

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
    def test_a_boundary_is_set_before_permissions_and_removed_after_them(
        self, had: str, given: str | None, expected: list[str]
    ) -> None:
        found = observed({"p": [GET]}, permissions_boundary=had)
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT), permissions_boundary=given))) == (
            expected or ["create_version p"]
        )

    def test_a_new_role_is_created_with_its_boundary(self) -> None:
        made = plan(OPERATIONS, NOTHING, desired(permissions_boundary=BOUNDARY, description="For S3"))
        assert calls(made) == ["create_role"]
        assert made.steps[0].arguments["permissions_boundary"] == BOUNDARY
        assert made.steps[0].arguments["description"] == made.after["role"]["description"] == "For S3"

    @pytest.mark.parametrize(("given", "expected"), [(None, []), ("Old", []), ("New", ["set_description"])])
    def test_the_description_is_not_changed_unless_given(self, given: str | None, expected: list[str]) -> None:
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
    def test_the_trust_is_reduced_before_the_policies_change_and_extended_after(
        self, live: Statement, wanted: list[str], expected: list[t.Any]
    ) -> None:
        made = plan(OPERATIONS, observed({"p": [GET]}, trust=live), desired(group("p", PUT), services=wanted))
        order = [trusted(Plan(None, None, (step,)))[0] if step.name == "set_trust" else "policy" for step in made.steps]
        assert order == expected

    def test_a_condition_is_set_first_and_removed_last(self) -> None:
        conditional = desired(group("p", PUT), conditions=ACCOUNT_ONLY)
        assert calls(plan(OPERATIONS, observed({"p": [GET]}), conditional)) == ["set_trust", "create_version p"]
        found = observed({"p": [GET]}, trust=trusting(S3, condition=ACCOUNT_ONLY))
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT)))) == ["create_version p", "set_trust"]

    def test_an_unmanaged_trust_is_removed_first(self) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        found = observed({"p": [GET]}, trust=document([statement]))
        made = plan(OPERATIONS, found, desired(group("p", PUT)))
        assert calls(made) == ["set_trust", "create_version p", "set_trust"] and trusted(made) == [[], [S3]]
        assert made.sentences[0] == f"Allow no service to assume the role {NAME} until its policies are changed"

    def test_after_a_killed_run_no_service_is_trusted_until_the_policies_are_changed(self) -> None:
        found = observed({"p": [GET]}, trust=desired().no_trust())
        assert calls(plan(OPERATIONS, found, desired(group("p", PUT)))) == ["create_version p", "set_trust"]

    def test_where_no_policy_changes_one_step_is_enough(self) -> None:
        assert trusted(plan(OPERATIONS, observed({"p": [GET]}, trust=trusting(LAMBDA)), desired(group("p", GET)))) == [
            [S3]
        ]


class TestOwnership:
    @pytest.mark.parametrize(
        ("tags", "message"),
        [
            (
                {},
                f"The role {NAME} exists already without the tag multiregion-edge, .* tag it multiregion-edge=shop",
            ),
            ({"multiregion-edge": "other"}, f"The role {NAME} belongs to the site 'other' by its tag"),
        ],
    )
    @pytest.mark.parametrize("planned", [plan, plan_absent])
    def test_an_unmanaged_role_is_refused(
        self, tags: dict[str, str], message: str, planned: t.Callable[[Observed, Desired], Plan]
    ) -> None:
        with pytest.raises(EdgeError, match=message):
            planned(OPERATIONS, observed(tags=tags), desired(group("p", GET)))

    @pytest.mark.parametrize("planned", [plan, plan_absent])
    def test_an_unmanaged_policy_is_refused(self, planned: t.Callable[[Observed, Desired], Plan]) -> None:
        found = Observed(None, {"p": Policy(arn("p"), document([GET]), {"team": "web"})})
        with pytest.raises(EdgeError, match="The policy p exists already without the tag multiregion-edge"):
            planned(OPERATIONS, found, desired(group("p", GET)))


class TestAbsent:
    def test_policies_are_detached_then_the_role_and_then_they_are_deleted(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "q": [TAG]}, others=["another"], versions=2, inline_policies=("i",))
        made = plan_absent(OPERATIONS, found, desired(group("p"), group("q")))
        assert calls(made) == [
            *("detach another", "detach p", "detach p-2", "detach q", "delete_inline_policy", "delete_role"),
            *("delete_version p-2 v1", "delete_policy p-2", "delete_version p v1", "delete_policy p"),
            *("delete_version q v1", "delete_policy q"),
        ]
        assert made.after is None

    def test_policies_of_a_killed_run_are_deleted(self) -> None:
        found = Observed(None, observed({"p": [GET]}).policies)
        assert calls(plan_absent(OPERATIONS, found, desired(group("p")))) == ["delete_policy p"]
        assert plan_absent(OPERATIONS, NOTHING, desired(group("p"))) == Plan(None, None)

    def test_an_instance_profile_is_unmanaged(self) -> None:
        with pytest.raises(EdgeError, match="not deleted, for it is in the instance profile web, api, which is not"):
            plan_absent(OPERATIONS, observed(instance_profiles=("web", "api")), desired())


class Simulated:
    """The permissions and the trust of the role after each step."""

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
        """The grants of all policies in *named*."""
        found = grants({**named, **{f"of {name}": self.stored[name] for name in self.attached}})
        return frozenset().union(*(found[f"of {name}"] for name in self.attached))


def steady(found: Observed, wanted: Desired) -> list[str]:
    """The calls, after none of which a permission is missing, or granted that neither state has."""
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
    def test_a_statement_is_added_to_the_new_policy_before_its_removal_from_the_old(self) -> None:
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

    def test_permissions_are_removed_before_others_are_added(self) -> None:
        found = observed({"p": [GET], "q": [PUT, LIST]})
        wanted = desired(group("p", GET, TAG), group("q", PUT))
        assert steady(found, wanted) == ["create_version q", "create_version p"]

    def test_denials_are_added_before_permissions(self) -> None:
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

    def test_an_exchange_needs_one_more_policy_temporarily(self) -> None:
        """In another order than that of the division, which never needs it."""
        found = observed({"p": [GET], "p-2": [PUT]})
        assert steady(found, desired(divided("p", [PUT], [GET]))) == [
            *("create_policy p-3", "attach p-3", "create_version p", "create_version p-2"),
            *("detach p-3", "delete_policy p-3"),
        ]

    def test_a_killed_exchange_is_continued(self) -> None:
        found = observed({"p": [GET], "p-2": [PUT], "p-3": [GET]})
        wanted = desired(divided("p", [PUT], [GET]))
        assert steady(found, wanted) == ["create_version p", "create_version p-2", "detach p-3", "delete_policy p-3"]

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.lists(st.sampled_from([GET, PUT, LIST, TAG]), min_size=1, max_size=3), min_size=1, max_size=4),
        st.lists(st.lists(st.sampled_from([GET, PUT, LIST, TAG]), min_size=1, max_size=3), min_size=1, max_size=4),
        st.integers(0, 4),
    )
    def test_no_missing_and_no_extra_permission_between_any_two_states(
        self, live: list[list[Statement]], wanted: list[list[Statement]], attached: int
    ) -> None:
        policies = {part("p", number): each for number, each in enumerate(live, 1)}
        steady(observed(policies, attached=list(policies)[:attached]), desired(divided("p", *wanted)))


def encrypting(count: int) -> Statement:
    """A statement like the replication role's, for this many Regions."""
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
    """Whether IAM allows this request, by an evaluation of the statements instead of grants."""

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
    """The calls, after each of which this request is still allowed."""
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
    """IAM's limit of policies per role: a plan must not exceed it even temporarily."""

    OTHERS = [f"another{number}" for number in range(9)]

    @pytest.mark.parametrize("purge", [True, False])
    def test_no_room_beside_unmanaged_policies(self, purge: bool) -> None:
        wanted = desired(group("p", GET), group("q", PUT), purge=purge)
        with pytest.raises(
            EdgeError,
            match=r"has 9 managed policies and would have 11, .* IAM lets it have 10\. "
            r"Detach 1 of these first, .*: another0, .*, another8\. Then run this again",
        ):
            plan(OPERATIONS, observed({}, others=self.OTHERS), wanted)
        assert plan(OPERATIONS, observed({}, others=self.OTHERS[1:]), wanted).steps

    def test_a_delayed_read_is_waited_for(self) -> None:
        """After the changes, a read may still show a state that cannot be planned from."""
        role = ServiceRole.__new__(ServiceRole)
        role.operations = OPERATIONS
        role._absent, role._desired = False, desired(group("p", GET), group("q", PUT))
        assert "would have 11" in role._not_seen(observed({}, others=self.OTHERS))
        assert not role._not_seen(observed({"p": [GET], "q": [PUT]}))

    def test_no_room_for_a_temporary_policy(self) -> None:
        found = observed({name: [each] for name, each in numbered(10).items()})
        exchanged = [group(name, each) for name, each in numbered(10, shift=1).items()]
        with pytest.raises(EdgeError, match=r"would have 11, .* Change fewer groups at once"):
            plan(OPERATIONS, found, desired(*exchanged))

    def test_earlier_deletions_make_room(self) -> None:
        found = observed({name: [each] for name, each in numbered(10).items()})
        groups = [group(name) for name in numbered(10)]
        made = plan(OPERATIONS, found, desired(*groups, group("q", TAG)))
        assert calls(made).index("detach pj") < calls(made).index("attach q")

    def test_a_role_over_the_default_quota_may_keep_its_number(self) -> None:
        """AWS raises the quota on request."""
        others = [*self.OTHERS, "x", "y"]
        assert plan(OPERATIONS, observed({"p": [GET]}, others=others, attached=["p"]), desired(group("p", PUT))).steps


class TestMovesThatGrantsDoNotShow:
    """A permission in both states, in different formats, is never missing."""

    @pytest.mark.parametrize("count", [20, 24, 30])
    def test_with_too_many_values_for_single_comparison(self, count: int) -> None:
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
    def test_in_another_format(self, before: Statement, after: Statement) -> None:
        one, other = ({key: value for key, value in {**GET, **each}.items() if value} for each in (before, after))
        request = {"action": "s3:Get", "resource": "arn:aws:s3:::b/x", "k": "a"}
        moved = kept(observed({"p": [one], "q": [LIST]}), desired(group("p", TAG), group("q", other)), **request)
        assert moved == ["create_version q", "create_version p"]
        exchanged = desired(group("p", TAG, other), group("q", LIST, allow("s3:New"), other))
        kept(observed({"p": [LIST], "q": [TAG, one]}), exchanged, **request)

    def test_two_in_another_format_need_one_more_policy_temporarily(self) -> None:
        one, other = ({"Effect": "Allow", "NotAction": each, "Resource": "*"} for each in ("iam:*", "sts:*"))
        found, wanted = observed({"p": [one], "q": [other]}), desired(group("p", PUT), group("q", GET))
        for action in ("s3:Get", "s3:Put"):
            assert kept(found, wanted, action=action, resource="arn:aws:s3:::b/x") == [
                *("create_policy p-2", "attach p-2", "create_version p", "create_version q"),
                *("detach p-2", "delete_policy p-2"),
            ]

    def test_statements_of_one_format_need_no_order(self) -> None:
        """Different values are different grants."""
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
    """A service trusted after a step is trusted in one of the states, and one trusted in both is always trusted."""
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
def test_no_service_gets_a_permission_that_neither_state_has(
    condition: Statement | None, before: Statement, after: Statement
) -> None:
    """All pairs of a service and a grant after each step."""
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


def test_a_role_with_another_path_keeps_its_arn() -> None:
    role = Role(f"arn:aws:iam::{ACCOUNT}:role/path/{NAME}", trusting(S3), tags=MANAGED)
    assert plan(OPERATIONS, Observed(role), desired()).after["role"]["arn"] == role.arn
