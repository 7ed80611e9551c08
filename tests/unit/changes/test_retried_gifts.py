"""Approved gifts that AWS refused stay approved, until the rule or the facts behind them change."""

from datetime import timedelta

import pytest

from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import Refused
from dayone.model.changes import ChangeState
from dayone.model.commands import Command
from dayone.model.operations import OperationState
from dayone.policy.language.parser import read_policy
from dayone.reconcile.retry import retry_change
from tests.builders import ACCOUNT_ID, a_person, an_account, the_account
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, approve, company, held, later
from tests.unit.hr.test_ends import Refusing
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_NO = Refused("ValidationException: no")


def _refused(world: World, request: Command, *, port: str = "directory", method: str = "add_member") -> None:
    """Approve a held change whose operations AWS refuses once."""
    errors: list[Exception] = [_NO]
    world.around = lambda name, entry: Refusing(entry, method, errors) if name == port else entry
    approve(request, world=world)
    assert world.state.changes[request.cause.change].state is ChangeState.FAILED
    errors.clear()


def _administrator() -> tuple[World, Command]:
    world = company()
    request = world.hr_tells(a_person("e-2", title="Administrator"))
    world.settle()
    _refused(world, request)
    assert admins(world) == {"e-1@example.com"}
    later(world)
    return world, request


def _retried(world: World, request: Command) -> None:
    retry_change(request.cause.change, chosen=(), actor=AUTHOR, ports=api_of(world))
    world.settle()


def test_a_membership_is_given_when_it_is_tried_again() -> None:
    world, request = _administrator()
    _retried(world, request)
    assert (held(world), admins(world)) == ([], {"e-1@example.com", "e-2@example.com"})


def test_the_daily_look_gives_it_as_well() -> None:
    world, _ = _administrator()
    world.now += timedelta(days=2)
    world.sweep()
    world.settle()
    assert (held(world), admins(world)) == ([], {"e-1@example.com", "e-2@example.com"})


def test_so_is_an_assignment() -> None:
    world = company()
    edit = POLICY.replace("group: staff, permission_set: ViewOnly", "group: staff, permission_set: Admin")
    request = put_in_force(edit, world=world)
    _refused(world, request, port="assignments", method="create")
    assert (ACCOUNT_ID, "Admin", "staff") not in world.assignments()
    later(world)
    _retried(world, request)
    assert held(world) == []
    assert (ACCOUNT_ID, "Admin", "staff") in world.assignments()


def test_so_is_a_set_that_is_widened() -> None:
    world = company()
    request = put_in_force(POLICY.replace("[ViewOnlyAccess]", "[ViewOnlyAccess, IAMFullAccess]"), world=world)
    _refused(world, request, port="set_policies", method="attach_managed")
    later(world)
    _retried(world, request)
    assert held(world) == []
    assert "IAMFullAccess" in world.permission_sets()["ViewOnly"][0]


def _asked_by_another_rule(world: World) -> None:
    put_in_force(POLICY.replace("{title: Administrator}", '{title: "Admin*"}'), world=world, actor="arn:other")


def _told_otherwise(world: World) -> None:
    world.hr_tells(a_person("e-2"))
    world.settle()
    later(world)
    world.hr_tells(a_person("e-2", title="Administrator"))
    world.settle()


def _long_ago(world: World) -> None:
    world.center.groups, world.now = dict(world.center.groups), world.now + timedelta(days=31)
    world.hr_tells(a_person("e-2", title="Administrator", given_name="Eve"))
    world.settle()


@pytest.mark.parametrize("what", [_asked_by_another_rule, _told_otherwise, _long_ago])
def test_it_is_held_again_when_anything_it_rests_on_is_another_or_it_is_long_ago(what: object) -> None:
    world, request = _administrator()
    assert callable(what)
    what(world)
    assert held(world) == ["person:e-2 create membership/admins"]
    assert admins(world) == {"e-1@example.com"}
    assert request


def test_it_is_held_again_where_another_part_of_the_rule_selects_the_account_by_now() -> None:
    parts = 'group: staff, permission_set: Admin, accounts: [{ou: "/Workloads/**"}, {ou: "/Elsewhere/**"}]}'
    world = company()
    edit = POLICY.replace('group: staff, permission_set: ViewOnly, accounts: [{ou: "/**"}]}', parts)
    request = put_in_force(edit, world=world)
    _refused(world, request, port="assignments", method="create")
    later(world)
    world.account_is(an_account(ou_path="/Elsewhere"))
    world.settle()
    assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/staff"]


_TOOL = POLICY.replace("assignments:", "  Tool: {managed_policies: [IAMFullAccess]}\nassignments:")
_TOOL += '  - {group: admins, permission_set: Tool, accounts: [{ou: "/**"}]}\n'


def _minutes(world: World, number: int) -> None:
    for _ in range(number):
        world.plan_all()
        world.execute()
        world.sleep(60)
        world.sweep()


def _assigned_alone() -> tuple[World, Command]:
    """An edit gives a new permission set, of which the assignment is approved and not the set."""
    world = company()
    request = put_in_force(_TOOL, world=world)
    part = DecidedPart(subjects=(the_account(),))
    decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world), part=part)
    _minutes(world, 3)
    (waiting,) = world.operations(OperationState.PENDING)
    assert waiting.waiting_for == "permission-set:Tool#permission-set to be confirmed"
    return world, request


def test_what_builds_on_a_set_that_is_rejected_fails_in_words_that_name_it() -> None:
    world, request = _assigned_alone()
    change = request.cause.change
    decide_change(change, is_approved=False, actor=APPROVER, ports=api_of(world))
    _minutes(world, 4)
    assert world.operations(OperationState.PENDING) == []
    (failed,) = world.operations(OperationState.FAILED)
    reason = f"permission-set:Tool#permission-set is not there, and that was rejected in change {change}"
    assert failed.failure_reason.endswith(reason)
    assert (failed.change, world.state.changes[change].state) == (change, ChangeState.FAILED)


def test_so_it_does_when_nobody_decides_on_the_set_in_time() -> None:
    world, request = _assigned_alone()
    world.now += timedelta(days=31)
    world.sweep()
    _minutes(world, 4)
    assert world.operations(OperationState.PENDING) == []
    (failed,) = world.operations(OperationState.FAILED)
    assert failed.failure_reason.endswith(f"that was not decided on in time in change {request.cause.change}")


def test_it_is_given_when_the_set_is_asked_for_again_and_approved() -> None:
    world, request = _assigned_alone()
    decide_change(request.cause.change, is_approved=False, actor=APPROVER, ports=api_of(world))
    _minutes(world, 4)
    later(world)
    again = world.policy_is(read_policy({"p.yaml": _TOOL + "# again\n"}, version=0))
    _minutes(world, 3)
    assert held(world) == [
        f"permission-set:Tool create {resource}"
        for resource in ("managed-policy/IAMFullAccess", "permission-set", "provisioning")
    ]
    decide_change(again.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    _minutes(world, 6)
    assert (ACCOUNT_ID, "Tool", "admins") in world.assignments()
