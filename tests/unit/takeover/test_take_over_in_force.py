"""A company takes an estate over: the inventory is read, the policy put in force, and nothing in AWS changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.accounts import AccountState
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import AccountSelector
from dayone.model.subjects import ResourceKind
from dayone.policy.service import check_policy
from dayone.takeover.estate import Estate
from dayone.takeover.policy_files import policy_files
from dayone.takeover.proposal import Proposal
from dayone.takeover.propose import propose
from dayone.takeover.users import match_users
from tests.unit.takeover.companies import access, founded
from tests.unit.takeover.estates import (
    add_account,
    add_group,
    add_person,
    add_set,
    an_estate,
    assign,
    random_estate,
)
from tests.unit.world import World

_CREATIONS = ("create-group", "create-permission-set")


def _without_what_no_rule_gives(estate: Estate) -> Estate:
    """The same with everybody employed, and every account active and a member."""
    for name, person in estate.people.items():
        estate.people[name] = replace(person, status=Status.ACTIVE)
    for name, account in estate.accounts.items():
        estate.accounts[name] = replace(account, state=AccountState.ACTIVE, is_management=False)
    return estate


def _taken_over(estate: Estate, *, days_later: int = 0, but_in: str = "") -> tuple[World, Proposal]:
    """The estate after its policy was put in force, some days after the inventory; nothing in AWS has changed.

    `but_in` is an account in which the policy gives nothing.
    """
    world = founded(estate)
    world.take_inventory()
    world.now += timedelta(days=days_later)
    before = access(world)
    proposal = propose(estate, match_users(estate, mapping={}))
    policy, _ = check_policy(policy_files(proposal, estate))
    rules = [
        replace(rule, exceptions=(AccountSelector(rule.location, ids=(but_in,)),)) if but_in else rule
        for rule in policy.assignments
    ]
    world.policy_is(replace(policy, version=1, assignments=tuple(rules)))
    world.settle()
    assert access(world) == before
    return world, proposal


@pytest.mark.parametrize("seed", range(6))
def test_the_first_policy_of_a_company_that_moves_in_adopts_everything_and_changes_nothing(seed: int) -> None:
    world, proposal = _taken_over(_without_what_no_rule_gives(random_estate(seed)))
    assert not proposal.left
    kinds = [target.resource.kind for target in world.state.applied]
    assert kinds.count(ResourceKind.MEMBERSHIP) + kinds.count(ResourceKind.ASSIGNMENT) == proposal.rows > 0
    assert not world.operations(OperationState.FAILED)


def test_what_has_more_than_the_rules_give_is_named_and_waits_for_a_decision() -> None:
    seen = 0
    for seed in range(6):
        world, proposal = _taken_over(random_estate(seed))
        failed = {
            str(operation.target.subject)
            for operation in world.operations(OperationState.FAILED)
            if operation.kind in _CREATIONS
        }
        named = {f"group:{each.key}" for each in proposal.groups if each.beside}
        named |= {f"permission-set:{each.key}" for each in proposal.permission_sets if each.beside}
        assert failed == named
        seen += len(named)
    assert seen


_LEFT_ALONE = (AccountState.PENDING_ACTIVATION, AccountState.SUSPENDED, AccountState.PENDING_CLOSURE)
_THE_OTHER = f"{3:012}"


def _estate_with(state: AccountState) -> Estate:
    """One whose only group and its member have a permission set in two active accounts and one of this state."""
    estate = an_estate()
    person = add_person(estate, 1)
    accounts = [add_account(estate, number, state=AccountState.ACTIVE if number < 3 else state) for number in (1, 2, 3)]
    group, arn = add_group(estate, "small", members=[person]), add_set(estate, "Deploy")
    assign(estate, arn, accounts=accounts, group=group)
    assign(estate, arn, accounts=accounts, person=person)
    return estate


@pytest.mark.parametrize("state", _LEFT_ALONE)
def test_what_an_account_that_is_left_alone_has_stands_in_nobodys_way(state: AccountState) -> None:
    world, proposal = _taken_over(_estate_with(state))
    assert not any(each.beside for each in proposal.groups)
    assert not any(each.beside for each in proposal.permission_sets)
    assert not world.operations(OperationState.FAILED)
    kinds = [target.resource.kind for target in world.state.applied]
    assert kinds.count(ResourceKind.ASSIGNMENT) == 4


@pytest.mark.parametrize("state", _LEFT_ALONE)
def test_what_no_rule_gives_in_an_account_that_is_left_alone_is_decided_on(state: AccountState) -> None:
    world, _ = _taken_over(_estate_with(state), but_in=_THE_OTHER)
    reasons = {
        str(each.target.subject): each.failure_reason
        for each in world.operations(OperationState.FAILED)
        if each.kind in _CREATIONS
    }
    assert reasons.keys() == {"group:small", "permission-set:Deploy"}
    assert f"Deploy in {_THE_OTHER}" in reasons["group:small"]


def _large_estate() -> Estate:
    """One with a group of 250 members, and a permission set in 130 accounts."""
    estate = an_estate()
    people = [add_person(estate, number) for number in range(250)]
    accounts = [add_account(estate, number) for number in range(1, 131)]
    for name, members in (("small", people[:5]), ("large", people)):
        group = add_group(estate, name, members=members)
        assign(estate, add_set(estate, f"Of-{name}"), accounts=accounts, group=group)
    return estate


def test_what_takes_more_calls_than_are_made_is_adopted_by_the_inventory() -> None:
    world, proposal = _taken_over(_large_estate(), days_later=1)
    assert not proposal.left
    assert [group.key for group in proposal.groups] == ["large", "small"]
    kinds = [target.resource.kind for target in world.state.applied]
    assert (kinds.count(ResourceKind.MEMBERSHIP), kinds.count(ResourceKind.ASSIGNMENT)) == (255, 260)
    assert not world.operations(OperationState.FAILED)


def test_what_takes_more_calls_than_are_made_is_left_alone_when_the_inventory_is_old() -> None:
    world, _ = _taken_over(_large_estate(), days_later=3)
    failed = {
        str(each.target.subject)
        for each in world.operations(OperationState.FAILED)
        if "not looked at" in each.failure_reason
    }
    assert failed == {"group:large", "permission-set:Of-large", "permission-set:Of-small"}
