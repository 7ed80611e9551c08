"""A permission set reaches the accounts that can have it, whichever of its accounts is closed."""

from datetime import timedelta

import pytest

from dayone.model.accounts import AccountState
from dayone.model.operations import OperationState
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment
from tests.captures.reading import seen
from tests.unit.late_answers import LateIdentityCenter
from tests.unit.world import World

_ACCOUNTS = ("111111111111", "222222222222", "333333333333", "444444444444")
_CLOSED = "222222222222"


def _world(state: AccountState = AccountState.SUSPENDED) -> tuple[World, LateIdentityCenter]:
    center = LateIdentityCenter()
    world = World(center=center)
    for number in _ACCOUNTS:
        world.account_is(an_account(number))
    world.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    world.settle()
    center.closed = {_CLOSED}
    world.account_is(an_account(_CLOSED, state=state))
    world.settle()
    return world, center


def _is_edited(world: World) -> None:
    world.policy_is(a_policy(a_group(), a_set(description="new"), an_assignment()))


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.PENDING_CLOSURE])
def test_a_closed_account_keeps_no_other_from_getting_the_set(state: AccountState) -> None:
    world, _ = _world(state)
    began = world.now
    _is_edited(world)
    world.settle()
    assert [account for account, _ in world.unprovisioned()] == [_CLOSED]
    assert world.operations(OperationState.FAILED) == []
    assert world.now - began < timedelta(minutes=5)


def test_the_audit_log_names_the_account_that_has_not_got_it() -> None:
    world, _ = _world()
    _is_edited(world)
    world.settle()
    (provisioned,) = [entry for entry, _ in world.state.log if entry.action == "update-provisioning provisioning"]
    assert (provisioned.outcome, provisioned.detail) == (
        "succeeded",
        f"not in account {_CLOSED}, which is suspended or closed",
    )


def test_a_passing_trouble_in_one_of_the_others_is_tried_again() -> None:
    world, center = _world()
    # The first is of all accounts, which the closed one fails; then come the others one by one.
    center.ends["provisioning"] = ["", "", "Received a 500 status error: Internal Server Error", ""]
    _is_edited(world)
    world.settle()
    assert [account for account, _ in world.unprovisioned()] == [_CLOSED]
    assert world.operations(OperationState.FAILED) == []


def test_a_right_that_we_lack_while_it_goes_one_by_one_is_an_outage_of_ours() -> None:
    world, center = _world()
    center.ends["provisioning"] = ["", "", *[seen("sso-admin-05")["FailureReason"]] * 300]
    _is_edited(world)
    for _ in range(4 * 60):
        world.plan_all()
        world.execute(seconds=2)
        world.sleep(58)
    assert world.operations(OperationState.FAILED) == []
    center.ends.clear()
    world.settle()
    assert [account for account, _ in world.unprovisioned()] == [_CLOSED]


def test_a_final_trouble_in_one_of_the_others_is_a_failure_and_names_it() -> None:
    world, center = _world()
    reason = "Received a 404 status error: Not supported policy arn:aws:iam::333333333333:policy/Deployer."
    center.ends["provisioning"] = ["", "", reason]
    _is_edited(world)
    world.settle()
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.failure_reason == reason


def test_without_a_closed_account_it_is_waited_for_as_one_that_is_too_new() -> None:
    world, center = _world(AccountState.ACTIVE)
    _is_edited(world)
    world.plan_all()
    world.execute()
    (waiting,) = world.state.open_operations()
    assert _CLOSED in waiting.failure_reason
    center.closed.clear()
    world.settle()
    assert world.unprovisioned() == []


def test_one_that_is_active_again_gets_it_within_a_day_though_nobody_edits_anything() -> None:
    world, center = _world()
    _is_edited(world)
    world.settle()
    _days_pass(world, 7)
    assert [account for account, _ in world.unprovisioned()] == [_CLOSED]
    center.closed.clear()
    world.account_is(an_account(_CLOSED))
    world.settle()
    _days_pass(world, 1)
    assert world.unprovisioned() == []
    _days_pass(world, 2)
    assert world.state.failed == {}


def test_a_closed_account_costs_a_provisioning_a_day() -> None:
    world, center = _world()
    _is_edited(world)
    world.settle()
    _days_pass(world, 7)
    asked = sum(request.kind == "provisioning" for request in center.requests.values())
    _days_pass(world, 7)
    assert sum(request.kind == "provisioning" for request in center.requests.values()) - asked <= 8


def _days_pass(world: World, days: int) -> None:
    for _ in range(days * 24 * 4):
        world.sleep(15 * 60)
        world.sweep()
        if world.inbox.commands:
            world.settle()
