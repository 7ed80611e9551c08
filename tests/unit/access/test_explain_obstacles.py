"""Obstacles on the account's side, the nearest path, and operations under way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.access.explain.explanation import describe_step, explain, in_short
from dayone.access.explain.steps import ExplainContext
from dayone.model.accounts import Account, AccountState
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Condition, Location, Policy, Protection
from dayone.planning.desired import desired_for_account
from dayone.planning.desired_people import desired_for_person
from tests.builders import (
    HERE,
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    membership,
)
from tests.unit.explaining import known, ongoing, there


def rule(
    *selectors: AccountSelector, group: str = "engineers", exceptions: tuple[AccountSelector, ...] = ()
) -> AssignmentRule:
    return AssignmentRule(group, "ViewOnly", selectors, HERE, exceptions)


def said_of(selector: AccountSelector, account: Account) -> str:
    case = known(policy=a_policy(a_group(), a_set(), rule(selector)), account=account)
    (explanation,) = explain(case)
    return in_short(explanation, case)


def because(case: ExplainContext, *, step: int) -> str:
    (explanation,) = explain(case)
    return describe_step(explanation.steps[step], policy_version=case.policy.version)


class TestWhatStandsInTheWayOfTheAccount:
    @pytest.mark.parametrize(
        ("selector", "said"),
        [
            (AccountSelector(HERE, ids=("1", "2")), "id is 444455556666, but policy.yaml:1 needs `1` or `2`"),
            (AccountSelector(HERE, names=("prod-*",)), "name is `team-blue-dev`, but policy.yaml:1 needs `prod-*`"),
            (
                AccountSelector(HERE, ous=("/Prod/**",)),
                "ou_path is `/Workloads/Dev`, but policy.yaml:1 needs `/Prod/**`",
            ),
            (AccountSelector(HERE, ou_ids=("ou-9",)), "ou_ids is `ou-1/ou-2`, but policy.yaml:1 needs `ou-9`"),
            (
                AccountSelector(HERE, tags=(Condition("env", any_of=("prod",)),)),
                "tag env is `dev`, but policy.yaml:1 needs `prod`",
            ),
            (
                AccountSelector(HERE, tags=(Condition("owner", present=True),)),
                "tag owner is not set, but policy.yaml:1 needs a value",
            ),
        ],
    )
    def test_a_condition_of_the_rule(self, selector: AccountSelector, said: str) -> None:
        account = replace(an_account(tags={"env": "dev"}), ou_ids=("ou-1", "ou-2"))
        assert said in said_of(selector, account)

    def test_the_management_account_needs_a_word_of_its_own(self) -> None:
        said = said_of(AccountSelector(HERE), an_account(is_management=True))
        assert "needs its id beside `include_management_account: true`, because this is the management account" in said

    def test_an_account_that_is_closed(self) -> None:
        said = said_of(AccountSelector(HERE), an_account(state=AccountState.SUSPENDED))
        assert "the account's state is SUSPENDED, but access needs ACTIVE" in said

    def test_an_exception(self) -> None:
        policy = a_policy(a_group(), a_set(), rule(AccountSelector(HERE), exceptions=(AccountSelector(HERE),)))
        assert "another: this is an exception there" in because(known(policy=policy), step=1)

    @pytest.mark.parametrize(
        ("protection", "whose"),
        [
            (Protection(people=frozenset({"e-1"})), "the person's name is `e-1`"),
            (Protection(groups=frozenset({"engineers"})), "the group's name is `engineers`"),
            (Protection(accounts=frozenset({"444455556666"})), "the account's name is `444455556666`"),
        ],
    )
    def test_protection_by_the_policy(self, protection: Protection, whose: str) -> None:
        case = known(policy=a_policy(a_group(), a_set(), an_assignment(), protection=protection))
        (explanation,) = explain(case)
        assert f"{whose}, but access needs another: the policy protects it from Day One" in in_short(explanation, case)


class TestTheNearest:
    def test_of_two_selectors_is_the_one_of_which_more_holds(self) -> None:
        far = AccountSelector(Location("policy.yaml", 3), ous=("/Prod/**",))
        near = AccountSelector(Location("policy.yaml", 4), ous=("/Workloads/**",), names=("prod-*",))
        (explanation,) = explain(known(policy=a_policy(a_group(), a_set(), rule(far, near))))
        assert [(o.rule, o.about) for o in explanation.nearness.obstacles] == [("policy.yaml:4", "account.name")]

    def test_of_two_with_as_much_that_holds_is_the_one_with_less_in_the_way(self) -> None:
        far = AccountSelector(Location("policy.yaml", 3), ous=("/Prod/**",), names=("prod-*",))
        near = AccountSelector(Location("policy.yaml", 4), ous=("/Prod/**",))
        (explanation,) = explain(known(policy=a_policy(a_group(), a_set(), rule(far, near))))
        assert [o.rule for o in explanation.nearness.obstacles] == ["policy.yaml:4"]

    def test_of_two_groups_is_the_one_the_person_is_nearer_to(self) -> None:
        policy = a_policy(
            a_group("admins", department="IT", title="Lead"),
            a_group("leads", department="Engineering", title="Lead"),
            a_set(),
            an_assignment("admins"),
            an_assignment("leads"),
        )
        (explanation,) = explain(known(policy=policy))
        assert explanation.principal == "leads"

    def test_what_the_rules_give_already_is_nearer_than_anything(self) -> None:
        policy = a_policy(
            a_group("leads", department="Engineering", given_name="Ada", family_name="Love*", title="Lead"),
            a_group(),
            a_set(),
            an_assignment("leads"),
            an_assignment(),
        )
        (explanation,) = explain(known(policy=policy))
        assert explanation.principal == "engineers"
        assert not explanation.nearness.obstacles


class TestWhatIsOnItsWay:
    @pytest.mark.parametrize(
        ("operation", "said"),
        [
            (ongoing(membership(), waiting_for="group:engineers#group"), "waits for group:engineers#group"),
            (ongoing(membership()), "is about to run"),
            (ongoing(membership(), state=OperationState.SUBMITTED, request_id="r-2"), "AWS works on operation"),
            (ongoing(membership(), state=OperationState.HELD), "is held by a guardrail"),
            (
                ongoing(membership(), state=OperationState.FAILED, failure_reason="ServiceQuotaExceeded: full"),
                "failed: ServiceQuotaExceeded: full",
            ),
        ],
    )
    def test_an_operation_of_the_plan_in_force_is_told(self, operation: Operation, said: str) -> None:
        told_of_it = because(known(planned=[operation]), step=0)
        assert told_of_it.startswith("e-1 is not in the group engineers, though it is wanted because department is")
        assert said in told_of_it

    def test_a_creation_in_doubt_is_not_theirs_yet(self) -> None:
        case = known(applied=[there(membership(), doubt=Action.CREATE), there(assignment())])
        (explanation,) = explain(case)
        assert not explanation.has
        assert "AWS was asked to create it" in because(case, step=0)

    def test_a_subject_that_was_planned_with_an_older_policy_is_told(self) -> None:
        said = because(known(planned_with=6), step=0)
        assert "person:e-1 was last planned with version 6 of the policy, not yet with 7" in said

    def test_what_waits_leaves_no_obstacle(self) -> None:
        case = known(planned=[ongoing(membership())])
        (explanation,) = explain(case)
        assert in_short(explanation, case) == (
            "e-1 does not have ViewOnly in 444455556666 yet, though the policy gives it through engineers."
        )


_policies = st.builds(
    lambda department, ou, people, accounts: a_policy(
        a_group(department=department),
        a_set(),
        an_assignment(ou=ou),
        protection=Protection(people=frozenset(people), accounts=frozenset(accounts)),
    ),
    st.sampled_from(["Engineering", "Sales", "*"]),
    st.sampled_from(["/**", "/Workloads/**", "/Prod"]),
    st.sampled_from([(), ("e-1",)]),
    st.sampled_from([(), ("444455556666",)]),
)


@pytest.mark.thorough
@given(
    policy=_policies,
    department=st.sampled_from(["Engineering", "Sales", ""]),
    status=st.sampled_from(Status),
    state=st.sampled_from(AccountState),
)
def test_a_step_is_wanted_exactly_when_planning_wants_it(
    policy: Policy, department: str, status: Status, state: AccountState
) -> None:
    person, account = a_person(department=department, status=status), an_account(state=state)
    (explanation,) = explain(known(person=person, account=account, policy=policy))
    of_person = desired_for_person(person, policy=policy, now=NOON).resources
    of_account = desired_for_account(account, policy=policy, employed=frozenset()).resources
    for step, desired in zip(explanation.steps, (of_person, of_account), strict=True):
        wanted = desired.get(step.target.resource)
        assert step.reasons == (wanted.reasons if wanted else ())
        assert bool(step.reasons) != bool(step.nearness.obstacles)
